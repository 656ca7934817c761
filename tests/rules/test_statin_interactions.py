"""Statin pairs (B5) as the catalogue's text lists them, written out here and not read from the code: every pair, both ways."""

from __future__ import annotations

import pytest

from tests.rows import Row, row
from tests.rules_harness import check_row

STATINS = ("simvastatin", "lovastatin", "pravastatin", "fluvastatin", "atorvastatin", "rosuvastatin", "pitavastatin")
STRONG = (
    "clarithromycin", "erythromycin", "telithromycin", "itraconazole", "ketoconazole", "posaconazole", "voriconazole",
    "atazanavir", "darunavir", "fosamprenavir", "indinavir", "lopinavir-ritonavir", "nelfinavir", "ritonavir", "saquinavir",
    "tipranavir", "nirmatrelvir-ritonavir", "simeprevir", "boceprevir", "telaprevir", "paritaprevir", "grazoprevir",
    "glecaprevir", "voxilaprevir", "cobicistat", "nefazodone",
)  # fmt: skip
AVOID = {
    "simvastatin": (*STRONG, "ciclosporin", "gemfibrozil", "danazol", "fusidic acid"),
    "lovastatin": (*STRONG, "ciclosporin", "gemfibrozil", "danazol", "fusidic acid"),
    "pitavastatin": ("ciclosporin", "fusidic acid"),
    "atorvastatin": ("ciclosporin", "fusidic acid"),
    "pravastatin": ("gemfibrozil", "fusidic acid"),
    "fluvastatin": ("fusidic acid",),
    "rosuvastatin": ("fusidic acid",),
}
RHYTHM = ("amiodarone", "dronedarone", "verapamil", "diltiazem", "ranolazine")
EVERY = ("colchicine", "daptomycin")
LIMIT = {
    "simvastatin": (*RHYTHM, "amlodipine", *EVERY),
    "lovastatin": (*RHYTHM, *EVERY),
    "pitavastatin": ("erythromycin", "gemfibrozil", *EVERY),
    "atorvastatin": (*STRONG, "gemfibrozil", *EVERY),
    "pravastatin": ("ciclosporin", *EVERY),
    "fluvastatin": ("ciclosporin", "gemfibrozil", *EVERY),
    "rosuvastatin": ("ciclosporin", "gemfibrozil", *EVERY),
}
PARTNERS = (*STRONG, "ciclosporin", "gemfibrozil", "danazol", "fusidic acid", *RHYTHM, "amlodipine", *EVERY)
NEITHER = (
    "fenofibrate",
    "azithromycin",
    "fluconazole",
    "nifedipine",
    "ezetimibe",
    "sofosbuvir",
    "dolutegravir",
    "warfarin",
    "tacrolimus",
)
ONLY = frozenset({"statin-interaction"})


def weight(statin: str, partner: str) -> str | None:
    if partner in AVOID[statin]:
        return "A"
    return "B" if partner in LIMIT[statin] else None


EVERY_PAIR = [(statin, partner) for statin in STATINS for partner in (*PARTNERS, *NEITHER)]


@pytest.mark.parametrize(("statin", "partner"), EVERY_PAIR, ids=[f"{one}+{other}" for one, other in EVERY_PAIR])
def test_pair_everywhere(statin: str, partner: str) -> None:
    """Both orders at selection and signing, both active on chart open, with and without an older muscle symptom."""
    kind = weight(statin, partner)
    at_order = {"A": "critical", "B": "info"}.get(kind or "")
    with_symptom = {"A": "critical", "B": "warning"}.get(kind or "")
    on_chart = {"A": "warning"}.get(kind or "")
    on_chart_symptom = {"A": "warning", "B": "warning"}.get(kind or "")
    for new, old in ((statin, partner), (partner, statin)):
        ask("OS", f"{new}@draft | {old}@active", at_order)
        ask("SG", f"{new}@draft | {old}@active", None if at_order == "info" else at_order)
        ask("SG", f"{new}@draft | {old}@active", with_symptom, problems="myalgia,onset=-100")
    ask("OS", f"{statin}@draft | {partner}@draft-unselected", at_order)
    ask("OS", f"{statin}@draft-unselected | {partner}@draft-unselected | paracetamol@draft", None)
    ask("OS", f"{statin}@active | {partner}@active | paracetamol@draft", None)
    ask("PV", f"{statin}@active | {partner}@active", on_chart)
    ask("PV", f"{statin}@active | {partner}@active", on_chart_symptom, problems="myalgia,onset=-100")
    ask("PV", f"{statin}@active | {partner}@stopped,end=-1", None, problems="myalgia,onset=-100")


