"""Muscle injury and statins (B5): CK multiples, symptoms, interaction pairs, thyroid, precautions at the order."""

from __future__ import annotations

import pytest

from cds_service.clinical.chart import MedicationExposure, MedicationState
from cds_service.clinical.statin_pairs import EVERY_STATIN, PAIRS, STRONG, Pair
from tests.rows import Row, row, terminology
from tests.rules_harness import check_row

LABS = "K=4.2 mmol/L@-2 | Ca=2.3 mmol/L@-2 | Mg=0.85 mmol/L@-2"
REVIEW = "muscle-symptom-medication-review:info, first-line-measures:info"
ROWS = (
    row("CK of 40 times its limit is not above it", "PV", "60M", obs="CK=8000 U/L@-1;ref=39-200", hits="none"),
    row("CK above 40 times its limit without a statin", "PV", "60M", obs="CK=8001 U/L@-1;ref=39-200", hits="rhabdomyolysis-suspected:critical"),
    row("CK above 40 times but eight days old", "PV", "60M", obs="CK=8001 U/L@-8;ref=39-200", hits="none"),
    row("CK above ten times with acute kidney injury", "PV", "60M", obs="CK=2001 U/L@-1;ref=39-200", problems="aki", hits="rhabdomyolysis-suspected:critical"),
    row("CK of ten times with acute kidney injury is not above it", "PV", "60M", obs="CK=2000 U/L@-1;ref=39-200", problems="aki", hits="none"),
    row("CK above ten times with dark urine", "PV", "60M", obs="CK=2001 U/L@-1;ref=39-200", problems="dark-urine", hits="rhabdomyolysis-suspected:critical"),
    row("creatinine half above its median makes kidney injury", "PV", "60M", obs="CK=2001 U/L@-1;ref=39-200 | Cr=1.5 mg/dL@-1 | Cr=1.0 mg/dL@-60 | Cr=1.0 mg/dL@-100", hits="rhabdomyolysis-suspected:critical"),
    row("creatinine just below half above its median does not", "PV", "60M", obs="CK=2001 U/L@-1;ref=39-200 | Cr=1.49 mg/dL@-1 | Cr=1.0 mg/dL@-60 | Cr=1.0 mg/dL@-100", hits="none"),
    row("ukat/L are sixty U/L", "PV", "60M", obs="CK=134 ukat/L@-1", hits="rhabdomyolysis-suspected:critical"),
    row("without a range a woman's limit is 170", "PV", "60F", obs="CK=681 U/L@-1", meds="atorvastatin@active", hits="statin-ck-elevated:warning"),
    row("exactly four times a woman's limit is silent", "PV", "60F", obs="CK=680 U/L@-1", meds="atorvastatin@active", hits="none"),
    row("without a range a man's limit is 190", "PV", "60M", obs="CK=760 U/L@-1", meds="atorvastatin@active", hits="none"),
    row("unknown sex counts as a man's limit", "PV", "60U", obs="CK=761 U/L@-1", meds="atorvastatin@active", hits="statin-ck-elevated:warning"),
    row("ten times is not above ten times", "PV", "60M", obs="CK=1900 U/L@-1", meds="atorvastatin@active", hits="statin-ck-elevated:warning"),
    row("above ten times eight days old warns", "PV", "60M", obs="CK=1901 U/L@-8", meds="atorvastatin@active", hits="statin-ck-elevated:warning"),
    row("above ten times 31 days old is silent", "PV", "60M", obs="CK=1901 U/L@-31", meds="atorvastatin@active", hits="none"),
    row("a statin stopped 30 days ago still counts", "PV", "60M", obs="CK=1901 U/L@-1", meds="atorvastatin@stopped,end=-30", hits="statin-ck-elevated:critical"),
    row("a statin stopped 31 days ago does not", "PV", "60M", obs="CK=1901 U/L@-1", meds="atorvastatin@stopped,end=-31", hits="none"),
    row("a slightly raised CK with an older symptom is noted", "PV", "60M", obs="CK=200 U/L@-1", meds="atorvastatin@active", problems="myalgia,onset=-100", hits="statin-ck-elevated:info"),
    row("a slightly raised CK without a symptom is silent", "PV", "60M", obs="CK=200 U/L@-1", meds="atorvastatin@active", hits="none"),
    row("myalgia on a statin and no CK", "PV", "60M", obs=LABS, meds="atorvastatin@active", problems="myalgia", hits=f"statin-muscle-symptoms:warning, {REVIEW}"),
    row("myalgia on a statin with CK ordered", "PV", "60M", obs=LABS, meds="atorvastatin@active | lab:CK@active", problems="myalgia", hits=f"statin-muscle-symptoms:info, {REVIEW}"),
    row("myalgia on a statin with a normal CK", "PV", "60M", obs=f"{LABS} | CK=100 U/L@-2", meds="atorvastatin@active", problems="myalgia", hits=f"statin-muscle-symptoms:info, {REVIEW}"),
    row("myalgia on a statin with CK above four times is the CK's matter", "PV", "60M", obs=f"{LABS} | CK=900 U/L@-2", meds="atorvastatin@active", problems="myalgia", hits=f"statin-ck-elevated:warning, {REVIEW}"),
    row("only night cramps on a statin", "PV", "60M", obs=LABS, meds="atorvastatin@active", problems="nocturnal-leg-cramp", hits=f"statin-muscle-symptoms:info, {REVIEW}"),
    row("myalgia 31 days ago asks for no guidance", "PV", "60M", obs=LABS, meds="atorvastatin@active", problems="myalgia,onset=-31", hits="none"),
    row("an old myalgia of this encounter does", "PV", "60M", obs=LABS, meds="atorvastatin@active", problems="myalgia,onset=-31,enc=true", hits=f"statin-muscle-symptoms:warning, {REVIEW}"),
    row("simvastatin and clarithromycin both active warn on chart open", "PV", "60M", meds="simvastatin@active | clarithromycin@active", hits="statin-interaction:warning"),
    row("simvastatin is chosen while clarithromycin is active", "OS", "60M", meds="simvastatin@draft | clarithromycin@active", hits="statin-interaction:critical"),
    row("clarithromycin only drafted is a partner of a chosen simvastatin", "OS", "60M", meds="simvastatin@draft | clarithromycin@draft-unselected", hits="statin-interaction:critical"),
    row("a stopped clarithromycin is no partner", "OS", "60M", meds="simvastatin@draft | clarithromycin@stopped,end=-1", hits="none"),
    row("topical ketoconazole is no partner", "OS", "60M", meds="simvastatin@active | ketoconazole@draft,route=topical", hits="none"),
    row("azithromycin is no partner", "OS", "60M", meds="simvastatin@active | azithromycin@draft", hits="none"),
    row("fenofibrate is no partner", "OS", "60M", meds="simvastatin@active | fenofibrate@draft", hits="none"),
    row("pravastatin with clarithromycin is silent", "OS", "60M", meds="pravastatin@active | clarithromycin@draft", hits="none"),
    row("a dose-limit pair at the order is information", "OS", "60M", meds="simvastatin@active | amlodipine@draft", hits="statin-interaction:info"),
    row("a dose-limit pair with raised CK warns", "OS", "60M", obs="CK=200 U/L@-3", meds="simvastatin@active | amlodipine@draft", hits="statin-interaction:warning"),
    row("a dose-limit pair on chart open with a symptom warns", "PV", "60M", meds="simvastatin@active | verapamil@active", problems="muscle-weakness,onset=-100", hits="statin-interaction:warning"),
    row("a dose-limit pair is information, so not at signing", "SG", "60M", meds="simvastatin@active | amlodipine@draft", hits="none"),
    row("TSH above 10 with a symptom on a statin", "PV", "60F", obs=f"{LABS} | TSH=10.1 m[IU]/L@-100 | CK=100 U/L@-2", meds="atorvastatin@active", problems="myalgia", hits=f"statin-hypothyroidism:warning, statin-muscle-symptoms:info, {REVIEW}"),
    row("TSH of 10 with a symptom on a statin is noted", "PV", "60F", obs=f"{LABS} | TSH=10 m[IU]/L@-100 | CK=100 U/L@-2", meds="atorvastatin@active", problems="myalgia", hits=f"statin-hypothyroidism:info, statin-muscle-symptoms:info, {REVIEW}"),
    row("TSH of 4.5 is silent", "PV", "60F", obs="TSH=4.5 m[IU]/L@-100 | CK=200 U/L@-2", meds="atorvastatin@active", hits="none"),
    row("TSH of 4.6 with a raised CK is noted", "PV", "60F", obs="TSH=4.6 m[IU]/L@-100 | CK=200 U/L@-2", meds="atorvastatin@active", hits="statin-hypothyroidism:info"),
    row("a new statin with TSH 10.1 warns", "OS", "60F", obs="TSH=10.1 m[IU]/L@-100", meds="atorvastatin@draft", hits="statin-hypothyroidism:warning"),
    row("a new statin with TSH 9 is silent", "OS", "60F", obs="TSH=9 m[IU]/L@-100", meds="atorvastatin@draft", hits="none"),
    row("a new statin with hypothyroidism and no TSH", "OS", "60F", meds="atorvastatin@draft", problems="hypothyroidism,onset=-900", hits="statin-hypothyroidism:info"),
    row("a new statin with hypothyroidism and a normal TSH is silent", "OS", "60F", obs="TSH=2 m[IU]/L@-100", meds="atorvastatin@draft", problems="hypothyroidism,onset=-900", hits="none"),
    row("a new statin after rhabdomyolysis is critical", "SG", "60F", meds="atorvastatin@draft", problems="rhabdomyolysis@resolved,onset=-900", hits="statin-order-precaution:critical"),
    row("a new statin with CK above ten times is critical", "SG", "60M", obs="CK=1901 U/L@-3", meds="atorvastatin@draft", hits="statin-order-precaution:critical"),
    row("a new statin with CK above four times warns", "SG", "60M", obs="CK=761 U/L@-3", meds="atorvastatin@draft", hits="statin-order-precaution:warning"),
    row("a new statin in hepatic failure is critical", "SG", "60M", meds="atorvastatin@draft", problems="hepatic-failure,onset=-30", hits="statin-order-precaution:critical"),
    row("a new statin with recorded intolerance warns", "SG", "60M", meds="atorvastatin@draft", problems="allergy:statin", hits="statin-order-precaution:warning"),
    row("a new statin with ALT above three times warns", "SG", "60M", obs="ALT=121 U/L@-90", meds="atorvastatin@draft", hits="statin-order-precaution:warning"),
    row("a new statin with ALT of three times is silent", "SG", "60M", obs="ALT=120 U/L@-90", meds="atorvastatin@draft", hits="none"),
    row("ALT 91 days old is too old", "SG", "60M", obs="ALT=200 U/L@-91", meds="atorvastatin@draft", hits="none"),
    row("a new statin with a symptom and no CK warns", "SG", "60M", meds="atorvastatin@draft", problems="myalgia,onset=-180", hits="statin-order-precaution:warning"),
    row("a new statin with a symptom and a CK is information", "OS", "60M", obs="CK=100 U/L@-3", meds="atorvastatin@draft", problems="myalgia,onset=-180", hits="statin-order-precaution:info"),
    row("a new statin with moderate low potassium is information", "OS", "60M", obs="K=2.9 mmol/L@-3", meds="atorvastatin@draft", hits="statin-order-precaution:info"),
    row("a new statin with mild low potassium is silent", "OS", "60M", obs="K=3.4 mmol/L@-3", meds="atorvastatin@draft", hits="none"),
)  # fmt: skip


