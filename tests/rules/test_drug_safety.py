"""Centrally acting treatments (B7)."""

from __future__ import annotations

import pytest

from tests.rows import Row, row
from tests.rules_harness import check_row

SPASM = "reason=muscle-spasm"
ROWS = (
    row("cyclobenzaprine at 64 gets first-line measures only", "OS", "64F", meds=f"cyclobenzaprine@draft,{SPASM}", hits="first-line-measures:info"),
    row("cyclobenzaprine at 65 is a Beers matter", "SG", "65F", meds=f"cyclobenzaprine@draft,{SPASM}", hits="muscle-relaxant-older-adult:warning"),
    row("age unknown is silent", "SG", "?F", meds=f"cyclobenzaprine@draft,{SPASM}", hits="none"),
    row("tizanidine at 70 is information", "OS", "70F", meds="tizanidine@draft,reason=spasticity", hits="muscle-relaxant-older-adult:info"),
    row("tizanidine at 70 after a fall warns", "OS", "70F", meds="tizanidine@draft,reason=spasticity", problems="falls,onset=-365", hits="muscle-relaxant-older-adult:warning"),
    row("a fall more than a year ago does not count", "OS", "70F", meds="tizanidine@draft,reason=spasticity", problems="falls,onset=-366", hits="muscle-relaxant-older-adult:info"),
    row("baclofen at 70 after a fragility fracture warns", "OS", "70F", meds="baclofen@draft,reason=spasticity", problems="fragility-fracture,onset=-100", hits="muscle-relaxant-older-adult:warning"),
    row("an active relaxant with a fall warns on chart open", "PV", "70F", meds="carisoprodol@active", problems="falls,onset=-100", hits="muscle-relaxant-older-adult:warning"),
    row("an active relaxant without a fall is silent on chart open", "PV", "70F", meds="carisoprodol@active", hits="none"),
    row("comfort care silences the relaxant", "SG", "70F", meds=f"cyclobenzaprine@draft,{SPASM}", problems="hospice-care,onset=-10", hits="none"),
    row("diazepam at 65 warns", "SG", "65F", meds="diazepam@draft,reason=anxiety-disorder", hits="benzodiazepine-older-adult:warning"),
    row("diazepam at 64 for anxiety is silent", "SG", "64F", meds="diazepam@draft,reason=anxiety-disorder", hits="none"),
    row("diazepam at 70 with a seizure disorder is silent", "SG", "70F", meds="diazepam@draft", problems="seizure-disorder,onset=-900", hits="none"),
    row("diazepam at 70 for alcohol withdrawal is silent", "SG", "70F", meds="diazepam@draft,reason=alcohol-withdrawal", hits="none"),
    row("diazepam at 70 for catatonia is silent", "SG", "70F", meds="diazepam@draft,reason=catatonia", hits="none"),
    row("diazepam for spasm has limited benefit", "OS", "50F", meds=f"diazepam@draft,{SPASM}", hits="benzodiazepine-limited-benefit:info, first-line-measures:info"),
    row("diazepam for spasm with an anxiety disorder is not commented", "OS", "50F", meds=f"diazepam@draft,{SPASM}", problems="anxiety-disorder,onset=-900", hits="first-line-measures:info"),
    row("diazepam without a reason and without a symptom is silent", "OS", "50F", meds="diazepam@draft", hits="none"),
    row("diazepam without a reason while a cramp is present", "OS", "50F", meds="diazepam@draft", problems="muscle-cramp", hits="benzodiazepine-limited-benefit:info, first-line-measures:info"),
    row("benzodiazepine and opioid at 50 warn", "SG", "50F", meds="oxycodone@draft | diazepam@active", hits="benzodiazepine-opioid:warning"),
    row("benzodiazepine and opioid at 65 are critical", "SG", "65F", meds="oxycodone@draft | diazepam@active", hits="benzodiazepine-opioid:critical"),
    row("benzodiazepine and opioid with sleep apnoea are critical", "SG", "50F", meds="oxycodone@draft | diazepam@active", problems="sleep-apnoea,onset=-900", hits="benzodiazepine-opioid:critical"),
    row("treatment of opioid use disorder is always a warning", "SG", "70F", meds="buprenorphine@active | diazepam@draft", problems="opioid-use-disorder,onset=-900", hits="benzodiazepine-opioid:warning, benzodiazepine-older-adult:warning"),
    row("both already active is not for the order of something else", "SG", "70F", meds="oxycodone@active | diazepam@active | paracetamol@draft", hits="none"),
    row("gabapentin and opioid at 50 are information", "OS", "50F", obs="eGFR=90 mL/min/{1.73_m2}@-10", meds="oxycodone@active | gabapentin@draft", hits="gabapentinoid-opioid:info"),
    row("gabapentin and opioid at 65 warn", "SG", "65F", obs="eGFR=90 mL/min/{1.73_m2}@-10", meds="oxycodone@active | gabapentin@draft", hits="gabapentinoid-opioid:warning"),
    row("gabapentin and opioid with eGFR 59 warn", "SG", "50F", obs="eGFR=59 mL/min/{1.73_m2}@-10", meds="oxycodone@draft | gabapentin@active", hits="gabapentinoid-opioid:warning"),
    row("gabapentin and opioid with eGFR 60 are information", "OS", "50F", obs="eGFR=60 mL/min/{1.73_m2}@-10", meds="oxycodone@draft | gabapentin@active", hits="gabapentinoid-opioid:info"),
    row("a third CNS-active drug at 65 warns", "SG", "65F", meds="sertraline@active | zolpidem@active | quetiapine@draft", hits="cns-active-polypharmacy:warning"),
    row("a second CNS-active drug does not", "SG", "65F", meds="sertraline@active | quetiapine@draft", hits="none"),
    row("a third CNS-active drug at 64 does not", "SG", "64F", meds="sertraline@active | zolpidem@active | quetiapine@draft", hits="none"),
    row("the same drug twice counts once", "SG", "65F", meds="sertraline@active | sertraline@active | quetiapine@draft", hits="none"),
    row("an antiseizure medicine counts", "SG", "65F", meds="levetiracetam@active | sertraline@active | quetiapine@draft", hits="cns-active-polypharmacy:warning"),
    row("gabapentin 1400 mg at 59 mL/min is inside the ceiling", "OS", "50F", obs="CrCl=59 mL/min@-10", meds="gabapentin@draft,dose=1400 mg/d", hits="none"),
    row("gabapentin 1401 mg at 59 mL/min is above", "OS", "50F", obs="CrCl=59 mL/min@-10", meds="gabapentin@draft,dose=1401 mg/d", hits="gabapentinoid-renal-dose:warning"),
    row("gabapentin 3600 mg at 60 mL/min is not commented", "OS", "50F", obs="CrCl=60 mL/min@-10", meds="gabapentin@draft,dose=3600 mg/d", hits="none"),
    row("gabapentin 1400 mg at 30 mL/min is inside", "OS", "50F", obs="CrCl=30 mL/min@-10", meds="gabapentin@draft,dose=1400 mg/d", hits="none"),
    row("gabapentin 701 mg at 29 mL/min is above", "OS", "50F", obs="CrCl=29 mL/min@-10", meds="gabapentin@draft,dose=701 mg/d", hits="gabapentinoid-renal-dose:warning"),
    row("gabapentin 700 mg at 15 mL/min is inside", "OS", "50F", obs="CrCl=15 mL/min@-10", meds="gabapentin@draft,dose=700 mg/d", hits="none"),
    row("gabapentin 301 mg at 14 mL/min is above", "OS", "50F", obs="CrCl=14 mL/min@-10", meds="gabapentin@draft,dose=301 mg/d", hits="gabapentinoid-renal-dose:warning"),
    row("pregabalin 301 mg at 45 mL/min is above", "OS", "50F", obs="CrCl=45 mL/min@-10", meds="pregabalin@draft,dose=301 mg/d", hits="gabapentinoid-renal-dose:warning"),
    row("pregabalin 150 mg at 20 mL/min is inside", "OS", "50F", obs="CrCl=20 mL/min@-10", meds="pregabalin@draft,dose=150 mg/d", hits="none"),
    row("pregabalin 76 mg at 10 mL/min is above", "OS", "50F", obs="CrCl=10 mL/min@-10", meds="pregabalin@draft,dose=76 mg/d", hits="gabapentinoid-renal-dose:warning"),
    row("a gabapentin dose that cannot be computed at 45 mL/min", "OS", "50F", obs="CrCl=45 mL/min@-10", meds="gabapentin@draft", hits="gabapentinoid-renal-dose:info"),
    row("a gabapentin dose that cannot be computed at 29 mL/min", "OS", "50F", obs="CrCl=29 mL/min@-10", meds="gabapentin@draft", hits="gabapentinoid-renal-dose:warning"),
    row("gabapentin at 65 without kidney function", "OS", "65F", meds="gabapentin@draft,dose=900 mg/d", hits="gabapentinoid-renal-dose:info"),
    row("gabapentin at 64 without kidney function is silent", "OS", "64F", meds="gabapentin@draft,dose=900 mg/d", hits="none"),
    row("Cockcroft-Gault decides when weight is known", "OS", "80F", obs="Cr=1.5 mg/dL@-10 | weight=50 kg@-20", meds="gabapentin@draft,dose=900 mg/d", hits="gabapentinoid-renal-dose:warning"),
    row("duloxetine at 29 mL/min", "SG", "50F", obs="CrCl=29 mL/min@-10", meds="duloxetine@draft", hits="duloxetine-renal-hepatic:warning"),
    row("duloxetine at 30 mL/min is silent", "SG", "50F", obs="CrCl=30 mL/min@-10", meds="duloxetine@draft", hits="none"),
    row("duloxetine in cirrhosis", "SG", "50F", meds="duloxetine@draft", problems="cirrhosis,onset=-900", hits="duloxetine-renal-hepatic:warning"),
    row("baclofen without spasticity", "OS", "50F", meds="baclofen@draft", hits="baclofen-indication:info"),
    row("baclofen in multiple sclerosis", "OS", "50F", meds="baclofen@draft", problems="multiple-sclerosis,onset=-900", hits="none"),
    row("baclofen for hiccup", "OS", "50F", meds="baclofen@draft,reason=hiccup", hits="none"),
    row("baclofen for cramps in cirrhosis", "OS", "50F", meds="baclofen@draft,reason=muscle-cramp", problems="cirrhosis,onset=-900", hits="first-line-measures:info"),
    row("baclofen for a muscle spasm", "OS", "50F", meds=f"baclofen@draft,{SPASM}", hits="baclofen-indication:info, first-line-measures:info"),
    row("baclofen at 65 with eGFR 59", "SG", "65F", obs="eGFR=59 mL/min/{1.73_m2}@-10", meds="baclofen@draft,reason=spasticity", hits="baclofen-renal:warning"),
    row("baclofen at 65 with eGFR 60 is silent", "SG", "65F", obs="eGFR=60 mL/min/{1.73_m2}@-10", meds="baclofen@draft,reason=spasticity", hits="none"),
    row("baclofen at 50 with eGFR 29", "SG", "50F", obs="eGFR=29 mL/min/{1.73_m2}@-10", meds="baclofen@draft,reason=spasticity", hits="baclofen-renal:warning"),
    row("baclofen at 50 with eGFR 30 is silent", "SG", "50F", obs="eGFR=30 mL/min/{1.73_m2}@-10", meds="baclofen@draft,reason=spasticity", hits="none"),
    row("baclofen on dialysis", "SG", "50F", meds="baclofen@draft,reason=spasticity", problems="dialysis,onset=-900", hits="baclofen-renal:warning"),
    row("quinine for cramps", "SG", "60F", meds="quinine@draft,reason=muscle-cramp", hits="quinine-cramps:warning"),
    row("quinine with a cramp on the problem list", "SG", "60F", meds="quinine@draft", problems="nocturnal-leg-cramp,onset=-900", hits="quinine-cramps:warning"),
    row("quinine for malaria is silent", "SG", "60F", meds="quinine@draft,reason=malaria", problems="muscle-cramp", hits="none"),
    row("quinine without a cramp is silent", "SG", "60F", meds="quinine@draft", hits="none"),
    row("nothing about prescribing choice on chart open", "PV", "70F", obs="K=4.2 mmol/L@-2", meds="diazepam@active | oxycodone@active | gabapentin@active | baclofen@active | quinine@active", hits="none"),
)  # fmt: skip


@pytest.mark.parametrize("case", ROWS, ids=str)
def test_row(case: Row) -> None:
    check_row(case)
