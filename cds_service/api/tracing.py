"""OpenTelemetry traces, for sites that collect them: which route, how long, how much was found. Never whose chart.

Needs the extra ``cds-service[telemetry]``; where the traces go is said with the standard ``OTEL_...`` variables. A span holds
our own route names, statuses and counts: no path, no query, no header, no message of an error, nothing from the request.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from cds_service.errors import ConfigurationError
from cds_service.fhir.bundles import Opened
from cds_service.fhir.delivery import Failure
from cds_service.fhir.gather import Fetched, Fetcher
from cds_service.fhir.queries import Query
from cds_service.hooks.request import CDSRequest

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
PROPAGATED = (b"traceparent", b"tracestate")


def make_tracer() -> Tracer:
    """A tracer that exports by OTLP over HTTP, or the one of a provider that was set up before us."""
    try:
        from opentelemetry import trace
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise ConfigurationError("tracing: needs the extra, pip install 'cds-service[telemetry]'") from None
    if not isinstance(trace.get_tracer_provider(), TracerProvider):
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        about = Resource.create({"service.name": "cds-service", "service.version": version("cds-service")})
        provider = TracerProvider(resource=about)
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        trace.set_tracer_provider(provider)
    return trace.get_tracer("cds_service")


class Traced:
    """The application with one span per admitted request; follows the caller's ``traceparent``."""

    def __init__(self, app: App, tracer: Tracer) -> None:
        from opentelemetry.trace import SpanKind
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        self._app = app
        self._tracer = tracer
        self._kind = SpanKind.SERVER
        self._propagator = TraceContextTextMapPropagator()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        carrier = {name.decode(): value.decode("latin-1") for name, value in scope["headers"] if name in PROPAGATED}
        with self._tracer.start_as_current_span(
            "request",
            context=self._propagator.extract(carrier),
            kind=self._kind,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            status = 500

            async def watched(message: MutableMapping[str, Any]) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = message["status"]
                await send(message)

            try:
                await self._app(scope, receive, watched)
            finally:
                describe(span, scope, status)


def describe(span: Span, scope: Scope, status: int) -> None:
    """What the service itself decided to tell about the request."""
    from opentelemetry.trace import StatusCode

    state = scope["state"]
    route = state.get("route", "none")
    span.update_name(route)
    span.set_attribute("http.route", route)
    span.set_attribute("http.response.status_code", status)
    span.set_attribute("cds.request_id", state["request_id"])
    for name, value in (state.get("counts") or {}).items():
        span.set_attribute(f"cds.{name}", value)
    if status >= 500:
        span.set_status(StatusCode.ERROR)


class TracedFetcher:
    """A fetcher with one span for all that is asked of the FHIR server of a request."""

    def __init__(self, fetcher: Fetcher, tracer: Tracer) -> None:
        self._fetcher = fetcher
        self._tracer = tracer

    def refusal(self, request: CDSRequest) -> Failure | None:
        return self._fetcher.refusal(request)

    async def fetch(
        self,
        request: CDSRequest,
        queries: Sequence[Query],
        pages: Mapping[str, str],
        now: float,
        delivered: Sequence[Opened] = (),
    ) -> Mapping[str, Fetched]:
        with self._tracer.start_as_current_span("fetch", record_exception=False, set_status_on_exception=False) as span:
            span.set_attribute("cds.queries", len(queries))
            span.set_attribute("cds.pages", len(pages))
            fetched = await self._fetcher.fetch(request, queries, pages, now, delivered)
            span.set_attribute("cds.failed", sum(one.failure is not None for one in fetched.values()))
            return fetched

    async def close(self) -> None:
        await self._fetcher.close()
