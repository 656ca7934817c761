"""The composition root: the only module that knows all the others."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec
from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

import cds_service.rules
from cds_service.api.auth.gate import Gate, OpenGate
from cds_service.api.drain import Drain
from cds_service.api.edge import App, Edge, Limits
from cds_service.api.health import Health
from cds_service.api.log import AccessLog
from cds_service.api.metrics import Metrics
from cds_service.api.openapi import EXAMPLE_NOW, EXAMPLE_REQUEST, VERSION, document, show_answer
from cds_service.api.overload import Heartbeat, Shares
from cds_service.api.problems import outcome
from cds_service.api.services import Discovery, Feedback, Service
from cds_service.api.state import ServiceState
from cds_service.api.workers import SharedMetrics
from cds_service.cards.overrides import SNOOZING, SYSTEM
from cds_service.cards.write import House
from cds_service.console.late import LatePages
from cds_service.errors import ConfigurationError
from cds_service.feedback.recording import FeedbackDesk
from cds_service.fhir.gather import Fetcher
from cds_service.fhir.queries import build_queries, templates
from cds_service.guidance.catalogue import Catalogue, find_rules
from cds_service.guidance.evidence import CITATIONS
from cds_service.guidance.finding import Family, Hook
from cds_service.guidance.rule import Rule
from cds_service.hooks.discovery import SERVICES, discovery
from cds_service.parameters import load_limits
from cds_service.pipeline import Pipeline, read_request
from cds_service.settings import LOOPBACK, UNSAFE_SALT, Settings, load_settings
from cds_service.terminology import load_terminology

NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
"""FastAPI's own spans and records hold paths, queries and messages of errors, which may name a patient."""

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

    from cds_service.feedback.snooze import SnoozeBook

WARM_UP = (
    b'{"hook":"patient-view","hookInstance":"warm-up","context":{"patientId":"warm-up","userId":"Practitioner/x"},'
    b'"prefetch":{"patient":{"resourceType":"Patient","id":"warm-up","birthDate":"1960-01-01","gender":"female"}}}'
)


def known_family(name: str, setting: str) -> Family:
    """The card family of that name. Raises ``ConfigurationError``, which lists them."""
    try:
        return Family(name)
    except ValueError:
        raise ConfigurationError(
            f"{setting}: unknown family {name}; there are {', '.join(family.value for family in Family)}"
        ) from None


def make_catalogue(settings: Settings) -> Catalogue:
    """The rules with the site's switches. Raises ``ConfigurationError`` for a name that does not exist."""
    rules = find_rules(cds_service.rules)
    known = {rule.id for rule in rules}
    unknown = set(settings.rules_off) - known
    if unknown:
        raise ConfigurationError(f"rules_off: unknown rule {', '.join(sorted(unknown))}")
    shadow = frozenset(known_family(name, "shadow_families") for name in settings.shadow_families)
    return Catalogue(rules=rules, off=frozenset(settings.rules_off), shadow=shadow)


def make_house(settings: Settings) -> House:
    """What the site decides about its cards."""
    links = {known_family(family, "links"): listed for family, listed in settings.links.items()}
    for listed in links.values():
        for link in listed:
            if not link.get("label") or not str(link.get("url", "")).startswith("https://"):
                raise ConfigurationError("links: each link needs a label and an https url")
    return House(
        catalogue=make_catalogue(settings),
        limits=load_limits(settings.parameters_file),
        evidence=CITATIONS,
        source_label=settings.source_label,
        source_url=settings.source_url,
        links=links,
    )


def make_pipeline(settings: Settings, metrics: Metrics, log: AccessLog, tracer: Tracer | None = None) -> Pipeline:
    """The pipeline with everything it needs."""
    terminology = load_terminology(products=settings.rxnorm_products)
    house = make_house(settings)
    queries = {hook: build_queries(house.catalogue.needs(hook), terminology.loinc_analytes) for hook in Hook}

    def on_rule_error(rule: Rule, error: Exception) -> None:
        metrics.rule_errors[rule.id] += 1
        log.repeated("error", f"rule {rule.id} failed", error=type(error).__name__)

    return Pipeline(
        house=house,
        terminology=terminology,
        zone=settings.zone,
        queries=queries,
        fetcher=make_fetcher(settings, metrics, tracer),
        on_rule_error=on_rule_error,
        sources={query.key: query.source for some in queries.values() for query in some},
    )


