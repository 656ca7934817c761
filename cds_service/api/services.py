"""The CDS Hooks endpoints: discovery, the three services, feedback."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any, TypeVar

import msgspec
from starlette.types import Receive, Scope, Send

from cds_service.api.auth.gate import Caller, KeysUnavailable, NotAuthenticated, NotAuthorised
from cds_service.api.problems import outcome, outcome_of
from cds_service.api.state import ServiceState
from cds_service.cards.families import not_shown
from cds_service.cards.write import EXTENSION
from cds_service.errors import RequestError
from cds_service.feedback.records import Outcome
from cds_service.guidance.finding import Hook
from cds_service.hooks.discovery import SERVICES
from cds_service.hooks.feedback import BadEntry, parse_feedback
from cds_service.pipeline import read_request

JSON = b"application/json"
T = TypeVar("T")
ENCODER = msgspec.json.Encoder()
NO_SUCH_SERVICE = f"There is no such service here. There are: {', '.join(SERVICES)}."
_TOKEN_IN_URL = re.compile(rb"(?:^|&)(?:access_token|id_token|token|jwt|authorization)=", re.IGNORECASE)


async def respond(
    send: Send, status: int, body: bytes, *headers: tuple[bytes, bytes], media_type: bytes = JSON
) -> None:
    """A complete answer."""
    common = [(b"content-type", media_type), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*common, *headers]})
    await send({"type": "http.response.body", "body": body})


async def problem(send: Send, status: int, body: bytes | None = None, *headers: tuple[bytes, bytes]) -> None:
    """An error answer."""
    await respond(send, status, body or outcome(status), *headers, media_type=b"application/fhir+json")


async def refuse_method(scope: Scope, send: Send, allowed: str) -> None:
    """405, or for OPTIONS (outside a preflight) just the list of methods."""
    allow = (b"allow", allowed.encode())
    if scope["method"] == "OPTIONS":
        await send({"type": "http.response.start", "status": 204, "headers": [allow]})
        await send({"type": "http.response.body", "body": b""})
    else:
        await problem(send, 405, outcome(405, f"This method is not supported here. Supported: {allowed}."), allow)


async def unless_gone(work: Coroutine[Any, Any, T], receive: Receive) -> T | None:
    """The result of ``work``; ``None`` when the client hangs up first: nothing more is then asked on its behalf."""
    working, leaving = asyncio.ensure_future(work), asyncio.ensure_future(_gone(receive))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else None
    finally:
        working.cancel()
        leaving.cancel()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


class Discovery:
    """``GET /cds-services``: always available, never authenticated."""

    def __init__(self, state: ServiceState) -> None:
        self._state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"]["route"] = "discovery"
        if scope["method"] not in ("GET", "HEAD"):
            await refuse_method(scope, send, "GET, HEAD, OPTIONS")
            return
        await respond(send, 200, self._state.discovery)


class Endpoint:
    """What both POST endpoints share: known service, right method, admitted caller."""

    route = ""

    def __init__(self, state: ServiceState) -> None:
        self._state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        service = scope["path"].split("/")[2]
        hook = SERVICES.get(service)
        scope["state"]["route"] = f"{self.route}:{service}" if hook is not None else "unknown-service"
        if hook is None:
            await problem(send, 404, outcome(404, NO_SUCH_SERVICE))
            return
        if scope["method"] != "POST":
            await refuse_method(scope, send, "POST, OPTIONS")
            return
        caller = await self._caller(scope, service, send)
        if caller is None:
            return
        shares = self._state.shares
        if shares.is_spent(caller.name):
            self._state.metrics.shed += 1
            await problem(send, 503, None, (b"retry-after", b"1"))
            return
        body = (await receive())["body"]  # whole: the edge has read it
        shares.take(caller.name)
        try:
            await self.handle(scope, receive, send, service, hook, caller, body)
        except RequestError as error:
            await problem(send, *outcome_of(error))
        finally:
            shares.give_back(caller.name)

    async def handle(
        self, scope: Scope, receive: Receive, send: Send, service: str, hook: Hook, caller: Caller, body: bytes
    ) -> None:
        """Answer an admitted call."""
        raise NotImplementedError

    async def _caller(self, scope: Scope, service: str, send: Send) -> Caller | None:
        state = self._state
        if state.gate.mode == "off":
            return await state.gate.admit({}, "", service, 0.0)
        try:
            headers = dict(scope["headers"])
            if sum(name == b"authorization" for name, _ in scope["headers"]) > 1:
                raise NotAuthenticated("more than one Authorization header")
            if _TOKEN_IN_URL.search(scope["query_string"]):
                await problem(send, 400, outcome(400, "A token belongs in the Authorization header, never in the URL."))
                return None
            caller = await state.gate.admit(headers, scope["path"], service, state.clock())
        except NotAuthenticated:
            state.metrics.auth["refused"] += 1
            await problem(send, 401, None, (b"www-authenticate", b"Bearer"))
        except NotAuthorised:
            state.metrics.auth["forbidden"] += 1
            await problem(send, 403)
        except KeysUnavailable:
            state.metrics.auth["keys-unavailable"] += 1
            await problem(send, 503, None, (b"retry-after", b"5"))
        else:
            state.metrics.auth["admitted"] += 1
            return caller
        return None


class Service(Endpoint):
    """``POST /cds-services/{id}``."""

    route = "service"

    async def handle(
        self, scope: Scope, receive: Receive, send: Send, service: str, hook: Hook, caller: Caller, body: bytes
    ) -> None:
        state = self._state
        request = read_request(body, hook)
        if caller.fhir_servers is not None:
            request = replace(request, allowed_servers=caller.fhir_servers)
        now = state.now()
        snoozed = state.desk.snoozed(caller.name, request.patient_id, now)
        answering = state.pipeline.answer(request, now, show_not_checked=caller.not_checked_card, snoozed=snoozed)
        if request.fhir_server is not None and state.pipeline.fetcher is not None:
            answered = await unless_gone(answering, receive)
            if answered is None:
                return
        else:
            answered = await answering
        answer, assessment, _ = answered
        if state.frozen_at is not None:
            answer["extension"][EXTENSION]["frozenClock"] = state.settings.now
        cards = answer["cards"]
        state.metrics.assessed(assessment, cards)
        scope["state"]["counts"] = {
            "hook": hook.value,
            "client": caller.name,
            "cards": len(cards),
            "hits": len(assessment.hits),
            "shadow": len(assessment.shadow_hits),
            "notEvaluated": len(assessment.not_evaluated),
        }
        beyond = not_shown(assessment.hits, {card["source"]["topic"]["code"] for card in cards})
        if beyond:
            scope["state"]["counts"]["notShown"] = beyond
        await respond(send, 200, ENCODER.encode(answer))
        state.desk.record(
            cards,
            service=service,
            hook=hook.value,
            client=caller.name,
            instance=request.hook_instance,
            parameters=state.pipeline.house.limits.version,
            now=now,
            patient_id=request.patient_id,
        )


class Feedback(Endpoint):
    """``POST /cds-services/{id}/feedback``: stored durably before the 200; bad entries are named, good ones kept."""

    route = "feedback"

    async def handle(
        self, scope: Scope, receive: Receive, send: Send, service: str, hook: Hook, caller: Caller, body: bytes
    ) -> None:
        from cds_service.feedback.store import StoreUnavailable

        state = self._state
        good, bad = parse_feedback(body)
        outcomes = [
            Outcome(
                service=service,
                client=caller.name,
                card=entry.card,
                outcome=entry.outcome,
                outcome_at=entry.outcome_at,
                suggestions=entry.suggestions,
                reason_code=entry.reason_code,
                reason_system=entry.reason_system,
                comment=entry.comment,
            )
            for entry in good
        ]
        if outcomes and state.desk.is_on:
            try:
                await state.desk.add_outcomes(outcomes)
            except StoreUnavailable as error:
                state.metrics.feedback["unavailable"] += len(outcomes)
                state.log.repeated("warning", "feedback store unavailable", why=str(error))
                await problem(send, 503, None, (b"retry-after", b"5"))
                return
        state.metrics.feedback["stored"] += len(outcomes)
        state.metrics.feedback["refused"] += len(bad)
        if bad:
            await problem(send, 400, _issues(bad, len(good)))
            return
        await respond(send, 200, b"{}")


def _issues(bad: list[BadEntry], stored: int) -> bytes:
    issues: list[dict[str, Any]] = [
        {"severity": "error", "code": "invalid", "diagnostics": one.problem, "expression": [one.where]} for one in bad
    ]
    if stored:
        text = f"The other {stored} entries were stored." if stored > 1 else "The other entry was stored."
        issues.append({"severity": "information", "code": "informational", "diagnostics": text})
    return msgspec.json.encode({"resourceType": "OperationOutcome", "issue": issues})
