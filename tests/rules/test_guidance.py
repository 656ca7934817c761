"""Symptom-driven guidance, red flags, imaging, contributors (B8), gates and what is silent on purpose (0.1, 0.14)."""

from __future__ import annotations

import pytest

from cds_service.guidance.source_document import BULLETS
from tests.fhir_rows import request_for
from tests.rows import Row, row
from tests.rules_harness import check_row
from tests.service import answer

LABS = "K=4.2 mmol/L@-2 | Ca=2.3 mmol/L@-2 | Mg=0.85 mmol/L@-2"
FIRST = "first-line-measures:info"
ROWS = (
    row("a cramp without any electrolyte", "PV", "40F", problems="muscle-cramp", hits=f"muscle-symptom-workup:info, {FIRST}"),
    row("a cramp with all three measured", "PV", "40F", obs=LABS, problems="muscle-cramp", hits=FIRST),
    row("results exactly 30 days old suffice", "PV", "40F", obs="K=4.2 mmol/L@-30 | Ca=2.3 mmol/L@-30 | Mg=0.85 mmol/L@-30", problems="muscle-cramp", hits=FIRST),
    row("results 31 days old do not", "PV", "40F", obs="K=4.2 mmol/L@-31 | Ca=2.3 mmol/L@-31 | Mg=0.85 mmol/L@-31", problems="muscle-cramp", hits=f"muscle-symptom-workup:info, {FIRST}"),
    row("with a diuretic 14 days are the limit", "PV", "40F", obs="K=4.2 mmol/L@-15 | Ca=2.3 mmol/L@-14 | Mg=0.85 mmol/L@-14", meds="furosemide@active,start=-200", problems="muscle-cramp", hits=f"muscle-symptom-workup:warning, muscle-symptom-medication-review:info, {FIRST}"),
    row("with kidney disease a missing magnesium is information", "PV", "40F", obs="K=4.2 mmol/L@-2 | Ca=2.3 mmol/L@-2", problems="muscle-cramp | ckd-3,onset=-900", hits=f"muscle-symptom-workup:info, kidney-disease-electrolyte-risk:info, {FIRST}"),
    row("what is ordered is not missing", "PV", "40F", meds="lab:BMP@active | lab:Mg@active", problems="muscle-cramp", hits=FIRST),
    row("ionised calcium counts as calcium", "PV", "40F", obs="K=4.2 mmol/L@-2 | iCa=1.2 mmol/L@-2 | Mg=0.85 mmol/L@-2", problems="muscle-cramp", hits=FIRST),
    row("a preliminary result does not count", "PV", "40F", obs="K=4.2 mmol/L@-2;preliminary | Ca=2.3 mmol/L@-2 | Mg=0.85 mmol/L@-2", problems="muscle-cramp", hits=f"muscle-symptom-workup:info, {FIRST}"),
    row("leg pain on walking alone asks for no laboratory tests", "PV", "40F", problems="exertional-leg-pain", hits=FIRST),
    row("night cramps alone ask for none", "PV", "40F", problems="nocturnal-leg-cramp", hits=FIRST),
    row("night cramps in pregnancy do", "PV", "30F", problems="nocturnal-leg-cramp | pregnancy,onset=-100", hits=f"muscle-symptom-workup:info, {FIRST}"),
    row("night cramps with cirrhosis do", "PV", "50F", problems="nocturnal-leg-cramp | cirrhosis,onset=-900", hits=f"muscle-symptom-workup:info, liver-disease-cramps:info, {FIRST}"),
    row("a cramp 30 days ago is a prompt symptom", "PV", "40F", obs=LABS, problems="muscle-cramp,onset=-30", hits=FIRST),
    row("a cramp 31 days ago is not", "PV", "40F", obs=LABS, problems="muscle-cramp,onset=-31", hits="none"),
    row("an undated cramp is context only", "PV", "40F", obs=LABS, problems="muscle-cramp,onset=?", hits="none"),
    row("a resolved cramp is nothing", "PV", "40F", obs=LABS, problems="muscle-cramp@resolved", hits="none"),
    row("a refuted cramp is nothing", "PV", "40F", obs=LABS, problems="muscle-cramp,ver=refuted", hits="none"),
    row("a provisional cramp counts", "PV", "40F", obs=LABS, problems="muscle-cramp,ver=provisional", hits=FIRST),
    row("a beta2-agonist can contribute", "PV", "40F", obs=LABS, meds="salbutamol@active", problems="muscle-cramp", hits=f"muscle-symptom-medication-review:info, {FIRST}"),
    row("raloxifene can contribute", "PV", "60F", obs=LABS, meds="raloxifene@active", problems="muscle-cramp", hits=f"muscle-symptom-medication-review:info, {FIRST}"),
    row("paracetamol is no trigger", "PV", "40F", obs=LABS, meds="paracetamol@active", problems="muscle-cramp", hits=FIRST),
    row("multiple sclerosis contributes", "PV", "40F", obs=LABS, problems="muscle-spasm | multiple-sclerosis,onset=-900", hits=f"contributor-neurological:info, {FIRST}"),
    row("multiple sclerosis without a symptom is silent", "PV", "40F", obs=LABS, problems="multiple-sclerosis,onset=-900", hits="none"),
    row("radiculopathy contributes without asking for imaging", "PV", "40F", obs=LABS, problems="back-spasm | radiculopathy,onset=-900", hits=f"contributor-nerve:info, {FIRST}"),
    row("arterial disease contributes", "PV", "70M", obs=LABS, problems="exertional-leg-pain | peripheral-arterial-disease,onset=-900", hits=f"contributor-vascular:info, {FIRST}"),
    row("arterial disease without a symptom is silent", "PV", "70M", problems="peripheral-arterial-disease,onset=-900", hits="none"),
    row("abdominal cramp with irritable bowel", "PV", "40F", problems="abdominal-cramp | irritable-bowel-syndrome,onset=-900", hits="contributor-gi:info"),
    row("irritable bowel never explains a limb cramp", "PV", "40F", obs=LABS, problems="muscle-cramp | irritable-bowel-syndrome,onset=-900", hits=FIRST),
    row("abdominal cramp alone is no muscle symptom", "PV", "40F", problems="abdominal-cramp", hits="none"),
    row("cervical dystonia has options", "PV", "40F", obs=LABS, problems="neck-spasm | cervical-dystonia,onset=-900", hits=f"cervical-dystonia-options:info, contributor-neurological:info, {FIRST}"),
    row("night cramps at 65 are common", "PV", "65F", problems="nocturnal-leg-cramp", hits=f"nocturnal-cramps-older-adult:info, {FIRST}"),
    row("saddle anaesthesia with back spasm is critical and silences first-line measures", "PV", "40F", obs=LABS, problems="back-spasm | saddle-anaesthesia,onset=-14", hits="red-flags:critical"),
    row("saddle anaesthesia 15 days ago is not", "PV", "40F", obs=LABS, problems="back-spasm | saddle-anaesthesia,onset=-15", hits=FIRST),
    row("undated urinary retention is not", "PV", "40F", obs=LABS, problems="back-spasm | urinary-retention,onset=?", hits=FIRST),
    row("retention with a radiculopathy needs no symptom", "PV", "40F", problems="urinary-retention,onset=-1 | radiculopathy,onset=-900", hits="red-flags:critical"),
    row("retention alone is silent", "PV", "40F", problems="urinary-retention,onset=-1", hits="none"),
    row("retention with a limb cramp only is silent as a flag", "PV", "40F", obs=LABS, problems="urinary-retention,onset=-1 | muscle-cramp", hits=FIRST),
    row("a severe spasm is a flag", "PV", "40F", obs=LABS, problems="muscle-spasm,severity=severe", hits=f"red-flags:warning, {FIRST}"),
    row("a progressive weakness is a flag", "PV", "40F", obs=LABS, problems="muscle-weakness,course=progressive", hits=f"red-flags:warning, {FIRST}"),
    row("a foot drop with a spasm is a flag and asks for imaging", "PV", "40F", obs=LABS, problems="back-spasm | foot-drop,onset=-30", hits=f"red-flags:warning, imaging-consider:info, {FIRST}"),
    row("a foot drop 31 days ago does not", "PV", "40F", obs=LABS, problems="back-spasm | foot-drop,onset=-31", hits=FIRST),
    row("an undated sensory loss does", "PV", "40F", obs=LABS, problems="back-spasm | sensory-loss,onset=?", hits=f"red-flags:warning, imaging-consider:info, {FIRST}"),
    row("a foot drop with imaging ordered asks for none", "PV", "40F", obs=LABS, meds="lab:MRI@active", problems="back-spasm | foot-drop", hits=f"red-flags:warning, {FIRST}"),
    row("a severe back spasm with stenosis asks for imaging", "PV", "70F", obs=LABS, problems="back-spasm,severity=severe | spinal-stenosis,onset=-900", hits=f"red-flags:warning, imaging-consider:info, contributor-nerve:info, {FIRST}"),
    row("dark urine with myalgia is a flag", "PV", "40F", obs=LABS, problems="myalgia | dark-urine", hits=f"red-flags:warning, {FIRST}"),
    row("a symptom of 42 days in this encounter is persistent", "PV", "40F", obs=LABS, problems="myalgia,onset=-42,enc=true", hits=f"red-flags:info, {FIRST}"),
    row("a symptom of 41 days in this encounter is not", "PV", "40F", obs=LABS, problems="myalgia,onset=-41,enc=true", hits=FIRST),
    row("first-line measures stay silent beside a critical potassium", "PV", "40F", obs="K=2.4 mmol/L@-1 | Ca=2.3 mmol/L@-2 | Mg=0.85 mmol/L@-2", problems="muscle-cramp", hits="potassium-low:critical"),
    row("an eighteen-year-old is an adult", "PV", "18F", obs="K=2.4 mmol/L@-1", hits="potassium-low:critical"),
    row("the deceased get no cards", "PV", "70F", obs="K=2.4 mmol/L@-1", problems="deceased", hits="none"),
    row("an unknown age does not stop the electrolytes", "PV", "?F", obs="K=2.4 mmol/L@-1", hits="potassium-low:critical"),
    row("comfort care keeps what is critical", "PV", "80F", obs="K=2.4 mmol/L@-1", problems="comfort-care,onset=-10", hits="potassium-low:critical"),
    row("comfort care silences what is not", "PV", "80F", obs="K=2.9 mmol/L@-1", problems="comfort-care,onset=-10", hits="none"),
    row("a statin alone is silent", "PV", "60F", meds="atorvastatin@active", hits="none"),
    row("one fever is silent", "PV", "60F", obs="Temp=39.5 Cel@-0.1", hits="none"),
    row("muscle relaxant for a spasm in a patient with spasticity needs no first-line card", "OS", "40F", meds="tizanidine@draft,reason=muscle-spasm", problems="multiple-sclerosis,onset=-900", hits="none"),
    row("gabapentin for a cramp", "OS", "40F", obs="eGFR=90 mL/min/{1.73_m2}@-9", meds="gabapentin@draft,reason=muscle-cramp", hits=FIRST),
    row("gabapentin for epilepsy while a cramp is present", "OS", "40F", obs="eGFR=90 mL/min/{1.73_m2}@-9", meds="gabapentin@draft,reason=seizure-disorder", problems="muscle-cramp", hits="none"),
)  # fmt: skip
QUOTED = {
    "D1": "electrolytes and dehydration", "D2": "range from mild to severe", "D12": "overload", "D13": "warm-up",
    "D14": "cold", "D15": "stress", "D28": "Stretching", "D29": "Hydration", "D30": "Heat", "D31": "cool place",
    "D32": "muscle relaxants with caution", "D34": "limited efficacy", "D33": "neuropathic pain", "D35": "baclofen: for severe",
    "D42": "Understanding the cause is essential", "D43": "Treat the specific cause",
}  # fmt: skip


@pytest.mark.parametrize("case", ROWS, ids=str)
def test_row(case: Row) -> None:
    check_row(case)


@pytest.mark.parametrize(("bullet", "words"), QUOTED.items(), ids=QUOTED.keys())
def test_statements_of_the_document_that_are_only_quoted_stand_on_the_card(bullet: str, words: str) -> None:
    assert bullet in {one.id for one in BULLETS}
    body = answer(request_for(row("cramp", "PV", "40F", problems="muscle-cramp", hits="none")))
    text = " ".join(card["detail"] for card in body["cards"])
    assert words.casefold() in text.casefold()


def test_the_vascular_card_speaks_of_endothelial_dysfunction_and_cold() -> None:
    body = answer(
        request_for(
            row("pain", "PV", "70M", obs=LABS, problems="exertional-leg-pain | raynaud,onset=-900", hits="none")
        )
    )
    text = " ".join(card["detail"] for card in body["cards"])
    assert "endothelial dysfunction" in text
    assert "cold exposure" in text