def ask(hook: str, meds: str, indicator: str | None, *, problems: str = "") -> None:
    expected = f"statin-interaction:{indicator}" if indicator else "none"
    check_row(row(f"{hook} {meds} {problems}", hook, "60M", meds=meds, problems=problems, hits=expected), only=ONLY)


PAIR = "statin-interaction"
ROWS = (
    row("CK of exactly its limit does not raise a dose-limit pair", "OS", "60M", obs="CK=190 U/L@-1", meds="simvastatin@active | amlodipine@draft", hits=f"{PAIR}:info"),
    row("CK just above its limit does", "OS", "60M", obs="CK=191 U/L@-30", meds="simvastatin@active | amlodipine@draft", hits=f"{PAIR}:warning"),
    row("CK of 31 days ago does not", "OS", "60M", obs="CK=191 U/L@-31", meds="simvastatin@active | amlodipine@draft", hits=f"{PAIR}:info"),
    row("a raised CK shows a dose-limit pair on chart open", "PV", "60M", obs="CK=191 U/L@-30", meds="simvastatin@active | amlodipine@active", hits=f"{PAIR}:warning"),
    row("a symptom of 181 days ago does not", "PV", "60M", meds="simvastatin@active | amlodipine@active", problems="myalgia,onset=-181", hits="none"),
    row("an undated symptom does", "PV", "60M", meds="simvastatin@active | amlodipine@active", problems="myalgia,onset=?", hits=f"{PAIR}:warning"),
    row("an old symptom of this encounter prompts all guidance", "PV", "60M", obs="K=4.2 mmol/L@-2 | Ca=2.3 mmol/L@-2 | Mg=0.85 mmol/L@-2", meds="simvastatin@active | amlodipine@active", problems="myalgia,onset=-400,enc=true", hits=f"{PAIR}:warning, statin-muscle-symptoms:warning, red-flags:info, muscle-symptom-medication-review:info, first-line-measures:info"),
    row("abdominal cramp is no muscle symptom", "PV", "60M", meds="simvastatin@active | amlodipine@active", problems="abdominal-cramp", hits="none"),
    *(
        row(f"{route} ketoconazole does not interact", "SG", "60M", meds=f"simvastatin@active | ketoconazole@draft,route={route}", hits="none")
        for route in ("topical", "ophthalmic", "otic", "vaginal")
    ),
    row("topical fusidic acid does not interact", "SG", "60M", meds="simvastatin@draft | fusidic acid@active,route=topical", hits="none"),
    row("oral fusidic acid does", "SG", "60M", meds="simvastatin@draft | fusidic acid@active,route=oral", hits=f"{PAIR}:critical"),
    row("intravenous fusidic acid does", "SG", "60M", meds="rosuvastatin@draft | fusidic acid@active,route=iv", hits=f"{PAIR}:critical"),
    row("ketoconazole as cream and as tablets: the tablets interact", "SG", "60M", meds="simvastatin@draft | ketoconazole@active,route=topical | ketoconazole@active,route=oral", hits=f"{PAIR}:critical"),
    row("ciclosporin eye drops do not interact", "PV", "60M", meds="simvastatin@active | ciclosporin@active,route=ophthalmic", hits="none"),
    row("a partner on hold is none", "SG", "60M", meds="simvastatin@draft | clarithromycin@on-hold", hits="none"),
    row("a partner that must not be given is none", "SG", "60M", meds="simvastatin@draft | clarithromycin@active,dnp=true", hits="none"),
    row("both new", "SG", "60M", meds="simvastatin@draft | clarithromycin@draft", hits=f"{PAIR}:critical"),
    row("of two pairs the contraindicated one decides", "SG", "60M", meds="simvastatin@active | amlodipine@draft | clarithromycin@draft", hits=f"{PAIR}:critical"),
    row("a contraindicated pair is critical under comfort care", "SG", "60M", meds="simvastatin@active | clarithromycin@draft", problems="hospice-care", hits=f"{PAIR}:critical"),
    row("an active contraindicated pair is silent under comfort care", "PV", "60M", meds="simvastatin@active | clarithromycin@active", problems="hospice-care", hits="none"),
    row("without a birth date pairs still speak", "SG", "?U", meds="simvastatin@active | clarithromycin@draft", hits=f"{PAIR}:critical"),
    row("the dose does not matter", "SG", "60M", meds="simvastatin@active,dose=5 mg/d | clarithromycin@draft,dose=500 mg/d", hits=f"{PAIR}:critical"),
)  # fmt: skip


@pytest.mark.parametrize("case", ROWS, ids=str)
def test_row(case: Row) -> None:
    check_row(case)
