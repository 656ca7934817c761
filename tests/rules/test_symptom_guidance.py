"""Work-up, medication review, contributors and first-line measures at their limits (B8, 0.11, 0.12)."""

from __future__ import annotations

import pytest

from tests.rows import Row, row
from tests.rules_harness import check_row

LABS = "K=4.2 mmol/L@-2 | Ca=2.3 mmol/L@-2 | Mg=0.85 mmol/L@-2"
FIRST, WORK, REVIEW = "first-line-measures:info", "muscle-symptom-workup", "muscle-symptom-medication-review:info"
KIDNEY, LIVER, VASCULAR = (
    "kidney-disease-electrolyte-risk:info",
    "liver-disease-cramps:info",
    "contributor-vascular:info",
)
SYMPTOMS = (
    "muscle-cramp", "muscle-spasm", "myalgia", "muscle-weakness", "muscle-stiffness", "tetany", "carpopedal-spasm",
    "neck-spasm", "back-spasm",
)  # fmt: skip
TRIGGERS = (
    "atorvastatin", "acetazolamide", "aripiprazole", "salmeterol", "raloxifene", "teriparatide", "conjugated oestrogens",
    "iron sucrose", "fenofibrate", "donepezil", "pyridostigmine", "omeprazole",
)  # fmt: skip
EXTRA = {"atorvastatin": ", statin-muscle-symptoms:warning", "aripiprazole": ", antipsychotic-muscle-symptoms:info"}

