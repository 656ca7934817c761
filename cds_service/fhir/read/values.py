"""One value of an Observation → a LabResult, or why it cannot be used (rule catalogue 0.3, 0.4)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

from cds_service.clinical.chart import DAY, LabResult, Sex
from cds_service.clinical.vocabulary import Analyte
from cds_service.fhir.read.context import Reading, reference_to, text_of
from cds_service.fhir.read.haemolysis import is_haemolysed
from cds_service.fhir.read.numbers import plausible, reported_text
from cds_service.fhir.shapes import Component, Concept, Observation, Quantity
from cds_service.fhir.units import conversion

COMPARATORS = {None: "", "": "", "=": "", "<": "<", "<=": "<=", "≤": "<=", ">": ">", ">=": ">=", "≥": ">="}
SITE_WORDS = {
    "oral": "oral", "mouth": "oral", "sublingual": "oral", "rect": "rectal", "axill": "axillary", "armpit": "axillary",
    "tympan": "tympanic", " ear ": "ear", "temporal": "temporal artery", "forehead": "forehead", "bladder": "bladder",
    "oesophag": "core", "esophag": "core", "core": "core",
}  # fmt: skip
SITES = {
    "8331-1": "oral", "8332-9": "rectal", "8333-7": "tympanic", "8328-7": "axillary", "8329-5": "core",
    "8334-5": "bladder", "75539-7": "temporal artery", "76011-6": "ear", "60838-0": "nasopharyngeal",
}  # fmt: skip


_SEXES = {
    "male": Sex.MALE, "m": Sex.MALE, "men": Sex.MALE, "248153007": Sex.MALE,
    "female": Sex.FEMALE, "f": Sex.FEMALE, "women": Sex.FEMALE, "248152002": Sex.FEMALE,
}  # fmt: skip
NO_RESULT = frozenset(
    {"", "blank", "pending", "to follow", "not done", "not performed", "not tested", "not received", "cancelled", "canceled",
     "n/a", "na", "none", "null", "nil", "no result"}
)  # fmt: skip
"""Texts in place of a value that say no more than that there is none."""
ELIGIBLE = frozenset({"final", "amended", "corrected"})
REVISED = ELIGIBLE - {"final"}


class Dated(NamedTuple):
    """A value whose time lets it count; ``part`` is the Observation itself, one of its components, or why it is not
    believed to be one of ours at all."""

    time: float
    observation: Observation
    part: Observation | Component | str


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
    quantity = part.valueQuantity
    if quantity is None and (whole := part.valueInteger) is not None:
        quantity = Quantity(value=float(whole))
    if quantity is None or quantity.value is None:
        raise _no_number(part, analyte, reading.day(time))
    if quantity.comparator not in COMPARATORS:
        raise _refused(analyte, quantity, reading.day(time), "has a comparator that is not known")
    unit = conversion(analyte, quantity.unit, quantity.code, quantity.system)
    if unit is None:
        named = quantity.unit or quantity.code
        what = "has a unit that does not fit or is not clear" if named else "has no unit"
        raise _refused(analyte, quantity, reading.day(time), what)
    value = unit.apply(quantity.value)
    if not plausible(analyte, value, unit.family, reading.limits):
        raise _refused(analyte, quantity, reading.day(time), "is not plausible")
    comparator = COMPARATORS[quantity.comparator]
    if comparator == "<":
        value = math.nextafter(value, -math.inf)
    elif comparator == ">":
        value = math.nextafter(value, math.inf)
    low, high = _range(part, analyte, quantity, reading.sex)
    issued = observation.issued if observation.raw_issued else None
    return LabResult(
        analyte=analyte,
        value=value,
        unit=unit.family,
        reported=reported_text(analyte, quantity),
        time=time,
        age_days=(reading.now - time) / DAY,
        issued=reading.time(issued) if issued else None,
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


def _refused(analyte: Analyte, quantity: Quantity, day: str, what: str) -> Unusable:
    return Unusable(f"{analyte.title} {reported_text(analyte, quantity)} ({day}) {what}; not used.")


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


def _range(
    part: Observation | Component, analyte: Analyte, own: Quantity, sex: Sex | None
) -> tuple[float | None, float | None]:
    """The first normal range that is not one for the other sex only."""
    for limits in part.referenceRange or ():
        if limits.type is not None and not any(c.code in ("normal", None) for c in limits.type.coding or ()):
            continue
        if limits.appliesTo and not applies_to(limits.appliesTo, sex):
            continue
        if limits.low is not None or limits.high is not None:
            return _limit(limits.low, analyte, own), _limit(limits.high, analyte, own)
    return None, None


def applies_to(groups: list[Concept], sex: Sex | None) -> bool:
    """Whether a range for these groups may hold for a patient: one that names only the other sex does not."""
    words = (word for one in groups for coding in one.coding or () for word in (coding.code, coding.display))
    named = {_SEXES.get((word or "").strip().casefold()) for word in (*words, *(one.text for one in groups))} - {None}
    return sex is None or not named or sex in named


def _limit(limit: Quantity | None, analyte: Analyte, own: Quantity) -> float | None:
    """A lab limit in the unit of comparison; without a unit of its own it is in the result's."""
    if limit is None or limit.value is None:
        return None
    named = limit if limit.unit or limit.code else own
    unit = conversion(analyte, named.unit, named.code, named.system)
    return unit.apply(limit.value) if unit is not None else None


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
