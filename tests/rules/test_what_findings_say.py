"""Summary, basis and offers of each centrally acting drug rule and each piece of guidance, word for word (B7, B8)."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from cds_service.cards.summary import write_summary
from cds_service.guidance.finding import Finding, OrderTest
from tests.rows import row
from tests.rules_harness import assess_row

LABS = "K=4.2 mmol/L@-2 | Ca=2.3 mmol/L@-2 | Mg=0.85 mmol/L@-2"


@dataclass(frozen=True)
class Say:
    """A rule on a chart: its summary, its rows as ``item: value`` (``[limit]`` where one is shown), its test orders."""

    rule: str
    hook: str
    who: str
    summary: str
    rows: tuple[str, ...] = ()
    tests: str = ""
    obs: str = ""
    meds: str = ""
    problems: str = ""
    missing: str = ""

    def __str__(self) -> str:
        return f"{self.rule}: {self.summary}"


SAYINGS = (
    Say("muscle-relaxant-older-adult", "OS", "70F", "cyclobenzaprine at age 70: falls and sedation risk (Beers 2023)", ("cyclobenzaprine: draft order", "Falls: active"), meds="cyclobenzaprine@draft", problems="falls"),
    Say("muscle-relaxant-older-adult", "OS", "70F", "tizanidine at age 70: falls and sedation risk", ("tizanidine: draft order",), meds="tizanidine@draft"),
    Say("muscle-relaxant-older-adult", "PV", "70F", "carisoprodol at age 70: falls and sedation risk (Beers 2023)", ("carisoprodol: active", "Fragility fracture: past"), meds="carisoprodol@active", problems="fragility-fracture@resolved"),
    Say("benzodiazepine-older-adult", "SG", "80F", "lorazepam at age 80: falls, delirium, dependence risk (Beers 2023)", ("lorazepam: draft order",), meds="lorazepam@draft"),
    Say("benzodiazepine-limited-benefit", "OS", "50F", "diazepam for muscle spasm: limited benefit for persistent pain", ("diazepam: draft order", "Back spasm: active"), meds="diazepam@draft", problems="back-spasm"),
    Say("benzodiazepine-opioid", "SG", "50F", "diazepam + oxycodone: respiratory depression risk (boxed warning)", ("diazepam: draft order", "oxycodone: active", "COPD: active"), meds="diazepam@draft | oxycodone@active", problems="copd"),
    Say("benzodiazepine-opioid", "SG", "50F", "diazepam + 2 drugs: respiratory depression risk (boxed warning)", ("diazepam: draft order", "oxycodone: active", "tramadol: active"), meds="diazepam@draft | oxycodone@active | tramadol@active"),
    Say("benzodiazepine-opioid", "SG", "65F", "diazepam + oxycodone: respiratory depression risk (boxed warning)", ("diazepam: draft order", "Age: 65 years [≥ 65 y]", "oxycodone: active"), meds="diazepam@draft | oxycodone@active"),
    Say("potassium-low", "PV", "50F", "Potassium 3.4 mmol/L (mild low, 24 h ago)", ("Potassium: 3.4 mmol/L [mild low: < 3.5 mmol/L]", "Muscle cramp: active", "digoxin: active"), "Mg ECG", obs="K=3.4 mmol/L@-1", meds="digoxin@active", problems="muscle-cramp"),
    Say("potassium-low", "PV", "50F", "Potassium 3.4 mmol/L (mild low, 24 h ago)", ("Potassium: 3.4 mmol/L [mild low: < 3.5 mmol/L]", "Adjusted calcium: 2.05 mmol/L (8.2 mg/dL) [mild low: < 2.12 mmol/L]"), "Mg", obs="K=3.4 mmol/L@-1 | adjCa=2.05 mmol/L@-1"),
    Say("potassium-low", "PV", "50F", "Potassium 2.4 mmol/L (severe low, 24 h ago)", ("Potassium: 2.4 mmol/L [severe low: < 2.5 mmol/L]", "potassium chloride: active"), "Mg K ECG", obs="K=2.4 mmol/L@-1", meds="potassium chloride@active,start=-0.5"),
    Say("potassium-low", "PV", "50F", "Potassium 2.4 mmol/L (severe low, 24 h ago)", ("Potassium: 2.4 mmol/L (corrected) [severe low: < 2.5 mmol/L]",), "Mg K ECG", obs="K=2.4 mmol/L@-1;corrected"),
    Say("antipsychotic-dystonia", "PV", "22M", "Trismus 1 d after starting haloperidol: possible acute dystonic reaction", ("haloperidol: active", "Trismus: active"), "iCa", meds="haloperidol@active,start=-3", problems="trismus,onset=-2"),
    Say("antipsychotic-dystonia", "PV", "22M", "Torticollis with haloperidol started 1 d ago: possible acute dystonic reaction", tests="iCa", meds="haloperidol@active,start=-1", problems="torticollis,onset=-4"),
    Say("antipsychotic-dystonia", "PV", "22M", "Torticollis 0 d after starting haloperidol: possible acute dystonic reaction", tests="iCa", meds="haloperidol@active,start=-1", problems="torticollis,onset=-1.5"),
    Say("antipsychotic-dystonia", "PV", "22M", "Torticollis 2 d after starting haloperidol and metoclopramide: possible acute dystonic reaction", tests="iCa", meds="haloperidol@active,start=-6 | metoclopramide@active,start=-1", problems="torticollis,onset=-4"),
    Say("diuretic-potassium-low", "PV", "50F", "Potassium 3.4 mmol/L (low, 24 h ago) while on indapamide", ("Potassium: 3.4 mmol/L [mild low: < 3.5 mmol/L]", "indapamide: active", "Muscle cramp: active", "quetiapine: active"), "Mg ECG", obs="K=3.4 mmol/L@-1", meds="indapamide@active | quetiapine@active", problems="muscle-cramp"),
    Say("diuretic-magnesium-low", "PV", "50F", "Magnesium 0.65 mmol/L (low, 24 h ago) while on indapamide", ("Magnesium: 0.65 mmol/L (1.6 mg/dL) [mild low: < 0.70 mmol/L]", "indapamide: active", "digoxin: active"), "K Ca", obs="Mg=0.65 mmol/L@-1", meds="indapamide@active | digoxin@active"),
    Say("loop-diuretic-calcium-low", "PV", "50F", "Adjusted calcium 2.05 mmol/L (low, 24 h ago) while on furosemide", ("Adjusted calcium: 2.05 mmol/L (8.2 mg/dL) [mild low: < 2.12 mmol/L]", "furosemide: active", "Muscle cramp: active"), "iCa Mg", obs="adjCa=2.05 mmol/L@-1", meds="furosemide@active", problems="muscle-cramp"),
    Say("calcium-low", "PV", "50F", "Adjusted calcium 1.85 mmol/L (severe low, 24 h ago)", ("Adjusted calcium: 1.85 mmol/L (7.4 mg/dL) [severe low: < 1.90 mmol/L]", "Seizure: active", "QTc: 505 ms [≥ 500 ms]"), "iCa Mg ECG", obs="adjCa=1.85 mmol/L@-1 | QTc=505 ms@-1", problems="seizure"),
    Say("calcium-low", "PV", "50F", "Adjusted calcium 2.05 mmol/L (mild low, 24 h ago)", ("Adjusted calcium: 2.05 mmol/L (8.2 mg/dL) [mild low: < 2.12 mmol/L]", "Magnesium: 0.65 mmol/L (1.6 mg/dL) [mild low: < 0.70 mmol/L]"), "iCa", obs="adjCa=2.05 mmol/L@-1 | Mg=0.65 mmol/L@-1"),
    Say("calcium-high", "PV", "50F", "Adjusted calcium 2.70 mmol/L (mild high, 24 h ago)", ("Adjusted calcium: 2.70 mmol/L (10.8 mg/dL) [mild high: > 2.62 mmol/L]", "Muscle cramp: active"), "Ca Cr", obs="adjCa=2.70 mmol/L@-1", problems="muscle-cramp"),
    Say("potassium-high", "PV", "50F", "Potassium 5.6 mmol/L (mild high, 24 h ago)", ("Potassium: 5.6 mmol/L [mild high: ≥ 5.5 mmol/L]", "eGFR: 48 mL/min/1.73 m2 (reported) [< 60 mL/min/1.73 m2]"), "K Cr", obs="K=5.6 mmol/L@-1 | eGFR=48 mL/min/{1.73_m2}@-9"),
    Say("magnesium-high", "PV", "30F", "Magnesium 3.60 mmol/L (severe high, 24 h ago)", ("Magnesium: 3.60 mmol/L (8.7 mg/dL) [severe high: ≥ 2.00 mmol/L]", "Pre-eclampsia: active", "magnesium sulfate: active"), "Mg Cr ECG", obs="Mg=3.60 mmol/L@-1", meds="magnesium sulfate@active", problems="pre-eclampsia"),
    Say("magnesium-high", "PV", "50F", "Magnesium 1.20 mmol/L (mild high, 24 h ago)", ("Magnesium: 1.20 mmol/L (2.9 mg/dL) [mild high: > 1.10 mmol/L]", "eGFR: 25 mL/min/1.73 m2 (reported) [< 30 mL/min/1.73 m2]"), "Mg Cr", obs="Mg=1.20 mmol/L@-1 | eGFR=25 mL/min/{1.73_m2}@-9"),
    Say("diuretic-monitoring-gap", "PV", "50F", "On furosemide, no potassium result in 365 days", ("furosemide: active", "Muscle cramp: active"), "BMP! Mg", meds="furosemide@active", problems="muscle-cramp,onset=-100"),
    Say("dehydration-evidence", "PV", "50F", "Signs of dehydration (sodium 150 mmol/L) in a patient with muscle symptoms", ("Sodium: 150 mmol/L [> 145 mmol/L]", "Muscle cramp: active"), "BMP", obs="Na=150 mmol/L@-1", problems="muscle-cramp", missing="No BUN or urea together with a creatinine within 7 d."),
    Say("potassium-raising-order", "SG", "50F", "spironolactone ordered: potassium 5.6 mmol/L (3 d ago), eGFR 80", ("spironolactone: draft order", "Potassium: 5.6 mmol/L [≥ 5.5 mmol/L]", "eGFR: 80 mL/min/1.73 m2 (reported)"), "K Cr", obs="K=5.6 mmol/L@-3 | eGFR=80 mL/min/{1.73_m2}@-9", meds="spironolactone@draft"),
    Say("gabapentinoid-opioid", "SG", "50F", "gabapentin + oxycodone: sedation and breathing risk", ("oxycodone: draft order", "eGFR: 45 mL/min/1.73 m2 (reported) [< 60 mL/min/1.73 m2]", "gabapentin: active"), obs="eGFR=45 mL/min/{1.73_m2}@-9", meds="gabapentin@active | oxycodone@draft"),
    Say("statin-ck-elevated", "PV", "60M", "CK 1901 U/L (10.0 x upper limit, 2 d ago) after atorvastatin", tests="CK Cr TSH", obs="CK=1901 U/L@-2", meds="atorvastatin@stopped,end=-9"),
    Say("statin-ck-elevated", "PV", "60M", "CK 1901 U/L (10.0 x upper limit, 2 d ago) on rosuvastatin", tests="CK Cr TSH", obs="CK=1901 U/L@-2", meds="atorvastatin@stopped,end=-9 | rosuvastatin@active"),
    Say("statin-muscle-symptoms", "PV", "60M", "Muscle symptoms after atorvastatin: CK not measured in 30 days", tests="CK! TSH", meds="atorvastatin@on-hold,end=-9", problems="myalgia"),
    Say("cns-active-polypharmacy", "SG", "80F", "mirtazapine and quetiapine would make 3 CNS-active drugs at age 80", ("mirtazapine: draft order", "quetiapine: draft order", "zolpidem: active"), meds="zolpidem@active | mirtazapine@draft | quetiapine@draft"),
    Say("cns-active-polypharmacy", "SG", "80F", "quetiapine would be CNS-active drug number 3 at age 80", ("quetiapine: draft order", "sertraline: active", "zolpidem: active"), meds="sertraline@active | zolpidem@active | quetiapine@draft"),
    Say("cns-active-polypharmacy", "SG", "80F", "mirtazapine would be CNS-active drug number 3 at age 80", ("mirtazapine: draft order", "perphenazine / amitriptyline: active"), meds="perphenazine / amitriptyline@active | mirtazapine@draft"),
    Say("gabapentinoid-renal-dose", "SG", "50F", "gabapentin 900 mg/day with CrCl 29: label maximum 700 mg/day", ("gabapentin: draft order, 900 mg/d", "CrCl: 29 mL/min (reported) [< 60 mL/min]", "Daily dose, gabapentin: 900 mg/day [≤ 700 mg/day]"), "Cr", obs="CrCl=29 mL/min@-9", meds="gabapentin@draft,dose=900 mg/d"),
    Say("gabapentinoid-renal-dose", "SG", "50F", "pregabalin with CrCl 29: label maximum 150 mg/day", ("pregabalin: draft order", "CrCl: 29 mL/min (reported) [< 60 mL/min]", "Daily dose, pregabalin: not computable [≤ 150 mg/day]"), "Cr", obs="CrCl=29 mL/min@-9", meds="pregabalin@draft", missing="The daily dose cannot be computed from the order."),
    Say("gabapentinoid-renal-dose", "SG", "50F", "pregabalin 200 mg/day with eGFR 29: label maximum 150 mg/day", ("pregabalin: draft order, 200 mg/d", "eGFR: 29 mL/min/1.73 m2 (reported) [< 60 mL/min]", "Daily dose, pregabalin: 200 mg/day [≤ 150 mg/day]"), "Cr", obs="eGFR=29 mL/min/{1.73_m2}@-9", meds="pregabalin@draft,dose=200 mg/d", missing="Creatinine clearance cannot be computed (weight, creatinine, age, sex): the eGFR was used."),
    Say("gabapentinoid-renal-dose", "OS", "70F", "pregabalin at age 70: no kidney function in 365 days, dose may need reduction", ("pregabalin: draft order",), "Cr!", meds="pregabalin@draft", missing="No kidney function within 365 d."),
    Say("duloxetine-renal-hepatic", "SG", "50F", "Duloxetine ordered: CrCl 25, label says avoid", ("duloxetine: draft order", "CrCl: 25 mL/min (reported) [< 30 mL/min]"), "Cr", obs="CrCl=25 mL/min@-9", meds="duloxetine@draft"),
    Say("duloxetine-renal-hepatic", "SG", "50F", "Duloxetine ordered: liver disease, label says avoid", ("duloxetine: draft order", "CrCl: 80 mL/min (reported) [< 30 mL/min]", "Cirrhosis: active"), "Cr", obs="CrCl=80 mL/min@-9", meds="duloxetine@draft", problems="cirrhosis"),
    Say("duloxetine-renal-hepatic", "SG", "50F", "Duloxetine ordered: CrCl 25 and liver disease, label says avoid", ("duloxetine: draft order", "CrCl: 25 mL/min (reported) [< 30 mL/min]", "Cirrhosis: active"), "Cr", obs="CrCl=25 mL/min@-9", meds="duloxetine@draft", problems="cirrhosis"),
    Say("baclofen-indication", "OS", "50F", "Baclofen: no CNS spasticity recorded; label excludes rheumatic spasm", ("baclofen: draft order",), meds="baclofen@draft", missing="No condition with spasticity is recorded here."),
    Say("baclofen-renal", "SG", "50F", "Baclofen with eGFR 28: encephalopathy risk", ("baclofen: draft order", "eGFR: 28 mL/min/1.73 m2 (reported) [< 30 mL/min/1.73 m2]"), "Cr", obs="eGFR=28 mL/min/{1.73_m2}@-9", meds="baclofen@draft,reason=spasticity"),
    Say("baclofen-renal", "SG", "70F", "Baclofen with eGFR 50: encephalopathy risk", ("baclofen: draft order", "Age: 70 years [≥ 65 y]", "eGFR: 50 mL/min/1.73 m2 (reported) [< 60 mL/min/1.73 m2]"), "Cr", obs="eGFR=50 mL/min/{1.73_m2}@-9", meds="baclofen@draft,reason=spasticity"),
    Say("baclofen-renal", "SG", "50F", "Baclofen with dialysis: encephalopathy risk", ("baclofen: draft order", "Dialysis: active"), "Cr", meds="baclofen@draft,reason=spasticity", problems="dialysis"),
    Say("quinine-cramps", "SG", "50F", "Quinine for cramps: not recommended (FDA), serious blood and heart effects", ("quinine: draft order", "Muscle cramp: active"), meds="quinine@draft", problems="muscle-cramp"),
    Say("muscle-symptom-workup", "PV", "50F", "Muscle symptoms: potassium, calcium and magnesium not measured in 30 days", ("Muscle cramp: active",), "BMP Mg", problems="muscle-cramp", missing="No calcium within 30 d visible here."),
    Say("muscle-symptom-workup", "PV", "50F", "Muscle symptoms: magnesium not measured in 14 days", ("Muscle cramp: active", "furosemide: active"), "Mg", obs="K=4.2 mmol/L@-2 | Ca=2.3 mmol/L@-2 | Mg=0.85 mmol/L@-20", meds="furosemide@active", problems="muscle-cramp", missing="No magnesium within 14 d visible here."),
    Say("muscle-symptom-workup", "PV", "50F", "Muscle symptoms: potassium and calcium not measured in 30 days", ("Muscle cramp: active",), "BMP", obs="Mg=0.85 mmol/L@-2", problems="muscle-cramp", missing="No potassium within 30 d visible here."),
    Say("muscle-symptom-medication-review", "PV", "50F", "Medicines that can contribute to muscle symptoms: omeprazole and salmeterol", ("Muscle cramp: active", "omeprazole: active", "salmeterol: active"), obs=LABS, meds="omeprazole@active | salmeterol@active", problems="muscle-cramp"),
    Say("contributor-neurological", "PV", "50F", "Conditions on the chart linked to muscle symptoms: multiple sclerosis", ("Muscle cramp: active", "Multiple sclerosis: active"), problems="muscle-cramp | multiple-sclerosis"),
    Say("contributor-nerve", "PV", "50F", "Conditions on the chart linked to muscle symptoms: radiculopathy and spinal stenosis", ("Muscle cramp: active", "Radiculopathy: active", "Spinal stenosis: active"), problems="muscle-cramp | radiculopathy | spinal-stenosis"),
    Say("contributor-vascular", "PV", "50F", "Conditions on the chart linked to muscle symptoms: peripheral arterial disease, venous insufficiency, Raynaud's phenomenon and 1 more", ("Muscle cramp: active", "Peripheral arterial disease: active", "Venous insufficiency: active", "Raynaud's phenomenon: active", "Vasospastic disease: active"), problems="muscle-cramp | peripheral-arterial-disease | venous-insufficiency | raynaud | vasospastic-disease"),
    Say("contributor-gi", "PV", "50F", "Conditions on the chart linked to muscle symptoms: irritable bowel syndrome (abdominal cramp, smooth muscle)", ("Abdominal cramp: active", "Irritable bowel syndrome: active"), problems="abdominal-cramp | irritable-bowel-syndrome"),
    Say("cervical-dystonia-options", "PV", "50F", "Cervical dystonia: options to discuss", ("Neck spasm: active", "Cervical dystonia: active"), problems="neck-spasm | cervical-dystonia"),
    Say("nocturnal-cramps-older-adult", "PV", "70F", "Night leg cramps are common (up to 60 % report them): first-line measures", ("Nocturnal leg cramp: active",), problems="nocturnal-leg-cramp"),
    Say("first-line-measures", "PV", "50F", "First-line measures for muscle spasm: stretching, hydration, heat", ("Muscle cramp: active, not confirmed",), problems="muscle-cramp,ver=provisional"),
    Say("first-line-measures", "OS", "50F", "First-line measures for muscle spasm: stretching, hydration, heat", ("tizanidine: draft order", "Muscle cramp: active"), meds="tizanidine@draft", problems="muscle-cramp"),
    Say("red-flags", "PV", "50F", "Red flag with muscle symptoms: saddle anaesthesia, possible cauda equina", ("Back spasm: active", "Saddle anaesthesia: active"), problems="back-spasm | saddle-anaesthesia", missing="Findings that are not coded are not seen; their absence here is not reassurance."),
    Say("red-flags", "PV", "50F", "Red flag with muscle symptoms: severe symptom, foot drop, sensory loss and 1 more", ("Muscle cramp: active, severe", "Foot drop: active", "Sensory loss: active", "Dark urine: active"), "CK", problems="muscle-cramp,severity=severe | foot-drop | sensory-loss | dark-urine"),
    Say("red-flags", "PV", "50F", "Red flag with muscle symptoms: progressive course", ("Muscle weakness: active, progressive",), "CK", problems="muscle-weakness,course=progressive"),
    Say("red-flags", "PV", "50F", "Red flag with muscle symptoms: present for 42 days or more", ("Muscle cramp: active",), problems="muscle-cramp,onset=-50,enc=true"),
    Say("imaging-consider", "PV", "50F", "Consider imaging for suspected structural cause: foot drop and radiculopathy", ("Back spasm: active", "Foot drop: active", "Radiculopathy: active"), "MRI", problems="back-spasm | foot-drop | radiculopathy"),
    Say("kidney-disease-electrolyte-risk", "PV", "50F", "Kidney disease (eGFR 48) may explain the electrolyte or muscle findings", ("eGFR: 48 mL/min/{1.73_m2} [kidney disease: eGFR < 60 mL/min/1.73 m2]",), obs=f"{LABS} | eGFR=48 mL/min/{{1.73_m2}}@-9", problems="muscle-cramp"),
    Say("kidney-disease-electrolyte-risk", "PV", "50F", "Kidney disease (dialysis) may explain the electrolyte or muscle findings", ("Dialysis: active",), obs=LABS, problems="muscle-cramp | dialysis", missing="No eGFR within a year; the recorded diagnosis counts."),
    Say("diuretic-monitoring-gap", "PV", "50F", "On furosemide, no potassium result in 365 days", ("furosemide: active",), "BMP! Mg", meds="furosemide@active,start=-100"),
    Say("diuretic-monitoring-gap", "PV", "50F", "On spironolactone, no potassium result in 180 days", ("spironolactone: active", "Last potassium: 4.2 mmol/L"), "BMP! Mg", obs="K=4.2 mmol/L@-200", meds="spironolactone@active,start=-400"),
    Say("diuretic-monitoring-gap", "PV", "50F", "On indapamide, no potassium result in 40 days", ("indapamide: active", "Last potassium: 4.2 mmol/L"), "BMP! Mg", obs="K=4.2 mmol/L@-41", meds="indapamide@active,start=-40"),
    Say("baclofen-abrupt-stop", "PV", "50F", "Fever 2 d after baclofen stopped: withdrawal?", tests="CK", obs="Temp=38.6 Cel@-0.1", meds="baclofen@stopped,end=-2"),
    Say("baclofen-abrupt-stop", "PV", "50F", "Seizure 7 d after baclofen stopped: withdrawal?", tests="CK", meds="baclofen@stopped,end=-7", problems="seizure,onset=-1"),
    Say("baclofen-abrupt-stop", "PV", "50F", "New spasm 1 d after baclofen stopped: withdrawal?", tests="CK", meds="baclofen@stopped,end=-1", problems="muscle-spasm,onset=-1"),
)  # fmt: skip


def finding_of(say: Say) -> Finding:
    found = assess_row(row(say.rule, say.hook, say.who, obs=say.obs, meds=say.meds, problems=say.problems, hits="none"))
    (hit,) = [hit for hit in found.hits if hit.rule_id == say.rule]
    return hit.finding


def offered(finding: Finding) -> str:
    wishes = [one for one in finding.suggestions if isinstance(one, OrderTest)]
    return " ".join(f"{one.test.value}{'!' if one.recommended else ''}" for one in wishes)


@pytest.mark.parametrize("say", SAYINGS, ids=str)
def test_what_a_finding_says(say: Say) -> None:
    finding = finding_of(say)
    assert write_summary(finding.summary) == say.summary
    if say.rows:
        assert tuple(f"{one.item}: {one.value}{f' [{one.limit}]' if one.limit else ''}" for one in finding.found) == say.rows  # fmt: skip
    assert offered(finding) == say.tests
    if say.missing:
        assert say.missing in finding.not_available
    assert finding.why.endswith(".")
    assert finding.consider or finding.closing
    assert finding.decided
