"""*Try it*: fire an example, a pasted request or a small chart, see cards and account, send feedback.

Nothing that is sent here is kept for another visitor: a request lives in its own answer only.
"""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from cds_service.api.problems import outcome_of
from cds_service.api.state import ServiceState
from cds_service.cards.write import EXTENSION
from cds_service.console.chart_form import FormError, form_lines, request_from_form
from cds_service.console.examples import examples
from cds_service.console.form_fields import GROUPS
from cds_service.console.render import Pages
from cds_service.console.why import explain
from cds_service.errors import RequestError
from cds_service.feedback.records import Outcome
from cds_service.guidance.finding import Hook
from cds_service.hooks.discovery import PREFIX, SERVICES
from cds_service.hooks.feedback import parse_feedback
from cds_service.pipeline import read_request

CLIENT = "console"
SHOWN = 12
"""Suggestions of a type-ahead."""
GALLERY = (
    "nms-haloperidol", "hypokalaemia-furosemide", "simvastatin-clarithromycin-order", "benzodiazepine-opioid-order",
    "potassium-unreadable-unit", "healthy-chart",
)  # fmt: skip
"""Examples offered first: two hooks that warn, two orders, one chart that could not be looked at, one silence."""
SAID = {"accepted": "Suggestion accepted; stored.", "overridden": "Card overridden; stored."}


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a posted form."""
    return dict(
        parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=200)
    )


class Try:
    """The page on which hooks are fired."""

    def __init__(self, state: ServiceState, pages: Pages) -> None:
        self._state = state
        self._pages = pages

    def _page(self, request: Request, status: int = 200, **values: Any) -> Response:
        blank = {
            "examples": examples(),
            "gallery": [examples()[name] for name in GALLERY if name in examples()],
            "groups": GROUPS,
            "hooks": list(Hook),
            "form": {},
            "fired": None,
            "error": None,
            "said": None,
        }
        return self._pages.show(request, "try.html", status, **blank | values)

    async def start(self, request: Request) -> Response:
        """The empty page, or with ``?example=name`` the example chosen."""
        return self._page(request, form={"example": request.query_params.get("example", "")})

    async def fire(self, request: Request) -> Response:
        """Fire what was chosen, pasted or typed, and show cards, account and reasons."""
        form = await read_form(request)
        try:
            fired = await self._fired(self._body(form), form)
        except FormError as error:
            return self._page(request, 400, form=form, error={"text": str(error)})
        except RequestError as error:
            status, body = outcome_of(error)
            shown = {"text": str(error), "status": status, "raw": pretty(json.loads(body))}
            return self._page(request, status, form=form, error=shown)
        return self._page(request, form=form, fired=fired)

    def _body(self, form: dict[str, str]) -> dict[str, Any]:
        source = form.get("source", "example")
        if source == "example":
            found = examples().get(form.get("example", ""))
            if found is None:
                raise FormError("choose an example")
            return found.request()
        if source == "paste":
            return pasted(form.get("request", ""))
        return request_from_form(form, self._state.now())

    async def _fired(self, body: dict[str, Any], form: dict[str, str]) -> dict[str, Any]:
        state = self._state
        hook = Hook(body["hook"])
        parsed = read_request(json.dumps(body).encode(), hook)
        begin = time.perf_counter()
        answer, assessment, chart = await state.pipeline.answer(parsed, state.now(), timed=True)
        spent = 1000 * (time.perf_counter() - begin)
        if state.frozen_at is not None:
            answer["extension"][EXTENSION]["frozenClock"] = state.settings.now
        service = f"{PREFIX}{hook.value}"
        state.desk.record(
            answer["cards"], service=service, hook=hook.value, client=CLIENT, instance=parsed.hook_instance,
            parameters=state.pipeline.house.limits.version, now=state.now(),
        )  # fmt: skip
        return {
            "answer": answer, "cards": answer["cards"], "service": service, "hook": hook.value, "spent": spent,
            "request": pretty(body), "response": pretty(answer),
            "why": explain(state.pipeline, answer, assessment, chart),
            "unknown": self._unknown(form) if form.get("source") == "form" else [],
        }  # fmt: skip

    def _unknown(self, form: dict[str, str]) -> list[str]:
        """Typed names that mean nothing to the rules: worth saying, for they may be misspelt."""
        terminology = self._state.pipeline.terminology
        drugs = form_lines(form.get("medicines", "")) + form_lines(form.get("drafts", ""))
        problems = form_lines(form.get("problems", ""))
        return [one for one in drugs if not terminology.drug([], one.partition(";")[0]).known] + [
            one for one in problems if not terminology.concepts([], one.partition(";")[0]).concepts
        ]

    async def search(self, request: Request) -> Response:
        """Names for the form's type-ahead: medicines or problems, with what each is understood as."""
        typed = request.query_params.get("q", "")[:60].strip()
        terminology = self._state.pipeline.terminology
        found: list[tuple[str, str]] = []
        if len(typed) >= 2 and request.query_params.get("kind") == "problem":
            found = terminology.search_problems(typed, SHOWN)
        elif len(typed) >= 2:
            for name in terminology.search_drugs(typed, SHOWN):
                match = terminology.drug([], name)
                classes = ", ".join(sorted(match.classes)) or "in no rule's class"
                found.append((name, f"{' + '.join(match.ingredients)}: {classes}"))
        return JSONResponse([{"name": name, "means": means} for name, means in found])

    async def feedback(self, request: Request) -> Response:
        """Feedback of a card shown here, stored like any EHR's; as JSON for the page's own script."""
        form = await read_form(request)
        status, text = await self._stored(form)
        if "application/json" in request.headers.get("accept", ""):
            return JSONResponse({"said": text}, status)
        if status != 200:
            return self._page(request, status, error={"text": text})
        return self._page(request, said=text)

    async def _stored(self, form: dict[str, str]) -> tuple[int, str]:
        from cds_service.feedback.store import StoreUnavailable

        if not self._state.desk.is_on:
            return 503, "No feedback store is configured."
        service = form.get("service", "")
        if service not in SERVICES:
            return 400, "Unknown service."
        good, bad = parse_feedback(json.dumps({"feedback": [feedback_entry(form)]}).encode())
        if bad:
            return 400, bad[0].problem
        one = good[0]
        outcome = Outcome(
            service=service, client=CLIENT, card=one.card, outcome=one.outcome, outcome_at=one.outcome_at,
            suggestions=one.suggestions, reason_code=one.reason_code, reason_system=one.reason_system,
            comment=one.comment,
        )  # fmt: skip
        try:
            await self._state.desk.add_outcomes([outcome])
        except StoreUnavailable:
            return 503, "The feedback store is unavailable; nothing was stored."
        return 200, SAID[one.outcome]


