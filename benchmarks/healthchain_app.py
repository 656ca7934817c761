"""What a user would pick instead: HealthChain from PyPI, doing one rule (potassium below 3.0) on plain dicts.

Runs in an environment of its own (``--healthchain PYTHON`` of ``benchmarks.run``), because its dependencies are not ours.
"""

from __future__ import annotations

import gc
from typing import Any

from healthchain.gateway import CDSHooksService, HealthChainAPI
from healthchain.models.requests.cdsrequest import CDSRequest
from healthchain.models.responses.cdsresponse import Card, CDSResponse

POTASSIUM = frozenset({"2823-3", "6298-4"})
hooks = CDSHooksService(use_events=False)


@hooks.hook("patient-view", id="potassium")
def potassium_low(request: CDSRequest) -> CDSResponse:
    """One card when the newest potassium is below 3.0 mmol/L."""
    newest: tuple[str, float] | None = None
    for entry in ((request.prefetch or {}).get("laboratory") or {}).get("entry") or ():
        found = _potassium(entry.get("resource") or {})
        if found is not None and (newest is None or found > newest):
            newest = found
    if newest is None or newest[1] >= 3.0:
        return CDSResponse(cards=[])
    return CDSResponse(
        cards=[Card(summary=f"Potassium {newest[1]} mmol/L", indicator="warning", source={"label": "HealthChain"})]
    )


def _potassium(resource: dict[str, Any]) -> tuple[str, float] | None:
    codes = {coding.get("code") for coding in (resource.get("code") or {}).get("coding") or ()}
    quantity = resource.get("valueQuantity") or {}
    if codes.isdisjoint(POTASSIUM) or resource.get("status") != "final" or quantity.get("unit") != "mmol/L":
        return None
    return resource.get("effectiveDateTime") or "", float(quantity["value"])


def settle_collector() -> None:
    """The service's own collector settings."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


app = HealthChainAPI(title="HealthChain, one rule", enable_cors=False, enable_events=False)
app.register_service(hooks, path="/cds")
settle_collector()
