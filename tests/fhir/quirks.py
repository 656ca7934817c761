"""Shapes that real FHIR takes, and what the reader does with each: the table behind docs/fhir-reading.md.

A quirk changes one chart that would give a warning for potassium 2.8 mmol/L (or furosemide in the case of medicines).
``used``: the value or medicine counts; ``named``: it does not and the answer says so; ``silent``: it does not, and
that is normal.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.fhir_rows import bundle, request_for
from tests.rows import row

RX = "http://www.nlm.nih.gov/research/umls/rxnorm"
LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
Change = Callable[[dict[str, Any]], Any]


@dataclass(frozen=True)
class Quirk:
    id: str
    shape: str
    does: str
    change: Change
    outcome: str

    def __str__(self) -> str:
        return f"{self.id} {self.shape}"


def base() -> dict[str, Any]:
    return request_for(row("x", "PV", "70F", obs="K=2.8 mmol/L@-2", hits="none"))


def drug_base() -> dict[str, Any]:
    return request_for(row("x", "PV", "70F", obs="K=2.8 mmol/L@-2", meds="furosemide@active", hits="none"))


def applied(quirk: Quirk) -> dict[str, Any]:
    """The request of a quirk."""
    is_drug = quirk in DRUGS or quirk in DRUG_BUNDLES
    request = copy.deepcopy(order_base() if quirk in ORDERS else drug_base() if is_drug else base())
    where = request["prefetch"]["medicationRequests" if is_drug else "laboratory"]
    if quirk in BUNDLES or quirk in DRUG_BUNDLES or quirk in ORDERS:
        changed = quirk.change(request)
        return request if changed is None else changed
    target = where["entry"][0]["resource"]
    changed = quirk.change(target)
    if isinstance(changed, list):
        where["entry"] = [{"resource": one} for one in changed]
    return request


def put(**members: Any) -> Change:
    """Set members; ``...`` removes one; ``a__b`` reaches inside."""

    def change(resource: dict[str, Any]) -> None:
        for path, value in members.items():
            target: Any = resource
            *parents, last = path.split("__")
            for name in parents:
                target = target[int(name) if name.isdigit() else name]
            if value is ...:
                target.pop(last, None)
            else:
                target[last] = value

    return change


def unit(text: str | None, code: str | None = None, system: str | None = UCUM, value: Any = 2.8) -> Change:
    quantity = {"value": value, "unit": text, "code": code, "system": system if code else None}
    return put(valueQuantity={name: item for name, item in quantity.items() if item is not None})


def copies(*changes: Change) -> Change:
    """Several versions of the resource."""

    def change(resource: dict[str, Any]) -> list[dict[str, Any]]:
        found = []
        for one in changes:
            made = copy.deepcopy(resource)
            one(made)
            found.append(made)
        return found

    return change


def code(*codings: dict[str, str], text: str | None = None) -> Change:
    concept: dict[str, Any] = {"coding": list(codings)} if codings else {}
    if text:
        concept["text"] = text
    return put(code=concept)


K_CODE = {"system": LOINC, "code": "2823-3"}
DRAWN = {
    "resourceType": "Observation", "id": "drawn", "status": "final", "code": {"coding": [K_CODE]},
    "subject": {"reference": "Patient/row-patient"}, "effectiveDateTime": "2026-11-16T11:00:00Z",
    "valueQuantity": {"value": 2.8, "unit": "mmol/L"},
}  # fmt: skip
OBSERVATIONS = (
    Quirk("O01", "potassium in g/dL", "cannot be a serum potassium: named, no rule", unit("g/dL", "g/dL"), "named"),
    Quirk("O02", "potassium in mg/dL", "not on the closed list: named", unit("mg/dL", "mg/dL"), "named"),
    Quirk("O03", "value as text “Blank”", "not used; nothing to report", put(valueQuantity=..., valueString="Blank"), "silent"),
    Quirk("O04", "number in valueString", "no unit: named", put(valueQuantity=..., valueString="2.8"), "named"),
    Quirk("O05", "no unit at all", "named", unit(None), "named"),
    Quirk("O06", "unit text only, mmol/l", "spelling read", unit("mmol/l"), "used"),
    Quirk("O07", "unit mEq/L", "one milliequivalent of potassium is one millimole", unit("mEq/L"), "used"),
    Quirk("O08", "unit code meq/L", "spelling read", unit("meq/L", "meq/L"), "used"),
    Quirk("O09", "unit MEQ/L", "spelling read", unit("MEQ/L"), "used"),
    Quirk("O10", "code mmol/L, text g/dL", "contradiction: named", unit("g/dL", "mmol/L"), "named"),
    Quirk("O11", "unit “mmol”", "no concentration: named", unit("mmol"), "named"),
    Quirk("O12", "unit coded in SNOMED CT, text mmol/L", "the text is read", unit("mmol/L", "258813002", "http://snomed.info/sct"), "used"),
    Quirk("O13", "value -666.66", "implausible: named", unit("mmol/L", "mmol/L", value=-666.66), "named"),
    Quirk("O14", "value 0.9 and 12.1 lie outside the plausible range", "named", unit("mmol/L", "mmol/L", value=0.9), "named"),
    Quirk("O15", "value as JSON string", "malformed result: named", unit("mmol/L", "mmol/L", value="2.8"), "named"),
    Quirk("O16", "value with fifteen digits", "compared unrounded, shown rounded", unit("mmol/L", "mmol/L", value=2.79999923706055), "used"),
    Quirk("O17", "local code, “Potassium” only in words", "unknown code: not used, not guessed; named", code({"system": "urn:oid:1.2.3", "code": "K"}, text="Potassium"), "named"),
    Quirk("O18", "LOINC is the fourth coding", "every coding is looked at", code({"system": "urn:oid:1.2.3", "code": "1"}, {"code": "2"}, {"system": "urn:x", "code": "3"}, K_CODE), "used"),
    Quirk("O19", "LOINC as urn:oid", "alias system", code({"system": "urn:oid:2.16.840.1.113883.6.1", "code": "2823-3"}), "used"),
    Quirk("O20", "LOINC with a trailing slash", "alias system", code({"system": "http://loinc.org/", "code": "2823-3"}), "used"),
    Quirk("O21", "potassium in blood, 6298-4", "counts as potassium", code({"system": LOINC, "code": "6298-4"}), "used"),
    Quirk("O22", "potassium in urine, 2828-2", "a look-alike: never", code({"system": LOINC, "code": "2828-2"}), "silent"),
    Quirk("O23", "mass-property LOINC with mmol/L", "the unit decides", code({"system": LOINC, "code": "75940-7"}), "used"),
    Quirk("O24", "entered-in-error", "never used", put(status="entered-in-error"), "silent"),
    Quirk("O25", "cancelled", "never used", put(status="cancelled"), "silent"),
    Quirk("O26", "registered", "never used", put(status="registered"), "silent"),
    Quirk("O27", "status missing", "named", put(status=...), "named"),
    Quirk("O28", "status Xfinal", "named", put(status="Xfinal"), "named"),
    Quirk("O29", "amended", "counts", put(status="amended"), "used"),
    Quirk("O30", "corrected", "counts", put(status="corrected"), "used"),
    Quirk("O31", "preliminary and only moderate", "mentioned, never graded", put(status="preliminary"), "silent"),
    Quirk("O32", "final, then entered-in-error under the same id", "retracted", copies(put(), put(status="entered-in-error")), "silent"),
    Quirk("O33", "final 2.8, then corrected 4.2 under the same id", "the correction counts", copies(put(), put(status="corrected", valueQuantity__value=4.2)), "silent"),
    Quirk("O34", "the same result under two ids", "one hit", copies(put(), put(id="twin")), "used"),
    Quirk("O35", "dataAbsentReason", "not used", put(valueQuantity=..., dataAbsentReason={"text": "unknown"}), "silent"),
    Quirk("O36", "effectivePeriod", "its end counts", put(effectiveDateTime=..., effectivePeriod={"start": "2026-11-01", "end": "2026-11-16T11:00:00Z"}), "used"),
    Quirk("O37", "effectiveInstant", "counts", put(effectiveDateTime=..., effectiveInstant="2026-11-16T11:00:00Z"), "used"),
    Quirk("O38", "only issued", "counts", put(effectiveDateTime=..., issued="2026-11-16T11:00:00.000Z"), "used"),
    Quirk("O39", "no time at all", "not used", put(effectiveDateTime=...), "silent"),
    Quirk("O40", "date without a time", "00:00 of that day in the configured zone", put(effectiveDateTime="2026-11-16"), "used"),
    Quirk("O41", "time without a zone", "the configured zone", put(effectiveDateTime="2026-11-16T11:00:00"), "used"),
    Quirk("O42", "year and month only", "first day of it", put(effectiveDateTime="2026-11"), "used"),
    Quirk("O43", "year 0385", "very old, no crash", put(effectiveDateTime="0385-01-01"), "silent"),
    Quirk("O44", "dated in the 2190s", "future: not used", put(effectiveDateTime="2190-01-01T00:00:00Z"), "silent"),
    Quirk("O45", "US date", "cannot be read: named", put(effectiveDateTime="5/18/2026 10:33:22 PM"), "named"),
    Quirk("O46", "comparator <", "just below", put(valueQuantity__comparator="<", valueQuantity__value=3.0), "used"),
    Quirk("O47", "interpretation as an object instead of a list", "a list of one", put(interpretation={"text": "L"}), "used"),
    Quirk("O48", "unknown members and R3 fields", "ignored", put(context={"reference": "Encounter/1"}, comment="x"), "used"),
    Quirk("O49", "subject of somebody else", "never used, and named", put(subject__reference="Patient/other"), "stranger"),
    Quirk("O50", "subject missing", "cannot be tied to the patient: named", put(subject=...), "stranger"),
    Quirk("O51", "subject by display only", "named", put(subject={"display": "An oyster"}), "stranger"),
    Quirk("O52", "subject as conditional reference", "named", put(subject={"reference": "Patient?identifier=1"}), "stranger"),
    Quirk("O53", "subject as urn:uuid of the same id", "the patient", put(subject={"reference": "urn:uuid:row-patient"}), "used"),
    Quirk("O54", "subject id in other letters", "somebody else", put(subject={"reference": "Patient/Row-Patient"}), "stranger"),
    Quirk("O55", "subject with a version", "not the stated form: named", put(subject={"reference": "Patient/row-patient/_history/2"}), "stranger"),
    Quirk("O56", "components only", "components are read", put(code={"coding": [{"system": LOINC, "code": "24326-1"}]}, valueQuantity=..., component=[{"code": {"coding": [K_CODE]}, "valueQuantity": {"value": 2.8, "unit": "mmol/L"}}]), "used"),
    Quirk("O57", "id of 200 characters", "read", put(id="a" * 200), "used"),
    Quirk("O58", "no id", "read", put(id=...), "used"),
    Quirk("O59", "name in code.text only, no coding", "not used, not guessed; named", code(text="Potassium"), "named"),
    Quirk("O60", "LOINC of urine beside the word “Potassium”", "a look-alike: never", code({"system": LOINC, "code": "2828-2"}, {"system": "urn:x", "code": "K"}, text="Potassium"), "silent"),
    Quirk("O61", "_effectiveDateTime with data-absent-reason", "no time: not used", put(effectiveDateTime=..., _effectiveDateTime={"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]}), "silent"),
    Quirk("O62", "effectivePeriod with a start only", "its start, when nothing else tells", put(effectiveDateTime=..., effectivePeriod={"start": "2026-11-16T11:00:00Z"}), "used"),
    Quirk("O63", "effectiveTiming", "its last event", put(effectiveDateTime=..., effectiveTiming={"event": ["2026-11-15", "2026-11-16"]}), "used"),
    Quirk("O64", "code, time and value masked", "not used, no crash", put(code={"coding": [{"extension": [{"url": "x", "valueCode": "masked"}]}]}, effectiveDateTime=..., _effectiveDateTime={"extension": []}, valueQuantity={"_value": {"extension": []}}), "silent"),
    Quirk("O65", "status “this_is_invalid” and nothing else", "skipped", lambda _: [{"resourceType": "Observation", "id": "x", "status": "this_is_invalid"}, DRAWN], "used+stranger"),
    Quirk("O66", "cancelled, dataAbsentReason in SNOMED CT", "never used", put(status="cancelled", dataAbsentReason={"coding": [{"system": "http://snomed.info/sct", "code": "373121007"}]}), "silent"),
    Quirk("O67", "final, with dataAbsentReason error and a value", "not used", put(dataAbsentReason={"coding": [{"code": "error"}]}), "silent"),
    Quirk("O68", "a normal magnesium in mmol/L under a mass LOINC", "the unit decides: 0.8 mmol/L is normal", put(code={"coding": [{"system": LOINC, "code": "19123-9"}]}, valueQuantity={"value": 0.8, "unit": "mmol/L", "system": UCUM, "code": "mmol/L"}), "silent"),
    Quirk("O69", "potassium 2.8 of the year 2005", "stale: no finding of today", put(effectiveDateTime="2005-07-05"), "silent"),
    Quirk("O70", "valueInteger", "a number without a unit: named", put(valueQuantity=..., valueInteger=3), "named"),
    Quirk("O71", "number and unit in valueString", "text: named, not taken apart", put(valueQuantity=..., valueString="2.8 mmol/L"), "named"),
    Quirk("O72", "comparator “~”", "not known: named", put(valueQuantity__comparator="~"), "named"),
    Quirk("O73", "comparator “≤”", "read as <=", put(valueQuantity__comparator="≤"), "used"),
    Quirk("O74", "unit in words: milliequivalents per liter", "spelling read", unit("milliequivalents per liter"), "used"),
    Quirk("O75", "unit mmol·L⁻¹", "spelling read", unit("mmol·L⁻¹"), "used"),
    Quirk("O76", "unit system “UCUM”, no text", "alias system", unit(None, "mmol/L", "UCUM"), "used"),
    Quirk("O77", "a note, performer or encounter as plain text", "that member is left out, the result counts", put(note="see report", performer="Lab", encounter="Encounter/1"), "used"),
    Quirk("O78", "one damaged referenceRange among good members", "left out", put(referenceRange=[{"low": "3.5"}, 5]), "used"),
    Quirk("O79", "time in lower case or with blanks around it", "read", put(effectiveDateTime=" 2026-11-16t11:00:00z "), "used"),
    Quirk("O80", "dated 59 minutes ahead", "clocks differ: counts", put(effectiveDateTime="2026-11-17T12:59:00Z"), "used"),
    Quirk("O81", "retracted version without meta beside one with a date", "the retraction wins", copies(put(meta={"lastUpdated": "2026-11-16T12:00:00Z"}), put(status="entered-in-error", meta=...)), "silent"),
    Quirk("O82", "versions told apart by lastUpdated in other zones", "compared as moments", copies(put(meta={"lastUpdated": "2026-11-16T12:00:00Z"}), put(valueQuantity__value=4.2, meta={"lastUpdated": "2026-11-16T13:30:00+02:00"})), "used"),
    Quirk("O83", "subject absolute under another base", "not this patient: named", put(subject={"reference": "https://other.example/fhir/Patient/row-patient"}), "stranger"),
    Quirk("O84", "subject masked", "named", put(subject={"extension": [{"url": "x", "valueCode": "masked"}]}), "stranger"),
    Quirk("O85", "subject by identifier only", "named", put(subject={"identifier": {"value": "1"}}), "stranger"),
    Quirk("O86", "subject contained", "named", put(subject={"reference": "#p"}, contained=[{"resourceType": "Patient", "id": "p"}]), "stranger"),
    Quirk("O87", "R5: triggeredBy, instantiates", "unknown members are ignored", put(triggeredBy=[{"type": "reflex"}], instantiatesCanonical="x"), "used"),
    Quirk("O88", "value in exponent notation, an integer", "read", put(valueQuantity__value=28e-1), "used"),
    Quirk("O89", "emergency: value 1e300", "implausible: named, shortened", put(valueQuantity__value=1e300), "named"),
)  # fmt: skip


def medicine(**concept: Any) -> Change:
    return put(medicationCodeableConcept=concept)


DRUGS = (
    Quirk("M01", "only a reference with a display", "matched by name", put(medicationCodeableConcept=..., medicationReference={"reference": "Medication/9", "display": "furosemide (LASIX) 40 MG tablet"}), "used"),
    Quirk("M02", "product code (SCD)", "maps to its ingredient", medicine(coding=[{"system": RX, "code": "313988"}]), "used"),
    Quirk("M03", "RxNorm as OID beside a vendor code", "every coding is looked at", medicine(coding=[{"system": "urn:oid:1.2.840", "code": "5"}, {"system": "urn:oid:2.16.840.1.113883.6.88", "code": "4603"}]), "used"),
    Quirk("M04", "ATC code", "maps to its ingredient", medicine(coding=[{"system": "http://www.whocc.no/atc", "code": "C03CA01"}]), "used"),
    Quirk("M05", "brand name in text", "matched by name", medicine(text="Lasix 40 mg tablet"), "used"),
    Quirk("M06", "odd case", "matched by name", medicine(text="fuROSEmide 40 MG"), "used"),
    Quirk("M07", "doNotPerform", "no medicine", put(doNotPerform=True), "nodrug"),
    Quirk("M08", "on-hold", "not active", put(status="on-hold"), "nodrug"),
    Quirk("M09", "stopped", "not active", put(status="stopped"), "nodrug"),
    Quirk("M10", "status unknown", "not counted as active", put(status="unknown"), "nodrug"),
    Quirk("M11", "intent proposal, nobody reported it", "not active", put(intent="proposal"), "nodrug"),
    Quirk("M12", "intent proposal, reported", "a home medicine: active", put(intent="proposal", reportedBoolean=True), "used"),
    Quirk("M13", "intent plan", "active", put(intent="plan"), "used"),
    Quirk("M14", "intent instance-order", "active", put(intent="instance-order"), "used"),
    Quirk("M15", "contained Medication", "resolved", put(medicationCodeableConcept=..., medicationReference={"reference": "#m"}, contained=[{"resourceType": "Medication", "id": "m", "code": {"coding": [{"system": RX, "code": "4603"}]}}]), "used"),
    Quirk("M16", "contained Medication with ingredients only", "ingredients are read", put(medicationCodeableConcept=..., medicationReference={"reference": "#m"}, contained=[{"resourceType": "Medication", "id": "m", "ingredient": [{"itemCodeableConcept": {"text": "furosemide"}}]}]), "used"),
    Quirk("M17", "R5 shape: medication.concept", "read alike", put(medicationCodeableConcept=..., medication={"concept": {"text": "furosemide"}}), "used"),
    Quirk("M18", "local code, no readable name", "not recognised: named", medicine(coding=[{"system": "urn:local", "code": "ADMINMED:543"}]), "notdrug"),
    Quirk("M19", "a medicine that is none of ours", "silent", medicine(text="vitamin E 400 unit capsule"), "nodrug"),
    Quirk("M20", "salt name losartan potassium", "never a supplement, no diuretic", medicine(text="losartan potassium 50 mg"), "nodrug"),
    Quirk("M21", "another patient's order", "never used, and named", put(subject__reference="Patient/other"), "strangerdrug"),
    Quirk("M22", "dosageInstruction as an object", "read", put(dosageInstruction={"text": "one daily"}), "used"),
    Quirk("M23", "reasonCode as an object", "read", put(reasonCode={"text": "mg"}), "used"),
    Quirk("M24", "combination product", "belongs to all classes of its ingredients", medicine(text="amiloride hydrochloride 5 mg / furosemide 40 mg tablet"), "used"),
    Quirk("M25", "non-formulary template with the brand in brackets", "matched by name", medicine(coding=[{"system": "urn:vendor", "code": "1", "display": "template non-formulary (medication) (Lasix)"}]), "used"),
    Quirk("M26", "branded product code beside a vendor's synonym", "every coding is looked at", medicine(coding=[{"system": "urn:vendor", "code": "S1"}, {"system": RX, "code": "200801"}]), "used"),
    Quirk("M27", "component concept 316049, active since 1969, no end", "hydrochlorothiazide, active", put(medicationCodeableConcept={"coding": [{"system": RX, "code": "316049"}]}, authoredOn="1969-01-01"), "used"),
    Quirk("M28", "furosemide 10 MG/ML injection", "a loop diuretic whatever the route", medicine(text="furosemide 10 MG/ML Injectable Solution"), "used"),
    Quirk("M29", "doNotPerform on a stopped order", "no medicine", put(status="stopped", doNotPerform=True), "nodrug"),
    Quirk("M30", "triple combination with hydrochlorothiazide, doNotPerform", "no thiazide", put(doNotPerform=True, medicationCodeableConcept={"text": "amlodipine / hydrochlorothiazide / olmesartan"}), "nodrug"),
    Quirk("M31", "NDC beside GPI, reason “mg”", "read by NDC", put(medicationCodeableConcept={"coding": [{"system": "urn:oid:2.16.840.1.113883.6.68", "code": "37200030000305"}, {"system": "urn:oid:2.16.840.1.113883.6.69", "code": "0054-4297-25"}]}, reasonCode=[{"text": "mg"}]), "used"),
    Quirk("M32", "local code whose display is the code again", "not recognised: named", medicine(coding=[{"system": "urn:local", "code": "ADMINMED:543", "display": "ADMINMED:543"}]), "notdrug"),
    Quirk("M33", "STU3 member context", "ignored", put(context={"reference": "Encounter/1"}), "used"),
    Quirk("M34", "on-hold, contained, ingredients only", "not active", put(status="on-hold", medicationCodeableConcept=..., medicationReference={"reference": "#m"}, contained=[{"resourceType": "Medication", "id": "m", "ingredient": [{"itemCodeableConcept": {"text": "furosemide"}}]}]), "nodrug"),
    Quirk("M35", "contained Medication: several ingredients by code only", "all are read", put(medicationCodeableConcept=..., medicationReference={"reference": "#m"}, contained=[{"resourceType": "Medication", "id": "m", "ingredient": [{"itemCodeableConcept": {"coding": [{"system": RX, "code": "644"}]}}, {"itemCodeableConcept": {"coding": [{"system": RX, "code": "4603"}]}}]}]), "used"),
    Quirk("M36", "ingredient that points at another contained Medication", "followed", put(medicationCodeableConcept=..., medicationReference={"reference": "#m"}, contained=[{"resourceType": "Medication", "id": "m", "ingredient": [{"itemReference": {"reference": "#n"}}]}, {"resourceType": "Medication", "id": "n", "code": {"text": "furosemide"}}]), "used"),
    Quirk("M37", "local code on the Medication, ingredients known", "ingredients are read", put(medicationCodeableConcept=..., medicationReference={"reference": "#m"}, contained=[{"resourceType": "Medication", "id": "m", "code": {"coding": [{"system": "urn:local", "code": "77"}]}, "ingredient": [{"itemCodeableConcept": {"text": "furosemide"}}]}]), "used"),
    Quirk("M38", "contained Medication named by Type/id instead of #id", "resolved", put(medicationCodeableConcept=..., medicationReference={"reference": "Medication/m"}, contained=[{"resourceType": "Medication", "id": "m", "code": {"text": "furosemide"}}]), "used"),
    Quirk("M39", "code and words disagree", "the code wins, and it is said", medicine(coding=[{"system": RX, "code": "4603", "display": "simvastatin 20 MG"}]), "used+conflict"),
    Quirk("M40", "ingredient codes of a combination, named in the text", "the combination", medicine(coding=[{"system": RX, "code": "52175"}, {"system": RX, "code": "5487"}], text="losartan-HCTZ 50-12.5 mg tablet"), "used"),
    Quirk("M41", "active, then entered-in-error under the same id", "retracted", copies(put(), put(status="entered-in-error")), "nodrug"),
    Quirk("M42", "active of last year, then stopped this year, in any order", "the later version counts", copies(put(status="stopped", meta={"lastUpdated": "2026-10-01T00:00:00Z"}), put(meta={"lastUpdated": "2025-10-01T00:00:00Z"})), "nodrug"),
    Quirk("M43", "dosage, reason or note of the wrong shape", "left out, the medicine counts", put(dosageInstruction="one daily", reasonCode="oedema", dispenseRequest=[]), "used"),
    Quirk("M44", "dose as text where a number belongs", "no daily dose, the medicine counts", put(dosageInstruction=[{"doseAndRate": [{"doseQuantity": {"value": "40", "unit": "mg"}}]}]), "used"),
    Quirk("M45", "shortened name: hydrochlorothiazid", "matched by name", medicine(text="TRIAMTERENE/HYDROCHLOROTHIAZID 37.5-25MG TAB"), "used"),
    Quirk("M46", "name and strength run together", "matched by name", medicine(text="furosemide40mg"), "used"),
    Quirk("M47", "RxNorm by its short name, code with leading zeros", "alias system", medicine(coding=[{"system": "RxNorm", "code": "0004603"}]), "used"),
    Quirk("M48", "DSTU2 shape: patient where R4 has subject", "version not supported: named", put(subject=..., patient={"reference": "Patient/row-patient"}), "version"),
)  # fmt: skip


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
)  # fmt: skip


def _beside(medication: dict[str, Any], reference: str, url: str | None = None, base_url: str | None = None) -> Change:
    """The order points at a Medication elsewhere in its Bundle."""

    def change(request: dict[str, Any]) -> None:
        entries = request["prefetch"]["medicationRequests"]["entry"]
        order = entries[0]["resource"]
        order.pop("medicationCodeableConcept")
        order["medicationReference"] = {"reference": reference}
        entries.append({"resource": {"resourceType": "Medication", **medication}} | ({"fullUrl": url} if url else {}))
        if base_url:
            request["fhirServer"] = base_url

    return change


FUROSEMIDE = {"code": {"coding": [{"system": RX, "code": "4603"}]}}
FHIR = "https://ehr.example.org/fhir"
DRUG_BUNDLES = (
    Quirk("MB1", "Medication beside the order, urn:uuid", "resolved by fullUrl", _beside(FUROSEMIDE, "urn:uuid:7a", "urn:uuid:7a"), "used"),
    Quirk("MB2", "Medication beside the order, Type/id", "resolved", _beside(FUROSEMIDE | {"id": "9"}, "Medication/9"), "used"),
    Quirk("MB3", "absolute reference under fhirServer, Medication by id", "resolved", _beside(FUROSEMIDE | {"id": "9"}, f"{FHIR}/Medication/9", base_url=FHIR), "used"),
    Quirk("MB4", "absolute reference equal to a fullUrl", "resolved", _beside(FUROSEMIDE | {"id": "9"}, "https://x.example/Medication/9", "https://x.example/Medication/9"), "used"),
    Quirk("MB5", "reference with a version", "resolved without it", _beside(FUROSEMIDE | {"id": "9"}, "Medication/9/_history/3"), "used"),
    Quirk("MB6", "id of 200 characters", "resolved", _beside(FUROSEMIDE | {"id": "e" * 200}, "Medication/" + "e" * 200), "used"),
    Quirk("MB7", "Medication with ATC, RxNorm and a third system", "every coding is looked at", _beside({"id": "9", "code": {"coding": [{"system": "urn:oid:1.2", "code": "x"}, {"system": "http://www.whocc.no/atc", "code": "C03CA01"}, {"system": "urn:oid:2.16.840.1.113883.6.88", "code": "313988"}]}}, "Medication/9"), "used"),
)  # fmt: skip


def order_base() -> dict[str, Any]:
    """A simvastatin draft, selected, beside active clarithromycin: a contraindicated pair."""
    return request_for(row("x", "OS", "70F", meds="simvastatin@draft | clarithromycin@active", hits="none"))


def draft(**members: Any) -> Change:
    def change(request: dict[str, Any]) -> None:
        put(**members)(request["context"]["draftOrders"]["entry"][0]["resource"])

    return change


def context(**members: Any) -> Change:
    def change(request: dict[str, Any]) -> None:
        put(**members)(request["context"])

    return change


def _sibling(request: dict[str, Any]) -> None:
    entries = request["context"]["draftOrders"]["entry"]
    entries[0]["resource"].pop("medicationCodeableConcept")
    entries[0]["resource"]["medicationReference"] = {"reference": "Medication/m9", "display": "simva"}
    entries.append(
        {
            "resource": {
                "resourceType": "Medication",
                "id": "m9",
                "code": {"coding": [{"system": "urn:oid:2.16.840.1.113883.6.88", "code": "36567"}]},
            }
        }
    )


def _mixed(request: dict[str, Any]) -> None:
    diet = {"resource": {"resourceType": "NutritionOrder", "id": "n1", "status": "draft"}}
    request["context"]["draftOrders"]["entry"].insert(0, diet)
    request["context"]["selections"].insert(0, "NutritionOrder/n1")


def _renamed(identity: str, *selections: str, url: str | None = None) -> Change:
    def change(request: dict[str, Any]) -> None:
        entry = request["context"]["draftOrders"]["entry"][0]
        entry["resource"]["id"] = identity
        if url:
            entry["fullUrl"] = url
        request["context"]["selections"] = list(selections)

    return change


EPIC_DRAFT = {
    "category": {"coding": [{"code": "outpatient"}]}, "identifier": [{"use": "usual"}], "intent": ...,
    "requester": {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]},
    "dosageInstruction": [{"doseQuantity": {"value": 20, "unit": "mg"}, "timing": {"repeat": {"frequency": 1, "period": 1.0, "periodUnit": "d"}}}],
    "dispenseRequest": {"quantity": {"value": 30}},
}  # fmt: skip
ORDERS = (
    Quirk("DR01", "a plain draft", "judged", draft(), "used"),
    Quirk("DR02", "draft without subject, intent and status", "the patient in context, a draft", draft(subject=..., intent=..., status=...), "used"),
    Quirk("DR03", "draft of another patient", "excluded, and named", draft(subject={"reference": "Patient/other"}), "strangerdrug"),
    Quirk("DR04", "R5 shape: medication.concept, no subject", "read alike", draft(medicationCodeableConcept=..., medication={"concept": {"text": "simvastatin"}}, subject=..., intent=...), "used"),
    Quirk("DR05", "Medication as a further entry of draftOrders, RxNorm as OID", "resolved", _sibling, "used"),
    Quirk("DR06", "drafts of other kinds selected too", "ignored", _mixed, "used"),
    Quirk("DR07", "draftOrders without type", "read", lambda r: r["context"]["draftOrders"].pop("type") and None, "used"),
    Quirk("DR08", "category, doseQuantity, requester and identifier as Epic sends them", "read", draft(**EPIC_DRAFT), "used"),
    Quirk("DR09", "draft id of 200 characters", "read", _renamed("e" * 200, "MedicationRequest/" + "e" * 200), "used"),
    Quirk("DR10", "selection as a bare id", "matched", _renamed("a1", "a1"), "used"),
    Quirk("DR11", "selection as an absolute URL", "matched by type and id", _renamed("a1", "https://x.example/fhir/MedicationRequest/a1"), "used"),
    Quirk("DR12", "selection as urn:uuid of the entry", "matched by fullUrl", _renamed("a1", "urn:uuid:5b", url="urn:uuid:5b"), "used"),
    Quirk("DR13", "selection of another type with the same id", "not this order", _renamed("a1", "NutritionOrder/a1"), "nodrug"),
    Quirk("DR14", "selection that no draft matches", "nothing is judged", context(selections=["MedicationRequest/none"]), "nodrug"),
    Quirk("DR15", "patientId with its type", "the bare id", context(patientId="Patient/row-patient"), "used"),
    Quirk("DR16", "encounterId null, further members null", "tolerated", context(encounterId=None, extra=None), "used"),
    Quirk("DR17", "hookInstance that is no UUID", "accepted", lambda r: r.update(hookInstance="randomGUIDforthehookevent"), "used"),
    Quirk("DR18", "userId outside context", "tolerated", lambda r: r.update(userId=r["context"].pop("userId")), "used"),
    Quirk("DR19", "a null and an empty entry among the drafts", "skipped", lambda r: r["context"]["draftOrders"]["entry"].extend([None, {}, {"resource": None}]), "used"),
    Quirk("DR20", "dosage as one object, doseAndRate as one object", "read", draft(dosageInstruction={"doseAndRate": {"doseQuantity": {"value": 40, "unit": "mg"}}}), "used"),
    Quirk("DR21", "draft with contained Medication in RxNorm", "resolved", draft(medicationCodeableConcept=..., medicationReference={"reference": "#m"}, contained=[{"resourceType": "Medication", "id": "m", "code": {"coding": [{"system": RX, "code": "36567"}]}}]), "used"),
    Quirk("DR22", "draft by reference and display only", "matched by name", draft(medicationCodeableConcept=..., medicationReference={"reference": "Medication/unknown", "display": "SIMVASTATIN 20 MG PO TABS"}), "used"),
    Quirk("DR23", "draft that says do not perform", "not judged", draft(doNotPerform=True), "nodrug"),
    Quirk("DR24", "a DSTU2 MedicationOrder as draft", "version not supported: named", lambda r: r["context"]["draftOrders"]["entry"][0]["resource"].update(resourceType="MedicationOrder"), "version"),
)  # fmt: skip
QUIRKS = (*OBSERVATIONS, *DRUGS, *DRUG_BUNDLES, *BUNDLES, *ORDERS)
