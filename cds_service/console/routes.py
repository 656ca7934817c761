"""Routes of the pages: try it, rules, report, services, the description of the interface."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from cds_service.api.state import ServiceState
from cds_service.cards.families import FAMILY_TITLES
from cds_service.console.access import guarded
from cds_service.console.figures import day_bars, reason_bars, rule_bars, totals
from cds_service.console.render import Pages, static
from cds_service.console.trying import Try, pretty
from cds_service.console.what_if import SUBJECTS, WhatIf, marks, request_for
from cds_service.feedback.report import Report, make_report
from cds_service.guidance.describe import describe_all
from cds_service.guidance.finding import Family
from cds_service.guidance.limits_by_rule import limits_by_rule

DAY = 86_400
PERIODS = (7, 30, 90, 365)


class Console:
    """The pages about rules, figures and services."""

    def __init__(self, state: ServiceState, pages: Pages) -> None:
        self._state = state
        self._pages = pages
        self._what_if = WhatIf(state.pipeline)

    async def rules(self, request: Request) -> Response:
        """The catalogue with limits in force and the what-if slider, or as JSON."""
        house = self._state.pipeline.house
        described = describe_all(house.catalogue, house.limits, limits_by_rule())
        wants_json = request.url.path.endswith(".json") or "application/json" in request.headers.get("accept", "")
        if wants_json:
            return JSONResponse({"parameters": house.limits.version, "rules": [one.as_json() for one in described]})
        sought = request.query_params.get("q", "")[:100].strip()
        words = sought.casefold().split()
        shown = [one for one in described if all(word in _searched(one) for word in words)]
        families = [
            (family.value, FAMILY_TITLES[family], [one for one in shown if one.family == family.value])
            for family in Family
        ]
        return self._pages.show(
            request, "rules.html", families=[group for group in families if group[2]], count=len(shown), all=len(described),
            sought=sought, version=house.limits.version, **await self._what_if_values(request),
        )  # fmt: skip

    async def what_if(self, request: Request) -> Response:
        """The part of the page that changes when the slider moves."""
        return self._pages.show(request, "what_if.html", **await self._what_if_values(request))

    async def _what_if_values(self, request: Request) -> dict[str, Any]:
        asked = request.query_params
        about = asked["about"] if asked.get("about") in SUBJECTS else next(iter(SUBJECTS))
        subject = SUBJECTS[about]
        setting = asked["with"] if asked.get("with") in subject.settings else next(iter(subject.settings))
        value = subject.nearest(asked.get("value", ""))
        now = self._state.now()
        answer, assessment = await self._what_if.ask(subject, setting, value, now)
        titles = self._state.pipeline.house.catalogue.by_id
        return {
            "subjects": SUBJECTS, "about": about, "subject": subject, "setting": setting, "value": subject.text(value),
            "place": subject.place(value), "cards": answer["cards"],
            "hits": [(one, titles[one.rule_id].title) for one in assessment.hits],
            "sweep": await self._what_if.sweep(about, setting, now),
            "marks": marks(subject, self._state.pipeline.house.limits),
            "what_if_request": pretty(request_for(subject, setting, value, now)),
        }  # fmt: skip

    async def report(self, request: Request) -> Response:
        """What became of the cards, as HTML or JSON."""
        asked = request.query_params.get("days", "90")
        span = min(max(int(asked), 1), 3650) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 90
        made = await self._figures(span)
        if request.url.path.endswith(".json"):
            return JSONResponse(made.as_json() if made else {"unavailable": True}, 200 if made else 503)
        drawn: dict[str, Any] = {"report": made, "span": span, "periods": PERIODS, "on": self._state.desk.is_on}
        if made is not None:
            days = day_bars(made)
            drawn |= {
                "total": totals(made), "days": days, "most": max((bar.total for bar in days), default=0),
                "rules": rule_bars(made.rules), "families": rule_bars(made.families), "clients": rule_bars(made.clients), "reasons": reason_bars(made),
            }  # fmt: skip
        return self._pages.show(request, "report.html", 200 if made else 503, **drawn)

    async def _figures(self, days: int) -> Report | None:
        from cds_service.feedback.daily import counts_since
        from cds_service.feedback.store import StoreUnavailable

        desk, now = self._state.desk, self._state.now()
        if not await desk.ready() or desk.store is None:
            return None
        try:
            if desk.recorder is not None:
                await desk.recorder.flush()
            since = now - days * DAY
            return make_report(await counts_since(desk.store, since, now=now, budget_s=30), since=since, now=now)
        except StoreUnavailable:
            return None

    async def services(self, request: Request) -> Response:
        """Discovery and prefetch templates to copy."""
        found = json.loads(self._state.discovery)["services"]
        return self._pages.show(request, "services.html", services=found, health=self._state.readiness())


def _searched(one: Any) -> str:
    statements = " ".join(text for _, text in one.documents)
    limits = " ".join(limit.key for limit in one.limits)
    return f"{one.id} {one.title} {one.description} {one.family} {statements} {limits}".casefold()


class Interface:
    """The description of the HTTP interface, for people."""

    def __init__(self, pages: Pages, document: dict[str, Any]) -> None:
        self._pages = pages
        self._document = document

    async def show(self, request: Request) -> Response:
        """Paths, bodies, answers and errors, with a real example of each."""
        request.scope["state"]["route"] = "docs"
        return self._pages.show(request, "docs.html", document=self._document)


def page_routes(state: ServiceState, document: dict[str, Any] | None) -> list[BaseRoute]:
    """The console's pages, unless it is off, and ``/docs``, unless there is no ``document``."""
    pages = Pages(state)
    routes: list[BaseRoute] = [Route("/console/static/{name}", static)]
    if document is not None:
        routes.append(Route("/docs", Interface(pages, document).show))
    if not state.settings.shows_console:
        return routes
    trying, console = Try(state, pages), Console(state, pages)
    secret = state.settings.console_password
    password = secret.get_secret_value() if secret is not None else None
    for path, endpoint, method in (
        ("/", trying.start, "GET"),
        ("/console/try", trying.fire, "POST"),
        ("/console/feedback", trying.feedback, "POST"),
        ("/console/search", trying.search, "GET"),
        ("/rules", console.rules, "GET"),
        ("/rules.json", console.rules, "GET"),
        ("/rules/what-if", console.what_if, "GET"),
        ("/report", console.report, "GET"),
        ("/report.json", console.report, "GET"),
        ("/services", console.services, "GET"),
    ):
        routes.append(Route(path, guarded(endpoint, password), methods=[method]))
    return routes
