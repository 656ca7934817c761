"""Problems and symptoms by code and by words."""

from __future__ import annotations

import pytest

from cds_service.clinical.vocabulary import Concept
from cds_service.terminology import Coding, load_terminology
from cds_service.terminology.store import read_rows

ICD, SCT = "http://hl7.org/fhir/sid/icd-10-cm", "http://snomed.info/sct"


def concepts(system: str, code: str, display: str | None = None, text: str | None = None) -> set[str]:
    return set(load_terminology().concepts([Coding(system, code, display)], text).concepts)


def test_every_concept_has_a_code_and_a_name() -> None:
    coded = {
        name
        for table in ("conditions.csv", "snomed/conditions.csv")
        for row in read_rows(table)
        for name in row["concepts"].split(";")
    }
    named = {name for row in read_rows("concept_names.csv") for name in row["concepts"].split(";")}
    assert [concept.value for concept in Concept if concept not in coded] == []
    assert [concept.value for concept in Concept if concept not in named] == []


def test_every_concept_is_reached_by_one_of_its_codes() -> None:
    reached: set[Concept] = set()
    for table in ("conditions.csv", "snomed/conditions.csv"):
        for row in read_rows(table):
            system = SCT if row["system"] == "SNOMED CT" else ICD
            display = f"{row['display']} {row['needs_word']}"
            reached.update(load_terminology().concepts([Coding(system, row["code"], display)]).concepts)
    assert [concept.value for concept in Concept if concept not in reached] == []


@pytest.mark.parametrize("concept", list(Concept))
def test_every_concept_is_found_by_its_own_name_and_title(concept: Concept) -> None:
    for words in (concept.value, concept.title):
        found = load_terminology().concepts([], words)
        assert concept in found.concepts, words
        assert found.matched_by == "name"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("R25.2", {"muscle-cramp"}),
        ("R252", {"muscle-cramp"}),
        ("r25.2", {"muscle-cramp"}),
        ("M62.830", {"back-spasm"}),
        ("M62.831", {"muscle-spasm"}),
        ("M62.838", {"muscle-spasm"}),
        ("M62830", {"back-spasm"}),
        ("G47.62", {"nocturnal-leg-cramp"}),
        ("M79.10", {"myalgia"}),
        ("N18.30", {"ckd-3"}),
        ("N18.31", {"ckd-3"}),
        ("N18.4", {"ckd-4"}),
        ("N18.5", {"ckd-5"}),
        ("N18.6", {"ckd-5"}),
        ("Z99.2", {"dialysis"}),
        ("N18.2", set()),
        ("E86.0", {"dehydration"}),
        ("E86.1", {"volume-depletion"}),
        ("K70.31", {"cirrhosis", "decompensated-cirrhosis"}),
        ("K74.60", {"cirrhosis"}),
        ("K72.00", {"hepatic-failure", "acute-liver-failure"}),
        ("G21.0", {"neuroleptic-malignant-syndrome"}),
        ("G24.02", {"acute-dystonia"}),
        ("G24.3", {"cervical-dystonia"}),
        ("G24.01", set()),
        ("I70.212", {"exertional-leg-pain", "peripheral-arterial-disease"}),
        ("I70.25", {"peripheral-arterial-disease"}),
        ("M54.16", {"radiculopathy"}),
        ("G56.01", {"nerve-compression"}),
        ("R40.1", {"stupor"}),
        ("R40.20", {"coma"}),
        ("F11.20", {"opioid-use-disorder"}),
        ("F11.90", set()),
        ("M25.60", set()),
        ("E11.9", set()),
        ("G40.909", {"seizure-disorder"}),
        ("R56.9", {"seizure"}),
        ("O14.10", {"pre-eclampsia", "pregnancy"}),
        ("I12.0", {"ckd-5"}),
        ("I12.9", set()),
        ("E11.51", {"peripheral-arterial-disease"}),
        ("E11.42", {"peripheral-neuropathy"}),
        ("W19.XXXA", {"falls"}),
        ("M80.08XA", {"fragility-fracture"}),
        ("M81.0", set()),
        ("I69.351", {"stroke-spasticity", "spasticity"}),
    ],
)
def test_icd_codes(code: str, expected: set[str]) -> None:
    assert concepts(ICD, code) == expected
    assert load_terminology().concepts([Coding(ICD, code)]).matched_by == "code"


@pytest.mark.parametrize(
    "system",
    ["http://hl7.org/fhir/sid/icd-10-cm", "urn:oid:2.16.840.1.113883.6.90", "2.16.840.1.113883.6.90", "ICD-10-CM",
     "http://hl7.org/fhir/sid/icd-10", "urn:oid:2.16.840.1.113883.6.3"],
)  # fmt: skip
def test_icd_systems(system: str) -> None:
    assert concepts(system, "G20") == {"parkinson-disease"}


@pytest.mark.parametrize(
    ("code", "display", "expected"),
    [
        ("55300003", "Cramp", {"muscle-cramp"}),
        ("55300003", "Muscle spasm", {"muscle-spasm"}),
        ("16046003", None, {"rigidity"}),
        ("271587009", None, {"muscle-stiffness"}),
        ("63491006", None, {"exertional-leg-pain", "peripheral-arterial-disease"}),
        ("15244003", None, {"neuroleptic-malignant-syndrome"}),
        ("161443002", "H/O: hypothyroidism", set()),
        ("160337009", "FH: Multiple sclerosis", set()),
        ("44054006", "Diabetes mellitus type 2", set()),
        ("90771000119100", None, {"ckd-5", "dialysis"}),
        ("372912004", None, {"allergy:statin"}),
        ("385763009", None, {"hospice-care"}),
    ],
)
def test_snomed_codes(code: str, display: str | None, expected: set[str]) -> None:
    assert concepts(SCT, code, display) == expected


