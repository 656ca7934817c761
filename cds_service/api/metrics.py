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

    def text(self) -> str:
        """The exposition format."""
        lines: list[str] = []
        lines += _counter("cds_requests_total", ("route", "status"), self.requests.items())
        lines += _histograms("cds_request_seconds", self.latency)
        lines += _counter("cds_cards_total", ("family", "indicator"), self.cards.items())
        lines += _counter("cds_hits_total", ("rule", "indicator"), self.hits.items())
        lines += _counter("cds_shadow_hits_total", ("rule",), self.shadow_hits.items())
        lines += _counter("cds_not_evaluated_total", ("rule", "reason"), self.not_evaluated.items())
        lines += _counter("cds_rule_errors_total", ("rule",), self.rule_errors.items())
        lines += _counter("cds_upstream_requests_total", ("result",), self.upstream.items())
        lines += _counter("cds_feedback_total", ("result",), self.feedback.items())
        lines += _counter("cds_authentication_total", ("result",), self.auth.items())
        lines += _counter("cds_failures_total", (), [((), self.failures)])
        lines += _counter("cds_shed_total", (), [((), self.shed)])
        for name, read in self.gauges.items():
            lines += [f"# TYPE {name} gauge", f"{name} {read():g}"]
        return "\n".join(lines) + "\n"


def _counter(name: str, labels: tuple[str, ...], items: Iterable[tuple[Any, int]]) -> list[str]:
    lines = [f"# TYPE {name} counter"]
    for key, count in items:
        values = key if isinstance(key, tuple) else (key,)
        lines.append(f"{name}{_labels(labels, values)} {count}")
    return lines


def _labels(names: tuple[str, ...], values: tuple[Any, ...]) -> str:
    if not names:
        return ""
    return "{" + ",".join(f'{name}="{value}"' for name, value in zip(names, values, strict=True)) + "}"


def _histograms(name: str, found: dict[str, Histogram]) -> list[str]:
    lines = [f"# TYPE {name} histogram"]
    for route, histogram in found.items():
        running = 0
        for limit, count in zip((*BUCKETS, float("inf")), histogram.counts, strict=True):
            running += count
            shown = "+Inf" if limit == float("inf") else f"{limit:g}"
            lines.append(f'{name}_bucket{{route="{route}",le="{shown}"}} {running}')
        lines += [f'{name}_sum{{route="{route}"}} {histogram.total:.6f}', f'{name}_count{{route="{route}"}} {running}']
    return lines