def make_fetcher(settings: Settings, metrics: Metrics, tracer: Tracer | None) -> Fetcher | None:
    """The FHIR client, if any server may be asked."""
    if not settings.fhir_servers and not any(client.fhir_servers for client in settings.clients):
        return None
    from cds_service.fhir.client import FhirClient

    client = FhirClient.from_settings(settings, metrics.upstream)
    if tracer is None:
        return client
    from cds_service.api.tracing import TracedFetcher

    return TracedFetcher(client, tracer)


def make_snooze(settings: Settings, house: House) -> SnoozeBook | None:
    """The snooze, where a site has turned it on. Raises ``ConfigurationError`` where it is half on."""
    if not house.limits.is_on("snooze.enabled"):
        if settings.snooze_rules:
            raise ConfigurationError("snooze_rules: has no effect while snooze.enabled is off in the parameters")
        return None
    unknown = set(settings.snooze_rules) - set(house.catalogue.by_id)
    if unknown or not settings.snooze_rules:
        raise ConfigurationError(
            f"snooze_rules: {', '.join(sorted(unknown)) or 'no rule is named'}; name existing rules"
        )
    if not settings.store_enabled or settings.instance_salt == UNSAFE_SALT:
        raise ConfigurationError("snooze.enabled: needs the store and an instance_salt of your own")
    from cds_service.feedback.snooze import SnoozeBook, SnoozePolicy

    return SnoozeBook(
        policy=SnoozePolicy(
            rules=frozenset(settings.snooze_rules),
            days=house.limits["snooze.days"],
            reasons=SNOOZING,
            system=SYSTEM,
            salt=settings.instance_salt,
        )
    )


def make_tracer(settings: Settings) -> Tracer | None:
    """For OpenTelemetry, where the site wants traces."""
    if not settings.tracing:
        return None
    from cds_service.api import tracing

    return tracing.make_tracer()


def make_gate(settings: Settings, desk: FeedbackDesk, log: AccessLog) -> Gate:
    """Client authentication when clients are configured; else open, on loopback unless said otherwise."""
    if settings.clients:
        from cds_service.api.auth.tokens import TokenGate

        return TokenGate(settings, desk, log)
    if settings.host not in LOOPBACK and not settings.allow_unauthenticated:
        raise ConfigurationError(
            f"host {settings.host}: without configured clients the service listens on loopback only; configure clients "
            "or set allow_unauthenticated"
        )
    return OpenGate()


def frozen_clock(settings: Settings) -> float | None:
    """The frozen instant, if the operator froze the clock."""
    if settings.now is None:
        return None
    try:
        moment = datetime.fromisoformat(settings.now)
    except ValueError:
        raise ConfigurationError("now: not an ISO 8601 date and time") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def make_state(settings: Settings, tracer: Tracer | None = None) -> ServiceState:
    """Everything the routes share."""
    log = AccessLog(level=settings.log_level, requests=settings.access_log)
    metrics = Metrics()
    pipeline = make_pipeline(settings, metrics, log, tracer)
    desk = FeedbackDesk(
        settings.store_url if settings.store_enabled else None,
        salt=settings.instance_salt,
        comment_days=settings.comment_retention_days,
        row_days=settings.row_retention_days,
        report_trouble=lambda text: log.repeated("warning", "store trouble", why=text),
        snooze=make_snooze(settings, pipeline.house),
    )
    metrics.gauges["cds_recorder_waiting"] = lambda: desk.waiting
    metrics.counts["cds_recorder_written_total"] = lambda: desk.written
    metrics.counts["cds_recorder_lost_total"] = lambda: desk.lost
    metrics.gauges["cds_store_up"] = lambda: desk.state == "ok"
    document = msgspec.json.encode(discovery(lambda hook: templates(pipeline.queries[hook])))
    return ServiceState(
        settings=settings,
        pipeline=pipeline,
        log=log,
        metrics=metrics,
        gate=make_gate(settings, desk, log),
        shares=Shares(clients=len(settings.clients), max_concurrent=settings.max_concurrent),
        desk=desk,
        discovery=document,
        frozen_at=frozen_clock(settings),
    )