@pytest.mark.parametrize("case", ROWS, ids=str)
def test_row(case: Row) -> None:
    check_row(case)


def names_of(pair: Pair) -> list[tuple[str, str]]:
    statins = ["rosuvastatin"] if EVERY_STATIN in pair.statins else sorted(pair.statins)
    partners = ["itraconazole", "ritonavir", "cobicistat"] if STRONG in pair.partners else sorted(pair.partners)
    return [(statin, partner) for statin in statins for partner in partners]


PAIRED = [(statin, partner, pair) for pair in PAIRS for statin, partner in names_of(pair)]


@pytest.mark.parametrize(("statin", "partner", "pair"), PAIRED, ids=[f"{s}+{p}" for s, p, _ in PAIRED])
def test_every_pair_speaks_in_both_directions(statin: str, partner: str, pair: Pair) -> None:
    expected = "critical" if pair.contraindicated else "info"
    for new, old in ((statin, partner), (partner, statin)):
        case = row(
            f"{new} is chosen while {old} is active",
            "OS",
            "60M",
            meds=f"{new}@draft | {old}@active",
            hits=f"statin-interaction:{expected}",
        )
        check_row(case, only=frozenset({"statin-interaction"}))


def test_partners_are_all_recognised_and_classed() -> None:
    for _, partner, _ in PAIRED:
        match = terminology().drug((), partner)
        exposure = MedicationExposure(
            name=partner, ingredients=match.ingredients, classes=match.classes, state=MedicationState.ACTIVE
        )
        assert {"statin-interactor", "cyp3a4-strong"} & set(exposure.classes), partner
