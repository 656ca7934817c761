"""OperationOutcomes among what was delivered: which mean "nothing found", which "could not look"."""

from __future__ import annotations

from cds_service.fhir.bundles import Opened
from cds_service.fhir.shapes import OperationOutcome
from cds_service.fhir.tidy import DECODE_ERRORS

HARMLESS = frozenset({"information", "success"})
CUT_SHORT = frozenset({"suppressed", "incomplete", "throttled", "timeout", "forbidden", "security", "too-costly"})


def is_failure(opened: Opened) -> bool:
    """Whether an OperationOutcome says that the search failed or was cut.

    A searchset with a single warning and no entries is how some EHRs say "nothing found"; a warning beside entries that
    speaks of suppressed or partial results is not harmless.
    """
    if not opened.outcomes:
        return False
    return any(_is_bad(outcome) for outcome in opened.outcomes)


def _is_bad(outcome: OperationOutcome) -> bool:
    try:
        issues = outcome.issue or []
    except DECODE_ERRORS:
        return True
    if not issues:
        return True
    return any(
        issue.severity not in HARMLESS and (issue.severity != "warning" or issue.code in CUT_SHORT) for issue in issues
    )