def feedback_entry(form: dict[str, str]) -> dict[str, Any]:
    """The form of a card → a feedback entry as CDS Hooks writes it."""
    entry: dict[str, Any] = {
        "card": form.get("card", ""),
        "outcome": form.get("outcome", ""),
        "outcomeTimestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }
    if entry["outcome"] == "accepted":
        entry["acceptedSuggestions"] = [{"id": form.get("suggestion", "")}]
    elif form.get("reason"):
        system, _, code = form["reason"].rpartition("|")
        entry["overrideReason"] = {"reason": {"code": code, "system": system}}
        if form.get("comment", "").strip():
            entry["overrideReason"]["userComment"] = form["comment"].strip()
    return entry


def pasted(text: str) -> dict[str, Any]:
    """The hook request in a text. Raises ``FormError`` saying where it is no JSON."""
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise FormError(f"not JSON: {error.msg} in line {error.lineno}, column {error.colno}") from None
    except (ValueError, RecursionError):
        raise FormError("not JSON that can be read") from None
    if not isinstance(found, dict):
        raise FormError("a hook request is a JSON object")
    if found.get("hook") not in list(Hook):
        raise FormError(f"hook must be one of {', '.join(Hook)}")
    return found


def pretty(value: Any) -> str:
    """JSON for people."""
    return json.dumps(value, indent=2, ensure_ascii=False)
