"""Routes of the console: try it, rules, report, services. It shows only what its own visitor sent."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from cds_service.api.state import ServiceState
from cds_service.clinical.vocabulary import Concept
from cds_service.console.chart_form import RESULTS, FormError, request_from_form
from cds_service.console.examples import example_request, examples
from cds_service.console.render import page
from cds_service.errors import RequestError
from cds_service.feedback.records import Outcome
from cds_service.feedback.report import make_report
from cds_service.guidance.describe import describe_all
from cds_service.guidance.finding import Hook
from cds_service.guidance.limits_by_rule import limits_by_rule
from cds_service.hooks.discovery import PREFIX
from cds_service.hooks.feedback import parse_feedback
from cds_service.hooks.parse import parse_request

SECURITY = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; script-src 'unsafe-inline'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}


class Console:
    """The page for people."""

    def __init__(self, state: ServiceState) -> None:
        self._state = state

    def _page(self, request: Request, name: str, status: int = 200, **values: Any) -> Response:
        request.scope["state"]["route"] = "console"
        html = page(name, frozen=self._state.settings.now, path=request.url.path, **values)
        return Response(html, status, SECURITY, "text/html; charset=utf-8")

    # -- try it --------------------------------------------------------------------------------------------------

    async def start(self, request: Request) -> Response:
        """The empty form."""
        return self._page(request, "try.html", **self._blank())

    def _blank(self) -> dict[str, Any]:
        return {
            "examples": examples(), "results": RESULTS, "form": {}, "answer": None, "error": None, "raw_request": "",
            "raw_response": "", "why": [], "said": None, "concepts": sorted(concept.title for concept in Concept),
        }  # fmt: skip

    async def fire(self, request: Request) -> Response:
        """Fire what was chosen, pasted or typed, and show cards, account and reasons."""
        form = dict(parse_qsl((await request.body()).decode("utf-8", "replace"), max_num_fields=200))
        values = self._blank() | {"form": form}
        try:
            body = self._body(form)
            values |= await self._fired(body)
        except (FormError, RequestError) as error:
            return self._page(request, "try.html", 400, **values | {"error": str(error)})
        return self._page(request, "try.html", **values)

    def _body(self, form: dict[str, str]) -> dict[str, Any]:
        source = form.get("source", "example")
        if source == "example":
            found = example_request(form.get("example", ""))
            if found is None:
                raise FormError("choose an example")
            return found
        if source == "paste":
            try:
                pasted = json.loads(form.get("request", ""))
            except (ValueError, RecursionError):
                raise FormError("the pasted text is not JSON") from None
            if not isinstance(pasted, dict) or pasted.get("hook") not in list(Hook):
                raise FormError("the pasted text is not a hook request of this service")
            return pasted
        return request_from_form(form, self._state.now())

    async def _fired(self, body: dict[str, Any]) -> dict[str, Any]:
        state = self._state
        hook = Hook(body["hook"])
        parsed = parse_request(json.dumps(body).encode(), hook)
        begin = time.perf_counter()
        answer, assessment, _ = await state.pipeline.answer(parsed, state.now(), timed=True)
        spent = 1000 * (time.perf_counter() - begin)
        service = f"{PREFIX}{hook.value}"
        state.desk.record(
            answer["cards"], service=service, hook=hook.value, client="console", instance=parsed.hook_instance,
            parameters=state.pipeline.house.limits.version, now=time.time(),
        )  # fmt: skip
        hits = {hit.rule_id: hit for hit in assessment.hits}
        missing: dict[str, list[str]] = {}
        for entry in assessment.not_evaluated:
            missing.setdefault(entry.rule_id or "", []).append(entry.reason)
        why = [
            {
                "rule": rule,
                "outcome": hits[rule].indicator.code
                if rule in hits
                else "could not look fully"
                if rule in missing
                else "silent",
                "decided": "; ".join(hits[rule].finding.decided) if rule in hits else " ".join(missing.get(rule, [])),
                "us": round(1e6 * seconds),
            }
            for rule, seconds in assessment.seconds_by_rule.items()
        ]
        order = {"critical": 0, "warning": 1, "info": 2, "could not look fully": 3, "silent": 4}
        return {
            "answer": answer, "service": service, "spent": spent,
            "raw_request": json.dumps(body, indent=2, ensure_ascii=False),
            "raw_response": json.dumps(answer, indent=2, ensure_ascii=False),
            "why": sorted(why, key=lambda one: (order[one["outcome"]], one["rule"])),
        }  # fmt: skip

    async def feedback(self, request: Request) -> Response:
        """Feedback of a card shown here, stored like any EHR's."""
        from cds_service.feedback.store import StoreUnavailable

        form = dict(parse_qsl((await request.body()).decode("utf-8", "replace"), max_num_fields=20))
        entry: dict[str, Any] = {
            "card": form.get("card", ""),
            "outcome": form.get("outcome", ""),
            "outcomeTimestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        }
        if entry["outcome"] == "accepted":
            entry["acceptedSuggestions"] = [{"id": form.get("suggestion", "")}]
        elif form.get("reason"):
            entry["overrideReason"] = {"reason": {"code": form["reason"]}, "userComment": form.get("comment", "")}
        good, bad = parse_feedback(json.dumps({"feedback": [entry]}).encode())
        if bad or not self._state.desk.is_on:
            text = bad[0].problem if bad else "No feedback store is configured."
            return self._page(request, "try.html", 400, **self._blank() | {"error": text})
        one = good[0]
        outcome = Outcome(
            service=form.get("service", "console")[:64], client="console", card=one.card, outcome=one.outcome,
            outcome_at=one.outcome_at, suggestions=one.suggestions, reason_code=one.reason_code, comment=one.comment,
        )  # fmt: skip
        try:
            await self._state.desk.add_outcomes([outcome])
        except StoreUnavailable:
            return self._page(
                request, "try.html", 503, **self._blank() | {"error": "The feedback store is unavailable."}
            )
        said = (
            "Accepted: thank you, it was stored."
            if one.outcome == "accepted"
            else "Overridden: thank you, it was stored."
        )
        return self._page(request, "try.html", **self._blank() | {"said": said})

    # -- rules, report, services ---------------------------------------------------------------------------------

    async def rules(self, request: Request) -> Response:
        """The catalogue with limits in force, as HTML or JSON."""
        house = self._state.pipeline.house
        described = describe_all(house.catalogue, house.limits, limits_by_rule())
        wants_json = request.url.path.endswith(".json") or "application/json" in request.headers.get("accept", "")
        if wants_json:
            request.scope["state"]["route"] = "rules"
            return JSONResponse({"parameters": house.limits.version, "rules": [one.as_json() for one in described]})
        sought = request.query_params.get("q", "")[:100].casefold()
        shown = [
            one for one in described if sought in f"{one.id} {one.title} {one.description} {one.family}".casefold()
        ]
        return self._page(request, "rules.html", rules=shown, sought=sought, version=house.limits.version)

    async def report(self, request: Request) -> Response:
        """What became of the cards, as HTML or JSON."""
        from cds_service.feedback.store import StoreUnavailable

        days = request.query_params.get("days", "90")
        span = min(max(int(days), 1), 3650) if days.isdigit() else 90
        now = time.time()
        made = None
        if await self._state.desk.ready() and self._state.desk.store is not None:
            try:
                if self._state.desk.recorder is not None:
                    await self._state.desk.recorder.flush()
                rows = await self._state.desk.store.rows_since(now - span * 86_400)
                made = make_report(*rows, since=now - span * 86_400, now=now)
            except StoreUnavailable:
                made = None
        if request.url.path.endswith(".json"):
            request.scope["state"]["route"] = "report"
            return JSONResponse(made.as_json() if made else {"unavailable": True}, 200 if made else 503)
        return self._page(request, "report.html", 200 if made else 503, report=made)

    async def services(self, request: Request) -> Response:
        """Discovery and prefetch templates to copy."""
        found = json.loads(self._state.discovery)["services"]
        return self._page(request, "services.html", services=found, health=self._state.readiness())


def console_routes(state: ServiceState) -> list[BaseRoute]:
    """The console's pages."""
    console = Console(state)
    return [
        Route("/", console.start),
        Route("/console/try", console.fire, methods=["POST"]),
        Route("/console/feedback", console.feedback, methods=["POST"]),
        Route("/rules", console.rules),
        Route("/rules.json", console.rules),
        Route("/report", console.report),
        Route("/report.json", console.report),
        Route("/services", console.services),
    ]
