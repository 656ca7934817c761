"""Medication orders, statements, administrations and drafts → exposures (rule catalogue 0.10, 0.15, 0.16)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from msgspec import Struct, field

from cds_service.clinical.chart import GapReason, MedicationExposure, MedicationState
from cds_service.clinical.exposures import Exposures, Noted, written
from cds_service.clinical.fact import replace
from cds_service.clinical.vocabulary import Concept
from cds_service.fhir import shapes
from cds_service.fhir.drafts import is_blank
from cds_service.fhir.read.context import Reading, reference_to, status_code
from cds_service.fhir.read.directions import Directions, read_directions
from cds_service.fhir.read.labels import drug_label
from cds_service.fhir.read.medicine_names import Named, is_name, name_of, referenced
from cds_service.fhir.read.reasons import reasons_of
from cds_service.guidance.finding import Hook
from cds_service.terminology import DrugMatch

ORDER_INTENTS = frozenset(
    {"order", "original-order", "reflex-order", "filler-order", "instance-order", "plan", None}
)  # fmt: skip
STATES = {
    "active": MedicationState.ACTIVE,
    "recorded": MedicationState.ACTIVE,
    "in-progress": MedicationState.ACTIVE,
    "on-hold": MedicationState.ON_HOLD,
    "stopped": MedicationState.ENDED,
    "completed": MedicationState.ENDED,
    "cancelled": MedicationState.ENDED,
    "ended": MedicationState.ENDED,
}
STATUSES = STATES.keys() | {"draft", "unknown", "entered-in-error", "intended", "not-taken", "not-done"}
INTENTS = ORDER_INTENTS | {"proposal", "option", "directive"}
OVER = frozenset({"stopped", "completed", "cancelled", "ended", "entered-in-error", "not-taken", "not-done"})


class Medicines(Struct):
    """Medicines as they are read, one per resource."""

    reading: Reading
    found: dict[str, Noted] = field(default_factory=dict)
    _versions: dict[str, shapes.MedicationUse] = field(default_factory=dict)
    _drafted: dict[str, shapes.MedicationUse] = field(default_factory=dict)
    _given: set[str] = field(default_factory=set)
    """Keys of administrations."""
    _count: int = 0

    def add(self, use: shapes.MedicationUse) -> None:
        """Read one resource of the record. Raises msgspec errors for a malformed one."""
        kind = use.kind
        if not self.reading.is_own(use.raw_subject, kind, use.id, use.raw_patient):
            return
        key = f"{kind}/{use.id}" if use.id else f"#{self._count}"
        if use.id:
            known = self._versions.setdefault(key, use)
            if known is not use:
                if not self._is_newer(use, known):
                    return
                self._versions[key] = use
                self.found.pop(key, None)
        state = self._state(use, kind)
        if state is not None:
            self._keep(key, use, kind, state)
            if kind == "MedicationAdministration":
                self._given.add(key)
        elif (use.status not in STATUSES or use.intent not in INTENTS) and not use.doNotPerform:
            self._doubt(use, kind, "without a known status was not counted as active")

    def exposures(self) -> Exposures:
        """All of them, once; a course of administrations starts with its first one, or with the order behind it (0.10)."""
        # They hold us until they are written out; held by us too, only the collector would free both.
        found, self.found = self.found, {}
        if not self._given:
            return Exposures(found.values())
        exposures = {key: noted.exposure() for key, noted in found.items()}
        first: dict[frozenset[str], float] = {}
        for key, one in exposures.items():
            if one.start is not None and (key in self._given or one.state is MedicationState.ACTIVE):
                course = frozenset(one.ingredients)
                first[course] = min(one.start, first.get(course, one.start))
        return written(
            replace(one, start=first[frozenset(one.ingredients)]) if key in self._given and one.start else one
            for key, one in exposures.items()
        )

    def _is_newer(self, use: shapes.MedicationUse, known: shapes.MedicationUse) -> bool:
        """Of two versions of one order the later by what both carry; where neither tells, one that ends or retracts it."""
        order = self.reading.later_version(use.meta, known.meta)
        return order > 0 or (order == 0 and use.status in OVER and known.status not in OVER)

    def add_draft(self, use: shapes.MedicationUse, state: MedicationState) -> tuple[Concept, ...]:
        """Read one draft of this call; returns the concepts given as its reason.

        What is about to be signed is judged whatever its status says: order-sign 1.1 also brings signed orders that are
        being revised. On order-select only a ``draft`` is new (0.10).
        """
        subject = use.subject
        if subject is not None and subject.reference is not None:
            if not self.reading.is_own(use.raw_subject, "draft order", use.id):
                return ()
        if use.doNotPerform or use.status in ("entered-in-error", "cancelled", "stopped", "completed"):
            return ()
        if self.reading.hook is not Hook.ORDER_SIGN:
            if is_blank(use):
                return ()  # the order form is open and nothing is chosen yet
            if use.status == "active":
                state = MedicationState.ACTIVE
            elif use.status == "on-hold":
                state = MedicationState.ON_HOLD
        kind = use.kind
        key = f"{kind}/{use.id}" if use.id else f"#draft-{self._count}"
        known = self._drafted.setdefault(key, use)
        if known is not use and not _same_medicine(known, use):
            key = f"{key}#{self._count}"  # two orders under one id: both are judged
        if state in (MedicationState.NEW, MedicationState.DRAFT):
            self._end_revised(key)
        self._keep(key, use, kind, state)
        return reasons_of(use, self.reading)[0] if state is MedicationState.NEW else ()

    def _end_revised(self, key: str) -> None:
        """The draft replaces what the record says of the same order; what was taken until now stays an ended exposure."""
        known = self.found.pop(key, None)
        if known is not None and known.state is MedicationState.ACTIVE:
            ended = replace(known.exposure(), state=MedicationState.ENDED, end=self.reading.now)
            self.found[f"{key}#revised"] = Noted(ended.classes, ended.state, lambda: ended)

    # -- one resource --------------------------------------------------------------------------------------------

    def _state(self, use: shapes.MedicationUse, kind: str) -> MedicationState | None:
        if use.doNotPerform:
            return None
        if kind == "MedicationAdministration":
            return self._administered(use)
        state = STATES.get(use.status or "")
        if kind == "MedicationStatement" and state is MedicationState.ACTIVE:
            return self._taken(use)
        if kind == "MedicationRequest" and use.intent not in ORDER_INTENTS and not _is_reported(use):
            return None
        if state is None and use.status == "unknown":
            self.reading.note_unused(kind, "A medicine with unknown status was not counted as active.", None)
        return state

    def _taken(self, use: shapes.MedicationUse) -> MedicationState | None:
        """Of a statement that is active or recorded: whether the patient takes it, where it says so (STU3, R5)."""
        adherence = use.adherence.code if use.adherence is not None else None
        said = (use.taken or status_code(adherence) or "taking").strip().casefold()
        if said in ("unk", "unknown"):
            self.reading.note_unused(use.kind, "A medicine that may not be taken was not counted as active.", None)
        if said.startswith("stopped"):
            return MedicationState.ENDED
        return MedicationState.ACTIVE if said in ("y", "na") or said.startswith("taking") else None

    def _administered(self, use: shapes.MedicationUse) -> MedicationState | None:
        """Completed or in progress within the window counts as active; older ones are ended exposure."""
        if use.status not in ("completed", "in-progress"):
            return None
        moment = self._administration_time(use)
        if moment is None:
            self._doubt(use, use.kind, "was given at a time that is not known; it was not counted as active")
        window = self.reading.limits["administration.window_h"] * 3600 + self.reading.limits["time.epsilon_s"]
        if moment is not None and self.reading.now - moment <= window:
            return MedicationState.ACTIVE
        return MedicationState.ENDED

    def _doubt(self, use: shapes.MedicationUse, kind: str, what: str) -> None:
        """Name a medicine of ours of which something is not clear."""
        if self._medicine(use)[1].classes:
            detail = f"A medicine {what}{self.reading.place_of(use)}."
            self.reading.gap(kind, GapReason.UNUSABLE_VALUE, detail, always=True)

    def _administration_time(self, use: shapes.MedicationUse) -> float | None:
        period = use.effectivePeriod or use.occurencePeriod
        return self.reading.time(
            use.effectiveDateTime or use.occurenceDateTime or (period.end or period.start if period else None)
        )

    def _keep(self, key: str, use: shapes.MedicationUse, kind: str, state: MedicationState) -> None:
        self._count += 1
        named, match = self._medicine(use)
        if match.conflict:
            detail = "A medicine's code and text disagree; the code was used."
            self.reading.gap(kind, GapReason.NOT_RECOGNISED, detail, always=bool(match.classes))
        if match.matched_by == "none" and not match.known and not is_name(named):
            self.reading.cannot_name(kind, use)
        if match.classes or match.matched_by != "none":
            self.found[key] = Noted(match.classes, state, partial(self._exposure, use, kind, state, named, match))

    def _medicine(self, use: shapes.MedicationUse) -> tuple[Named, DrugMatch]:
        concept = bytes(use.raw_medicationCodeableConcept)
        if concept in (b"", b"null"):
            named = name_of(use, self.reading)
            return named, self.reading.terminology.drug(named.codings, named.text)
        named, match = self.reading.glossary.medicines[concept]
        if match.matched_by == "none" and not match.known and use.raw_medicationReference:
            other = referenced(use, self.reading)  # a concept that says nothing beside a reference
            told = self.reading.terminology.drug(other.codings, other.text)
            if told.matched_by != "none" or (is_name(other) and not is_name(named)):
                return other, told
        return named, match

    def _exposure(
        self,
        use: shapes.MedicationUse,
        kind: str,
        state: MedicationState,
        named: Named,
        match: DrugMatch,
    ) -> MedicationExposure:
        has_reasons = use.raw_reasonCode or use.raw_reasonReference or use.raw_reason
        reasons, has_reason = reasons_of(use, self.reading) if has_reasons else ((), False)
        directions = self._directions(use, named, match)
        start, end = self._start(use, directions, kind), self._end(use, directions, kind)
        if state is MedicationState.ENDED and end is not None and self.reading.is_future(end):
            end = self._ended(use)  # it was stopped before the planned end
        return MedicationExposure(
            name=drug_label(named.text, named.codings, match),
            ingredients=match.ingredients,
            classes=match.classes,
            ingredient_classes=match.ingredient_classes,
            state=state,
            start=start,
            end=end,
            route=directions.route,
            daily_dose_mg=directions.daily_dose_mg,
            reasons=reasons,
            has_reason=has_reason,
            reference=reference_to(kind, use.id),
            matched_by_name=match.matched_by == "name",
        )

    def _directions(self, use: shapes.MedicationUse, named: Named, match: DrugMatch) -> Directions:
        """Of a medicine that is named inline and nowhere else they are remembered: the same few are ordered every day."""
        concept = bytes(use.raw_medicationCodeableConcept)
        if use.raw_medicationReference or concept in (b"", b"null"):
            return read_directions(use, named, match, self.reading.terminology)
        known = self.reading.glossary.directions
        key = b"\n".join((concept, bytes(use.raw_dosageInstruction), bytes(use.raw_dosage)))
        return known.get(key) or known.learn(key, read_directions(use, named, match, self.reading.terminology))

    def _start(self, use: shapes.MedicationUse, directions: Directions, kind: str) -> float | None:
        """The earliest of dosage bounds, effective start and authoredOn."""
        if kind == "MedicationAdministration":
            period = use.effectivePeriod or use.occurencePeriod
            texts: tuple[str | None, ...] = (use.effectiveDateTime, use.occurenceDateTime)
        else:
            period = use.effectivePeriod
            texts = (use.authoredOn, use.effectiveDateTime, *directions.starts)
        return min(self._moments((*texts, period.start if period else None)), default=None)

    def _end(self, use: shapes.MedicationUse, directions: Directions, kind: str) -> float | None:
        """``boundsPeriod.end``, else dispense validity, else status change, else the statement's effective end."""
        if kind == "MedicationAdministration":
            return self._administration_time(use)
        latest = max(self._moments(directions.ends), default=None)
        if latest is not None:
            return latest
        dispense, period = use.dispenseRequest, use.effectivePeriod
        validity = dispense.validityPeriod if dispense else None
        texts = (validity.end if validity else None, use.statusChanged, period.end if period else None)
        return next(self._moments(texts), None)

    def _ended(self, use: shapes.MedicationUse) -> float | None:
        """When a stopped medicine ended, where its planned end is still ahead: the change of status, else unknown."""
        changed = self.reading.time(use.statusChanged) if use.statusChanged else None
        return changed if changed is not None and not self.reading.is_future(changed) else None

    def _moments(self, texts: Iterable[str | None]) -> Iterator[float]:
        for text in texts:
            moment = self.reading.time(text)
            if moment is not None:
                yield moment


def _is_reported(use: shapes.MedicationUse) -> bool:
    """Home medicines reported by somebody count with intent proposal or plan (0.15)."""
    reported = bool(use.reportedBoolean) or use.reportedReference is not None
    return reported and use.intent in ("proposal", "plan")


def _same_medicine(one: shapes.MedicationUse, other: shapes.MedicationUse) -> bool:
    return bytes(one.raw_medicationCodeableConcept) == bytes(other.raw_medicationCodeableConcept) and bytes(
        one.raw_medicationReference
    ) == bytes(other.raw_medicationReference)
