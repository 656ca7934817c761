"""Prometheus metrics with closed label sets: counts only, cheap enough to be always on."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from cds_service.guidance.finding import Assessment

BUCKETS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


@dataclass(slots=True)
class Histogram:
    """Cumulative at export, plain per bucket inside."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS) + 1))
    total: float = 0.0

    def observe(self, value: float) -> None:
        self.counts[bisect_left(BUCKETS, value)] += 1
        self.total += value


@dataclass(slots=True)
class Metrics:
    """All counters of a process."""

    requests: Counter[tuple[str, int]] = field(default_factory=Counter)
    latency: dict[str, Histogram] = field(default_factory=dict)
    cards: Counter[tuple[str, str]] = field(default_factory=Counter)
    hits: Counter[tuple[str, str]] = field(default_factory=Counter)
    shadow_hits: Counter[str] = field(default_factory=Counter)
    not_evaluated: Counter[tuple[str, str]] = field(default_factory=Counter)
    rule_errors: Counter[str] = field(default_factory=Counter)
    upstream: Counter[str] = field(default_factory=Counter)
    feedback: Counter[str] = field(default_factory=Counter)
    auth: Counter[str] = field(default_factory=Counter)
    failures: int = 0
    shed: int = 0
    counts: dict[str, Callable[[], float]] = field(default_factory=dict)
    """Counters that are kept elsewhere, read when somebody asks."""
    gauges: dict[str, Callable[[], float]] = field(default_factory=dict)

    def observe(self, scope: MutableMapping[str, Any], status: int, seconds: float, state: dict[str, Any]) -> None:
        """One answered request; ``route`` is set by the route itself, anything else is "none"."""
        route = state.get("route", "none")
        self.requests[route, status] += 1
        histogram = self.latency.get(route)
        if histogram is None:
            histogram = self.latency[route] = Histogram()
        histogram.observe(seconds)

    def assessed(self, assessment: Assessment, cards: list[dict[str, Any]]) -> None:
        """What one answer held."""
        for hit in assessment.hits:
            self.hits[hit.rule_id, hit.indicator.code] += 1
        for hit in assessment.shadow_hits:
            self.shadow_hits[hit.rule_id] += 1
        for entry in assessment.not_evaluated:
            self.not_evaluated[entry.rule_id or "none", entry.kind] += 1
        for card in cards:
            self.cards[card["source"]["topic"]["code"], card["indicator"]] += 1

    def families(self) -> Families:
        """Every metric with its samples."""
        found = {
            "cds_requests_total": _samples(("route", "status"), self.requests.items()),
            "cds_cards_total": _samples(("family", "indicator"), self.cards.items()),
            "cds_hits_total": _samples(("rule", "indicator"), self.hits.items()),
            "cds_shadow_hits_total": _samples(("rule",), self.shadow_hits.items()),
            "cds_not_evaluated_total": _samples(("rule", "reason"), self.not_evaluated.items()),
            "cds_rule_errors_total": _samples(("rule",), self.rule_errors.items()),
            "cds_upstream_requests_total": _samples(("result",), self.upstream.items()),
            "cds_feedback_total": _samples(("result",), self.feedback.items()),
            "cds_authentication_total": _samples(("result",), self.auth.items()),
            "cds_failures_total": {"": float(self.failures)},
            "cds_shed_total": {"": float(self.shed)},
            "cds_request_seconds": _histograms(self.latency),
        }
        for name, read in (*self.counts.items(), *self.gauges.items()):
            found[name] = {"": float(read())}
        return found

    def text(self) -> str:
        """The exposition format, of this process."""
        return exposition(self.families())


Families = dict[str, dict[str, float]]
"""Metric → samples: what follows the metric's name (suffix and labels) → value."""
HELP = {
    "cds_requests_total": "Requests answered, by route and status.",
    "cds_request_seconds": "Time from the headers of a request to the end of its answer.",
    "cds_cards_total": "Cards issued, by family and indicator.",
    "cds_hits_total": "Findings, by rule and indicator.",
    "cds_shadow_hits_total": "Findings of families that are evaluated but not shown.",
    "cds_not_evaluated_total": "Rules that could not look, by reason.",
    "cds_rule_errors_total": "Rules that raised an error; must stay 0.",
    "cds_upstream_requests_total": "Requests to FHIR servers, by result.",
    "cds_feedback_total": "Feedback entries, by what became of them.",
    "cds_authentication_total": "Calls refused by client authentication.",
    "cds_failures_total": "Unexpected errors; must stay 0.",
    "cds_shed_total": "Calls refused because of overload.",
    "cds_recorder_waiting": "Answered calls that wait to be written to the store.",
    "cds_recorder_written_total": "Answered calls written to the store.",
    "cds_recorder_lost_total": "Answered calls that were never written: the queue was full.",
    "cds_store_up": "1 when the store answers (in every worker).",
}


def merged(families: Iterable[Families]) -> Families:
    """The metrics of several processes as one: everything adds up, but the store is up only if it is for all."""
    total: Families = {}
    for one in families:
        for name, samples in one.items():
            into = total.setdefault(name, {})
            for key, value in samples.items():
                if name == "cds_store_up":
                    into[key] = min(into.get(key, 1.0), value)
                else:
                    into[key] = into.get(key, 0.0) + value
    return total


def exposition(families: Families) -> str:
    """The text that Prometheus reads."""
    lines: list[str] = []
    for name, samples in families.items():
        kind = "counter" if name.endswith("_total") else "histogram" if name.endswith("_seconds") else "gauge"
        lines += [f"# HELP {name} {HELP[name]}", f"# TYPE {name} {kind}"]
        lines += [f"{name}{key} {_number(value)}" for key, value in samples.items()]
    return "\n".join(lines) + "\n"


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() else f"{value:.6f}"


def _samples(labels: tuple[str, ...], items: Iterable[tuple[Any, int]]) -> dict[str, float]:
    found: dict[str, float] = {}
    for key, count in items:
        values = key if isinstance(key, tuple) else (key,)
        found["{" + ",".join(f'{name}="{value}"' for name, value in zip(labels, values, strict=True)) + "}"] = float(
            count
        )
    return found


def _histograms(found: dict[str, Histogram]) -> dict[str, float]:
    samples: dict[str, float] = {}
    for route, histogram in found.items():
        running = 0
        for limit, count in zip((*BUCKETS, float("inf")), histogram.counts, strict=True):
            running += count
            shown = "+Inf" if limit == float("inf") else f"{limit:g}"
            samples[f'_bucket{{route="{route}",le="{shown}"}}'] = float(running)
        samples[f'_sum{{route="{route}"}}'] = histogram.total
        samples[f'_count{{route="{route}"}}'] = float(running)
    return samples
