"""What codes and words mean: analytes, concepts, medicines, routes and tests, offline, from compiled tables."""

from cds_service.terminology.model import Coding, ConceptMatch, Consciousness, DrugMatch, MatchedBy
from cds_service.terminology.observations import BLOOD_PRESSURE_PANELS, GCS_PANEL, VITAL_SIGNS_PANEL
from cds_service.terminology.systems import (
    ATC,
    ICD10,
    ICD10CM,
    LOINC,
    NDC,
    RXNORM,
    SNOMED,
    normalise_system,
)
from cds_service.terminology.tables import Terminology, load_terminology

__all__ = [
    "ATC",
    "BLOOD_PRESSURE_PANELS",
    "GCS_PANEL",
    "ICD10",
    "ICD10CM",
    "LOINC",
    "NDC",
    "RXNORM",
    "SNOMED",
    "VITAL_SIGNS_PANEL",
    "Coding",
    "ConceptMatch",
    "Consciousness",
    "DrugMatch",
    "MatchedBy",
    "Terminology",
    "load_terminology",
    "normalise_system",
]
