"""What each centrally acting drug rule and each piece of guidance offers, and with which reasons it may be overridden."""

from __future__ import annotations

from typing import Any

import pytest

from cds_service.cards.overrides import SETS
from cds_service.guidance.finding import OverrideSet
from tests.fhir_rows import request_for
from tests.rows import row
from tests.service import answer

GOOD = "eGFR=90 mL/min/{1.73_m2}@-9"
LABS = "K=4.2 mmol/L@-2 | Ca=2.3 mmol/L@-2 | Mg=0.85 mmol/L@-2"
BMP, MG, CRE, CK = "Order basic metabolic panel", "Order magnesium", "Order creatinine", "Order creatine kinase (CK)"


def card_of(family: str, hook: str, who: str, **lists: str) -> dict[str, Any]:
    body = answer(request_for(row("offers", hook, who, hits="none", **lists)))
    (card,) = [card for card in body["cards"] if card["source"]["topic"]["code"] == family]
    return dict(card)


def labels(card: dict[str, Any]) -> list[str]:
    return [one["label"] for one in card.get("suggestions", ())]


DRUGS: tuple[tuple[str, str, dict[str, str], list[str]], ...] = (
    ("relaxant at 70", "SG 70F", {"meds": "cyclobenzaprine@draft"}, ["Remove draft cyclobenzaprine"]),
    ("tizanidine at 70 as information", "OS 70F", {"meds": "tizanidine@draft"}, []),
    ("active relaxant with a fall: text only", "PV 70F", {"meds": "carisoprodol@active", "problems": "falls"}, []),
    ("benzodiazepine at 70", "SG 70F", {"meds": "lorazepam@draft"}, ["Remove draft lorazepam"]),
    ("limited benefit", "OS 50F", {"meds": "lorazepam@draft,reason=muscle-spasm"}, []),
    ("benzodiazepine and opioid", "SG 50F", {"meds": "lorazepam@draft | oxycodone@active"}, ["Remove draft lorazepam"]),
    ("both new", "SG 50F", {"meds": "lorazepam@draft | oxycodone@draft"}, ["Remove draft lorazepam", "Remove draft oxycodone"]),
    ("treatment of opioid use disorder is not withheld", "SG 50F", {"meds": "lorazepam@active | methadone@draft", "problems": "opioid-use-disorder"}, []),
    ("the benzodiazepine beside it may be", "SG 50F", {"meds": "lorazepam@draft | methadone@draft", "problems": "opioid-use-disorder"}, ["Remove draft lorazepam"]),
    ("gabapentinoid and opioid", "SG 70F", {"obs": GOOD, "meds": "gabapentin@draft | oxycodone@active"}, []),
    ("three CNS-active drugs", "SG 70F", {"meds": "sertraline@active | zolpidem@active | quetiapine@draft"}, []),
    ("gabapentin above its ceiling", "SG 50F", {"obs": "CrCl=29 mL/min@-9", "meds": "gabapentin@draft,dose=900 mg/d"}, [CRE]),
    ("duloxetine in cirrhosis", "SG 50F", {"meds": "duloxetine@draft", "problems": "cirrhosis"}, [CRE, "Remove draft duloxetine"]),
    ("creatinine already ordered", "SG 50F", {"meds": "duloxetine@draft | lab:BMP@active", "problems": "cirrhosis"}, ["Remove draft duloxetine"]),
    ("baclofen without spasticity", "OS 50F", {"meds": "baclofen@draft"}, []),
    ("baclofen with eGFR 20", "SG 50F", {"obs": "eGFR=20 mL/min/{1.73_m2}@-9", "meds": "baclofen@draft,reason=spasticity"}, [CRE, "Remove draft baclofen"]),
    ("quinine for cramps", "SG 50F", {"meds": "quinine@draft,reason=muscle-cramp"}, ["Remove draft quinine"]),
)  # fmt: skip


@pytest.mark.parametrize(("sentence", "who", "lists", "expected"), DRUGS, ids=[case[0] for case in DRUGS])
def test_offers_of_a_drug_rule(sentence: str, who: str, lists: dict[str, str], expected: list[str]) -> None:
    hook, patient = who.split()
    card = card_of("drug-safety", hook, patient, **lists)
    assert labels(card) == expected
    assert ("selectionBehavior" in card) is bool(expected)
    assert not any(one.get("isRecommended") for one in card.get("suggestions", ()))


