"""Source attributes of a rule as US certification asks for them: 45 CFR 170.315(b)(11)(iv)(A), evidence-based support.

Thirteen attributes: citation, developer, funding, dates, and whether each kind of data about the person is used. What is
used follows from the rule's own needs and limits, not from a list kept by hand.
"""

from __future__ import annotations

from cds_service.clinical.vocabulary import Analyte, Concept, Source
from cds_service.guidance.evidence import EVIDENCE
from cds_service.guidance.rule import Rule

DEVELOPER = "The muscle-spasm-cds project"
FUNDING = "No external funding declared"
RELEASED = "2026-11-24"
REVISED = "2026-11-24"
DOCUMENT = "Source document “Causes of Muscle Spasms”"
NOT_USED = "not used"
NEVER_USED = ("race", "ethnicity", "language", "sexual_orientation", "gender_identity", "social_determinants_of_health")
SEX_LIMITS = frozenset({"ck.uln_male", "ck.uln_female", "qt.minor_f", "qt.minor_m"})
STATUS_NEEDS = frozenset(
    {
        Analyte.GCS, Analyte.AVPU, Concept.ALTERED_MENTAL_STATUS, Concept.DELIRIUM, Concept.COMA, Concept.STUPOR,
        Concept.PREGNANCY,
    }
)  # fmt: skip
"""Needs that are assessments of health status in the sense of USCDI: mental status, pregnancy."""


def source_attributes(rule: Rule, keys: tuple[str, ...]) -> dict[str, str]:
    """Attribute → what holds for this rule; ``keys`` are the parameters it applies."""
    return {
        "bibliographic_citation": "; ".join(_citations(rule)),
        "developer": DEVELOPER,
        "funding_source": FUNDING,
        "release_date": RELEASED,
        "revision_date": REVISED,
        "date_of_birth": _date_of_birth(rule, keys),
        "sex": "used" if _uses_sex(rule, keys) else NOT_USED,
        **dict.fromkeys(NEVER_USED, NOT_USED),
        "health_status_assessments": "used" if STATUS_NEEDS & rule.needs else NOT_USED,
    }


def _citations(rule: Rule) -> list[str]:
    document = f"{DOCUMENT}: {', '.join(rule.documents)}" if rule.documents else ""
    return [one for one in (document, *(EVIDENCE[key].citation for key in rule.evidence)) if one]


def _estimates_kidney_function(rule: Rule) -> bool:
    return Source.PATIENT in rule.needs and bool({Analyte.EGFR, Analyte.CREATININE} <= rule.needs)


def _date_of_birth(rule: Rule, keys: tuple[str, ...]) -> str:
    reasons = ["adults only"]
    if "older.age" in keys:
        reasons.append("an age limit of the rule")
    if _estimates_kidney_function(rule):
        reasons.append("kidney function estimated from creatinine")
    return f"used: {', '.join(reasons)}"


def _uses_sex(rule: Rule, keys: tuple[str, ...]) -> bool:
    by_upper_limit = Source.PATIENT in rule.needs and Analyte.CK in rule.needs
    return by_upper_limit or bool(SEX_LIMITS.intersection(keys)) or _estimates_kidney_function(rule)