@pytest.mark.parametrize(
    ("code", "words", "expected"),
    [
        ("R29.898", "Muscle rigidity", {"rigidity"}),
        ("R29.898", "muscle stiffness", {"muscle-stiffness"}),
        ("R29.898", "Other symptoms and signs involving the musculoskeletal system", set()),
        ("M62.838", "Spasm of neck muscle", {"neck-spasm"}),
        ("F41.1", "Generalized anxiety disorder", {"anxiety-disorder"}),
        ("F41.1", "Severe generalized anxiety disorder", {"anxiety-disorder", "severe-gad"}),
        ("T46.6X5A", "Adverse effect of statin", {"allergy:statin"}),
        ("T46.6X5A", "Adverse effect of antihyperlipidemic drugs", set()),
        ("Z51.5", "Encounter for palliative care", set()),
        ("Z51.5", "Palliative care, comfort measures only", {"comfort-care"}),
        ("R29.0", "Carpopedal spasm", {"carpopedal-spasm"}),
        ("R29.0", "Tetany", {"tetany"}),
        ("R53.1", "Weakness", set()),
        ("R53.1", "Generalised muscle weakness", {"muscle-weakness"}),
    ],
)
def test_unspecific_codes_need_the_word(code: str, words: str, expected: set[str]) -> None:
    assert concepts(ICD, code, words) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Neuroleptic malignant syndrome", {"neuroleptic-malignant-syndrome"}),
        ("lead-pipe rigidity", {"rigidity"}),
        ("Muscle cramps", {"muscle-cramp"}),
        ("leg cramps at night", {"nocturnal-leg-cramp"}),
        ("Nocturnal leg cramps", {"nocturnal-leg-cramp"}),
        ("Parkinson disease", {"parkinson-disease"}),
        ("Parkinson's disease", {"parkinson-disease"}),
        ("Parkinson’s disease", {"parkinson-disease"}),
        ("Pulmonary edema", {"pulmonary-oedema"}),
        ("Pulmonary oedema", {"pulmonary-oedema"}),
        ("paresthesias of both hands", {"paraesthesia"}),
        ("Fecal incontinence", {"faecal-incontinence"}),
        ("REM sleep behavior disorder", {"rem-sleep-behaviour-disorder"}),
        ("intermittent claudication", {"exertional-leg-pain", "peripheral-arterial-disease"}),
        ("abdominal cramps", {"abdominal-cramp"}),
        ("menstrual cramps", set()),
        ("writer's cramp", set()),
        ("esophageal spasm", set()),
        ("nuchal rigidity", set()),
        ("abdominal rigidity", set()),
        ("muscle stiffness", {"muscle-stiffness"}),
        ("drug-induced parkinsonism", set()),
        ("Wolff-Parkinson-White syndrome", set()),
        ("cramps", {"muscle-cramp"}),
        ("history of falls", {"falls"}),
        ("rhabdomyolysis after exertion", {"rhabdomyolysis"}),
        ("MS", {"multiple-sclerosis"}),
        ("terms of agreement", set()),
        ("scramping", set()),
    ],
)
def test_words(text: str, expected: set[str]) -> None:
    assert set(load_terminology().concepts([], text).concepts) == expected


@pytest.mark.parametrize(
    "text",
    [
        "No muscle cramps", "denies muscle cramps", "without rigidity", "rule out neuroleptic malignant syndrome",
        "r/o rhabdomyolysis", "rhabdomyolysis ruled out", "family history of multiple sclerosis", "FH: Parkinson disease",
        "history of neuroleptic malignant syndrome", "h/o seizures", "no cramps, spasms or myalgia", "negative for tetany",
        "risk of falls", "fall risk", "pregnancy test negative", "malaria prophylaxis", "not pregnant", "NMS unlikely",
        "denies any leg cramps or myalgia", "screening for sleep apnea", "no cramps, stiffness, weakness of muscles or myalgia", "myoglobinuria was ruled out",
    ],
)  # fmt: skip
def test_denied_findings_never_match(text: str) -> None:
    found = load_terminology().concepts([], text)
    assert found.concepts == ()
    assert found.matched_by == "none"


@pytest.mark.parametrize(
    "text",
    ["no fever but muscle cramps", "No fever. Muscle cramps since Monday", "history of gout; now muscle cramps",
     "presents with muscle cramps, no trauma"],
)  # fmt: skip
def test_an_affirmed_finding_beside_a_denied_one_counts(text: str) -> None:
    assert load_terminology().concepts([], text).concepts == (Concept.MUSCLE_CRAMP,)


def test_a_known_code_beats_the_text() -> None:
    found = load_terminology().concepts([Coding(ICD, "E11.9", "Diabetes")], "muscle cramps")
    assert (found.concepts, found.matched_by) == ((), "code")


def test_an_unknown_code_lets_the_text_speak() -> None:
    found = load_terminology().concepts([Coding("urn:vendor", "123", None), Coding(ICD, "Z00.00")], "muscle cramps")
    assert (found.concepts, found.matched_by) == ((Concept.MUSCLE_CRAMP,), "name")
