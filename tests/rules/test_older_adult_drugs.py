"""Relaxants, benzodiazepines and CNS-active combinations at the limits of age, indication and count (B7)."""

from __future__ import annotations

import pytest

from tests.rows import Row, row
from tests.rules_harness import check_row

RELAXANT, OLDER, CNS = "muscle-relaxant-older-adult", "benzodiazepine-older-adult", "cns-active-polypharmacy"
LIMITED, FIRST = "benzodiazepine-limited-benefit:info", "first-line-measures:info"
BEERS = ("carisoprodol", "chlorzoxazone", "cyclobenzaprine", "metaxalone", "methocarbamol", "orphenadrine")
EXEMPT = (
    "seizure-disorder", "alcohol-withdrawal", "benzodiazepine-withdrawal", "rem-sleep-behaviour-disorder", "severe-gad",
    "catatonia", "neuroleptic-malignant-syndrome", "periprocedural-sedation",
)  # fmt: skip

RELAXANTS = (
    *(row(f"{drug} at 65", "SG", "65M", meds=f"{drug}@draft", hits=f"{RELAXANT}:warning") for drug in BEERS),
    *(row(f"{drug} at 64", "SG", "64M", meds=f"{drug}@draft", hits="none") for drug in BEERS),
    *(row(f"{drug} at 65 is information", "OS", "65M", meds=f"{drug}@draft,reason=spasticity", hits=f"{RELAXANT}:info") for drug in ("tizanidine", "dantrolene", "baclofen")),
    *(row(f"{drug} at 64 is silent", "OS", "64M", meds=f"{drug}@draft,reason=spasticity", hits="none") for drug in ("tizanidine", "dantrolene", "baclofen")),
    *(row(f"{drug} at 65 after a fall", "SG", "65M", meds=f"{drug}@draft,reason=spasticity", problems="falls,onset=-365", hits=f"{RELAXANT}:warning") for drug in ("tizanidine", "dantrolene", "baclofen")),
    row("information about tizanidine is not shown at signing", "SG", "70M", meds="tizanidine@draft", hits="none"),
    row("a fall 43 seconds beyond a year counts", "SG", "70M", meds="tizanidine@draft", problems="falls,onset=-365.0005", hits=f"{RELAXANT}:warning"),
    row("a fall a quarter of an hour beyond a year does not", "SG", "70M", meds="tizanidine@draft", problems="falls,onset=-365.01", hits="none"),
    row("an undated fall does not count", "SG", "70M", meds="tizanidine@draft", problems="falls,onset=?", hits="none"),
    row("a refuted fall does not count", "SG", "70M", meds="tizanidine@draft", problems="falls,ver=refuted", hits="none"),
    row("a healed fragility fracture of this year counts", "SG", "70M", meds="tizanidine@draft", problems="fragility-fracture@resolved,onset=-200", hits=f"{RELAXANT}:warning"),
    row("a fall at 64 changes nothing at the order", "SG", "64M", meds="cyclobenzaprine@draft", problems="falls", hits="none"),
    row("an order that must not be performed is none", "SG", "70M", meds="cyclobenzaprine@draft,dnp=true", hits="none"),
    row("an unselected draft is not judged on selection", "OS", "70M", meds="cyclobenzaprine@draft-unselected", hits="none"),
    row("every draft is judged at signing", "SG", "70M", meds="cyclobenzaprine@draft-unselected", hits=f"{RELAXANT}:warning"),
    row("an active relaxant is not judged at the order of paracetamol", "SG", "70M", meds="cyclobenzaprine@active | paracetamol@draft", problems="falls", hits="none"),
    *(row(f"active {drug} and a fall on chart open", "PV", "70M", meds=f"{drug}@active", problems="falls,onset=-365", hits=f"{RELAXANT}:warning") for drug in BEERS),
    row("active relaxant and a fragility fracture on chart open", "PV", "70M", meds="methocarbamol@active", problems="fragility-fracture,onset=-20", hits=f"{RELAXANT}:warning"),
    row("a fall 366 days ago on chart open", "PV", "70M", meds="carisoprodol@active", problems="falls,onset=-366", hits="none"),
    row("age unknown on chart open", "PV", "?M", meds="carisoprodol@active", problems="falls", hits="none"),
    row("active tizanidine and a fall on chart open", "PV", "70M", meds="tizanidine@active", problems="falls", hits="none"),
    row("active baclofen and a fall on chart open", "PV", "70M", meds="baclofen@active", problems="falls", hits="none"),
    row("a stopped relaxant and a fall on chart open", "PV", "70M", meds="carisoprodol@stopped,end=-2", problems="falls", hits="none"),
    row("a relaxant on hold and a fall on chart open", "PV", "70M", meds="carisoprodol@on-hold", problems="falls", hits="none"),
    row("comfort care silences the relaxant on chart open", "PV", "70M", meds="carisoprodol@active", problems="falls | comfort-care", hits="none"),
)  # fmt: skip
BENZODIAZEPINES = (
    *(row(f"{concept} on record exempts at 80", "SG", "80F", meds="lorazepam@draft", problems=f"{concept},onset=-900", hits="none") for concept in EXEMPT),
    *(row(f"{concept} as reason exempts at 80", "SG", "80F", meds=f"lorazepam@draft,reason={concept}", hits="none") for concept in EXEMPT),
    *(row(f"{drug} at 65 without an indication", "SG", "65F", meds=f"{drug}@draft", hits=f"{OLDER}:warning") for drug in ("clonazepam", "alprazolam", "temazepam", "midazolam", "clobazam", "chlordiazepoxide")),
    row("a Z-drug is no benzodiazepine", "SG", "80F", meds="zolpidem@draft", hits="none"),
    row("an anxiety disorder does not exempt at 80", "SG", "80F", meds="lorazepam@draft", problems="anxiety-disorder,onset=-900", hits=f"{OLDER}:warning"),
    row("a resolved seizure disorder does not exempt", "SG", "80F", meds="lorazepam@draft", problems="seizure-disorder@resolved,onset=-900", hits=f"{OLDER}:warning"),
    row("a refuted alcohol withdrawal does not exempt", "SG", "80F", meds="lorazepam@draft", problems="alcohol-withdrawal,ver=refuted", hits=f"{OLDER}:warning"),
    row("a provisional alcohol withdrawal exempts", "SG", "80F", meds="lorazepam@draft", problems="alcohol-withdrawal,ver=provisional", hits="none"),
    row("age unknown is silent about age", "SG", "?F", meds="lorazepam@draft", hits="none"),
    row("the reason of one order does not exempt another", "SG", "80F", meds="lorazepam@draft,reason=alcohol-withdrawal | temazepam@draft", hits=f"{OLDER}:warning"),
    row("a benzodiazepine for spasm at 65 on selection", "OS", "65F", meds="diazepam@draft,reason=back-spasm", hits=f"{OLDER}:warning, {LIMITED}, {FIRST}"),
    row("night cramps as reason", "OS", "50F", meds="diazepam@draft,reason=nocturnal-leg-cramp", hits=f"{LIMITED}, {FIRST}"),
    row("muscle stiffness as reason", "OS", "50F", meds="clonazepam@draft,reason=muscle-stiffness", hits=f"{LIMITED}, {FIRST}"),
    row("severe generalised anxiety silences the limited benefit", "OS", "50F", meds="diazepam@draft,reason=muscle-spasm", problems="severe-gad,onset=-900", hits=FIRST),
    row("catatonia silences the limited benefit", "OS", "50F", meds="diazepam@draft,reason=muscle-spasm", problems="catatonia", hits=FIRST),
    row("spasticity as reason is no muscle symptom", "OS", "50F", meds="diazepam@draft,reason=spasticity", hits="none"),
    row("another reason although a cramp exists", "OS", "50F", meds="diazepam@draft,reason=insomnia", problems="muscle-cramp", hits="none"),
    row("no reason and an undated cramp", "OS", "50F", meds="diazepam@draft", problems="muscle-cramp,onset=?", hits="none"),
    row("no reason and a cramp 30 days ago", "OS", "50F", meds="diazepam@draft", problems="muscle-cramp,onset=-30", hits=f"{LIMITED}, {FIRST}"),
    row("no reason and a cramp 31 days ago", "OS", "50F", meds="diazepam@draft", problems="muscle-cramp,onset=-31", hits="none"),
    row("no reason and an old cramp of this encounter", "OS", "50F", meds="diazepam@draft", problems="muscle-cramp,onset=-300,enc=true", hits=f"{LIMITED}, {FIRST}"),
    row("a resolved anxiety disorder is none", "OS", "50F", meds="diazepam@draft,reason=muscle-spasm", problems="anxiety-disorder@resolved", hits=f"{LIMITED}, {FIRST}"),
    row("limited benefit is not shown at signing", "SG", "50F", meds="diazepam@draft,reason=muscle-spasm", hits="none"),
)  # fmt: skip
COUNTS = (
    row("two active and one new at 65", "SG", "65M", meds="sertraline@active | gabapentin@active | quetiapine@draft", hits=f"{CNS}:warning"),
    row("two active and one new at 64", "SG", "64M", meds="sertraline@active | gabapentin@active | quetiapine@draft", hits="none"),
    row("two active and one new at an unknown age", "SG", "?M", meds="sertraline@active | gabapentin@active | quetiapine@draft", hits="none"),
    row("three active and a new one of another kind", "SG", "80M", meds="sertraline@active | gabapentin@active | quetiapine@active | paracetamol@draft", hits="none"),
    row("one active and two new", "SG", "80M", meds="sertraline@active | zolpidem@draft | quetiapine@draft", hits=f"{CNS}:warning"),
    row("an unselected draft counts towards three", "OS", "80M", meds="sertraline@active | zolpidem@draft-unselected | quetiapine@draft", hits=f"{CNS}:warning"),
    row("nothing selected, nothing said", "OS", "80M", meds="sertraline@active | zolpidem@draft-unselected | quetiapine@draft-unselected", hits="none"),
    row("a renewal is not a further drug", "SG", "80M", meds="sertraline@active | zolpidem@active | sertraline@draft", hits="none"),
    row("a renewal among three counts", "SG", "80M", meds="sertraline@active | zolpidem@active | quetiapine@active | sertraline@draft", hits=f"{CNS}:warning"),
    row("a combination product holds two of them", "SG", "80M", meds="perphenazine / amitriptyline@active | mirtazapine@draft", hits=f"{CNS}:warning"),
    row("paracetamol in a combination is none of them", "SG", "80M", meds="oxycodone / paracetamol@active | oxycodone@active | sertraline@draft", hits="none"),
    row("a medicine on hold does not count", "SG", "80M", meds="sertraline@on-hold | zolpidem@active | quetiapine@draft", hits="none"),
    row("a stopped medicine does not count", "SG", "80M", meds="sertraline@stopped,end=-2 | zolpidem@active | quetiapine@draft", hits="none"),
    row("lithium and metoclopramide do not count", "SG", "80M", meds="lithium@active | metoclopramide@active | quetiapine@draft", hits="none"),
    row("a Z-drug, an opioid and a relaxant", "SG", "80M", meds="zolpidem@active | tramadol@active | tizanidine@draft", hits=f"{CNS}:warning"),
    row("a relaxant of the Beers item counts", "SG", "80M", meds="sertraline@active | lamotrigine@active | methocarbamol@draft", hits=f"{CNS}:warning, {RELAXANT}:warning"),
    row("a benzodiazepine as the third", "SG", "80M", meds="sertraline@active | valproate@active | lorazepam@draft", hits=f"{CNS}:warning, {OLDER}:warning"),
    row("nothing on chart open", "PV", "80M", meds="sertraline@active | zolpidem@active | quetiapine@active", hits="none"),
)  # fmt: skip


@pytest.mark.parametrize("case", (*RELAXANTS, *BENZODIAZEPINES, *COUNTS), ids=str)
def test_row(case: Row) -> None:
    check_row(case)
