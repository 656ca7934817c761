"""Observations → results (rule catalogue 0.2 to 0.4): which count, when, in which unit, and what could not be used."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

import msgspec

from cds_service.clinical.chart import DAY, LabResult
from cds_service.clinical.series import LazySeries
from cds_service.clinical.vocabulary import Analyte, LabTest
from cds_service.errors import MalformedRequest
from cds_service.fhir.read import lenient, shapes
from cds_service.fhir.read.coma import GCS_PARTS, glasgow_total
from cds_service.fhir.read.context import Reading, codings, reference_to, text_of
from cds_service.fhir.read.haemolysis import is_haemolysed
from cds_service.fhir.read.numbers import plausible, reported_text
from cds_service.fhir.read.same_moment import in_order
from cds_service.fhir.read.unusable import Unusables
from cds_service.fhir.twins import says_value_twice
from cds_service.fhir.units import Conversion, conversion
from cds_service.terminology import LOINC, normalise_system

ELIGIBLE = frozenset({"final", "amended", "corrected"})
IGNORED = frozenset({"registered", "cancelled", "entered-in-error", "unknown"})
VERSION_RANK = {"entered-in-error": 5, "corrected": 4, "amended": 3, "final": 2, "preliminary": 1}
SITES = {
    "8331-1": "oral", "8332-9": "rectal", "8333-7": "tympanic", "8328-7": "axillary", "8329-5": "core",
    "8334-5": "bladder", "75539-7": "temporal artery", "76011-6": "ear", "60838-0": "nasopharyngeal",
}  # fmt: skip
CALLED = {
    LabTest.POTASSIUM: Analyte.POTASSIUM,
    LabTest.MAGNESIUM: Analyte.MAGNESIUM,
    LabTest.CALCIUM: Analyte.CALCIUM,
    LabTest.IONISED_CALCIUM: Analyte.IONISED_CALCIUM,
    LabTest.ALBUMIN: Analyte.ALBUMIN,
    LabTest.CREATININE: Analyte.CREATININE,
    LabTest.CK: Analyte.CK,
    LabTest.TSH: Analyte.TSH,
}
SITE_WORDS = {
    "oral": "oral", "mouth": "oral", "sublingual": "oral", "rect": "rectal", "axill": "axillary", "armpit": "axillary",
    "tympan": "tympanic", " ear ": "ear", "temporal": "temporal artery", "forehead": "forehead", "bladder": "bladder",
    "oesophag": "core", "esophag": "core", "core": "core",
}  # fmt: skip
OBSERVATION = msgspec.json.Decoder(shapes.Observation)
SPARE = frozenset(
    {
        "meta",
        "interpretation",
        "note",
        "referenceRange",
        "performer",
        "encounter",
        "specimen",
        "contained",
        "issued",
        "bodySite",
    }
)
"""Members without which a result still says what it says."""
COMPARATORS = {None: "", "": "", "=": "", "<": "<", "<=": "<=", "≤": "<=", ">": ">", ">=": ">=", "≥": ">="}


class Pending(NamedTuple):
    """A result that counts, not yet written out. ``part`` is ``None`` for a coded answer, which ``unit`` then holds."""

    time: float
    issued: float | None
    observation: shapes.Observation
    part: shapes.Observation | shapes.Component | None
    analyte: Analyte
    quantity: shapes.Quantity | None
    unit: Conversion | str


def _newest_first(pending: Pending) -> tuple[float, float]:
    return -pending.time, -pending.issued if pending.issued is not None else math.inf


@dataclass(slots=True)
class Results:
    """Results as they are read; ``settle`` orders them and decides what could not be used."""

    reading: Reading
    usable: dict[Analyte, list[Pending]] = field(default_factory=dict)
    preliminary: dict[Analyte, list[Pending]] = field(default_factory=dict)
    _versions: dict[str, tuple[shapes.Observation, Analyte | None]] = field(default_factory=dict)
    _nameless: list[tuple[shapes.Observation, Analyte | None]] = field(default_factory=list)
    _seen: set[bytes] = field(default_factory=set)
    unusable: Unusables = field(init=False)

    def __post_init__(self) -> None:
        self.unusable = Unusables(self.reading)

    def add(self, raw: msgspec.Raw, analyte: Analyte | None) -> shapes.Observation:
        """Decode one relevant Observation and keep its newest version. Raises msgspec errors for a malformed one, and
        ``MalformedRequest`` for one that says its value twice."""
        if says_value_twice(bytes(raw)):
            raise MalformedRequest("a result says its value twice", where="prefetch", code="structure")
        observation = lenient.decode(OBSERVATION, raw, SPARE)
        if observation.id is None:
            content = bytes(raw)
            if content not in self._seen:
                self._seen.add(content)
                self._nameless.append((observation, analyte))
            return observation
        known = self._versions.get(observation.id)
        if known is None or self._is_newer(observation, known[0]):
            self._versions[observation.id] = (observation, analyte)
        return observation

    def _is_newer(self, one: shapes.Observation, known: shapes.Observation) -> bool:
        """Of two versions of one result the later by what both carry; a retraction or correction where neither tells."""
        order = self.reading.later_version(one.meta, known.meta)
        return order > 0 or (order == 0 and _rank(one) > _rank(known))

    def observations(self) -> Iterator[shapes.Observation]:
        """The newest version of each relevant Observation."""
        for observation, _ in (*self._versions.values(), *self._nameless):
            yield observation

    def settle(self) -> tuple[dict[Analyte, Sequence[LabResult]], dict[Analyte, Sequence[LabResult]]]:
        """(eligible, preliminary) results, newest first; unusable newer ones become gaps, older ones a note."""
        for observation, analyte in (*self._versions.values(), *self._nameless):
            if self.reading.is_own(observation.subject, "Observation"):
                self._read(observation, analyte)
        usable = {analyte: self._series(results) for analyte, results in self.usable.items()}
        preliminary = {analyte: self._series(results) for analyte, results in self.preliminary.items()}
        self.unusable.report(usable)
        return usable, preliminary

    # -- one Observation -----------------------------------------------------------------------------------------

    def _read(self, observation: shapes.Observation, analyte: Analyte | None) -> None:
        status = observation.status
        if status in IGNORED:
            return
        moment = self._moment(observation, analyte)
        if analyte is not None:
            self._value(observation, observation, analyte, moment)
        elif observation.valueQuantity is not None and moment is not None:
            self._named_only(observation, moment)
        others: list[shapes.Component] = []
        for component in observation.component or ():
            found = self._component_analyte(component)
            if found is None:
                others.append(component)
            elif found is not analyte:
                self._value(observation, component, found, moment)
        if len(others) >= len(GCS_PARTS):
            total = glasgow_total(others)
            if total is not None and Analyte.GCS not in self._analytes(observation, analyte):
                self._value(observation, total, Analyte.GCS, moment)

    def _named_only(self, observation: shapes.Observation, moment: float) -> None:
        """A result that is one of ours by its name alone is not used, and said (a name may be urine's, or a ratio's)."""
        if any(normalise_system(coding.system) == LOINC for coding in codings(observation.code)):
            return
        tests = self.reading.terminology.lab_tests((), text_of(observation.code))
        if len(tests) == 1 and not self.reading.is_future(moment):
            (test,) = tests
            analyte = CALLED.get(test)
            if analyte is not None:
                detail = f"{analyte.title} of {self.reading.day(moment)} has no code that is known; not used."
                self.unusable.add(analyte, moment, detail)

    def _analytes(self, observation: shapes.Observation, analyte: Analyte | None) -> set[Analyte | None]:
        return {analyte, *(self._component_analyte(component) for component in observation.component or ())}

    def _component_analyte(self, component: shapes.Component) -> Analyte | None:
        lookup = self.reading.terminology.analyte
        for coding in component.code.coding or () if component.code else ():
            if coding.code and (found := lookup(coding.system, coding.code)) is not None:
                return found
        return None

    def _moment(self, observation: shapes.Observation, analyte: Analyte | None) -> float | None:
        reading = self.reading
        period, timing = observation.effectivePeriod, observation.effectiveTiming
        text = (
            observation.effectiveDateTime
            or (period.end if period else None)
            or observation.effectiveInstant
            or observation.issued
            or (period.start if period else None)
            or (timing.event[-1] if timing and timing.event else None)
        )
        moment = reading.time(text)
        if moment is None and text and analyte is not None:
            self.unusable.add(analyte, None, f"{analyte.title}: the date of a result cannot be read.")
            return math.nan
        return moment

    def _value(
        self,
        observation: shapes.Observation,
        part: shapes.Observation | shapes.Component,
        analyte: Analyte,
        moment: float | None,
    ) -> None:
        if moment is not None and math.isnan(moment):
            return
        when = self._usable_time(analyte, moment, part)
        if when is None:
            return
        if observation.status not in ELIGIBLE and observation.status != "preliminary":
            self.unusable.add(analyte, when, f"{analyte.title}: a result without a known status was not used.")
            return
        if analyte is Analyte.AVPU:
            self._consciousness(observation, part, when)
            return
        value = self._quantity(part, analyte, when)
        if value is not None:
            issued = self.reading.time(observation.issued) if observation.issued else None
            self._keep(Pending(when, issued, observation, part, analyte, *value))

    def _usable_time(
        self, analyte: Analyte, moment: float | None, part: shapes.Observation | shapes.Component
    ) -> float | None:
        reading = self.reading
        if part.dataAbsentReason is not None:
            reading.note_unused(analyte, f"{analyte.title}: reported as not available.", moment)
            return None
        if moment is None:
            reading.note_unused(analyte, f"{analyte.title}: an undated result was not used.", None)
            return None
        if reading.is_future(moment):
            reading.note_unused(analyte, f"{analyte.title}: a result dated in the future was not used.", None)
            return None
        return moment

    def _quantity(
        self, part: shapes.Observation | shapes.Component, analyte: Analyte, when: float
    ) -> tuple[shapes.Quantity, Conversion] | None:
        quantity = part.valueQuantity
        if quantity is None and part.valueInteger is not None:
            quantity = shapes.Quantity(value=float(part.valueInteger))
        if quantity is None or quantity.value is None:
            self._no_number(part, analyte, when)
            return None
        if quantity.comparator not in COMPARATORS:
            self._refuse(analyte, quantity, when, "has a comparator that is not known")
            return None
        unit = conversion(analyte, quantity.unit, quantity.code, quantity.system)
        if unit is None:
            named = quantity.unit or quantity.code
            self._refuse(
                analyte, quantity, when, "has a unit that does not fit or is not clear" if named else "has no unit"
            )
            return None
        if not plausible(analyte, unit.apply(quantity.value), unit.family, self.reading.limits):
            self._refuse(analyte, quantity, when, "is not plausible")
            return None
        return quantity, unit

    def _refuse(self, analyte: Analyte, quantity: shapes.Quantity, when: float, what: str) -> None:
        shown = reported_text(analyte, quantity)
        self.unusable.add(analyte, when, f"{analyte.title} {shown} ({self.reading.day(when)}) {what}; not used.")

    def _no_number(self, part: shapes.Observation | shapes.Component, analyte: Analyte, when: float) -> None:
        text = getattr(part, "valueString", None)
        if text and any(character.isdigit() for character in text):
            day = self.reading.day(when)
            self.unusable.add(analyte, when, f"{analyte.title} of {day} is text, not a number with a unit; not used.")
        else:
            self.reading.note_unused(analyte, f"{analyte.title}: a result without a number was not used.", when)

    def _series(self, pending: list[Pending]) -> Sequence[LabResult]:
        """Newest first, made when looked at; results of one moment are made now to be put in order (0.3-4)."""
        if len(pending) == 1:
            return LazySeries(pending, self._result)
        pending.sort(key=_newest_first)
        for one, other in pairwise(pending):
            if one.time == other.time and one.issued == other.issued:
                return in_order([self._result(item) for item in pending], self.reading.limits)
        return LazySeries(pending, self._result)

    def _result(self, pending: Pending) -> LabResult:
        when, issued, observation, part, analyte, quantity, unit = pending
        if part is None:
            return self._answer(observation, when, unit)
        assert quantity is not None
        assert isinstance(unit, Conversion)
        value = unit.apply(quantity.value or 0.0)
        comparator = COMPARATORS[quantity.comparator]
        if comparator == "<":
            value = math.nextafter(value, -math.inf)
        elif comparator == ">":
            value = math.nextafter(value, math.inf)
        low, high = self._range(part, analyte)
        return LabResult(
            analyte=analyte,
            value=value,
            unit=unit.family,
            reported=reported_text(analyte, quantity),
            time=when,
            age_days=(self.reading.now - when) / DAY,
            issued=issued,
            preliminary=observation.status == "preliminary",
            reference_low=low,
            reference_high=high,
            haemolysed=analyte is Analyte.POTASSIUM and is_haemolysed(observation, part, self.reading),
            patient_reported=_is_patient_reported(observation),
            reference=reference_to("Observation", observation.id),
            site=_site(observation) if analyte is Analyte.TEMPERATURE else None,
        )

    def _range(
        self, part: shapes.Observation | shapes.Component, analyte: Analyte
    ) -> tuple[float | None, float | None]:
        for limits in part.referenceRange or ():
            if limits.type is not None and not any(c.code in ("normal", None) for c in limits.type.coding or ()):
                continue
            if limits.low is not None or limits.high is not None:
                own = part.valueQuantity
                return self._limit(limits.low, analyte, own), self._limit(limits.high, analyte, own)
        return None, None

    @staticmethod
    def _limit(limit: shapes.Quantity | None, analyte: Analyte, own: shapes.Quantity | None) -> float | None:
        """A lab limit in the unit of comparison; without a unit of its own it is in the result's."""
        if limit is None or limit.value is None:
            return None
        named = limit if limit.unit or limit.code else own
        unit = conversion(analyte, named.unit, named.code, named.system) if named is not None else None
        return unit.apply(limit.value) if unit is not None else None

    def _consciousness(
        self, observation: shapes.Observation, part: shapes.Observation | shapes.Component, when: float
    ) -> None:
        avpu = self.reading.terminology.avpu
        value = part.valueCodeableConcept
        answers = [avpu(c.system, c.code, c.display) for c in (value.coding or () if value else ())]
        words = text_of(value) or getattr(part, "valueString", None)
        if words:
            answers.append(avpu(None, None, words))
        answer = next((one for one in answers if one is not None), None)
        if answer is None:
            self.unusable.add(Analyte.AVPU, when, "AVPU: an answer that is not known was not used.")
            return
        self._keep(Pending(when, None, observation, None, Analyte.AVPU, None, answer))

    def _answer(self, observation: shapes.Observation, when: float, answer: Conversion | str) -> LabResult:
        said = str(answer)
        return LabResult(
            analyte=Analyte.AVPU, value=0.0, unit="", reported=said.replace("_", " "), time=when,
            age_days=(self.reading.now - when) / DAY, preliminary=observation.status == "preliminary",
            reference=reference_to("Observation", observation.id), answer=said,
        )  # fmt: skip

    def _keep(self, pending: Pending) -> None:
        kept = self.preliminary if pending.observation.status == "preliminary" else self.usable
        kept.setdefault(pending.analyte, []).append(pending)


def _rank(observation: shapes.Observation) -> int:
    return VERSION_RANK.get(observation.status or "", 0)


def _is_patient_reported(observation: shapes.Observation) -> bool:
    return any((one.reference or "").startswith(("Patient/", "RelatedPerson/")) for one in observation.performer or ())


def _site(observation: shapes.Observation) -> str | None:
    """Where a temperature was taken: by its code, else by the words of ``bodySite``, in our own words."""
    found = (SITES.get(c.code or "") for c in (observation.code.coding or () if observation.code else ()))
    words = f" {(text_of(observation.bodySite) or '').casefold()} "
    named = (site for word, site in SITE_WORDS.items() if word in words) if observation.bodySite else ()
    return next((site for site in (*found, *named) if site), None)
