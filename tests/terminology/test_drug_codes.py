"""Medicines by code: systems in every spelling, NDC forms, ATC, order of evidence."""

from __future__ import annotations

import pytest

from cds_service.clinical.vocabulary import DrugClass, Route
from cds_service.terminology import Coding, load_terminology
from cds_service.terminology.ndc import labeller_and_product

AMLODIPINE_TABLET = "197361"


@pytest.mark.parametrize(
    "system",
    [
        "http://www.nlm.nih.gov/research/umls/rxnorm",
        "http://www.nlm.nih.gov/research/umls/rxnorm/",
        "https://www.nlm.nih.gov/research/umls/rxnorm",
        "urn:oid:2.16.840.1.113883.6.88",
        "2.16.840.1.113883.6.88",
        "RxNorm",
        "RXNORM",
        "URN:OID:2.16.840.1.113883.6.88",
        "http://purl.bioontology.org/ontology/RXNORM",
    ],
)
def test_rxnorm_in_every_spelling(system: str) -> None:
    match = load_terminology().drug([Coding(system, AMLODIPINE_TABLET)])
    assert (match.ingredients, match.rxcuis, match.strength_mg) == (("amlodipine",), ("17767",), 5.0)


@pytest.mark.parametrize(
    ("code", "what", "ingredients"),
    [
        ("4603", "ingredient", {"furosemide"}),
        ("203160", "precise ingredient", {"losartan"}),
        ("262095", "branded drug", {"atorvastatin"}),
        ("374644", "dose form", {"mifepristone"}),
        ("316049", "component", {"hydrochlorothiazide"}),
        ("311379", "retired", {"losartan"}),
        ("2599542", "pack", {"ritonavir", "nirmatrelvir"}),
        ("1810996", "combination form", {"metformin", "canagliflozin"}),
    ],
)
def test_every_kind_of_rxnorm_code(code: str, what: str, ingredients: set[str]) -> None:
    assert set(load_terminology().drug([Coding("RxNorm", code)]).ingredients) == ingredients, what


@pytest.mark.parametrize(
    ("code", "candidate"),
    [
        ("00002323560", ["000023235"]),
        ("00002-3235-60", ["000023235"]),
        ("0002-3235-60", ["000023235"]),
        ("00002-323-60", ["000020323"]),
        ("00002-3235-6", ["000023235"]),
        ("0002-3235", ["000023235"]),
        ("000023235", ["000023235"]),
        ("0002323560", ["000023235"]),
        ("5224400210", []),
        ("0002-3235-60-1", []),
        ("00002-32356-0", []),
        ("abc", []),
        ("", []),
    ],
)
def test_ndc_forms(code: str, candidate: list[str]) -> None:
    assert labeller_and_product(code) == candidate


@pytest.mark.parametrize("system", ["http://hl7.org/fhir/sid/ndc", "urn:oid:2.16.840.1.113883.6.69", "NDC"])
@pytest.mark.parametrize("code", ["00002323560", "00002-3235-60", "0002-3235-60"])
def test_ndc_look_up(system: str, code: str) -> None:
    assert load_terminology().drug([Coding(system, code)]).ingredients == ("duloxetine",)


@pytest.mark.parametrize(
    ("code", "ingredients"),
    [
        ("C03CA01", {"furosemide"}),
        ("c03ca01", {"furosemide"}),
        ("N03AX14", {"levetiracetam"}),
        ("C09BX03", {"ramipril", "amlodipine", "hydrochlorothiazide"}),
        ("J01EE01", {"trimethoprim"}),
    ],
)
def test_atc_with_combinations(code: str, ingredients: set[str]) -> None:
    found = set(load_terminology().drug([Coding("http://www.whocc.no/atc", code)]).ingredients)
    assert ingredients <= found


@pytest.mark.parametrize(
    ("code", "classes"),
    [
        ("C09DA01", {DrugClass.RAAS, DrugClass.THIAZIDE}),
        ("C07BB07", {DrugClass.THIAZIDE}),
        ("C03EB01", {DrugClass.LOOP, DrugClass.K_SPARING}),
        ("C10AA", {DrugClass.STATIN}),
        ("C09CA01", {DrugClass.RAAS}),
        ("C03C", {DrugClass.LOOP}),
        ("C03DA", {DrugClass.K_SPARING, DrugClass.MRA}),
        ("N05AX", {DrugClass.ANTIPSYCHOTIC}),
        ("N05AN", set()),
    ],
)
def test_atc_groups_that_name_no_ingredient(code: str, classes: set[DrugClass]) -> None:
    assert load_terminology().drug([Coding("ATC", code)]).classes == classes


def test_atc_says_local_route() -> None:
    assert load_terminology().drug([Coding("ATC", "D01AC08")]).local_route is Route.TOPICAL
    assert load_terminology().drug([Coding("ATC", "J02AB02")]).local_route is None


def test_code_beats_name_and_a_vendor_code_does_not_hide_it() -> None:
    codings = [Coding("urn:vendor", "123", "LIPITOR 80"), Coding("RxNorm", "262095", "")]
    match = load_terminology().drug(codings, None)
    assert (match.ingredients, match.matched_by) == (("atorvastatin",), "code")


def test_rxnorm_goes_before_atc_and_the_difference_is_said() -> None:
    match = load_terminology().drug([Coding("ATC", "C03CA01"), Coding("RxNorm", AMLODIPINE_TABLET)])
    assert match.ingredients == ("amlodipine",)
    assert match.conflict == "code means amlodipine, another code says furosemide"


def test_unknown_code_falls_back_to_its_display() -> None:
    match = load_terminology().drug([Coding("RxNorm", "999999999", "Furosemide 40 MG")])
    assert (match.ingredients, match.matched_by) == (("furosemide",), "name")


def test_statin_class_of_an_allergy() -> None:
    match = load_terminology().drug([Coding("http://snomed.info/sct", "372912004")])
    assert match.classes == frozenset({DrugClass.STATIN})


def test_a_code_of_another_system_means_nothing() -> None:
    assert load_terminology().drug([Coding("urn:vendor", AMLODIPINE_TABLET)]).matched_by == "none"
