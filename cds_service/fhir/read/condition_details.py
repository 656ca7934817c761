"""What a Condition says beside its code: severity, course, part of the body (rule catalogue 0.16)."""

from __future__ import annotations

import re

from cds_service.clinical.vocabulary import Concept
from cds_service.fhir import shapes
from cds_service.fhir.read.context import codings, text_of

SEVERE_CODES = frozenset({"24484000", "LA6750-9"})
PROGRESSIVE_CODES = frozenset({"255314001"})
COURSE = "condition-diseaseCourse"
GENERALISED_ANXIETY = frozenset({"F41.1", "21897009"})
GENERALISED = re.compile(r"generali[sz]ed anxiety", re.IGNORECASE)
CODE_SYSTEM = re.compile(r"(?:https?://|urn:oid:)[A-Za-z0-9./:_\-]{1,200}")
SITE_CODE = re.compile(r"[A-Za-z0-9.\-]{1,64}")


def is_severe(condition: shapes.Condition) -> bool:
    """Severity "severe" (SNOMED CT 24484000, LOINC LA6750-9) or said so in words."""
    severity = condition.severity
    if any(coding.code in SEVERE_CODES for coding in codings(severity)):
        return True
    return (text_of(severity) or "").strip().casefold() in ("severe", "very severe")


def with_severity(code: shapes.Concept | None, concepts: tuple[Concept, ...], severe: bool) -> tuple[Concept, ...]:
    """Severe generalised anxiety is a concept of its own; another severe anxiety disorder is not that."""
    if not severe or Concept.ANXIETY_DISORDER not in concepts or Concept.SEVERE_GAD in concepts:
        return concepts
    coded = any(one.code in GENERALISED_ANXIETY for one in codings(code))
    named = GENERALISED.search(text_of(code) or "") is not None
    return (*concepts, Concept.SEVERE_GAD) if coded or named else concepts


def body_site(value: object) -> tuple[str, str] | None:
    """The first coded Condition.bodySite; its words are the chart's own and are not repeated."""
    for site in value if isinstance(value, list) else (value,):
        for one in (site.get("coding") or ()) if isinstance(site, dict) else ():
            system, code = (one.get("system"), one.get("code")) if isinstance(one, dict) else (None, None)
            if isinstance(system, str) and isinstance(code, str):
                if CODE_SYSTEM.fullmatch(system) and SITE_CODE.fullmatch(code):
                    return system, code
    return None


def is_progressive(extension: object) -> bool:
    """Extension condition-diseaseCourse with "progressive" (SNOMED CT 255314001)."""
    for one in extension if isinstance(extension, list) else ():
        if not isinstance(one, dict) or COURSE not in str(one.get("url")):
            continue
        value = one.get("valueCodeableConcept")
        if isinstance(value, dict):
            coded = value.get("coding")
            if any(isinstance(c, dict) and c.get("code") in PROGRESSIVE_CODES for c in coded or ()):
                return True
            return str(value.get("text")).casefold() in ("progressive", "worsening")
    return False
