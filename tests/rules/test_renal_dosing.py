"""Gabapentinoids, duloxetine, baclofen and quinine at every limit of kidney function, dose and indication (B7)."""

from __future__ import annotations

import pytest

from tests.rows import Row, row
from tests.rules_harness import check_row

DOSE, DLX, IND, BREN = (
    "gabapentinoid-renal-dose", "duloxetine-renal-hepatic:warning", "baclofen-indication:info", "baclofen-renal:warning",
)  # fmt: skip
FIRST, RELAXANT, QUININE = "first-line-measures:info", "muscle-relaxant-older-adult:info", "quinine-cramps:warning"
CEILINGS = (
    ("59.9", 1400, 300), ("30", 1400, 300), ("29.9", 700, 150), ("15", 700, 150), ("14.9", 300, 75), ("5", 300, 75),
)  # fmt: skip
SPASTICITY = (
    "multiple-sclerosis", "spinal-cord-injury", "spinal-cord-disease", "cerebral-palsy", "stroke-spasticity",
    "traumatic-brain-injury", "als", "spasticity",
)  # fmt: skip

GABAPENTINOIDS = (
    *(row(f"gabapentin {top} mg at {crcl} mL/min", "OS", "50F", obs=f"CrCl={crcl} mL/min@-9", meds=f"gabapentin@draft,dose={top} mg/d", hits="none") for crcl, top, _ in CEILINGS),
    *(row(f"gabapentin {top + 1} mg at {crcl} mL/min", "OS", "50F", obs=f"CrCl={crcl} mL/min@-9", meds=f"gabapentin@draft,dose={top + 1} mg/d", hits=f"{DOSE}:warning") for crcl, top, _ in CEILINGS),
    *(row(f"pregabalin {top} mg at {crcl} mL/min", "OS", "50F", obs=f"CrCl={crcl} mL/min@-9", meds=f"pregabalin@draft,dose={top} mg/d", hits="none") for crcl, _, top in CEILINGS),
    *(row(f"pregabalin {top + 1} mg at {crcl} mL/min", "OS", "50F", obs=f"CrCl={crcl} mL/min@-9", meds=f"pregabalin@draft,dose={top + 1} mg/d", hits=f"{DOSE}:warning") for crcl, _, top in CEILINGS),
    row("a dose unknown at 30 mL/min", "OS", "50F", obs="CrCl=30 mL/min@-9", meds="pregabalin@draft", hits=f"{DOSE}:info"),
    row("a dose unknown at 29.9 mL/min", "OS", "50F", obs="CrCl=29.9 mL/min@-9", meds="pregabalin@draft", hits=f"{DOSE}:warning"),
    row("a dose unknown at 60 mL/min", "OS", "50F", obs="CrCl=60 mL/min@-9", meds="pregabalin@draft", hits="none"),
    row("a dose unknown at 45 mL/min is not shown at signing", "SG", "50F", obs="CrCl=45 mL/min@-9", meds="pregabalin@draft", hits="none"),
    row("an active gabapentinoid is not judged", "OS", "80F", obs="CrCl=9 mL/min@-9", meds="pregabalin@active,dose=600 mg/d | paracetamol@draft", hits="none"),
    row("nor on chart open", "PV", "80F", obs="CrCl=9 mL/min@-9", meds="pregabalin@active,dose=600 mg/d", hits="none"),
    row("an unselected draft is not judged", "OS", "80F", obs="CrCl=9 mL/min@-9", meds="pregabalin@draft-unselected,dose=600 mg/d", hits="none"),
    row("a reported clearance comes before the computed one", "OS", "80F", obs="CrCl=70 mL/min@-300 | Cr=1.5 mg/dL@-9 | weight=50 kg@-9", meds="gabapentin@draft,dose=3000 mg/d", hits="none"),
    row("the computed clearance comes before the eGFR", "OS", "80F", obs="eGFR=75 mL/min/{1.73_m2}@-9 | Cr=1.5 mg/dL@-9 | weight=50 kg@-9", meds="gabapentin@draft,dose=900 mg/d", hits=f"{DOSE}:warning"),
    row("weight in pounds", "OS", "80F", obs="eGFR=75 mL/min/{1.73_m2}@-9 | Cr=1.5 mg/dL@-9 | weight=110 [lb_av]@-9", meds="gabapentin@draft,dose=900 mg/d", hits=f"{DOSE}:warning"),
    row("creatinine in micromoles", "OS", "80F", obs="eGFR=75 mL/min/{1.73_m2}@-9 | Cr=133 umol/L@-9 | weight=50 kg@-9", meds="gabapentin@draft,dose=900 mg/d", hits=f"{DOSE}:warning"),
    row("without weight the eGFR decides", "OS", "80F", obs="eGFR=75 mL/min/{1.73_m2}@-9 | Cr=1.5 mg/dL@-9", meds="gabapentin@draft,dose=900 mg/d", hits="none"),
    row("a weight 366 days old is none", "OS", "80F", obs="eGFR=75 mL/min/{1.73_m2}@-9 | Cr=1.5 mg/dL@-9 | weight=50 kg@-366", meds="gabapentin@draft,dose=900 mg/d", hits="none"),
    row("sex unknown: the eGFR decides", "OS", "80U", obs="eGFR=29 mL/min/{1.73_m2}@-9 | Cr=0.6 mg/dL@-9 | weight=90 kg@-9", meds="gabapentin@draft,dose=900 mg/d", hits=f"{DOSE}:warning"),
    row("the eGFR from creatinine decides in the end", "OS", "80F", obs="Cr=2.5 mg/dL@-365", meds="gabapentin@draft,dose=900 mg/d", hits=f"{DOSE}:warning"),
    row("no kidney function at 65", "OS", "65F", meds="pregabalin@draft,dose=75 mg/d", hits=f"{DOSE}:info"),
    row("no kidney function at 65, creatinine already ordered", "OS", "65F", meds="pregabalin@draft,dose=75 mg/d | lab:Cr@active", hits="none"),
    row("no kidney function at 65, a panel drafted beside it", "OS", "65F", meds="pregabalin@draft,dose=75 mg/d | lab:BMP@draft-unselected", hits="none"),
    row("no kidney function at 65, creatinine ordered eight days ago", "OS", "65F", meds="pregabalin@draft,dose=75 mg/d | lab:Cr@active,start=-8", hits=f"{DOSE}:info"),
    row("two gabapentin orders of one call are added up", "SG", "50F", obs="CrCl=50 mL/min@-9", meds="gabapentin@draft,dose=900 mg/d | gabapentin@draft,dose=600 mg/d", hits=f"{DOSE}:warning"),
    row("two gabapentin orders of one call within the ceiling", "SG", "50F", obs="CrCl=50 mL/min@-9", meds="gabapentin@draft,dose=800 mg/d | gabapentin@draft,dose=600 mg/d", hits="none"),
    row("gabapentin above the ceiling beside an order of unknown dose", "SG", "50F", obs="CrCl=50 mL/min@-9", meds="gabapentin@draft,dose=1500 mg/d | gabapentin@draft", hits=f"{DOSE}:warning"),
    row("gabapentin within the ceiling beside an order of unknown dose", "OS", "50F", obs="CrCl=50 mL/min@-9", meds="gabapentin@draft,dose=900 mg/d | gabapentin@draft", hits=f"{DOSE}:info"),
    row("gabapentin and pregabalin are not added up", "SG", "50F", obs="CrCl=50 mL/min@-9", meds="gabapentin@draft,dose=1400 mg/d | pregabalin@draft,dose=300 mg/d", hits="none"),
    row("an active order is not added to its renewal", "SG", "50F", obs="CrCl=50 mL/min@-9", meds="gabapentin@draft,dose=900 mg/d | gabapentin@active,dose=900 mg/d", hits="none"),
    row("a creatinine 366 days old is no kidney function", "OS", "65F", obs="Cr=2.5 mg/dL@-366", meds="pregabalin@draft,dose=75 mg/d", hits=f"{DOSE}:info"),
    row("no kidney function at 64", "OS", "64F", meds="pregabalin@draft,dose=600 mg/d", hits="none"),
    row("no kidney function, age unknown", "OS", "?F", meds="pregabalin@draft,dose=600 mg/d", hits="none"),
    row("no kidney function at 65 is not shown at signing", "SG", "65F", meds="pregabalin@draft,dose=75 mg/d", hits="none"),
    row("no ceiling is known for mirogabalin", "OS", "50F", obs="CrCl=20 mL/min@-9", meds="mirogabalin@draft,dose=30 mg/d", hits="none"),
)  # fmt: skip
DULOXETINE = (
    row("duloxetine at 29.9 mL/min", "SG", "50M", obs="CrCl=29.9 mL/min@-365", meds="duloxetine@draft", hits=DLX),
    row("duloxetine, clearance 366 days old", "SG", "50M", obs="CrCl=20 mL/min@-366", meds="duloxetine@draft", hits="none"),
    row("duloxetine with eGFR 29 only", "SG", "50M", obs="eGFR=29 mL/min/{1.73_m2}@-9", meds="duloxetine@draft", hits=DLX),
    row("duloxetine by Cockcroft-Gault", "SG", "80F", obs="eGFR=75 mL/min/{1.73_m2}@-9 | Cr=1.5 mg/dL@-9 | weight=50 kg@-9", meds="duloxetine@draft", hits=DLX),
    *(row(f"duloxetine and {liver}", "SG", "50M", meds="duloxetine@draft", problems=f"{liver},onset=-900", hits=DLX) for liver in ("chronic-liver-disease", "cirrhosis", "decompensated-cirrhosis", "hepatic-failure")),
    row("duloxetine and a resolved hepatic failure", "SG", "50M", meds="duloxetine@draft", problems="hepatic-failure@resolved,onset=-900", hits="none"),
    row("duloxetine without any of it", "OS", "50M", meds="duloxetine@draft", hits="none"),
    row("duloxetine already taken", "PV", "50M", obs="CrCl=20 mL/min@-9", meds="duloxetine@active", problems="cirrhosis,onset=-900", hits="none"),
)  # fmt: skip
BACLOFEN = (
    *(row(f"baclofen and {one} on record", "OS", "50F", meds="baclofen@draft", problems=f"{one},onset=-900", hits="none") for one in SPASTICITY),
    *(row(f"baclofen for {one}", "OS", "50F", meds=f"baclofen@draft,reason={one}", hits="none") for one in SPASTICITY),
    row("Parkinson's disease is no indication", "OS", "50F", meds="baclofen@draft", problems="parkinson-disease,onset=-900", hits=IND),
    row("resolved multiple sclerosis is none", "OS", "50F", meds="baclofen@draft", problems="multiple-sclerosis@resolved,onset=-900", hits=IND),
    row("refuted spasticity is none", "OS", "50F", meds="baclofen@draft", problems="spasticity,ver=refuted", hits=IND),
    row("cirrhosis without a cramp", "OS", "50F", meds="baclofen@draft", problems="cirrhosis,onset=-900", hits=IND),
    row("cirrhosis with a recent cramp", "OS", "50F", meds="baclofen@draft", problems="cirrhosis,onset=-900 | muscle-cramp", hits=FIRST),
    row("cirrhosis with an undated cramp", "OS", "50F", meds="baclofen@draft", problems="decompensated-cirrhosis,onset=-900 | muscle-cramp,onset=?", hits="none"),
    row("cirrhosis with a spasm", "OS", "50F", meds="baclofen@draft", problems="cirrhosis,onset=-900 | muscle-spasm,onset=-100", hits=IND),
    row("a cramp without cirrhosis", "OS", "50F", meds="baclofen@draft", problems="muscle-cramp", hits=f"{IND}, {FIRST}"),
    row("not shown at signing", "SG", "50F", meds="baclofen@draft", hits="none"),
    row("not for active baclofen", "OS", "50F", meds="baclofen@active | paracetamol@draft", hits="none"),
    row("renal at 65 with 59.9", "OS", "65F", obs="eGFR=59.9 mL/min/{1.73_m2}@-9", meds="baclofen@draft,reason=spasticity", hits=f"{BREN}, {RELAXANT}"),
    row("renal at 65 with 60.0", "OS", "65F", obs="eGFR=60.0 mL/min/{1.73_m2}@-9", meds="baclofen@draft,reason=spasticity", hits=RELAXANT),
    row("renal at 64 with 59.9", "SG", "64F", obs="eGFR=59.9 mL/min/{1.73_m2}@-9", meds="baclofen@draft,reason=spasticity", hits="none"),
    row("renal at 64 with 29.9", "SG", "64F", obs="eGFR=29.9 mL/min/{1.73_m2}@-9", meds="baclofen@draft,reason=spasticity", hits=BREN),
    row("renal, age unknown, with 59", "SG", "?F", obs="eGFR=59 mL/min/{1.73_m2}@-9", meds="baclofen@draft,reason=spasticity", hits="none"),
    row("renal, age unknown, with 29", "SG", "?F", obs="eGFR=29 mL/min/{1.73_m2}@-9", meds="baclofen@draft,reason=spasticity", hits=BREN),
    row("renal, dialysis, eGFR normal", "SG", "40F", obs="eGFR=90 mL/min/{1.73_m2}@-9", meds="baclofen@draft,reason=spasticity", problems="dialysis,onset=-900", hits=BREN),
    row("renal, dialysis in the past", "SG", "40F", meds="baclofen@draft,reason=spasticity", problems="dialysis@resolved,onset=-900", hits="none"),
    row("renal, eGFR 366 days old", "SG", "80F", obs="eGFR=20 mL/min/{1.73_m2}@-366", meds="baclofen@draft,reason=spasticity", hits="none"),
    row("renal, weight does not matter: eGFR decides", "SG", "80F", obs="eGFR=75 mL/min/{1.73_m2}@-9 | Cr=1.5 mg/dL@-9 | weight=40 kg@-9", meds="baclofen@draft,reason=spasticity", hits="none"),
    row("renal, intrathecal as well", "SG", "40F", obs="eGFR=20 mL/min/{1.73_m2}@-9", meds="baclofen@draft,route=intrathecal,reason=spasticity", hits=BREN),
)  # fmt: skip
QUININES = (
    *(row(f"quinine for {one}", "SG", "50F", meds=f"quinine@draft,reason={one}", hits=QUININE) for one in ("muscle-spasm", "nocturnal-leg-cramp", "myalgia")),
    *(row(f"quinine with {one} on the problem list", "OS", "50F", meds="quinine@draft", problems=f"{one},onset=?", hits=QUININE) for one in ("muscle-cramp", "muscle-spasm", "back-spasm", "carpopedal-spasm")),
    row("quinine with myalgia on the problem list", "SG", "50F", meds="quinine@draft", problems="myalgia", hits="none"),
    row("quinine with a resolved cramp", "SG", "50F", meds="quinine@draft", problems="muscle-cramp@resolved", hits="none"),
    row("quinine with malaria on record", "SG", "50F", meds="quinine@draft", problems="muscle-cramp | malaria", hits="none"),
    row("quinine for babesiosis", "SG", "50F", meds="quinine@draft,reason=babesiosis", problems="muscle-cramp", hits="none"),
    row("malaria of the past does not excuse it", "SG", "50F", meds="quinine@draft", problems="muscle-cramp | malaria@resolved", hits=QUININE),
    row("quinine taken for years is not for chart open", "PV", "50F", meds="quinine@active", problems="muscle-cramp,onset=?", hits="none"),
)  # fmt: skip


@pytest.mark.parametrize("case", (*GABAPENTINOIDS, *DULOXETINE, *BACLOFEN, *QUININES), ids=str)
def test_row(case: Row) -> None:
    check_row(case)
