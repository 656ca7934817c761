"""One value of an Observation → a LabResult, or why it cannot be used (rule catalogue 0.3, 0.4)."""

from __future__ import annotations

from dataclasses import dataclass

from cds_service.clinical.chart import DAY, LabResult, Sex
from cds_service.clinical.vocabulary import Analyte
from cds_service.fhir.read.amounts import AMOUNTS, BOUNDS, NO_BOUNDS, Amount, Bounds, Unfit, amount_of, bounds_of
from cds_service.fhir.read.context import Reading, reference_to, text_of
from cds_service.fhir.read.haemolysis import is_haemolysed
from cds_service.fhir.read.numbers import plausible
from cds_service.fhir.shapes import Component, Observation, Quantity

SITE_WORDS = {
    "oral": "oral", "mouth": "oral", "sublingual": "oral", "rect": "rectal", "axill": "axillary", "armpit": "axillary",
    "tympan": "tympanic", " ear ": "ear", "temporal": "temporal artery", "forehead": "forehead", "bladder": "bladder",
    "oesophag": "core", "esophag": "core", "core": "core",
}  # fmt: skip
SITES = {
    "8331-1": "oral", "8332-9": "rectal", "8333-7": "tympanic", "8328-7": "axillary", "8329-5": "core",
    "8334-5": "bladder", "75539-7": "temporal artery", "76011-6": "ear", "60838-0": "nasopharyngeal",
}  # fmt: skip


NO_RESULT = frozenset(
    {"", "blank", "pending", "to follow", "not done", "not performed", "not tested", "not received", "cancelled", "canceled",
     "n/a", "na", "none", "null", "nil", "no result"}
)  # fmt: skip
"""Texts in place of a value that say no more than that there is none."""
ELIGIBLE = frozenset({"final", "amended", "corrected"})
REVISED = ELIGIBLE - {"final"}


Dated = tuple[float, Observation, Observation | Component | str]
"""A value whose time lets it count: the time, and the part of the Observation that holds it: the Observation itself, one of
its components, or why it is not believed to be one of ours at all."""


@dataclass(slots=True)
class Unusable(Exception):
    """Why a value cannot be used, in our own words; ``is_mention`` for what is normal and only mentioned."""

    detail: str
    is_mention: bool = False


def read_value(dated: Dated, analyte: Analyte, reading: Reading) -> LabResult:
    """The result. Raises ``Unusable``, and msgspec errors for a malformed member."""
    time, observation, part = dated
    if isinstance(part, str):
        raise Unusable(f"{analyte.title} of {reading.day(time)} {part}; not used.")
    if observation.status not in ELIGIBLE and observation.status != "preliminary":
        raise Unusable(f"{analyte.title}: a result without a known status was not used.")
    if (part is not observation or observation.raw_dataAbsentReason) and part.dataAbsentReason is not None:
        raise _absent(part, analyte, reading.day(time))
    if analyte is Analyte.AVPU:
        return _consciousness(time, observation, part, reading)
    found = _amount(part, analyte)
    if found is None:
        raise _no_number(part, analyte, reading.day(time))
    if isinstance(found, Unfit):
        raise _refused(analyte, found.reported, reading.day(time), found.why)
    if not plausible(analyte, found.number, found.unit, reading.limits):
        raise _refused(analyte, found.reported, reading.day(time), "is not plausible")
    low, high = _bounds(part, analyte, found.quantity, reading.sex)
    return LabResult(
        analyte=analyte,
        value=found.value,
        unit=found.unit,
        reported=found.reported,
        time=time,
        age_days=(reading.now - time) / DAY,
        issued=reading.time(observation.issued) if observation.raw_issued else None,
        preliminary=observation.status == "preliminary",
        revised=observation.status if observation.status in REVISED else None,
        reference_low=low,
        reference_high=high,
        haemolysed=analyte is Analyte.POTASSIUM
        and _may_be_marked(observation, part)
        and is_haemolysed(observation, part, reading),
        patient_reported=bool(observation.raw_performer) and _is_patient_reported(observation),
        reference=reference_to("Observation", observation.id),
        site=_site(observation) if analyte is Analyte.TEMPERATURE else None,
    )


