"""One pass over everything delivered: every resource on its own, by its type."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any

import msgspec
from msgspec import field

from cds_service.clinical.chart import Patient
from cds_service.clinical.vocabulary import Analyte
from cds_service.fhir import shapes
from cds_service.fhir.bundles import MAX_ENTRIES, Broken, Found, Opened
from cds_service.fhir.read.context import Reading
from cds_service.fhir.read.demographics import read_patient
from cds_service.fhir.read.glossary import UNREAD, Kind
from cds_service.fhir.read.medications import Medicines
from cds_service.fhir.read.observations import READ_ERRORS, Results
from cds_service.fhir.read.orders import Orders
from cds_service.fhir.read.problems import Problems
from cds_service.fhir.tidy import DECODE_ERRORS, RESOURCE

POINTED_AT = frozenset({shapes.Patient, shapes.Medication, shapes.Substance, shapes.Condition, shapes.Specimen})
OLD_SHAPES = frozenset(
    {"MedicationOrder", "MedicationPrescription", "DiagnosticOrder", "ProcedureRequest", "ReferralRequest"}
)
"""Resource types of DSTU2 and STU3 that stand where an R4 client would send a request."""
ONLY_RESULTS: set[type] = {shapes.Observation}
MAX_RELEVANT = 5_000
RESOURCE_OF = attrgetter("resource")
CODE_OF = attrgetter("raw_code")

Entries = Sequence[shapes.Entry | Found]


class Reader(msgspec.Struct):
    """One pass over everything delivered."""

    reading: Reading
    results: Results
    problems: Problems
    medicines: Medicines
    orders: Orders
    patient: Patient | None = None
    version: shapes.Patient | None = None
    """The resource that ``patient`` was read from."""
    cut: bool = False
    relevant: int = 0
    findings: list[tuple[shapes.Observation, Kind]] = field(default_factory=list)

    @classmethod
    def of(cls, reading: Reading) -> Reader:
        problems = Problems(reading)
        return cls(reading, Results(reading), problems, Medicines(reading), Orders(reading, problems))

    def read(self, delivered: Iterable[tuple[str, Opened]], supporting: Entries) -> None:
        """Index what others point at, then read every resource; what is delivered comes with its key."""
        lists: list[tuple[Entries, set[type]]] = [(supporting, {type(one.resource) for one in supporting})]
        for key, opened in delivered:
            entries: Entries = opened.resources[:MAX_ENTRIES]
            self.reading.places.add(key, entries)
            self.cut = self.cut or opened.is_cut or len(opened.resources) > MAX_ENTRIES
            lists.append((entries, opened.kinds))
        for entries, kinds in lists:
            if not kinds.isdisjoint(POINTED_AT):
                for entry in entries:
                    if type(entry.resource) in POINTED_AT:
                        self._index(entry)
        for entries, kinds in lists:
            self._read_all(entries, kinds)

    def _index(self, entry: shapes.Entry | Found) -> None:
        resource, url = entry.resource, entry.fullUrl
        if isinstance(resource, shapes.Patient):
            if url and resource.id == self.reading.patient_id:
                self.reading.patient_urls.add(url)
            return
        indexed = self.reading.resources
        names = (f"{resource.kind}/{resource.id}" if resource.id else None, url)  # type: ignore[union-attr]
        for name in filter(None, names):
            known = indexed.get(name)
            indexed[name] = resource if known is None else self._later(resource, known)  # type: ignore[arg-type,assignment]

    def _later(self, resource: shapes.Resource, known: shapes.Resource) -> shapes.Resource:
        """Of two resources of one name the later; two Medications that say different things name no medicine."""
        if isinstance(resource, shapes.Medication) and isinstance(known, shapes.Medication):
            return known if _says_the_same(resource, known) else shapes.Medication()
        if isinstance(resource, shapes.Condition) and isinstance(known, shapes.Condition):
            return resource if self.reading.later_version(resource.meta, known.meta) > 0 else known
        return known

    def _read_all(self, entries: Entries, kinds: set[type]) -> None:
        resources = list(map(RESOURCE_OF, entries))
        if kinds == ONLY_RESULTS:
            self._read_observations(resources)
            return
        observations = []
        for resource in resources:
            if type(resource) is shapes.Observation:
                observations.append(resource)
            else:
                self._read_one(resource)
        self._read_observations(observations)

    def _read_observations(self, observations: list[shapes.Observation]) -> None:
        """Most of a chart are results that no rule reads: they are passed over at a glance."""
        is_own = self.reading.own_subjects.__contains__
        kinds = map(self.reading.glossary.observations.get, map(bytes, map(CODE_OF, observations)))
        for observation, kind in zip(observations, kinds, strict=True):
            if kind is UNREAD:
                if observation.raw_component or observation.raw_contained:
                    self._observation(observation, kind)
            elif (
                kind is not None
                and kind.analyte is not None
                and kind.is_plain
                and is_own(bytes(observation.raw_subject))
                and self.relevant < MAX_RELEVANT
                and self.results.add_plain(observation, kind.analyte)
            ):
                self.relevant += 1
            else:
                self._observation(observation, kind)

    def _read_one(self, resource: Any) -> None:
        read = _READERS.get(type(resource))
        if read is None:
            if type(resource) is Broken:
                self._broken(resource)
            return
        try:
            read(self, resource)
        except READ_ERRORS:
            self.reading.cannot_read(resource.kind, resource)

    def _broken(self, broken: Broken) -> None:
        """Of an unknown type or malformed: it matters when a rule would have read it."""
        kind = broken.resourceType
        if kind is None:
            self.reading.cannot_read("resource", broken)
        elif kind == "Observation":
            found = self._analyte_of(broken)
            if found is not None:
                self.results.cannot_read(found, broken)
        elif kind in _NAMES:
            self.reading.cannot_read(kind, broken)
        elif kind in OLD_SHAPES:
            self.reading.old_version = True

    def _analyte_of(self, broken: Broken) -> Analyte | None:
        lookup = self.reading.terminology.analyte
        listed = broken.code.coding if broken.code is not None else None
        found = (lookup(one.system, one.code) for one in listed or () if one.code)
        return next((one for one in found if one is not None), None)

    def _observation(self, observation: shapes.Observation, known: Kind | None) -> None:
        reading = self.reading
        try:
            kind = known or reading.glossary.observations[bytes(observation.raw_code)]
        except READ_ERRORS:
            reading.cannot_read("Observation", observation)
            return
        if observation.raw_contained:
            self._contained(observation)
        if not kind.is_read and not observation.raw_component:
            return
        self.relevant += 1
        if self.relevant > MAX_RELEVANT:
            return
        try:
            if reading.is_own(observation.raw_subject, "Observation", observation.id):
                self.results.add(observation, kind)
                if kind.is_finding:
                    self.findings.append((observation, kind))
        except READ_ERRORS:
            if kind.analyte is not None:
                self.results.cannot_read(kind.analyte, observation)
            else:
                reading.cannot_read("Observation", observation)

    def _contained(self, panel: shapes.Observation) -> None:
        """Members of a panel that it contains: results of their own, of the panel's patient where they name none."""
        for raw in panel.contained or ():
            if b'"Observation"' not in bytes(raw):
                continue
            try:
                member = RESOURCE.decode(raw)
            except DECODE_ERRORS:
                self.reading.cannot_read("Observation", panel)
                continue
            if isinstance(member, shapes.Observation):
                member.id = None  # known only inside the panel
                member.raw_subject = member.raw_subject or panel.raw_subject
                self._observation(member, None)

    # -- by type -------------------------------------------------------------------------------------------------

    def _patient(self, patient: shapes.Patient) -> None:
        found = read_patient(patient, self.reading)
        if found is None:
            return
        known = self.version
        if known is not None and known is not patient:
            order = self.reading.later_version(patient.meta, known.meta)
            if order < 0 or (order == 0 and not found.deceased):
                return
        self.version, self.patient, self.reading.sex = patient, found, found.sex

    def _service_request(self, order: shapes.ServiceRequest) -> None:
        self.orders.add(order, drafted=False)

    def read_findings(self) -> None:
        """Findings written down as Observations, the newest version of each."""
        for observation, kind in self.findings:
            if self.results.is_current(observation):
                try:
                    self.problems.add_finding(observation, kind.match)
                except READ_ERRORS:
                    self.reading.cannot_read("Observation", observation)


_READERS: Mapping[type, Callable[[Reader, Any], None]] = {
    shapes.Patient: Reader._patient,
    shapes.Condition: lambda reader, one: reader.problems.add_condition(one),
    shapes.Encounter: lambda reader, one: reader.problems.add_encounter(one),
    shapes.CarePlan: lambda reader, one: reader.problems.add_care_plan(one),
    shapes.AllergyIntolerance: lambda reader, one: reader.problems.add_allergy(one),
    shapes.ServiceRequest: Reader._service_request,
    shapes.MedicationRequest: lambda reader, one: reader.medicines.add(one),
    shapes.MedicationStatement: lambda reader, one: reader.medicines.add(one),
    shapes.MedicationAdministration: lambda reader, one: reader.medicines.add(one),
}
_NAMES = frozenset(kind.__name__ for kind in _READERS)


def _says_the_same(one: shapes.Medication, other: shapes.Medication) -> bool:
    """Whether two Medications name the same, however their members are ordered."""
    try:
        return (one.code, one.ingredient) == (other.code, other.ingredient)
    except READ_ERRORS:
        return False
