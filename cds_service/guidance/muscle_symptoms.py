"""What the symptom-driven rules share: rows, the document's texts, the nerve and neurological finding sets."""

from __future__ import annotations

from collections.abc import Iterable

from cds_service.clinical.case import Case
from cds_service.clinical.chart import ConditionFact
from cds_service.clinical.vocabulary import Concept
from cds_service.guidance.finding import Finding, Indicator, Row, Suggestion, Summary
from cds_service.guidance.wording import fact_row, listed

NERVE_CONDITIONS = (
    Concept.RADICULOPATHY, Concept.NERVE_COMPRESSION, Concept.SPINAL_STENOSIS, Concept.SPINAL_CORD_INJURY,
    Concept.PERIPHERAL_NEUROPATHY,
)  # fmt: skip
NEUROLOGICAL_FINDINGS = (
    Concept.FOCAL_WEAKNESS, Concept.SENSORY_LOSS, Concept.GAIT_DISTURBANCE, Concept.HYPERREFLEXIA, Concept.FOOT_DROP,
    Concept.FASCICULATION,
)  # fmt: skip
CAUSE_GROUPS = (
    "Usual groups of causes: electrolytes and dehydration, medicines, muscle overload, neurological disease, vascular "
    "disease."
)
UNDERSTAND = "Understanding the cause is essential for choosing the treatment."
TREAT_CAUSE = "Treat the specific cause; relieve symptoms meanwhile."
RANGE = "Spasms range from mild to severe and may signal a disease that needs treatment."


def neurological_findings(case: Case) -> tuple[ConditionFact, ...]:
    """Neurological findings within ``redflag.neuro_days``, undated, or of this encounter."""
    days = case.limits["redflag.neuro_days"]
    return tuple(
        one
        for one in case.facts(*NEUROLOGICAL_FINDINGS)
        if one.onset is None or one.this_encounter or case.clock.within_days(one.onset, days)
    )


def titles(facts: Iterable[ConditionFact]) -> str:
    """The concepts in words, each once."""
    return listed(list(dict.fromkeys(one.concept.title for one in facts)))


def symptom_rows(case: Case, *facts: ConditionFact) -> tuple[Row, ...]:
    """One row per fact, prompt symptoms first."""
    return tuple(dict.fromkeys(fact_row(case, one) for one in (*case.prompt_symptoms, *facts)))


def contributor(
    case: Case,
    facts: tuple[ConditionFact, ...],
    *,
    why: str,
    consider: tuple[str, ...],
    rows: tuple[Row, ...] | None = None,
    decided: str | None = None,
    remark: str = "",
) -> Finding:
    """The section of one contributor rule; ``remark`` says what the conditions explain if not the limbs."""
    return Finding(
        indicator=Indicator.INFO,
        summary=Summary(
            template=f"Conditions on the chart linked to muscle symptoms: {short_list(one.concept.title for one in facts)}{remark}"
        ),
        found=symptom_rows(case, *facts) if rows is None else rows,
        why=why,
        consider=consider,
        decided=(decided or prompt_line(case),),
    )


def short_list(words: Iterable[str], most: int = 3) -> str:
    """At most three by name, each once, the rest counted."""
    names = list(dict.fromkeys(words))
    if len(names) <= most:
        return listed(names)
    return f"{', '.join(names[:most])} and {len(names) - most} more"


def prompt_line(case: Case) -> str:
    """How a prompt symptom is understood."""
    return f"muscle symptom within {case.limits['sym.prompt_days']:g} d or of this encounter"


def section_finding(
    case: Case,
    template: str,
    *,
    rows: tuple[Row, ...],
    why: str,
    consider: tuple[str, ...],
    decided: tuple[str, ...],
    indicator: Indicator = Indicator.INFO,
    suggestions: tuple[Suggestion, ...] = (),
    not_available: tuple[str, ...] = (),
    closing: tuple[str, ...] = (),
    drugs: tuple[str, ...] = (),
) -> Finding:
    """A section of the symptom card."""
    return Finding(
        indicator=indicator,
        summary=Summary(template=template, drugs=drugs),
        found=rows,
        why=why,
        consider=consider,
        decided=decided,
        suggestions=suggestions,
        not_available=not_available,
        closing=closing,
    )
