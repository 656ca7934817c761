"""Faults D3 to D25: whose data it is, how old and how certain, and what a call must not depend on."""

from __future__ import annotations

import ast
import copy
import json
from pathlib import Path
from typing import Any

import pytest

import cds_service
from cds_service.errors import ConfigurationError
from cds_service.parameters import load_limits
from tests.fhir_rows import moment, request_for
from tests.rows import row
from tests.service import account, answer, hits

CRITICAL = ("potassium-high", "critical")
PACKAGE = Path(cds_service.__file__).parent


def chart(obs: str = "K=6.9 mmol/L@-1", hook: str = "PV", **more: str) -> dict[str, Any]:
    return request_for(row("x", hook, "60M", obs=obs, hits="none", **more))


def results(request: dict[str, Any]) -> list[dict[str, Any]]:
    return [entry["resource"] for entry in request["prefetch"]["laboratory"]["entry"]]


@pytest.mark.parametrize(
    ("sentence", "subject"),
    [
        ("missing", None), ("display only", {"display": "Somebody"}), ("identifier only", {"identifier": {"value": "1"}}),
        ("masked", {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "masked"}]}),
        ("contained", {"reference": "#p"}), ("conditional", {"reference": "Patient?identifier=1"}),
        ("absolute, of another base", {"reference": "https://other.example/fhir/Patient/row-patient"}),
        ("empty", {"reference": ""}), ("a list", ["Patient/row-patient"]),
    ],
)  # fmt: skip
def test_d03_a_result_that_names_no_known_patient_is_left_out_and_said(sentence: str, subject: Any) -> None:
    request = chart("K=6.9 mmol/L@-1 | Mg=0.3 mmol/L@-1")
    magnesium = results(request)[1]
    del magnesium["subject"]
    if subject is not None:
        magnesium["subject"] = subject
    body = answer(request)
    assert hits(body) == hits(answer(chart()))
    assert account(body)["notEvaluated"]


