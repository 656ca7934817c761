"""From what was delivered to a Chart: every resource on its own, nothing guessed, what could not be used is named."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo

import msgspec

from cds_service.clinical.chart import (
    Chart,
    ConditionFact,
    Gap,
    GapReason,
    MedicationExposure,
    MedicationState,
    Patient,
)
from cds_service.clinical.limits import Limits
from cds_service.clinical.vocabulary import Analyte, Source
from cds_service.fhir.bundles import MAX_ENTRIES, Peek, Resource, open_value
from cds_service.fhir.delivery import Delivery
from cds_service.fhir.read import shapes
from cds_service.fhir.read.context import Reading
from cds_service.fhir.read.demographics import read_patient
from cds_service.fhir.read.medications import Medicines
from cds_service.fhir.read.observations import Results
from cds_service.fhir.read.orders import Orders
from cds_service.fhir.read.problems import Problems
from cds_service.guidance.finding import Hook
from cds_service.terminology import BLOOD_PRESSURE_PANELS, GCS_PANEL, VITAL_SIGNS_PANEL, Terminology

READ_ERRORS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError, OverflowError, TypeError)
POINTED_AT = frozenset({"Patient", "Medication", "Condition", "Specimen"})
PANELS = BLOOD_PRESSURE_PANELS | {GCS_PANEL, VITAL_SIGNS_PANEL}
COMPLAINTS = frozenset({"8661-1", "10154-3", "75325-1"})
LOINC_NAMES = ("http://loinc.org", "http://loinc.org/", "LOINC")
OLD_SHAPES = frozenset({"MedicationOrder", "DiagnosticOrder", "ProcedureRequest", "ReferralRequest"})
"""Resource types of DSTU2 and STU3 that stand where an R4 client would send a request."""
MAX_RELEVANT = 5_000


@dataclass(slots=True)
class Reader:
    """One pass over everything delivered."""

    reading: Reading
    results: Results
    problems: Problems
    medicines: Medicines
    orders: Orders
    patient: Patient | None = None
    cut: bool = False
    relevant: int = 0
    findings: list[shapes.Observation] = field(default_factory=list)

    @classmethod
    def of(cls, reading: Reading) -> Reader:
        problems = Problems(reading)
        return cls(reading, Results(reading), problems, Medicines(reading), Orders(reading, problems))

    def read(self, resources: Sequence[Resource]) -> None:
        """Index what others point at, then read every resource."""
        clear: list[tuple[msgspec.Raw, Peek]] = []
        for raw, peek, url in resources:
            if peek is None:
                self.reading.unreadable["resource"] += 1
                continue
            if peek.resourceType in POINTED_AT:
                self._index(raw, peek, url)
            clear.append((raw, peek))
        for raw, peek in clear:
            self._read_one(raw, peek)

    def _index(self, raw: msgspec.Raw, peek: Peek, url: str | None) -> None:
        kind = peek.resourceType
        if kind == "Patient":
            if url and peek.id == self.reading.patient_id:
                self.reading.patient_urls.add(url)
        else:
            if peek.id:
                self.reading.resources[f"{kind}/{peek.id}"] = raw
            if url:
                self.reading.resources[url] = raw

    def _read_one(self, raw: msgspec.Raw, peek: Peek) -> None:
        kind = peek.resourceType
        read = _READERS.get(kind or "")
        if read is None:
            self.reading.old_version = self.reading.old_version or kind in OLD_SHAPES
            return
        try:
            read(self, raw, peek)
        except READ_ERRORS:
            self.reading.unreadable[kind or "resource"] += 1

    # -- by type -------------------------------------------------------------------------------------------------

    def _patient(self, raw: msgspec.Raw, _: Peek) -> None:
        found = read_patient(raw, self.reading)
        self.patient = found or self.patient

    def _observation(self, raw: msgspec.Raw, peek: Peek) -> None:
        coded = peek.code.coding if peek.code is not None else None
        analytes = self.reading.terminology.loinc_analytes
        only_other_loinc = bool(coded)
        for coding in coded or ():
            code = coding.code
            if code is None:
                continue
            if coding.system in LOINC_NAMES:
                analyte = analytes.get(code)
                if analyte is not None:
                    self._relevant(raw, analyte)
                    return
                if code in PANELS or code in COMPLAINTS:
                    self._finding_or_panel(raw)
                    return
            else:
                found = self.reading.terminology.analyte(coding.system, code)
                if found is not None:
                    self._relevant(raw, found)
                    return
                only_other_loinc = False
        if not only_other_loinc or b'"component"' in bytes(raw):
            self._finding_or_panel(raw)

    def _relevant(self, raw: msgspec.Raw, analyte: Analyte) -> None:
        self.relevant += 1
        if self.relevant <= MAX_RELEVANT:
            try:
                self.results.add(raw, analyte)
            except READ_ERRORS:
                detail = f"{analyte.title}: a result could not be read."
                self.reading.gap(analyte, GapReason.UNREADABLE, detail)

    def _finding_or_panel(self, raw: msgspec.Raw) -> None:
        observation = self.results.add(raw, None)
        self.findings.append(observation)

    def _condition(self, raw: msgspec.Raw, _: Peek) -> None:
        self.problems.add_condition(raw)

    def _encounter(self, raw: msgspec.Raw, _: Peek) -> None:
        self.problems.add_encounter(raw)

    def _care_plan(self, raw: msgspec.Raw, _: Peek) -> None:
        self.problems.add_care_plan(raw)

    def _allergy(self, raw: msgspec.Raw, _: Peek) -> None:
        self.problems.add_allergy(raw)

    def _service_request(self, raw: msgspec.Raw, _: Peek) -> None:
        self.orders.add(raw, drafted=False)

    def _medication_use(self, raw: msgspec.Raw, _: Peek) -> None:
        self.medicines.add(raw)


_READERS: Mapping[str, Callable[[Reader, msgspec.Raw, Peek], None]] = {
    "Patient": Reader._patient,
    "Observation": Reader._observation,
    "Condition": Reader._condition,
    "Encounter": Reader._encounter,
    "CarePlan": Reader._care_plan,
    "AllergyIntolerance": Reader._allergy,
    "ServiceRequest": Reader._service_request,
    "MedicationRequest": Reader._medication_use,
    "MedicationStatement": Reader._medication_use,
    "MedicationAdministration": Reader._medication_use,
}


def read_chart(
    *,
    delivery: Delivery,
    sources: Mapping[str, Source],
    draft_orders: msgspec.Raw | None,
    selections: Sequence[str],
    hook: Hook,
    patient_id: str,
    encounter_id: str | None,
    fhir_server: str | None,
    now: float,
    zone: tzinfo,
    terminology: Terminology,
    limits: Limits,
) -> Chart:
    """The Chart of one request. ``sources`` says which kind of data each query key delivers."""
    reading = Reading(
        hook=hook, patient_id=patient_id, encounter_id=encounter_id, fhir_server=fhir_server, now=now, zone=zone,
        terminology=terminology, limits=limits,
    )  # fmt: skip
    reader = Reader.of(reading)
    resources: list[Resource] = []
    for values in delivery.values.values():
        for opened in values:
            reader.cut = reader.cut or opened.is_cut or len(opened.resources) > MAX_ENTRIES
            resources += opened.resources[:MAX_ENTRIES]
    drafts: list[Resource] = []
    if draft_orders is not None and hook.is_order:
        ordered = open_value(draft_orders)
        reader.cut = reader.cut or ordered.is_cut
        drafts = ordered.resources[:MAX_ENTRIES]
    reader.read([*resources, *_supporting(drafts)])
    _read_drafts(reader, drafts, selections)
    results, preliminary = reader.results.settle()
    for observation in reader.findings:
        reader.problems.add_finding(observation)
    return Chart(
        now=now,
        patient=reader.patient or Patient(),
        results=results,
        preliminary=preliminary,
        medications=tuple(sorted(reader.medicines.exposures(), key=_medicine_order)),
        conditions=tuple(sorted(reader.problems.facts.values(), key=_problem_order)),
        absent=tuple(reader.problems.absent),
        test_orders=tuple(reader.orders.found.values()),
        gaps=tuple(dict.fromkeys(_gaps(reader, delivery, sources))),
        not_used=tuple(sorted(set(reading.not_used), key=lambda one: (one.need, one.detail))),
        zone=zone,
    )


def _medicine_order(one: MedicationExposure) -> tuple[str, float, str]:
    """An order of its own, so that the order of delivery shows nowhere."""
    return one.name.casefold(), one.start or 0.0, one.reference or ""


def _problem_order(one: ConditionFact) -> tuple[float, str, str, str]:
    """The most recent first, undated ones last."""
    return -(one.onset or 0.0), one.concept, one.kind, one.reference or ""


def _supporting(drafts: Sequence[Resource]) -> Iterator[Resource]:
    """Medications and problems that travel with the drafts (Epic sends them as further entries)."""
    return (one for one in drafts if one.peek is not None and one.peek.resourceType in ("Medication", "Condition"))


def _read_drafts(reader: Reader, drafts: Sequence[Resource], selections: Sequence[str]) -> None:
    selected = {normalised_selection(one) for one in selections}
    for raw, peek, url in drafts:
        if peek is None:
            reader.reading.unreadable["draft order"] += 1
            continue
        try:
            _read_draft(reader, raw, peek, url, selected)
        except READ_ERRORS:
            reader.reading.unreadable["draft order"] += 1


def _read_draft(reader: Reader, raw: msgspec.Raw, peek: Peek, url: str | None, selected: set[str]) -> None:
    kind = peek.resourceType
    if kind == "ServiceRequest":
        state = _draft_state(reader.reading.hook, peek, url, selected)
        reader.orders.add(raw, drafted=True, judged=state is MedicationState.NEW)
    elif kind == "MedicationRequest":
        state = _draft_state(reader.reading.hook, peek, url, selected)
        reasons = reader.medicines.add_draft(raw, state)
        if state is MedicationState.NEW:
            reader.problems.add_order_reasons(reasons)
    elif kind in OLD_SHAPES:
        reader.reading.old_version = True


def _draft_state(hook: Hook, peek: Peek, url: str | None, selected: set[str]) -> MedicationState:
    """On order-sign every draft is judged; on order-select those selected (0.10)."""
    if hook is Hook.ORDER_SIGN:
        return MedicationState.NEW
    names = {peek.id or "", normalised_selection(url or "").rsplit("/", 1)[-1]} - {""}
    names |= {f"{peek.resourceType}/{name}" for name in names}
    return MedicationState.NEW if names & selected else MedicationState.DRAFT


def normalised_selection(text: str) -> str:
    """A selection as ``Type/id`` where it tells the type (also an absolute URL), else the bare id (also urn:uuid)."""
    parts = text.strip().removeprefix("urn:uuid:").split("/")
    return "/".join(parts[-2:]) if len(parts) > 1 and parts[-2][:1].isupper() else parts[-1]


def _gaps(reader: Reader, delivery: Delivery, sources: Mapping[str, Source]) -> Iterator[Gap]:
    reading = reader.reading
    for key, failure in delivery.failures.items():
        source = sources.get(key)
        yield Gap(
            need=source or key, reason=failure.reason, detail=failure.detail, source=source, always=source is None
        )
    yield from delivery.extra_gaps
    for kind, count in sorted(reading.strangers.items()):
        detail = f"{count} {_resources(kind, count)} of another patient {_were(count)} not used."
        yield Gap(need=kind, reason=GapReason.OTHER_PATIENT, detail=detail, always=True)
    for kind, count in sorted(reading.ownerless.items()):
        detail = f"{count} {_resources(kind, count)} could not be tied to the patient and {_were(count)} not used."
        yield Gap(need=kind, reason=GapReason.OTHER_PATIENT, detail=detail, always=True)
    for kind, count in sorted(reading.unreadable.items()):
        detail = f"{count} {_resources(kind, count)} could not be read and {_were(count)} not used."
        yield Gap(need=kind, reason=GapReason.UNREADABLE, detail=detail, always=True)
    if reading.old_version:
        detail = "Data in an older FHIR version were not read; this service needs FHIR R4."
        yield Gap(need="FHIR R4", reason=GapReason.UNREADABLE, detail=detail, always=True)
    if reader.cut or reader.relevant > MAX_RELEVANT:
        detail = "The chart holds more entries than are read at once; the rest was not looked at."
        yield Gap(need="Observation", reason=GapReason.INCOMPLETE, detail=detail, always=True)
    yield from sorted(reading.gaps, key=lambda gap: (gap.need, gap.detail))


def _resources(kind: str, count: int) -> str:
    name = {"draft order": "draft order", "resource": "resource"}.get(kind, f"{kind} resource")
    return name if count == 1 else f"{name}s"


def _were(count: int) -> str:
    return "was" if count == 1 else "were"
