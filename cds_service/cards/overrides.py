"""Override reasons (B0.2): one CodeSystem of the project, four sets and one combination."""

from __future__ import annotations

from cds_service.guidance.finding import OverrideSet

SYSTEM = "https://muscle-spasm-cds.org/CodeSystem/override-reason"
REASONS: dict[str, str] = {
    "aware-treating": "Already addressed or being treated",
    "result-spurious": "Sample or result not reliable",
    "baseline": "Known stable baseline",
    "benefit-outweighs": "Benefit judged to outweigh risk",
    "specialist-plan": "Specialist advice or plan",
    "goals-of-care": "Not in line with goals of care",
    "alternative-cause": "Another cause established",
    "patient-declined": "Patient declined",
    "record-wrong": "Chart data wrong",
    "not-relevant": "Not relevant now",
}
SNOOZING = frozenset(
    {"aware-treating", "result-spurious", "baseline", "goals-of-care", "alternative-cause", "not-relevant"}
)
"""Reasons marked for the optional suppression window (0.14)."""
_LAB = ("aware-treating", "result-spurious", "baseline", "specialist-plan", "goals-of-care", "record-wrong")
SETS: dict[OverrideSet, tuple[str, ...]] = {
    OverrideSet.LAB: _LAB,
    OverrideSet.DRUG: (
        "benefit-outweighs",
        "specialist-plan",
        "patient-declined",
        "goals-of-care",
        "record-wrong",
        "not-relevant",
    ),
    OverrideSet.NMS: ("alternative-cause", "aware-treating", "specialist-plan", "goals-of-care", "record-wrong"),
    OverrideSet.INFO: ("not-relevant", "aware-treating", "patient-declined"),
    OverrideSet.LAB_ALTERNATIVE: (*_LAB, "alternative-cause"),
}


def reasons_for(sets: tuple[OverrideSet, ...]) -> list[dict[str, str]]:
    """The Codings of all reasons of the sets, each once, in the order of the CodeSystem."""
    wanted = {code for name in sets for code in SETS[name]}
    return [{"system": SYSTEM, "code": code, "display": text} for code, text in REASONS.items() if code in wanted]