def test_d06_no_rule_can_run_for_ever() -> None:
    """A rule is bounded by its making: no ``while`` in a rule, no endless iterator, no waiting, no recursion into itself."""
    for file in (path for part in ("rules", "guidance", "clinical") for path in (PACKAGE / part).rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            assert not isinstance(node, ast.AsyncFunctionDef | ast.Await), file
            assert not isinstance(node, ast.While) or (
                "rules" not in file.parts and ast.unparse(node.test) != "True"
            ), file
            if isinstance(node, ast.Import | ast.ImportFrom):
                named = {alias.name for alias in node.names} | {getattr(node, "module", None)}
                assert named == {"time", "perf_counter"} or not named & {
                    "time",
                    "socket",
                    "asyncio",
                    "threading",
                    "count",
                    "cycle",
                }, file
            if isinstance(node, ast.FunctionDef) and not {one.arg for one in node.args.args} & {"self", "cls"}:
                called = {
                    one.func.id
                    for one in ast.walk(node)
                    if isinstance(one, ast.Call) and isinstance(one.func, ast.Name)
                }
                assert node.name not in called, (file, node.name)


@pytest.mark.parametrize(
    ("sentence", "obs", "is_critical", "is_named"),
    [
        ("three years old", "K=6.9 mmol/L@-1095", False, False),
        ("dated in the future", "K=6.9 mmol/L@30", False, False),
        ("two at the same time that differ: the worse", "K=4.2 mmol/L@-1 | K=6.9 mmol/L@-1", True, False),
        ("the newest counts", "K=6.9 mmol/L@-3 | K=4.2 mmol/L@-1", False, False),
    ],
)
def test_d11_old_and_contradicting_results(sentence: str, obs: str, is_critical: bool, is_named: bool) -> None:
    assert (CRITICAL in hits(answer(chart(obs)))) is is_critical


def test_d11_the_time_of_taking_counts_not_the_time_of_issue() -> None:
    request = chart("K=6.9 mmol/L@-1 | K=4.2 mmol/L@-5")
    results(request)[0]["issued"] = moment(9)
    results(request)[1]["issued"] = moment(0.1)
    assert CRITICAL in hits(answer(request))


def test_d11_a_result_without_any_time_is_not_current() -> None:
    request = chart()
    del results(request)[0]["effectiveDateTime"]
    assert CRITICAL not in hits(answer(request))


@pytest.mark.parametrize(
    ("status", "used"),
    [
        ("final", True), ("amended", True), ("corrected", True), ("entered-in-error", False), ("cancelled", False),
        ("registered", False), ("unknown", False), ("Xfinal", False), (None, False), (5, False),
    ],
)  # fmt: skip
def test_d12_only_results_that_stand_are_graded(status: Any, used: bool) -> None:
    request = chart()
    results(request)[0]["status"] = status
    assert (CRITICAL in hits(answer(request))) is used


def test_d18_a_draft_that_repeats_an_active_order_is_one_hit() -> None:
    request = chart("K=2.9 mmol/L@-3", "SG", meds="hydrochlorothiazide@active,start=-90 | hydrochlorothiazide@draft")
    found = [hit["rule"] for hit in account(answer(request))["hits"]]
    assert len(found) == len(set(found))
    assert "diuretic-order-electrolytes" in found


@pytest.mark.parametrize("birth", [None, "2026-11-18", "1896-01-01", "2099-01-01", "0000-00-00", "soon", 1960])
@pytest.mark.parametrize("gender", [None, "unknown", "other", "X", 5])
def test_d20_any_age_and_sex_is_answered(birth: Any, gender: Any) -> None:
    request = chart("K=6.9 mmol/L@-1 | Cr=1.4 mg/dL@-1")
    request["prefetch"]["patient"] |= {"birthDate": birth, "gender": gender}
    body = answer(request)
    assert CRITICAL in hits(body) or "gate" in account(body) or account(body)["notEvaluated"]


@pytest.mark.parametrize("deceased", [{"deceasedBoolean": True}, {"deceasedDateTime": "2026-01-01"}])
def test_d20_the_dead_get_no_advice_and_it_is_said_why(deceased: dict[str, Any]) -> None:
    request = chart()
    request["prefetch"]["patient"] |= deceased
    body = answer(request)
    assert (body["cards"], account(body)["gate"]["code"]) == ([], "deceased")


def test_d21_nothing_on_record_is_no_all_clear_where_a_check_was_not_done() -> None:
    request = chart("")
    assert "notEvaluated" not in account(answer(request)), "empty Bundles: the client looked and found nothing"
    error = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}
    request["prefetch"] = dict.fromkeys(request["prefetch"], error)
    body = answer(request)
    assert body["cards"][-1]["source"]["topic"]["code"] == "not-checked"


def test_d24_the_same_call_gets_the_same_bytes_from_another_process(tmp_path: Path) -> None:
    from tests.reliability.process import good_body, service

    found = []
    for number in range(2):
        (tmp_path / str(number)).mkdir()
        with service(tmp_path / str(number)) as running:
            found += [running.post(good_body()).content for _ in range(2)]
    assert len(set(found)) == 1


@pytest.mark.parametrize(
    "text",
    ["[k.high]\nsevere = ", "[k.high]\nsevere = 1\n", "[nowhere]\nx = 1\n", "\x00\x01", "[k.high]\nsevere = 'x'"],
)
def test_d25_limits_that_are_half_written_or_unknown_stop_the_start(tmp_path: Path, text: str) -> None:
    file = tmp_path / "site.toml"
    file.write_text(text)
    with pytest.raises(ConfigurationError):
        load_limits(file)


def test_d02_d23_the_critical_card_stands_among_strangers_and_rubbish() -> None:
    request = chart()
    good = results(request)[0]
    stranger = copy.deepcopy(good) | {"id": "s", "subject": {"reference": "Patient/z"}}
    for rubbish in (
        stranger,
        {"resourceType": "Observation", "code": 5},
        {"resourceType": "Observation"} | {"status": {}},
        {"x": 1},
    ):
        made = json.loads(json.dumps(request))
        made["prefetch"]["laboratory"]["entry"] = [{"resource": rubbish}, {"resource": good}, {"resource": rubbish}]
        assert CRITICAL in hits(answer(made))
