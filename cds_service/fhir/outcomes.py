"""OperationOutcomes among what was delivered: which mean "nothing found", which "could not look"."""

from __future__ import annotations

import msgspec

from cds_service.fhir.bundles import DECODE_ERRORS, Opened

HARMLESS = frozenset({"information", "success"})
CUT_SHORT = frozenset({"suppressed", "incomplete", "throttled", "timeout", "forbidden", "security", "too-costly"})


class Issue(msgspec.Struct, gc=False):
    severity: str | None = None
    code: str | None = None
    diagnostics: str | None = None
    details: dict[str, object] | None = None


class Outcome(msgspec.Struct, gc=False):
    issue: list[Issue] | None = None


OUTCOME = msgspec.json.Decoder(Outcome)


def is_failure(opened: Opened) -> bool:
    """Whether an OperationOutcome says that the search failed or was cut.

    A searchset with a single warning and no entries is how some EHRs say "nothing found"; a warning beside entries that
    speaks of suppressed or partial results is not harmless.
    """
    if not opened.outcomes:
        return False
    return any(_is_bad(raw) for raw in opened.outcomes)


def _is_bad(raw: msgspec.Raw) -> bool:
    try:
        outcome = OUTCOME.decode(raw)
    except DECODE_ERRORS:
        return True
    issues = outcome.issue or []
    if not issues:
        return True
    return any(
        issue.severity not in HARMLESS and (issue.severity != "warning" or issue.code in CUT_SHORT) for issue in issues
    )