async def warm_up(state: ServiceState) -> None:
    """Touch every code path once, then start and settle the collector: what is alive now stays."""
    await state.pipeline.answer(read_request(WARM_UP, Hook.PATIENT_VIEW), state.now())
    gc.enable()
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


async def example_answer(state: ServiceState) -> dict[str, Any]:
    """What the service answers to the documented example, at the example's own time."""
    request = read_request(msgspec.json.encode(EXAMPLE_REQUEST), Hook.PATIENT_VIEW)
    answer, _, _ = await state.pipeline.answer(request, datetime.fromisoformat(EXAMPLE_NOW).timestamp())
    return answer


def traced(app: App, tracer: Tracer | None) -> App:
    """The application with a span per request, where traces are wanted."""
    if tracer is None:
        return app
    from cds_service.api.tracing import Traced

    return Traced(app, tracer)


def create_app(settings: Settings | None = None) -> Edge:
    """The ASGI application. Raises ``ConfigurationError`` for settings that must stop the start."""
    settings = settings or load_settings()
    tracer = make_tracer(settings)
    state = make_state(settings, tracer)
    heartbeat = Heartbeat(settings.max_late_s)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await warm_up(state)
        if described is not None:
            show_answer(described, await example_answer(state), msgspec.json.decode(state.discovery))
        state.desk.start()
        shared.start()
        heartbeat.start()
        drain.attach()
        keys = asyncio.create_task(state.gate.warm_up())
        try:
            yield
        finally:
            drain.detach()
            keys.cancel()
            heartbeat.stop()
            await state.desk.stop()
            shared.stop()
            fetcher = state.pipeline.fetcher
            if fetcher is not None:
                await fetcher.close()

    shared = SharedMetrics(state.metrics, settings.metrics_folder)
    health = Health(state, shared)
    service, feedback = Service(state), Feedback(state)
    routes: list[BaseRoute] = [
        Route("/cds-services", Discovery(state)),
        Route("/cds-services/{service}", service),
        Route("/cds-services/{service}/feedback", feedback),
        Route("/livez", health.live),
        Route("/readyz", health.ready),
    ]
    if settings.shows_metrics:
        routes.append(Route("/metrics", health.metrics))
    described = document(VERSION) if settings.docs else None
    app = FastAPI(
        title="cds-service",
        lifespan=lifespan,
        routes=routes,
        openapi_url="/openapi.json" if settings.docs else None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry=NO_TELEMETRY,
    )
    if settings.shows_console or described is not None:
        app.mount("", LatePages(state, described))  # after all other paths
    if described is not None:
        app.openapi = lambda: described  # type: ignore[method-assign]

    async def refused(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
        return Response(outcome(status), status, headers, "application/fhir+json")

    app.add_exception_handler(HTTPException, refused)
    app.add_exception_handler(Exception, refused)  # then raised again, for the edge to record
    app.state.service = state

    def begin_to_drain() -> None:
        state.problems["shutdown"] = "draining"
        edge.is_draining = True

    drain = Drain(seconds=settings.drain_s, on_begin=begin_to_drain)
    edge = Edge(
        app=traced(app, tracer),
        direct={
            **dict.fromkeys((f"/cds-services/{name}" for name in SERVICES), traced(service, tracer)),
            **dict.fromkeys((f"/cds-services/{name}/feedback" for name in SERVICES), traced(feedback, tracer)),
        },
        limits=Limits(
            max_body_bytes=settings.max_body_bytes,
            body_deadline_s=settings.body_deadline_s,
            max_concurrent=settings.max_concurrent,
            cors_origins=settings.cors_origins,
        ),
        log=state.log,
        metrics=state.metrics,
        heartbeat=heartbeat,
        notice=settings.now.encode() if settings.now else None,
    )
    return edge
