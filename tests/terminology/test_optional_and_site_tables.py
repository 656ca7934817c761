"""Without SNOMED CT, with an RxNorm release of the site, and line by line."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import pytest

from cds_service.clinical.vocabulary import DrugClass, LabTest, Route
from cds_service.terminology import Coding, Terminology, load_terminology, store
from cds_service.terminology.builder import Builder, CompileError
from cds_service.terminology.compiler import members_of
from cds_service.terminology.lookup import class_lines, compile_file, explain, json_lines

SCT = "http://snomed.info/sct"


def test_a_site_may_leave_snomed_ct_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "data"
    shutil.copytree(Path(store.__file__).parent / "data", data)
    shutil.rmtree(data / "snomed")
    monkeypatch.setattr(store, "DATA", data)
    tables = Terminology()
    assert tables.concepts([Coding(SCT, "34095006")]).concepts == ()
    assert tables.concepts([Coding("ICD-10-CM", "E86.0")]).concepts
    assert tables.concepts([Coding(SCT, "34095006", "Dehydration")]).matched_by == "name"
    assert tables.route([Coding(SCT, "78421000", "Intramuscular route")]) is Route.INTRAMUSCULAR
    assert tables.order_code(LabTest.IMAGING).system == "http://loinc.org"
    assert tables.drug([Coding("RxNorm", "197361")]).ingredients == ("amlodipine",)


def conso(rxcui: str, kind: str, name: str, source: str = "RXNORM") -> str:
    return f"{rxcui}|ENG||||||1|1||{rxcui}|{source}|{kind}|{rxcui}|{name}||N|4096|"


def rel(target: str, relation: str, source: str) -> str:
    return f"{target}||CUI|RO|{source}||CUI|{relation}||||RXNORM|RXNORM||||4096|"


NAMES = [
    conso("83367", "IN", "atorvastatin"),
    conso("9100001", "IN", "madeupstatin"),
    conso("9100002", "IN", "lamotrigine"),
    conso("9100010", "SCDC", "madeupstatin 7 MG"),
    conso("9100011", "SCD", "madeupstatin 7 MG Oral Tablet"),
    conso("9100012", "SBD", "madeupstatin 7 MG Oral Tablet [Fancy]"),
    conso("9100013", "SCD", "atorvastatin 10 MG / madeupstatin 7 MG Oral Tablet"),
    conso("9100014", "GPCK", "{7 (madeupstatin 7 MG Oral Tablet) } Pack"),
    conso("9100015", "SCD", "atorvastatin 10 MG/ML Topical Gel"),
    conso("9100016", "SCD", "orphan 1 MG Oral Tablet"),
    conso("9100017", "SCD", "from another source", source="MTHSPL"),
]
RELATIONS = [
    rel("9100001", "has_ingredient", "9100010"),
    rel("9100010", "consists_of", "9100011"),
    rel("9100012", "has_tradename", "9100011"),
    rel("9100011", "tradename_of", "9100012"),
    rel("9100010", "consists_of", "9100013"),
    rel("9100013", "ingredient_of", "83367"),
    rel("9100011", "contains", "9100014"),
    rel("83367", "has_ingredient", "9100015"),
]


@pytest.fixture
def release(tmp_path: Path) -> Path:
    (tmp_path / "RXNCONSO.RRF").write_text("\n".join(NAMES) + "\n")
    (tmp_path / "RXNREL.RRF").write_text("\n".join(RELATIONS) + "\n")
    target = tmp_path / "products.msgpack"
    said = compile_file(tmp_path / "RXNCONSO.RRF", tmp_path / "RXNREL.RRF", target)
    assert said.startswith("9 product codes")
    return target


@pytest.mark.parametrize(
    ("code", "rxcuis", "strength"),
    [
        ("9100001", {"9100001"}, None),
        ("9100010", {"9100001"}, None),
        ("9100011", {"9100001"}, 7.0),
        ("9100012", {"9100001"}, 7.0),
        ("9100013", {"83367", "9100001"}, None),
        ("9100014", {"9100001"}, 7.0),
        ("9100015", {"83367"}, None),
        ("9100016", set(), None),
        ("9100017", set(), None),
    ],
)
def test_an_rxnorm_release_adds_products(release: Path, code: str, rxcuis: set[str], strength: float | None) -> None:
    match = Terminology(release).drug([Coding("RxNorm", code)])
    assert (set(match.rxcuis), match.strength_mg) == (rxcuis, strength)


def test_a_release_keeps_classes_and_own_products(release: Path) -> None:
    tables = load_terminology(products=release)
    assert tables is load_terminology(products=release)
    assert tables.drug([Coding("RxNorm", "9100013")]).classes == frozenset({DrugClass.STATIN})
    assert tables.drug([Coding("RxNorm", "9100015")]).local_route is Route.TOPICAL
    assert tables.drug([Coding("RxNorm", "197361")]).ingredients == ("amlodipine",)
    assert DrugClass.ANTISEIZURE in tables.drug([Coding("RxNorm", "9100002")]).classes
    assert tables.drug([], "madeupstatin 7 mg").rxcuis == ("9100001",)


def test_a_file_that_is_no_rrf_is_refused(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("a,b,c\n")
    with pytest.raises(ValueError, match=r"wrong\.csv, line 1"):
        compile_file(wrong, wrong, tmp_path / "out")


def test_the_compiler_refuses_rows_whose_names_do_not_fit_their_codes() -> None:
    with pytest.raises(CompileError):
        members_of(Builder(), "1;2", "only one")


def test_lookup_prints_one_object_a_line() -> None:
    lines = io.StringIO("RxNorm|197361\n\nLasix 40 mg\nNDC|00002-3235-60\nwhatever\n")
    answers = [json.loads(line) for line in json_lines(load_terminology(), lines)]
    assert answers == [
        {"input": "RxNorm|197361", "ingredients": ["amlodipine"], "rxcuis": ["17767"],
         "classes": ["statin-interactor"], "matchedBy": "code"},
        {"input": "Lasix 40 mg", "ingredients": ["furosemide"], "rxcuis": ["4603"], "classes": ["loop"],
         "matchedBy": "name"},
        {"input": "NDC|00002-3235-60", "ingredients": ["duloxetine"], "rxcuis": ["72625"],
         "classes": ["antidepressant", "duloxetine", "serotonergic"], "matchedBy": "code"},
        {"input": "whatever", "ingredients": [], "rxcuis": [], "classes": [], "matchedBy": "none"},
    ]  # fmt: skip


def test_explain_says_why() -> None:
    tables = load_terminology()
    told = explain(tables, "urn:oid:2.16.840.1.113883.6.88|197361|lisinopril 10 mg")
    assert "RxNorm code 197361 (amlodipine 5 MG Oral Tablet)" in told
    assert "conflict: code means amlodipine, the text says lisinopril" in told
    assert "not recognised" in explain(tables, "atorvastatn")


def test_class_lists_members_or_says_which_classes_there_are() -> None:
    assert "furosemide" in class_lines(load_terminology(), "LOOP")
    with pytest.raises(ValueError, match=r"no drug class 'diuretic'.*thiazide"):
        class_lines(load_terminology(), "diuretic")
