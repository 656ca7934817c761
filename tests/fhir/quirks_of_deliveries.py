"""What stands under a prefetch key in place of a tidy searchset."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.fhir.quirk import Change, Quirk
from tests.fhir_rows import bundle


def _key(name: str, value: Any) -> Change:
    def change(request: dict[str, Any]) -> None:
        request["prefetch"][name] = value

    return change


def _laboratory(build: Callable[[dict[str, Any]], Any]) -> Change:
    def change(request: dict[str, Any]) -> None:
        request["prefetch"]["laboratory"] = build(request["prefetch"]["laboratory"])

    return change


def _moved(request: dict[str, Any]) -> None:
    request["prefetch"]["vitalSigns"] = request["prefetch"]["laboratory"]
    request["prefetch"]["laboratory"] = bundle([])


def _foreign_key(request: dict[str, Any]) -> None:
    request["prefetch"]["vendor-key"] = request["prefetch"].pop("laboratory")


def _nested(value: dict[str, Any], depth: int) -> dict[str, Any]:
    return _nested({"resourceType": "Bundle", "entry": [{"resource": value}]}, depth - 1) if depth else value


EPIC_EMPTY = {
    "resourceType": "Bundle", "type": "searchset", "total": 0,
    "entry": [{"resource": {"resourceType": "OperationOutcome", "issue": [{"severity": "warning", "code": "processing"}]}, "search": {"mode": "outcome"}}],
}  # fmt: skip
ERROR = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}
BUNDLES = (
    Quirk("H01", "Bundle without type", "read", _laboratory(lambda b: {k: v for k, v in b.items() if k != "type"}), "used"),
    Quirk("H02", "a bare resource instead of a Bundle", "a list of one", _laboratory(lambda b: b["entry"][0]["resource"]), "used"),
    Quirk("H03", "an array of resources", "read", _laboratory(lambda b: [e["resource"] for e in b["entry"]]), "used"),
    Quirk("H04", "Bundle inside a Bundle", "opened", _laboratory(lambda b: {"resourceType": "Bundle", "entry": [{"resource": b}]}), "used"),
    Quirk("H05", "null and empty entries among good ones", "skipped", _laboratory(lambda b: b | {"entry": [None, {}, {"fullUrl": "x"}, *b["entry"]]}), "used"),
    Quirk("H06", "the results under another of our keys", "used all the same", _moved, "used"),
    Quirk("H07", "the results under a key of the vendor's", "used all the same", _foreign_key, "used"),
    Quirk("H08", "the same Bundle under two keys", "counted once", lambda r: _key("vitalSigns", r["prefetch"]["laboratory"])(r), "used"),
    Quirk("H09", "empty searchset with a warning outcome", "nothing found", _key("laboratory", EPIC_EMPTY), "silent"),
    Quirk("H10", "an OperationOutcome error", "could not look: named", _key("laboratory", ERROR), "source"),
    Quirk("H11", "null", "no data on record", _key("laboratory", None), "silent"),
    Quirk("H12", "a missing key", "could not look: named", lambda r: r["prefetch"].pop("laboratory") and None, "source"),
    Quirk("H13", "HTML in place of FHIR", "could not look: named", _key("laboratory", "<html>"), "source"),
    Quirk("H14", "a next link that cannot be followed", "incomplete: named, what is there counts", _laboratory(lambda b: b | {"link": [{"relation": "next", "url": "https://x.example/?page=2"}]}), "used+source"),
    Quirk("H15", "entry is no list", "could not look: named", _key("laboratory", {"resourceType": "Bundle", "entry": 5}), "source"),
    Quirk("H18", "a Bundle wrapped in response and resource (CDS Hooks 0.x)", "unwrapped", _laboratory(lambda b: {"response": {"status": "200 OK"}, "resource": b}), "used"),
    Quirk("H19", "an array of Bundle entries", "read", _laboratory(lambda b: b["entry"]), "used"),
    Quirk("H20", "entry as one object instead of a list", "a list of one", _laboratory(lambda b: b | {"entry": b["entry"][0]}), "used"),
    Quirk("H21", "a batch-response around the searchset, among entries without resource", "opened", _laboratory(lambda b: {"resourceType": "Bundle", "type": "batch-response", "entry": [{"response": {"status": "200"}}, {"resource": b, "response": {"status": "200"}}]}), "used"),
    Quirk("H22", "an array of Bundles", "each is opened", _laboratory(lambda b: [bundle([]), b]), "used"),
    Quirk("H23", "a history Bundle with an older version behind the newer", "the newer counts", _laboratory(lambda b: {"resourceType": "Bundle", "type": "history", "entry": [{"resource": b["entry"][0]["resource"] | {"meta": {"versionId": "2"}}}, {"resource": b["entry"][0]["resource"] | {"meta": {"versionId": "1"}, "valueQuantity": {"value": 4.2, "unit": "mmol/L"}}}]}), "used"),
    Quirk("H16", "DSTU2 medication orders", "version not supported: named", _key("medicationRequests", bundle([{"resourceType": "MedicationOrder", "id": "1"}])), "used+version"),
    Quirk("H17", "a damaged resource among good ones", "named, the rest counts", _laboratory(lambda b: b | {"entry": [{"resource": {"resourceType": "Observation", "code": "x"}}, *b["entry"]]}), "used+source"),
    Quirk("H24", "a List, Parameters or a misspelt Bundle", "not what was asked for: named", _laboratory(lambda b: b | {"resourceType": "bundle"}), "source"),
    Quirk("H25", "a DiagnosticReport alone", "not what was asked for: named", _key("laboratory", {"resourceType": "DiagnosticReport", "id": "d"}), "source"),
    Quirk("H26", "resources where entries belong", "could not look: named", _laboratory(lambda b: b | {"entry": [one["resource"] for one in b["entry"]]}), "source"),
    Quirk("H27", "Bundles nested too deep", "could not look: named", _laboratory(lambda b: _nested(b, 6)), "source"),
    Quirk("H28", "a count without entries", "could not look: named", _key("laboratory", {"resourceType": "Bundle", "type": "searchset", "total": 5}), "source"),
    Quirk("H29", "total 0 without entries", "nothing on record", _key("laboratory", {"resourceType": "Bundle", "type": "searchset", "total": 0}), "silent"),
)  # fmt: skip
