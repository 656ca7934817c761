"""Put the charts of the fixtures into a FHIR R4 server, moved in time so that they are true today.

``python load.py <base> <fixtures folder>``. Every resource gets its patient's id in front of its own, because the fixtures
use the same short ids; resources of other patients are left out. Waits for the server, then ends with 0, or 1 and a reason.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from cds_service.cli.fire import move_dates

PATIENCE_S = 300.0
"""A large FHIR server takes minutes to start."""


def resources(request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The patient of a fixture's request and all that its prefetch says about that patient."""
    patient = request["context"]["patientId"]
    for value in (request.get("prefetch") or {}).values():
        entries = [entry.get("resource") for entry in value.get("entry", [])] if "entry" in (value or {}) else [value]
        for resource in entries:
            if not resource or resource.get("resourceType") in (None, "Bundle", "OperationOutcome"):
                continue
            if resource["resourceType"] == "Patient":
                if resource.get("id") == patient:
                    yield resource
            elif resource.get("subject", {}).get("reference") == f"Patient/{patient}":
                yield resource | {"id": f"{patient}-{resource['id']}"[:64]}


def wait_for(http: httpx.Client, seconds: float) -> None:
    """Until the server describes itself."""
    end = time.monotonic() + seconds
    while True:
        try:
            if http.get("metadata").status_code < 500:
                return
        except httpx.HTTPError:
            pass
        if time.monotonic() > end:
            raise SystemExit(f"{http.base_url} did not answer within {seconds:.0f} s")
        time.sleep(2)


def main(base: str, folder: str, patience_s: float = PATIENCE_S) -> None:
    """Load every fixture."""
    now = datetime.now(UTC)
    headers = {"content-type": "application/fhir+json"}
    with httpx.Client(base_url=base.rstrip("/") + "/", headers=headers, timeout=30, trust_env=False) as http:
        wait_for(http, patience_s)
        for file in sorted(Path(folder).glob("*/request.json")):
            request = move_dates(json.loads(file.read_text(encoding="utf-8")), now)
            count = 0
            for resource in resources(request):
                response = http.put(f"{resource['resourceType']}/{resource['id']}", json=resource)
                if response.status_code >= 300:
                    raise SystemExit(f"{file.parent.name}: {resource['resourceType']} refused ({response.status_code})")
                count += 1
            print(f"Patient/{request['context']['patientId']}: {file.parent.name}, {count} resources")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit("python load.py <base of the FHIR server> <fixtures folder>")
    main(sys.argv[1], sys.argv[2])
