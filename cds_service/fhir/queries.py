"""What we ask for: one definition of each query, used as prefetch template and as FHIR search alike.

Templates stay inside the subset that every client must support (read, ``patient``, ``code``, ``status``, ``_sort``,
``_count``), use no parameter twice and no token but ``context.patientId``. Codes are listed without their system,
because a template travels in a URL; what comes back is matched by system and code again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cds_service.clinical.vocabulary import Analyte, Concept, DrugClass, Source
from cds_service.guidance.assess import sources_of
from cds_service.guidance.rule import Need

PATIENT_TOKEN = "{{context.patientId}}"  # noqa: S105 - a placeholder of CDS Hooks  # nosec B105
VITAL_SIGNS = frozenset(
    {
        Analyte.TEMPERATURE,
        Analyte.HEART_RATE,
        Analyte.SYSTOLIC_BP,
        Analyte.DIASTOLIC_BP,
        Analyte.RESPIRATORY_RATE,
        Analyte.GCS,
        Analyte.AVPU,
        Analyte.QTC,
        Analyte.WEIGHT,
    }
)
CHIEF_COMPLAINT = ("8661-1", "10154-3", "75325-1")
"""Chief complaint reported, chief complaint narrative, symptom: Observations whose value is a symptom."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One question to the record: prefetch key, template, and the kinds of data it delivers."""

    key: str
    template: str
    source: Source
    include: str | None = None
    """``_include`` that a direct search adds; prefetch templates must not."""

    def url(self, patient_id: str) -> str:
        """The relative URL for a patient whose id was already checked (no character of it needs escaping)."""
        return self.template.replace(PATIENT_TOKEN, patient_id)


def _search(key: str, source: Source, *parameters: str, include: str | None = None) -> Query:
    parts = "&".join((f"patient={PATIENT_TOKEN}", *parameters))
    return Query(key=key, template=f"{source.value}?{parts}", source=source, include=include)


def build_queries(needs: Iterable[Need], codes: Mapping[str, Analyte]) -> tuple[Query, ...]:
    """The queries that deliver ``needs``; ``codes`` maps each LOINC code to its analyte."""
    wanted = frozenset(needs)
    sources = {source for need in wanted for source in sources_of(need)}
    queries = [Query(key="patient", template=f"Patient/{PATIENT_TOKEN}", source=Source.PATIENT)]
    analytes = {need for need in wanted if isinstance(need, Analyte)}
    laboratory = _codes(analytes - VITAL_SIGNS, codes)
    vital_signs = _codes(analytes & VITAL_SIGNS, codes)
    if laboratory:
        queries.append(_search("laboratory", Source.OBSERVATION, f"code={laboratory}", "_sort=-date", "_count=200"))
    if vital_signs:
        queries.append(_search("vitalSigns", Source.OBSERVATION, f"code={vital_signs}", "_sort=-date", "_count=200"))
    if any(isinstance(need, Concept) for need in wanted):
        complaints = ",".join(CHIEF_COMPLAINT)
        queries.append(_search("findings", Source.OBSERVATION, f"code={complaints}", "_sort=-date", "_count=50"))
    if any(isinstance(need, DrugClass) for need in wanted):
        include = "MedicationRequest:medication"
        queries += [
            _search(
                "medicationRequests", Source.MEDICATION_REQUEST, "_sort=-authoredon", "_count=200", include=include
            ),
            _search("medicationStatements", Source.MEDICATION_STATEMENT, "_count=100"),
            _search(
                "medicationAdministrations", Source.MEDICATION_ADMINISTRATION, "_sort=-effective-time", "_count=100"
            ),
        ]
    for key, source, parameters in _RECORDS:
        if source in sources:
            queries.append(_search(key, source, *parameters))
    return tuple(queries)


_RECORDS: tuple[tuple[str, Source, tuple[str, ...]], ...] = (
    ("conditions", Source.CONDITION, ("_count=300",)),
    ("encounters", Source.ENCOUNTER, ("_sort=-date", "_count=20")),
    ("serviceRequests", Source.SERVICE_REQUEST, ("status=draft,active", "_sort=-authored", "_count=100")),
    ("allergies", Source.ALLERGY_INTOLERANCE, ("_count=100",)),
    ("carePlans", Source.CARE_PLAN, ("status=active", "_count=50")),
)


def _codes(analytes: Iterable[Analyte], codes: Mapping[str, Analyte]) -> str:
    wanted = frozenset(analytes)
    if wanted & {Analyte.SYSTOLIC_BP, Analyte.DIASTOLIC_BP}:
        panels: tuple[str, ...] = ("85354-9", "55284-4")
    else:
        panels = ()
    return ",".join(dict.fromkeys((*panels, *(code for code, analyte in codes.items() if analyte in wanted))))


def templates(queries: Iterable[Query]) -> dict[str, str]:
    """Prefetch key → template, for discovery."""
    return {query.key: query.template for query in queries}