WORKUP = (
    *(row(f"{symptom} without any electrolyte", "PV", "40F", problems=symptom, hits=f"{WORK}:info, {FIRST}") for symptom in SYMPTOMS),
    row("results at the end of 30 days, tolerance included", "PV", "40F", obs="K=4.2 mmol/L@-30.0005 | Ca=2.3 mmol/L@-30.0005 | Mg=0.85 mmol/L@-30.0005", problems="muscle-cramp", hits=FIRST),
    row("one result a quarter of an hour too old", "PV", "40F", obs="K=4.2 mmol/L@-2 | Ca=2.3 mmol/L@-2 | Mg=0.85 mmol/L@-30.01", problems="muscle-cramp", hits=f"{WORK}:info, {FIRST}"),
    *(row(f"{disease}: 14 days", "PV", "40F", obs="K=4.2 mmol/L@-14 | Ca=2.3 mmol/L@-14 | Mg=0.85 mmol/L@-14", problems=f"muscle-cramp | {disease},onset=-900", hits=f"{KIDNEY}, {FIRST}") for disease in ("ckd-3", "ckd-4", "ckd-5", "aki", "dialysis")),
    *(row(f"{disease}: 15 days", "PV", "40F", obs="K=4.2 mmol/L@-15 | Ca=2.3 mmol/L@-2 | Mg=0.85 mmol/L@-2", problems=f"muscle-cramp | {disease},onset=-900", hits=f"{WORK}:warning, {KIDNEY}, {FIRST}") for disease in ("ckd-3", "ckd-4", "ckd-5", "aki", "dialysis")),
    row("eGFR 59 is kidney disease", "PV", "40F", obs="eGFR=59 mL/min/{1.73_m2}@-300 | Ca=2.3 mmol/L@-2 | Mg=0.85 mmol/L@-2", problems="muscle-cramp", hits=f"{WORK}:warning, {KIDNEY}, {FIRST}"),
    row("eGFR 60 is not", "PV", "40F", obs="eGFR=60 mL/min/{1.73_m2}@-300 | Ca=2.3 mmol/L@-2 | Mg=0.85 mmol/L@-2", problems="muscle-cramp", hits=f"{WORK}:info, {FIRST}"),
    row("potassium ordered leaves information about the rest", "PV", "40F", meds="lab:K@active", problems="muscle-cramp | ckd-4,onset=-900", hits=f"{WORK}:info, {KIDNEY}, {FIRST}"),
    row("potassium ordered 8 days ago is missing", "PV", "40F", meds="lab:K@active,start=-8", problems="muscle-cramp | ckd-4,onset=-900", hits=f"{WORK}:warning, {KIDNEY}, {FIRST}"),
    row("all three ordered 7 days ago", "PV", "40F", meds="lab:BMP@active,start=-7 | lab:Mg@draft,start=-7", problems="muscle-cramp", hits=FIRST),
    row("ionised calcium ordered is calcium ordered", "PV", "40F", obs="K=4.2 mmol/L@-2 | Mg=0.85 mmol/L@-2", meds="lab:iCa@active", problems="muscle-cramp", hits=FIRST),
    row("adjusted calcium is calcium", "PV", "40F", obs="K=4.2 mmol/L@-2 | adjCa=2.3 mmol/L@-2 | Mg=0.85 mmol/L@-2", problems="muscle-cramp", hits=FIRST),
    row("acetazolamide is a diuretic", "PV", "40F", obs="Ca=2.3 mmol/L@-2 | Mg=0.85 mmol/L@-2", meds="acetazolamide@active,start=-5", problems="muscle-cramp", hits=f"{WORK}:warning, {REVIEW}, {FIRST}"),
    row("a stopped diuretic is none", "PV", "40F", obs="Ca=2.3 mmol/L@-2 | Mg=0.85 mmol/L@-2", meds="furosemide@stopped,end=-5", problems="muscle-cramp", hits=f"{WORK}:info, {FIRST}"),
    row("claudication alone, kidney disease", "PV", "40F", problems="exertional-leg-pain | ckd-3,onset=-900", hits=f"{KIDNEY}, {FIRST}"),
    row("claudication with a cramp", "PV", "40F", problems="exertional-leg-pain | muscle-cramp", hits=f"{WORK}:info, {FIRST}"),
    row("night cramps with a diuretic", "PV", "40F", obs="K=4.2 mmol/L@-15", meds="furosemide@active,start=-5", problems="nocturnal-leg-cramp", hits=f"{WORK}:warning, {REVIEW}, {FIRST}"),
    row("night cramps with kidney disease", "PV", "40F", problems="nocturnal-leg-cramp | ckd-3,onset=-900", hits=f"{WORK}:warning, {KIDNEY}, {FIRST}"),
    *(row(f"night cramps with {liver}", "PV", "40F", problems=f"nocturnal-leg-cramp | {liver},onset=-900", hits=f"{WORK}:info, {LIVER}, {FIRST}") for liver in ("chronic-liver-disease", "hepatic-failure", "decompensated-cirrhosis")),
    row("night cramps with a second symptom", "PV", "40F", problems="nocturnal-leg-cramp | myalgia", hits=f"{WORK}:info, {FIRST}"),
    row("night cramps with an old second symptom", "PV", "40F", problems="nocturnal-leg-cramp | myalgia,onset=?", hits=FIRST),
    row("a past pregnancy is none", "PV", "40F", problems="nocturnal-leg-cramp | pregnancy@resolved,onset=-300", hits=FIRST),
    row("a symptom of the encounter, undated", "PV", "40F", problems="muscle-cramp,onset=?,enc=true", hits=f"{WORK}:info, {FIRST}"),
    row("a symptom 30 days ago, tolerance included", "PV", "40F", obs=LABS, problems="muscle-cramp,onset=-30.0005", hits=FIRST),
    row("a symptom a quarter of an hour too old", "PV", "40F", problems="muscle-cramp,onset=-30.01", hits="none"),
    row("age unknown does not matter", "PV", "?U", problems="muscle-cramp", hits=f"{WORK}:info, {FIRST}"),
    row("comfort care silences guidance", "PV", "80F", problems="muscle-cramp | comfort-care", hits="none"),
    row("not at the order", "SG", "40F", meds="paracetamol@draft", problems="muscle-cramp", hits="none"),
)  # fmt: skip
REVIEWS = (
    *(row(f"{drug} can contribute", "PV", "40F", obs=LABS, meds=f"{drug}@active,start=-100", problems="muscle-cramp", hits=f"{REVIEW}, {FIRST}{EXTRA.get(drug, '')}") for drug in TRIGGERS),
    *(row(f"{drug} is no trigger", "PV", "40F", obs=LABS, meds=f"{drug}@active", problems="muscle-cramp", hits=FIRST) for drug in ("famotidine", "metformin", "ferrous sulfate", "prochlorperazine")),
    row("a stopped trigger is none", "PV", "40F", obs=LABS, meds="omeprazole@stopped,end=-2", problems="muscle-cramp", hits=FIRST),
    row("a trigger on hold is none", "PV", "40F", obs=LABS, meds="omeprazole@on-hold", problems="muscle-cramp", hits=FIRST),
    row("triggers without a symptom", "PV", "40F", obs=LABS, meds="omeprazole@active | salmeterol@active", hits="none"),
    row("triggers with an undated symptom", "PV", "40F", obs=LABS, meds="omeprazole@active", problems="muscle-cramp,onset=?", hits="none"),
)  # fmt: skip
CONTRIBUTORS = (
    *(row(f"{one} contributes", "PV", "40F", obs=LABS, problems=f"muscle-spasm | {one},onset=?", hits=f"contributor-neurological:info, {FIRST}") for one in ("multiple-sclerosis", "parkinson-disease", "dystonia")),
    *(row(f"{one} contributes", "PV", "40F", obs=LABS, problems=f"muscle-spasm | {one},onset=?", hits=f"{VASCULAR}, {FIRST}") for one in ("peripheral-arterial-disease", "venous-insufficiency", "raynaud", "vasospastic-disease")),
    row("all groups at once", "PV", "40F", obs=LABS, problems="muscle-spasm | multiple-sclerosis,onset=? | spinal-stenosis,onset=? | raynaud,onset=?", hits=f"contributor-neurological:info, contributor-nerve:info, {VASCULAR}, {FIRST}"),
    row("resolved diseases do not contribute", "PV", "40F", obs=LABS, problems="muscle-spasm | dystonia@resolved | raynaud@inactive", hits=FIRST),
    row("cervical dystonia without a symptom", "PV", "40F", problems="cervical-dystonia,onset=-900", hits="none"),
    row("functional bowel disorder with abdominal cramp", "PV", "40F", problems="abdominal-cramp,onset=-30 | functional-gi-disorder,onset=-900", hits="contributor-gi:info"),
    row("abdominal cramp 31 days ago", "PV", "40F", problems="abdominal-cramp,onset=-31 | irritable-bowel-syndrome,onset=-900", hits="none"),
    row("abdominal cramp of this encounter", "PV", "40F", problems="abdominal-cramp,onset=-300,enc=true | irritable-bowel-syndrome,onset=-900", hits="contributor-gi:info"),
    row("an undated abdominal cramp", "PV", "40F", problems="abdominal-cramp,onset=? | irritable-bowel-syndrome,onset=-900", hits="none"),
    row("a limb cramp and an old abdominal one", "PV", "40F", obs=LABS, problems="muscle-cramp | abdominal-cramp,onset=-31 | irritable-bowel-syndrome,onset=-900", hits=FIRST),
    row("both kinds of cramp", "PV", "40F", obs=LABS, problems="muscle-cramp | abdominal-cramp | irritable-bowel-syndrome,onset=-900", hits=f"contributor-gi:info, {FIRST}"),
    row("arterial disease does not explain abdominal cramp", "PV", "40F", problems="abdominal-cramp | peripheral-arterial-disease,onset=-900", hits="none"),
    row("night cramps at 64", "PV", "64F", problems="nocturnal-leg-cramp", hits=FIRST),
    row("night cramps at an unknown age", "PV", "?F", problems="nocturnal-leg-cramp", hits=FIRST),
    row("night cramps at 65, undated", "PV", "65F", problems="nocturnal-leg-cramp,onset=?", hits="none"),
    row("other cramps at 65", "PV", "65F", obs=LABS, problems="muscle-cramp", hits=FIRST),
)  # fmt: skip
MEASURES = (
    *(row(f"{drug} for a cramp", "OS", "40F", obs="eGFR=90 mL/min/{1.73_m2}@-9", meds=f"{drug}@draft,reason=muscle-cramp", hits=FIRST) for drug in ("tizanidine", "dantrolene", "cyclobenzaprine", "gabapentin", "pregabalin")),
    *(row(f"{drug} for a cramp", "OS", "40F", meds=f"{drug}@draft,reason=muscle-cramp", hits="none") for drug in ("duloxetine", "tramadol", "zolpidem", "ibuprofen")),
    row("no reason and a prompt symptom", "OS", "40F", meds="methocarbamol@draft", problems="back-spasm", hits=FIRST),
    row("no reason and no symptom", "OS", "40F", meds="methocarbamol@draft", hits="none"),
    row("spasticity on record", "OS", "40F", meds="methocarbamol@draft,reason=back-spasm", problems="cerebral-palsy,onset=-900", hits="none"),
    row("not at signing", "SG", "40F", meds="methocarbamol@draft,reason=back-spasm", hits="none"),
    row("not for a draft that is not selected", "OS", "40F", meds="methocarbamol@draft-unselected,reason=back-spasm", hits="none"),
    row("beside a warning on chart open", "PV", "40F", obs="K=2.9 mmol/L@-1 | Ca=2.3 mmol/L@-2 | Mg=0.85 mmol/L@-2", problems="muscle-cramp", hits=f"potassium-low:warning, {FIRST}"),
    row("silent beside any critical hit on chart open", "PV", "40F", obs=f"{LABS} | CK=9000 U/L@-1;ref=30-200", problems="myalgia", hits="rhabdomyolysis-suspected:critical"),
)  # fmt: skip


@pytest.mark.parametrize("case", (*WORKUP, *REVIEWS, *CONTRIBUTORS, *MEASURES), ids=str)
def test_row(case: Row) -> None:
    check_row(case)
