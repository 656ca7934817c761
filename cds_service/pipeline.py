"""The whole story of a hook call: request → delivery → chart → assessment → answer.

With full prefetch nothing here is awaited for; from the chart on everything is a pure function of its arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

from cds_service.cards.write import House, write_answer
from cds_service.clinical.chart import Chart
from cds_service.clinical.vocabulary import Source
from cds_service.fhir.gather import Fetcher, gather
from cds_service.fhir.queries import Query
from cds_service.fhir.read import read_chart
from cds_service.fhir.tidy import decode_body
from cds_service.fhir.write import order_renderer
from cds_service.guidance.assess import assess
from cds_service.guidance.finding import Assessment, Hook
from cds_service.guidance.rule import Rule
from cds_service.hooks.discovery import PREFIX
from cds_service.hooks.parse import parse_request
from cds_service.hooks.request import CDSRequest
from cds_service.terminology import Terminology


def read_request(body: bytes, hook: Hook) -> CDSRequest:
    """The checked request; a tidy body is decoded in one pass, FHIR included. Raises ``RequestError``."""
    return parse_request(body, hook, decode_body)


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """What every call needs, made once at start."""

    house: House
    terminology: Terminology
    zone: tzinfo
    queries: dict[Hook, tuple[Query, ...]]
    fetcher: Fetcher | None = None
    on_rule_error: Callable[[Rule, Exception], None] | None = None
    sources: dict[str, Source] = field(default_factory=dict)

    async def answer(
        self,
        request: CDSRequest,
        now: float,
        *,
        show_not_checked: bool = True,
        timed: bool = False,
        snoozed: Mapping[str, str] | None = None,
    ) -> tuple[dict[str, Any], Assessment, Chart]:
        """The answer body with what led to it. Raises ``NothingToLookAt`` and ``RequestError``."""
        delivery = await gather(request, self.queries[request.hook], self.fetcher, now)
        chart = read_chart(
            delivery=delivery,
            sources=self.sources,
            draft_orders=request.draft_orders,
            selections=request.selections,
            hook=request.hook,
            patient_id=request.patient_id,
            encounter_id=request.encounter_id,
            fhir_server=request.fhir_server,
            now=now,
            zone=self.zone,
            terminology=self.terminology,
            limits=self.house.limits,
        )
        assessment = assess(
            chart, self.house.catalogue, self.house.limits, request.hook, on_error=self.on_rule_error, timed=timed
        )
        body = write_answer(
            assessment,
            chart,
            self.house,
            hook=request.hook,
            call_key=f"{request.hook_instance}|{PREFIX}{request.hook.value}",
            render=order_renderer(request, self.terminology, now),
            show_not_checked=show_not_checked,
            snoozed=snoozed,
        )
        return body, assessment, chart