GUIDANCE: tuple[tuple[str, str, dict[str, str], list[tuple[str, str]]], ...] = (
    ("nothing measured", "muscle-symptoms", {"problems": "muscle-cramp"}, [(BMP, "routine"), (MG, "routine")]),
    ("magnesium missing", "muscle-symptoms", {"obs": "K=4.2 mmol/L@-2 | Ca=2.3 mmol/L@-2", "problems": "muscle-cramp"}, [(MG, "routine")]),
    ("calcium missing", "muscle-symptoms", {"obs": "K=4.2 mmol/L@-2 | Mg=0.85 mmol/L@-2", "problems": "muscle-cramp"}, [("Order calcium with albumin", "routine")]),
    ("potassium missing in kidney disease", "muscle-symptoms", {"obs": "Ca=2.3 mmol/L@-2 | Mg=0.85 mmol/L@-2", "problems": "muscle-cramp | ckd-4"}, [("Order potassium", "urgent")]),
    ("potassium and calcium ordered", "muscle-symptoms", {"meds": "lab:K@active | lab:Ca@active", "problems": "muscle-cramp"}, [(MG, "routine")]),
    ("medication review", "muscle-symptoms", {"obs": LABS, "meds": "omeprazole@active", "problems": "muscle-cramp"}, []),
    ("night cramps", "muscle-symptoms", {"problems": "nocturnal-leg-cramp"}, []),
    ("dark urine", "red-flags", {"obs": LABS, "problems": "myalgia | dark-urine"}, [(CK, "urgent")]),
    ("weakness beside another flag", "red-flags", {"obs": LABS, "problems": "muscle-weakness,severity=severe"}, [(CK, "urgent")]),
    ("focal weakness", "red-flags", {"obs": LABS, "problems": "muscle-cramp | focal-weakness"}, [(CK, "urgent"), ("Draft an MRI referral", "routine")]),
    ("severe cramp", "red-flags", {"obs": LABS, "problems": "muscle-cramp,severity=severe"}, []),
    ("cauda equina with weakness", "red-flags", {"obs": LABS, "problems": "muscle-weakness | saddle-anaesthesia"}, [(CK, "stat")]),
    ("diuretic without potassium", "monitoring", {"meds": "furosemide@active,start=-100"}, [(BMP, "routine"), (MG, "routine")]),
)  # fmt: skip


@pytest.mark.parametrize(("sentence", "family", "lists", "expected"), GUIDANCE, ids=[case[0] for case in GUIDANCE])
def test_offers_of_guidance(sentence: str, family: str, lists: dict[str, str], expected: list[tuple[str, str]]) -> None:
    card = card_of(family, "PV", "50F", **lists)
    found = [(one["label"], one["actions"][0]["resource"]["priority"]) for one in card.get("suggestions", ())]
    assert found == expected


OVERRIDES: tuple[tuple[str, str, str, dict[str, str], tuple[OverrideSet, ...]], ...] = (
    ("relaxant", "drug-safety", "SG", {"meds": "cyclobenzaprine@draft"}, (OverrideSet.DRUG,)),
    ("limited benefit beside Beers", "drug-safety", "OS", {"meds": "lorazepam@draft,reason=muscle-spasm"}, (OverrideSet.DRUG, OverrideSet.INFO)),
    ("baclofen without spasticity", "drug-safety", "OS", {"meds": "baclofen@draft"}, (OverrideSet.DRUG, OverrideSet.INFO)),
    ("first-line measures", "muscle-symptoms", "PV", {"obs": LABS, "problems": "muscle-cramp"}, (OverrideSet.INFO,)),
    ("red flag", "red-flags", "PV", {"obs": LABS, "problems": "muscle-cramp,severity=severe"}, (OverrideSet.LAB_ALTERNATIVE,)),
    ("monitoring gap", "monitoring", "PV", {"meds": "furosemide@active,start=-100"}, (OverrideSet.INFO,)),
)  # fmt: skip


@pytest.mark.parametrize(
    ("sentence", "family", "hook", "lists", "sets"), OVERRIDES, ids=[case[0] for case in OVERRIDES]
)
def test_override_reasons_of_a_card(
    sentence: str, family: str, hook: str, lists: dict[str, str], sets: tuple[OverrideSet, ...]
) -> None:
    card = card_of(family, hook, "70F", **lists)
    assert {one["code"] for one in card["overrideReasons"]} == {code for name in sets for code in SETS[name]}
    assert all(one["display"] for one in card["overrideReasons"])