def _amount(part: Observation | Component, analyte: Analyte) -> Amount | Unfit | None:
    """The amount of ``valueQuantity``, else of ``valueInteger``; ``None`` when neither holds a number."""
    if isinstance(part, Observation):
        raw = bytes(part.raw_valueQuantity)
        if raw not in (b"", b"null"):
            return AMOUNTS[analyte][raw]
    elif part.valueQuantity is not None:
        return amount_of(analyte, part.valueQuantity)
    whole = part.valueInteger
    return amount_of(analyte, Quantity(value=float(whole))) if whole is not None else None


def _bounds(part: Observation | Component, analyte: Analyte, own: Quantity, sex: Sex | None) -> Bounds:
    if isinstance(part, Observation):
        if not part.raw_referenceRange:
            return NO_BOUNDS
        known = BOUNDS[analyte, sex][bytes(part.raw_referenceRange)]
        if known is not None:
            return known
    return bounds_of(part.referenceRange, analyte, own, sex)


def _refused(analyte: Analyte, reported: str, day: str, what: str) -> Unusable:
    return Unusable(f"{analyte.title} {reported} ({day}) {what}; not used.")


def _absent(part: Observation | Component, analyte: Analyte, day: str) -> Unusable:
    """Reported as not available is normal; with a value beside it one of the two is wrong."""
    if part.valueQuantity is not None and part.valueQuantity.value is not None:
        return Unusable(f"{analyte.title} of {day} is reported as absent and yet has a value; not used.")
    return Unusable(f"{analyte.title}: reported as not available.", is_mention=True)


def _no_number(part: Observation | Component, analyte: Analyte, day: str) -> Unusable:
    """Text is named, whatever it says; a heading whose values stand in its components is not."""
    text = part.valueString
    if text is not None:
        if text.strip(" .-/*").casefold() in NO_RESULT:
            return Unusable(f"{analyte.title}: a result without a number was not used.", is_mention=True)
        return Unusable(f"{analyte.title} of {day} is text, not a number with a unit; not used.")
    if isinstance(part, Observation) and part.raw_component:
        return Unusable(f"{analyte.title}: a result without a number was not used.", is_mention=True)
    return Unusable(f"{analyte.title} of {day} has no number; not used.")


def _consciousness(time: float, observation: Observation, part: Observation | Component, reading: Reading) -> LabResult:
    avpu = reading.terminology.avpu
    value = part.valueCodeableConcept
    answers = [avpu(c.system, c.code, c.display) for c in (value.coding or () if value else ())]
    words = text_of(value) or part.valueString
    if words:
        answers.append(avpu(None, None, words))
    answer = next((one for one in answers if one is not None), None)
    if answer is None:
        raise Unusable("AVPU: an answer that is not known was not used.")
    return LabResult(
        analyte=Analyte.AVPU, value=0.0, unit="", reported=answer.replace("_", " "), time=time,
        age_days=(reading.now - time) / DAY, preliminary=observation.status == "preliminary",
        reference=reference_to("Observation", observation.id), answer=answer,
    )  # fmt: skip


def _may_be_marked(observation: Observation, part: Observation | Component) -> bool:
    """Whether there is anything at all that could carry a mark of haemolysis."""
    own = observation.raw_note or observation.raw_interpretation or observation.raw_specimen
    return bool(own) or part is not observation


def _is_patient_reported(observation: Observation) -> bool:
    if b"Patient/" not in bytes(observation.raw_performer) and b"RelatedPerson/" not in bytes(
        observation.raw_performer
    ):
        return False
    return any((one.reference or "").startswith(("Patient/", "RelatedPerson/")) for one in observation.performer or ())


def _site(observation: Observation) -> str | None:
    """Where a temperature was taken: by its code, else by the words of ``bodySite``, in our own words."""
    code, body_site = observation.code, observation.bodySite
    found = (SITES.get(c.code or "") for c in (code.coding or () if code else ()))
    words = f" {(text_of(body_site) or '').casefold()} "
    named = (site for word, site in SITE_WORDS.items() if word in words) if body_site else ()
    return next((site for site in (*found, *named) if site), None)
