"""Neuroleptic malignant syndrome and antipsychotics (B6), withdrawal of baclofen."""

from __future__ import annotations

import pytest

from tests.rows import Row, row
from tests.rules_harness import assess_row, check_row

FEVER2 = "Temp=38.6 Cel@-0.2 | Temp=38.9 Cel@-0.1"
RIGID = "rigidity@active,onset=-1"
CK = "CK=1000 U/L@-0.5;ref=39-250"
BASE = "SBP=120 mm[Hg]@-30 | DBP=80 mm[Hg]@-30"
NMS = (
    row("without a dopamine antagonist nothing is said", "PV", "35M", obs=FEVER2, problems=RIGID, hits="none"),
    row("rigidity alone is watched", "PV", "35M", meds="haloperidol@active", problems=RIGID, hits="nms-watch:info"),
    row("rigidity recorded seven days ago counts", "PV", "35M", meds="haloperidol@active", problems="rigidity@active,onset=-7", hits="nms-watch:info"),
    row("rigidity recorded eight days ago does not count", "PV", "35M", meds="haloperidol@active", problems="rigidity@active,onset=-8", hits="none"),
    row("undated rigidity of Parkinson's disease does not count", "PV", "75M", meds="quetiapine@active", problems="rigidity@active,onset=? | parkinson-disease@active,onset=-900", hits="none"),
    row("rigidity and one fever are possible", "PV", "35M", obs="Temp=38.6 Cel@-0.2", meds="haloperidol@active", problems=RIGID, hits="nms-possible:warning"),
    row("rigidity, fever and confusion meet the tetrad arm", "PV", "35M", obs="Temp=38.6 Cel@-0.2 | GCS=14 {score}@-0.1", meds="haloperidol@active", problems=RIGID, hits="nms-probable:critical"),
    row("GCS 15 is not altered", "PV", "35M", obs="Temp=38.6 Cel@-0.2 | GCS=15 {score}@-0.1", meds="haloperidol@active", problems=RIGID, hits="nms-possible:warning"),
    row("AVPU voice is altered", "PV", "35M", obs="Temp=38.6 Cel@-0.2 | AVPU=voice@-0.1", meds="haloperidol@active", problems=RIGID, hits="nms-probable:critical"),
    row("AVPU alert is not altered", "PV", "35M", obs="Temp=38.6 Cel@-0.2 | AVPU=alert@-0.1", meds="haloperidol@active", problems=RIGID, hits="nms-possible:warning"),
    row("temperature of exactly 38.0 is no fever", "PV", "35M", obs="Temp=38.0 Cel@-0.2 | GCS=13 {score}@-0.1", meds="haloperidol@active", hits="none"),
    row("100.4 degrees Fahrenheit is exactly 38.0", "PV", "35M", obs="Temp=100.4 [degF]@-0.2 | GCS=13 {score}@-0.1", meds="haloperidol@active", hits="none"),
    row("101 degrees Fahrenheit is fever", "PV", "35M", obs="Temp=101 [degF]@-0.2 | GCS=13 {score}@-0.1", meds="haloperidol@active", hits="nms-possible:warning"),
    row("fever twice an hour apart is watched", "PV", "35M", obs="Temp=38.6 Cel@-0.2 | Temp=38.5 Cel@-0.1", meds="haloperidol@active", hits="nms-watch:info"),
    row("fever twice within the hour is one fever", "PV", "35M", obs="Temp=38.6 Cel@-0.11 | Temp=38.5 Cel@-0.1", meds="haloperidol@active", hits="none"),
    row("fever 72 hours ago still counts", "PV", "35M", obs="Temp=38.6 Cel@-3 | GCS=13 {score}@-2", meds="haloperidol@active", hits="nms-possible:warning"),
    row("fever 73 hours ago does not count", "PV", "35M", obs="Temp=38.6 Cel@-3.05 | GCS=13 {score}@-2", meds="haloperidol@active", hits="none"),
    row("a preliminary temperature never counts", "PV", "35M", obs="Temp=38.6 Cel@-0.2;preliminary | GCS=13 {score}@-0.1", meds="haloperidol@active", hits="none"),
    row("fever with tachycardia and tachypnoea is watched", "PV", "35M", obs="Temp=38.6 Cel@-0.2 | HR=101 /min@-0.1 | RR=21 /min@-0.1", meds="haloperidol@active", hits="nms-watch:info"),
    row("heart rate 100 and respiratory rate 20 are not raised", "PV", "35M", obs="Temp=38.6 Cel@-0.2 | HR=100 /min@-0.1 | RR=20 /min@-0.1", meds="haloperidol@active", hits="none"),
    row("CK of four times its limit alone is watched", "PV", "35M", obs=CK, meds="haloperidol@active", hits="nms-watch:info"),
    row("CK just below four times its limit is silent", "PV", "35M", obs="CK=999 U/L@-0.5;ref=39-250", meds="haloperidol@active", hits="none"),
    row("CK and fever are possible", "PV", "35M", obs=f"{CK} | Temp=38.6 Cel@-0.2", meds="haloperidol@active", hits="nms-possible:warning"),
    row("rigidity and CK are possible", "PV", "35M", obs=CK, meds="haloperidol@active", problems=RIGID, hits="nms-possible:warning"),
    row("three Levenson majors are probable", "PV", "35M", obs=f"{CK} | Temp=38.6 Cel@-0.2", meds="haloperidol@active", problems=RIGID, hits="nms-probable:critical"),
    row("two Levenson majors and four minors are probable", "PV", "35M", obs=f"{CK} | Temp=38.6 Cel@-0.2 | GCS=13 {{score}}@-0.1 | HR=120 /min@-0.1 | RR=24 /min@-0.1 | WBC=12 10*9/L@-0.2", meds="haloperidol@active", hits="nms-probable:critical"),
    row("two Levenson majors and three minors are possible", "PV", "35M", obs=f"{CK} | Temp=38.6 Cel@-0.2 | GCS=13 {{score}}@-0.1 | HR=120 /min@-0.1 | RR=24 /min@-0.1 | WBC=11 10*9/L@-0.2", meds="haloperidol@active", hits="nms-possible:warning"),
    row("DSM: rigidity, fever and two more", "PV", "35M", obs="Temp=38.6 Cel@-0.2", meds="haloperidol@active", problems=f"{RIGID} | tremor@active,onset=-1 | mutism@active,onset=-1", hits="nms-probable:critical"),
    row("DSM: rigidity, fever and one more are possible", "PV", "35M", obs="Temp=38.6 Cel@-0.2", meds="haloperidol@active", problems=f"{RIGID} | tremor@active,onset=-1", hits="nms-possible:warning"),
    row("IEC cut-off: exposure, fever twice, rigidity, confusion and CK make 78", "PV", "35M", obs=f"{FEVER2} | GCS=13 {{score}}@-0.1 | {CK}", meds="haloperidol@active", problems=RIGID, hits="nms-probable:critical"),
    row("blood pressure a quarter above baseline with fever and sweating is watched", "PV", "35M", obs=f"Temp=38.6 Cel@-0.2 | SBP=150 mm[Hg]@-0.1 | {BASE}", meds="haloperidol@active", problems="diaphoresis@active,onset=-1", hits="nms-watch:info"),
    row("blood pressure just below a quarter above baseline does not count", "PV", "35M", obs=f"Temp=38.6 Cel@-0.2 | SBP=149 mm[Hg]@-0.1 | {BASE}", meds="haloperidol@active", problems="diaphoresis@active,onset=-1", hits="none"),
    row("absolute pressure counts only without a baseline", "PV", "35M", obs="Temp=38.6 Cel@-0.2 | SBP=160 mm[Hg]@-0.1", meds="haloperidol@active", problems="diaphoresis@active,onset=-1", hits="nms-watch:info"),
    row("absolute pressure of 159 does not count", "PV", "35M", obs="Temp=38.6 Cel@-0.2 | SBP=159 mm[Hg]@-0.1", meds="haloperidol@active", problems="diaphoresis@active,onset=-1", hits="none"),
    row("a swing of 25 mmHg within a day counts", "PV", "35M", obs=f"Temp=38.6 Cel@-0.2 | SBP=140 mm[Hg]@-0.1 | SBP=115 mm[Hg]@-0.5 | {BASE}", meds="haloperidol@active", problems="urinary-incontinence@active,onset=-1", hits="nms-watch:info"),
    row("a swing of 24 mmHg does not count", "PV", "35M", obs=f"Temp=38.6 Cel@-0.2 | SBP=139 mm[Hg]@-0.1 | SBP=115 mm[Hg]@-0.5 | {BASE}", meds="haloperidol@active", problems="urinary-incontinence@active,onset=-1", hits="none"),
    row("a swing over more than a day does not count", "PV", "35M", obs=f"Temp=38.6 Cel@-0.2 | SBP=140 mm[Hg]@-0.1 | SBP=115 mm[Hg]@-1.2 | {BASE}", meds="haloperidol@active", problems="urinary-incontinence@active,onset=-1", hits="none"),
    row("metoclopramide is a dopamine antagonist", "PV", "35M", obs="Temp=38.6 Cel@-0.2 | GCS=13 {score}@-0.1", meds="metoclopramide@active", hits="nms-possible:warning"),
    row("tetrabenazine depletes dopamine", "PV", "35M", obs="Temp=38.6 Cel@-0.2 | GCS=13 {score}@-0.1", meds="tetrabenazine@active", hits="nms-possible:warning"),
    row("pimavanserin is no exposure", "PV", "35M", obs="Temp=38.6 Cel@-0.2 | GCS=13 {score}@-0.1", meds="pimavanserin@active", hits="none"),
    row("haloperidol stopped within 72 hours before the first feature is exposure", "PV", "35M", obs="Temp=38.6 Cel@-0.2 | GCS=13 {score}@-0.1", meds="haloperidol@stopped,end=-3", hits="nms-possible:warning"),
    row("haloperidol stopped four days before is none", "PV", "35M", obs="Temp=38.6 Cel@-0.2 | GCS=13 {score}@-0.1", meds="haloperidol@stopped,end=-4", hits="none"),
    row("a monthly depot stopped 28 days before is exposure", "PV", "35M", obs="Temp=38.6 Cel@-0.2 | GCS=13 {score}@-0.1", meds="haloperidol@stopped,end=-28,route=im-depot", hits="nms-possible:warning"),
    row("a monthly depot stopped 29 days before is none", "PV", "35M", obs="Temp=38.6 Cel@-0.2 | GCS=13 {score}@-0.1", meds="haloperidol@stopped,end=-29,route=im-depot", hits="none"),
    row("a three-monthly depot stopped 90 days before is exposure", "PV", "35M", obs="Temp=38.6 Cel@-0.2 | GCS=13 {score}@-0.1", meds="paliperidone@stopped,end=-90,route=im-depot-3m", hits="nms-possible:warning"),
    row("levodopa stopped two days before is exposure", "PV", "70M", obs="Temp=38.6 Cel@-0.2 | GCS=13 {score}@-0.1", meds="levodopa@stopped,end=-2", hits="nms-possible:warning"),
    row("levodopa stopped four days before is none", "PV", "70M", obs="Temp=38.6 Cel@-0.2 | GCS=13 {score}@-0.1", meds="levodopa@stopped,end=-4", hits="none"),
    row("levodopa taken is no exposure", "PV", "70M", obs="Temp=38.6 Cel@-0.2 | GCS=13 {score}@-0.1", meds="levodopa@active", hits="none"),
    row("active NMS on an active antagonist is critical and silences the rest", "PV", "35M", obs=FEVER2, meds="haloperidol@active", problems=f"{RIGID} | neuroleptic-malignant-syndrome@active", hits="nms-active-on-antagonist:critical"),
    row("active NMS without an antagonist is silent", "PV", "35M", obs=FEVER2, problems=f"{RIGID} | neuroleptic-malignant-syndrome@active", hits="none"),
    row("possible NMS survives comfort care", "PV", "85F", obs="Temp=38.6 Cel@-0.2 | GCS=13 {score}@-0.1", meds="haloperidol@active", problems="hospice-care", hits="nms-possible:warning"),
    row("watch does not survive comfort care", "PV", "85F", meds="haloperidol@active", problems=f"{RIGID} | comfort-care", hits="none"),
    row("NMS is not looked for below eighteen", "PV", "17M", obs=FEVER2, meds="haloperidol@active", problems=RIGID, hits="none"),
    row("an antipsychotic is ordered during NMS", "OS", "35M", meds="quetiapine@draft", problems="neuroleptic-malignant-syndrome@active", hits="antipsychotic-order-nms-active:critical"),
    row("an antipsychotic is ordered with a probable picture on another", "SG", "35M", obs="Temp=38.6 Cel@-0.2 | GCS=13 {score}@-0.1", meds="haloperidol@active | olanzapine@draft", problems=RIGID, hits="antipsychotic-order-nms-active:critical"),
    row("an antipsychotic is ordered with a possible picture on another", "SG", "35M", obs="Temp=38.6 Cel@-0.2 | GCS=13 {score}@-0.1", meds="haloperidol@active | olanzapine@draft", hits="antipsychotic-order-nms-active:warning"),
    row("a new order is not exposure", "SG", "35M", obs="Temp=38.6 Cel@-0.2 | GCS=13 {score}@-0.1", meds="olanzapine@draft", problems=RIGID, hits="none"),
    row("an antipsychotic 14 days after NMS is critical", "OS", "35M", meds="quetiapine@draft", problems="neuroleptic-malignant-syndrome@resolved,onset=-40,abated=-14", hits="antipsychotic-order-nms-history:critical"),
    row("an antipsychotic 15 days after NMS warns", "OS", "35M", meds="quetiapine@draft", problems="neuroleptic-malignant-syndrome@resolved,onset=-40,abated=-15", hits="antipsychotic-order-nms-history:warning"),
    row("an antiemetic after NMS of unknown date warns", "OS", "35M", meds="metoclopramide@draft", problems="neuroleptic-malignant-syndrome@resolved,onset=?", hits="antipsychotic-order-nms-history:warning"),
    row("refuted NMS counts for nothing", "OS", "35M", meds="quetiapine@draft", problems="neuroleptic-malignant-syndrome@active,ver=refuted", hits="none"),
)  # fmt: skip
ANTIPSYCHOTICS = (
    row("mild low potassium on haloperidol warns", "PV", "35M", obs="K=3.4 mmol/L@-1", meds="haloperidol@active", hits="antipsychotic-qt-electrolytes:warning, potassium-low:info"),
    row("potassium 2.9 on clozapine warns", "PV", "35M", obs="K=2.9 mmol/L@-1", meds="clozapine@active", hits="antipsychotic-qt-electrolytes:warning, potassium-low:warning"),
    row("potassium 2.9 on aripiprazole is no QT matter", "PV", "35M", obs="K=2.9 mmol/L@-1", meds="aripiprazole@active", hits="potassium-low:warning"),
    row("potassium 2.9 eight days old on haloperidol warns", "PV", "35M", obs="K=2.9 mmol/L@-8", meds="haloperidol@active", hits="antipsychotic-qt-electrolytes:warning, potassium-low:warning"),
    row("treated potassium 2.9 on haloperidol steps down", "PV", "35M", obs="K=2.9 mmol/L@-1", meds="haloperidol@active | potassium chloride@active,start=-0.5", hits="antipsychotic-qt-electrolytes:warning, potassium-low:info"),
    row("moderate low magnesium on haloperidol is major", "PV", "35M", obs="Mg=0.49 mmol/L@-1", meds="haloperidol@active", hits="antipsychotic-qt-electrolytes:critical, magnesium-low:warning"),
    row("mild low magnesium on haloperidol is minor", "PV", "35M", obs="Mg=0.50 mmol/L@-1", meds="haloperidol@active", hits="antipsychotic-qt-electrolytes:warning, magnesium-low:info"),
    row("severe low calcium on haloperidol is major", "PV", "35M", obs="iCa=0.89 mmol/L@-1", meds="haloperidol@active", hits="antipsychotic-qt-electrolytes:critical, calcium-low:critical"),
    row("moderate low calcium on haloperidol is minor", "PV", "35M", obs="iCa=0.95 mmol/L@-1", meds="haloperidol@active", hits="antipsychotic-qt-electrolytes:warning, calcium-low:warning"),
    row("QTc 500 on haloperidol is critical", "PV", "35M", obs="QTc=500 ms@-1", meds="haloperidol@active", hits="antipsychotic-qt-electrolytes:critical"),
    row("QTc 499 in a man warns", "PV", "35M", obs="QTc=499 ms@-1", meds="haloperidol@active", hits="antipsychotic-qt-electrolytes:warning"),
    row("QTc 470 in a man warns", "PV", "35M", obs="QTc=470 ms@-1", meds="haloperidol@active", hits="antipsychotic-qt-electrolytes:warning"),
    row("QTc 479 in a woman is silent", "PV", "35F", obs="QTc=479 ms@-1", meds="haloperidol@active", hits="none"),
    row("QTc 480 in a woman warns", "PV", "35F", obs="QTc=480 ms@-1", meds="haloperidol@active", hits="antipsychotic-qt-electrolytes:warning"),
    row("QTc 31 days old is too old", "PV", "35F", obs="QTc=520 ms@-31", meds="haloperidol@active", hits="none"),
    row("haloperidol is chosen with potassium 2.9", "OS", "35F", obs="K=2.9 mmol/L@-1", meds="haloperidol@draft", hits="antipsychotic-qt-electrolytes:critical"),
    row("an active haloperidol is not judged at the order of something else", "OS", "35F", obs="K=2.9 mmol/L@-1", meds="haloperidol@active | paracetamol@draft", hits="none"),
    row("torticollis three days after starting haloperidol", "PV", "22M", meds="haloperidol@active,start=-3", problems="torticollis@active,onset=-1", hits="antipsychotic-dystonia:warning"),
    row("laryngeal dystonia is critical", "PV", "22M", meds="haloperidol@active,start=-3", problems="laryngeal-dystonia@active,onset=-1", hits="antipsychotic-dystonia:critical"),
    row("a start seven days ago counts", "PV", "22M", meds="metoclopramide@active,start=-7", problems="oculogyric-crisis@active,onset=-1", hits="antipsychotic-dystonia:warning"),
    row("a start eight days ago does not", "PV", "22M", meds="metoclopramide@active,start=-8", problems="oculogyric-crisis@active,onset=-1", hits="none"),
    row("an unknown start does not", "PV", "22M", meds="haloperidol@active", problems="torticollis@active,onset=-1", hits="none"),
    row("stiffness on risperidone asks for an examination", "PV", "50M", obs="K=4.2 mmol/L@-2 | Ca=2.3 mmol/L@-2 | Mg=0.85 mmol/L@-2", meds="risperidone@active", problems="muscle-stiffness", hits="antipsychotic-muscle-symptoms:info, muscle-symptom-medication-review:info, first-line-measures:info"),
    row("haloperidol in Parkinson's disease is critical", "OS", "75M", meds="haloperidol@draft", problems="parkinson-disease@active,onset=-900", hits="antipsychotic-order-parkinson:critical"),
    row("risperidone in Lewy body dementia warns", "OS", "75M", meds="risperidone@draft", problems="lewy-body-dementia@active,onset=-900", hits="antipsychotic-order-parkinson:warning"),
    row("quetiapine in Parkinson's disease is silent", "OS", "75M", meds="quetiapine@draft", problems="parkinson-disease@active,onset=-900", hits="none"),
    row("domperidone in Parkinson's disease is silent", "OS", "75M", meds="domperidone@draft", problems="parkinson-disease@active,onset=-900", hits="none"),
    row("fever after baclofen stopped asks for withdrawal", "PV", "50M", obs="Temp=38.6 Cel@-0.2", meds="baclofen@stopped,end=-2", hits="baclofen-abrupt-stop:warning"),
    row("intrathecal baclofen is critical", "PV", "50M", obs="Temp=38.6 Cel@-0.2", meds="baclofen@stopped,end=-2,route=intrathecal", hits="baclofen-abrupt-stop:critical"),
    row("baclofen stopped seven days ago counts", "PV", "50M", meds="baclofen@stopped,end=-7", problems="seizure@active,onset=-1", hits="baclofen-abrupt-stop:warning"),
    row("baclofen stopped eight days ago does not", "PV", "50M", meds="baclofen@stopped,end=-8", problems="seizure@active,onset=-1", hits="none"),
)  # fmt: skip


@pytest.mark.parametrize("case", (*NMS, *ANTIPSYCHOTICS), ids=str)
def test_row(case: Row) -> None:
    check_row(case)


def points(case: Row) -> int | None:
    return assess_row(case).hits[0].finding.points


@pytest.mark.parametrize(
    ("sentence", "obs", "problems", "expected"),
    [
        ("exposure and rigidity", "", RIGID, 37),
        ("exposure, fever twice, rigidity and confusion", f"{FEVER2} | GCS=13 {{score}}@-0.1", RIGID, 68),
        ("one fever earns no fever points", "Temp=38.6 Cel@-0.2 | GCS=13 {score}@-0.1", "", 33),
        ("everything but hypermetabolism", f"{FEVER2} | GCS=13 {{score}}@-0.1 | {CK}", f"{RIGID} | diaphoresis@active,onset=-1 | urinary-incontinence@active,onset=-1", 88),
    ],
)  # fmt: skip
def test_iec_points(sentence: str, obs: str, problems: str, expected: int) -> None:
    assert (
        points(row(sentence, "PV", "35M", obs=obs, meds="haloperidol@active", problems=problems, hits="none"))
        == expected
    )
