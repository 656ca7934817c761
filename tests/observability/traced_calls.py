"""Calls with tracing on and an exporter that keeps the spans in memory; prints them as JSON.

A program of its own: the extra ``telemetry`` is not among the packages that the other tests run with.
"""

from __future__ import annotations

import asyncio
import json
import sys

import httpx
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from cds_service.api import services
from cds_service.app import create_app
from cds_service.settings import Settings
from tests.reliability.process import JSON, NOW, SERVICE, fixture

TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


async def main(canary: str) -> None:
    """One call that needs its FHIR server, one that fails inside, one that is wrong, one feedback."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    edge = create_app(
        Settings(
            tracing=True, store_enabled=False, console=False, now=NOW, fhir_servers=("http://127.0.0.1:9",),
            fhir_private_networks=True, fhir_open_servers=("http://127.0.0.1:9",),
        )
    )  # fmt: skip
    request = fixture()
    request["context"]["patientId"] = canary
    request["prefetch"]["patient"] = {"resourceType": "Patient", "id": canary, "name": [{"family": canary}]}
    request["prefetch"].pop("conditions", None)
    request |= {"fhirServer": "http://127.0.0.1:9"}
    headers = JSON | {"traceparent": TRACEPARENT, "authorization": f"Bearer {canary}", "baggage": f"x={canary}"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=edge), base_url="http://service") as http:
        await http.post(f"{SERVICE}?patient={canary}", content=json.dumps(request), headers=headers)
        await http.post(SERVICE, content=json.dumps({"hook": canary}), headers=headers)
        await http.get(f"/{canary}", headers=headers)
        await http.post(SERVICE + "/feedback", content=json.dumps({"feedback": [{"card": canary}]}), headers=headers)

        def broken(*_: object) -> None:
            raise RuntimeError(canary)

        services.read_request = broken  # type: ignore[assignment]
        await http.post(SERVICE, content=b"{}", headers=headers)
    sys.stdout.write("[" + ",".join(span.to_json() for span in exporter.get_finished_spans()) + "]")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
