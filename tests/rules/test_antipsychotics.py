"""Antipsychotics: orders during and after NMS, QT, acute dystonia, muscle symptoms, Parkinson's disease; baclofen withdrawal."""

from __future__ import annotations

import pytest

from tests.rows import Row, row
from tests.rules_harness import check_row

NMS = "neuroleptic-malignant-syndrome"
CONFUSED = "Temp=38.6 Cel@-0.2 | GCS=13 {score}@-0.1"
RIGID = "rigidity@active,onset=-1"
LABS = "K=4.2 mmol/L@-2 | Ca=2.3 mmol/L@-2 | Mg=0.85 mmol/L@-2"
ACTIVE, HISTORY = "antipsychotic-order-nms-active", "antipsychotic-order-nms-history"
QT, DYSTONIA = "antipsychotic-qt-electrolytes", "antipsychotic-dystonia"
MUSCLE, PARKINSON = "antipsychotic-muscle-symptoms:info", "antipsychotic-order-parkinson"
GUIDANCE = "muscle-symptom-medication-review:info, first-line-measures:info"
ORDERS = (
    row("metoclopramide is ordered during NMS", "SG", "35M", meds="metoclopramide@draft", problems=f"{NMS}@active", hits=f"{ACTIVE}:critical"),
    row("tetrabenazine is ordered during NMS", "SG", "35M", meds="tetrabenazine@draft", problems=f"{NMS}@active", hits=f"{ACTIVE}:critical"),
    row("pimavanserin is ordered during NMS", "SG", "35M", meds="pimavanserin@draft", problems=f"{NMS}@active", hits="none"),
    row("an antipsychotic is drafted but not selected during NMS", "OS", "35M", meds="quetiapine@draft-unselected", problems=f"{NMS}@active", hits="none"),
    row("at signing every draft counts", "SG", "35M", meds="quetiapine@draft-unselected", problems=f"{NMS}@active", hits=f"{ACTIVE}:critical"),
    row("an order that says do not perform is none", "SG", "35M", meds="quetiapine@draft,dnp=true", problems=f"{NMS}@active", hits="none"),
    row("during NMS an order is critical under comfort care", "SG", "35M", meds="quetiapine@draft", problems=f"{NMS}@active | comfort-care", hits=f"{ACTIVE}:critical"),
    row("an order with possible features is silent under comfort care", "SG", "35M", obs=CONFUSED, meds="haloperidol@active | olanzapine@draft", problems="comfort-care", hits="none"),
    row("an order with one watched feature is silent", "SG", "35M", meds="haloperidol@active | olanzapine@draft", problems=RIGID, hits="none"),
    row("the same drug ordered again: its active order is the other exposure", "SG", "35M", obs=CONFUSED, meds="haloperidol@active | haloperidol@draft", hits=f"{ACTIVE}:warning"),
    row("an order after a recent antagonist with features", "SG", "35M", obs=CONFUSED, meds="haloperidol@stopped,end=-2 | olanzapine@draft", hits=f"{ACTIVE}:warning"),
    row("an order after a long-stopped antagonist with features", "SG", "35M", obs=CONFUSED, meds="haloperidol@stopped,end=-20 | olanzapine@draft", hits="none"),
    row("metoclopramide is ordered after levodopa was stopped, with features", "OS", "70M", obs=CONFUSED, meds="levodopa@stopped,end=-2 | metoclopramide@draft", problems=RIGID, hits=f"{ACTIVE}:critical"),
    row("two drafts are no exposure for each other", "SG", "35M", obs=CONFUSED, meds="haloperidol@draft | olanzapine@draft", problems=RIGID, hits="none"),
    row("another order during probable NMS says nothing", "SG", "35M", obs=CONFUSED, meds="haloperidol@active | paracetamol@draft", problems=RIGID, hits="none"),
    row("active NMS and an earlier episode speak once", "SG", "35M", meds="quetiapine@draft", problems=f"{NMS}@active | {NMS}@resolved,onset=-400,abated=-390", hits=f"{ACTIVE}:critical"),
    row("features and an earlier episode both speak", "SG", "35M", obs=CONFUSED, meds="haloperidol@active | quetiapine@draft", problems=f"{NMS}@resolved,onset=-400,abated=-390", hits=f"{ACTIVE}:warning, {HISTORY}:warning"),
    row("the end of NMS fourteen days and half a minute ago", "SG", "35M", meds="quetiapine@draft", problems=f"{NMS}@resolved,onset=-40,abated=-14.0003", hits=f"{HISTORY}:critical"),
    row("the end of NMS fourteen days and a quarter of an hour ago", "SG", "35M", meds="quetiapine@draft", problems=f"{NMS}@resolved,onset=-40,abated=-14.01", hits=f"{HISTORY}:warning"),
    row("inactive NMS without an end", "SG", "35M", meds="quetiapine@draft", problems=f"{NMS}@inactive,onset=-5", hits=f"{HISTORY}:warning"),
    row("NMS in remission without an end", "SG", "35M", meds="quetiapine@draft", problems=f"{NMS}@remission,onset=-400", hits=f"{HISTORY}:warning"),
    row("of two episodes the latest end counts", "SG", "35M", meds="quetiapine@draft", problems=f"{NMS}@resolved,onset=-400,abated=-390 | {NMS}@resolved,onset=-30,abated=-10", hits=f"{HISTORY}:critical"),
    row("pimavanserin after NMS", "SG", "35M", meds="pimavanserin@draft", problems=f"{NMS}@resolved,onset=-40,abated=-10", hits="none"),
    row("valbenazine after NMS", "OS", "35M", meds="valbenazine@draft", problems=f"{NMS}@resolved,onset=-40,abated=-10", hits=f"{HISTORY}:critical"),
    row("an antagonist soon after NMS is critical under comfort care", "SG", "35M", meds="quetiapine@draft", problems=f"{NMS}@resolved,onset=-40,abated=-10 | hospice-care", hits=f"{HISTORY}:critical"),
    row("an antagonist long after NMS is silent under comfort care", "SG", "35M", meds="quetiapine@draft", problems=f"{NMS}@resolved,onset=-400,abated=-390 | hospice-care", hits="none"),
    row("earlier NMS says nothing on chart open", "PV", "35M", meds="quetiapine@active", problems=f"{NMS}@resolved,onset=-40,abated=-10", hits="none"),
    row("refuted earlier NMS says nothing", "SG", "35M", meds="quetiapine@draft", problems=f"{NMS}@resolved,onset=-40,abated=-10,ver=refuted", hits="none"),
)  # fmt: skip
HIGHER = (
    "haloperidol", "chlorpromazine", "thioridazine", "pimozide", "droperidol", "levomepromazine", "sulpiride", "sertindole",
    "quetiapine", "olanzapine", "risperidone", "ziprasidone", "amisulpride",
)  # fmt: skip
LISTED_POSSIBLE = ("clozapine", "paliperidone", "iloperidone", "asenapine", "pimavanserin", "perphenazine")
UNLISTED = (
    "aripiprazole", "brexpiprazole", "cariprazine", "lumateperone", "lurasidone", "fluphenazine", "trifluoperazine",
    "zuclopenthixol", "flupentixol", "loxapine", "prochlorperazine", "promethazine", "metoclopramide", "domperidone",
)  # fmt: skip
LISTS = (
    *(row(f"QTc 500 at the order of {drug} (higher list)", "SG", "35M", obs="QTc=500 ms@-1", meds=f"{drug}@draft", hits=f"{QT}:critical") for drug in HIGHER),
    *(row(f"QTc 500 at the order of {drug} (possible list)", "SG", "35M", obs="QTc=500 ms@-1", meds=f"{drug}@draft", hits=f"{QT}:warning") for drug in LISTED_POSSIBLE),
    *(row(f"QTc 500 at the order of {drug} (no list)", "SG", "35M", obs="QTc=500 ms@-1", meds=f"{drug}@draft", hits="none") for drug in UNLISTED),
)  # fmt: skip
QT_ROWS = (
    row("potassium 3.0 is minor", "SG", "35M", obs="K=3.0 mmol/L@-1", meds="haloperidol@draft", hits=f"{QT}:warning"),
    row("potassium 3.5 is normal", "SG", "35M", obs="K=3.5 mmol/L@-1", meds="haloperidol@draft", hits="none"),
    row("potassium 2.9 thirty days old is major but old", "SG", "35M", obs="K=2.9 mmol/L@-30", meds="haloperidol@draft", hits=f"{QT}:warning"),
    row("potassium 2.9 thirty-one days old is too old", "SG", "35M", obs="K=2.9 mmol/L@-31", meds="haloperidol@draft", hits="none"),
    row("potassium 2.9 seven days old is fresh", "SG", "35M", obs="K=2.9 mmol/L@-7", meds="haloperidol@draft", hits=f"{QT}:critical"),
    row("QTc 500 eight days old warns", "SG", "35M", obs="QTc=500 ms@-8", meds="haloperidol@draft", hits=f"{QT}:warning"),
    row("QTc 500 thirty days old warns", "SG", "35M", obs="QTc=500 ms@-30", meds="haloperidol@draft", hits=f"{QT}:warning"),
    row("a fresh minor beside an old major warns", "SG", "35M", obs="K=3.4 mmol/L@-1 | QTc=505 ms@-10", meds="haloperidol@draft", hits=f"{QT}:warning"),
    row("a fresh major beside an old one is critical", "SG", "35M", obs="K=2.9 mmol/L@-1 | QTc=505 ms@-10", meds="haloperidol@draft", hits=f"{QT}:critical"),
    row("magnesium 1.1 mg/dL is major", "SG", "35M", obs="Mg=1.1 mg/dL@-1", meds="haloperidol@draft", hits=f"{QT}:critical"),
    row("magnesium 1.2 mg/dL is minor", "SG", "35M", obs="Mg=1.2 mg/dL@-1", meds="haloperidol@draft", hits=f"{QT}:warning"),
    row("magnesium 1.6 mg/dL is minor", "SG", "35M", obs="Mg=1.6 mg/dL@-1", meds="haloperidol@draft", hits=f"{QT}:warning"),
    row("magnesium 1.7 mg/dL is normal", "SG", "35M", obs="Mg=1.7 mg/dL@-1", meds="haloperidol@draft", hits="none"),
    row("mild low calcium is no QT matter", "SG", "35M", obs="iCa=1.05 mmol/L@-1", meds="haloperidol@draft", hits="none"),
    row("QTc 469 in a man is silent", "SG", "35M", obs="QTc=469 ms@-1", meds="haloperidol@draft", hits="none"),
    row("QTc 470 with unknown sex warns", "SG", "35U", obs="QTc=470 ms@-1", meds="haloperidol@draft", hits=f"{QT}:warning"),
    row("QTc 505 reported as above 500 is critical", "SG", "35F", obs="QTc=>500 ms@-1", meds="haloperidol@draft", hits=f"{QT}:critical"),
    row("the newest QTc counts", "SG", "35M", obs="QTc=510 ms@-3 | QTc=440 ms@-1", meds="haloperidol@draft", hits="none"),
    row("a preliminary potassium drives no order rule", "SG", "35M", obs="K=2.3 mmol/L@-1;preliminary", meds="haloperidol@draft", hits="none"),
    row("treated major steps down to warning", "SG", "35M", obs="K=2.9 mmol/L@-1", meds="haloperidol@draft | potassium chloride@active,start=-0.5", hits=f"{QT}:warning"),
    row("treated minor steps down to information, so not at signing", "SG", "35M", obs="K=3.3 mmol/L@-1", meds="haloperidol@draft | potassium chloride@active,start=-0.5", hits="none"),
    row("treated minor steps down to information at selection", "OS", "35M", obs="K=3.3 mmol/L@-1", meds="haloperidol@draft | potassium chloride@active,start=-0.5", hits=f"{QT}:info"),
    row("a supplement that predates the result is no treatment", "SG", "35M", obs="K=2.9 mmol/L@-1", meds="haloperidol@draft | potassium chloride@active,start=-30", hits=f"{QT}:critical"),
    row("one of two abnormal electrolytes treated is not enough", "SG", "35M", obs="K=2.9 mmol/L@-1 | Mg=0.6 mmol/L@-1", meds="haloperidol@draft | potassium chloride@active,start=-0.5", hits=f"{QT}:critical"),
    row("treated potassium with a long QTc does not step down", "SG", "35M", obs="K=2.9 mmol/L@-1 | QTc=475 ms@-1", meds="haloperidol@draft | potassium chloride@active,start=-0.5", hits=f"{QT}:critical"),
    row("treated major on the possible list steps down to information", "OS", "35M", obs="K=2.9 mmol/L@-1", meds="clozapine@draft | potassium chloride@active,start=-0.5", hits=f"{QT}:info"),
    row("of a higher and a possible drug the higher one weighs", "SG", "35M", obs="K=2.9 mmol/L@-1", meds="clozapine@draft | haloperidol@draft", hits=f"{QT}:critical"),
    row("a draft that is not selected is not judged", "OS", "35M", obs="K=2.9 mmol/L@-1", meds="haloperidol@draft-unselected | paracetamol@draft", hits="none"),
    row("an active drug is judged on chart open", "PV", "35M", obs="QTc=505 ms@-1", meds="clozapine@active", hits=f"{QT}:warning"),
    row("a drug on hold is not judged", "PV", "35M", obs="QTc=505 ms@-1", meds="haloperidol@on-hold", hits="none"),
    row("a critical QT hit survives comfort care", "PV", "35M", obs="QTc=505 ms@-1", meds="haloperidol@active", problems="comfort-care", hits=f"{QT}:critical"),
    row("a QT warning does not survive comfort care", "PV", "35M", obs="QTc=480 ms@-1", meds="haloperidol@active", problems="comfort-care", hits="none"),
)  # fmt: skip
SIGNS = ("acute-dystonia", "oculogyric-crisis", "torticollis", "trismus")
DYSTONIAS = (
    *(row(f"{sign} two days after haloperidol", "PV", "22M", meds="haloperidol@active,start=-2", problems=f"{sign}@active,onset=-1", hits=f"{DYSTONIA}:warning") for sign in SIGNS),
    row("neck spasm two days after haloperidol: guidance goes on, the muscle card is silent", "PV", "22M", obs=LABS, meds="haloperidol@active,start=-2", problems="neck-spasm@active,onset=-1", hits=f"{DYSTONIA}:warning, {GUIDANCE}"),
    row("neck spasm on haloperidol of unknown start", "PV", "22M", obs=LABS, meds="haloperidol@active", problems="neck-spasm@active,onset=-1", hits=f"{MUSCLE}, {GUIDANCE}"),
    row("a sign of seven days ago counts", "PV", "22M", meds="haloperidol@active,start=-7", problems="trismus@active,onset=-7", hits=f"{DYSTONIA}:warning"),
    row("a sign of eight days ago does not", "PV", "22M", meds="haloperidol@active,start=-7", problems="trismus@active,onset=-8", hits="none"),
    row("an undated sign does not", "PV", "22M", meds="haloperidol@active,start=-3", problems="trismus@active,onset=?", hits="none"),
    row("a renewal three days ago is not the start", "PV", "22M", meds="haloperidol@active,start=-200 | haloperidol@active,start=-3", problems="trismus@active,onset=-1", hits="none"),
    row("another drug started three days ago is", "PV", "22M", meds="olanzapine@active,start=-200 | haloperidol@active,start=-3", problems="trismus@active,onset=-1", hits=f"{DYSTONIA}:warning"),
    row("promethazine can do it", "PV", "22M", meds="promethazine@active,start=-3", problems="trismus@active,onset=-1", hits=f"{DYSTONIA}:warning"),
    row("a depleter is left out", "PV", "22M", meds="tetrabenazine@active,start=-3", problems="trismus@active,onset=-1", hits="none"),
    row("pimavanserin is left out", "PV", "22M", meds="pimavanserin@active,start=-3", problems="trismus@active,onset=-1", hits="none"),
    row("a stopped drug is left out", "PV", "22M", meds="haloperidol@stopped,start=-3,end=-1", problems="trismus@active,onset=-1", hits="none"),
    row("chronic dystonia and cervical dystonia are no acute sign", "PV", "22M", meds="haloperidol@active,start=-3", problems="dystonia@active,onset=-1 | cervical-dystonia@active,onset=-1", hits="none"),
    row("laryngeal dystonia survives comfort care", "PV", "22M", meds="haloperidol@active,start=-3", problems="laryngeal-dystonia@active,onset=-1 | comfort-care", hits=f"{DYSTONIA}:critical"),
    row("laryngeal dystonia beside trismus is critical", "PV", "22M", meds="haloperidol@active,start=-3", problems="trismus@active,onset=-1 | laryngeal-dystonia@active,onset=-1", hits=f"{DYSTONIA}:critical"),
)  # fmt: skip
SYMPTOMS = (
    *(
        row(f"{symptom} on risperidone", "PV", "50M", obs=LABS, meds="risperidone@active", problems=symptom, hits=f"{MUSCLE}, {GUIDANCE}")
        for symptom in ("muscle-stiffness", "muscle-spasm", "muscle-cramp", "muscle-weakness", "myalgia")
    ),
    row("pain on walking on risperidone is none of these", "PV", "50M", obs=LABS, meds="risperidone@active", problems="exertional-leg-pain", hits=GUIDANCE),
    row("an older stiffness is none", "PV", "50M", obs=LABS, meds="risperidone@active", problems="muscle-stiffness,onset=-31", hits="none"),
    row("metoclopramide is no antipsychotic", "PV", "50M", obs=LABS, meds="metoclopramide@active", problems="muscle-stiffness", hits="first-line-measures:info"),
    row("a watched feature silences it", "PV", "50M", obs=LABS, meds="risperidone@active", problems=f"muscle-stiffness | {RIGID}", hits=f"nms-watch:info, {GUIDANCE}"),
    row("a probable picture silences it and the first-line measures", "PV", "50M", obs=f"{LABS} | {CONFUSED}", meds="risperidone@active", problems=f"muscle-stiffness | {RIGID}", hits="nms-probable:critical, muscle-symptom-medication-review:info"),
    row("active NMS on the drug silences it", "PV", "50M", obs=LABS, meds="risperidone@active", problems=f"muscle-stiffness | {NMS}@active", hits="nms-active-on-antagonist:critical, muscle-symptom-medication-review:info"),
)  # fmt: skip
PARKINSON_ROWS = (
    *(row(f"{drug} in Parkinson's disease warns", "SG", "75M", meds=f"{drug}@draft", problems="parkinson-disease@active,onset=-900", hits=f"{PARKINSON}:warning") for drug in ("olanzapine", "risperidone", "aripiprazole", "prochlorperazine", "promethazine")),
    *(row(f"{drug} in Lewy body dementia is critical", "SG", "75M", meds=f"{drug}@draft", problems="lewy-body-dementia@active,onset=-900", hits=f"{PARKINSON}:critical") for drug in ("haloperidol", "metoclopramide")),
    *(row(f"{drug} in Parkinson's disease is spared", "SG", "75M", meds=f"{drug}@draft", problems="parkinson-disease@active,onset=-900", hits="none") for drug in ("quetiapine", "clozapine", "pimavanserin", "domperidone", "tetrabenazine", "deutetrabenazine", "valbenazine")),
    row("undated Parkinson's disease counts", "SG", "75M", meds="haloperidol@draft", problems="parkinson-disease@active,onset=?", hits=f"{PARKINSON}:critical"),
    row("Parkinson's disease that was resolved does not", "SG", "75M", meds="haloperidol@draft", problems="parkinson-disease@resolved,onset=-900", hits="none"),
    row("a warning about Parkinson's disease is silent under comfort care", "SG", "75M", meds="olanzapine@draft", problems="parkinson-disease@active,onset=-900 | comfort-care", hits="none"),
    row("an active haloperidol in Parkinson's disease is not judged on chart open", "PV", "75M", meds="haloperidol@active", problems="parkinson-disease@active,onset=-900", hits="none"),
    row("of quetiapine and haloperidol only the latter counts", "SG", "75M", meds="quetiapine@draft | haloperidol@draft", problems="parkinson-disease@active,onset=-900", hits=f"{PARKINSON}:critical"),
)  # fmt: skip
STOP = "baclofen-abrupt-stop"
BACLOFEN = (
    row("confusion after baclofen stopped", "PV", "50M", obs="GCS=14 {score}@-0.1", meds="baclofen@stopped,end=-2", hits=f"{STOP}:warning"),
    row("delirium after baclofen stopped", "PV", "50M", meds="baclofen@stopped,end=-2", problems="delirium@active,onset=-1", hits=f"{STOP}:warning"),
    row("rigidity after baclofen stopped", "PV", "50M", meds="baclofen@completed,end=-2", problems=RIGID, hits=f"{STOP}:warning"),
    row("spasticity after baclofen was cancelled", "PV", "50M", meds="baclofen@cancelled,end=-2", problems="spasticity@active,onset=-1", hits=f"{STOP}:warning"),
    row("old spasticity is not new", "PV", "50M", meds="baclofen@stopped,end=-2", problems="spasticity@active,onset=-400", hits="none"),
    row("undated spasticity is not new", "PV", "50M", meds="baclofen@stopped,end=-2", problems="spasticity@active,onset=?", hits="none"),
    row("new muscle spasm after baclofen stopped", "PV", "50M", obs=LABS, meds="baclofen@stopped,end=-2", problems="muscle-spasm@active,onset=-1", hits=f"{STOP}:warning, first-line-measures:info"),
    row("new muscle spasm after intrathecal baclofen silences the first-line measures", "PV", "50M", obs=LABS, meds="baclofen@stopped,end=-2,route=intrathecal", problems="muscle-spasm@active,onset=-1", hits=f"{STOP}:critical"),
    row("a seizure that is over is none", "PV", "50M", meds="baclofen@stopped,end=-2", problems="seizure@resolved,onset=-1", hits="none"),
    row("38.0 °C after baclofen stopped is no fever", "PV", "50M", obs="Temp=38.0 Cel@-0.2", meds="baclofen@stopped,end=-2", hits="none"),
    row("baclofen stopped at an unknown time", "PV", "50M", obs="Temp=38.6 Cel@-0.2", meds="baclofen@stopped", hits="none"),
    row("baclofen on hold is not stopped", "PV", "50M", obs="Temp=38.6 Cel@-0.2", meds="baclofen@on-hold,end=-2", hits="none"),
    row("baclofen taken with fever", "PV", "50M", obs="Temp=38.6 Cel@-0.2", meds="baclofen@active", hits="none"),
    row("baclofen renewed is not stopped", "PV", "50M", obs="Temp=38.6 Cel@-0.2", meds="baclofen@stopped,end=-2 | baclofen@active,start=-2", hits="none"),
    row("intrathecal baclofen stopped while tablets were renewed", "PV", "50M", obs="Temp=38.6 Cel@-0.2", meds="baclofen@stopped,end=-3 | baclofen@stopped,end=-2,route=intrathecal | baclofen@active,start=-3", hits=f"{STOP}:critical"),
    row("intrathecal withdrawal survives comfort care", "PV", "50M", obs="Temp=38.6 Cel@-0.2", meds="baclofen@stopped,end=-2,route=intrathecal", problems="comfort-care", hits=f"{STOP}:critical"),
    row("oral withdrawal does not", "PV", "50M", obs="Temp=38.6 Cel@-0.2", meds="baclofen@stopped,end=-2", problems="comfort-care", hits="none"),
    row("baclofen and haloperidol: both withdrawal and NMS features", "PV", "50M", obs=CONFUSED, meds="baclofen@stopped,end=-2 | haloperidol@active", hits=f"{STOP}:warning, nms-possible:warning"),
)  # fmt: skip


@pytest.mark.parametrize(
    "case", (*ORDERS, *LISTS, *QT_ROWS, *DYSTONIAS, *SYMPTOMS, *PARKINSON_ROWS, *BACLOFEN), ids=str
)
def test_row(case: Row) -> None:
    check_row(case)
