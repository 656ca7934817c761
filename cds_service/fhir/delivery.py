"""What reached us: each query's answer or the reason why there is none.

The four states of a prefetch key stay apart (absent, null, empty Bundle, OperationOutcome), because "nothing on
record" is normal and "could not look" is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cds_service.clinical.chart import Gap, GapReason
from cds_service.fhir.bundles import Opened


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a query has no (complete) answer. ``detail`` is our own sentence, never text from upstream."""

    reason: GapReason
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Everything delivered for one request.

    ``values`` holds the opened Bundles per key: of our own queries and of any other key the client sent (used as well);
    fetched pages are appended under the query's key. ``failures`` names the queries of this hook that were not
    answered or not completely; a key may be in both (first page read, the next one unreachable).
    ``extra_gaps`` carries what is not about one query.
    """

    values: Mapping[str, tuple[Opened, ...]]
    failures: Mapping[str, Failure] = field(default_factory=dict)
    extra_gaps: tuple[Gap, ...] = ()
