"""``GET /cds-services``: the three services, word for word as CDS Hooks asks (2.0.1, with 3.0's version members)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cds_service.guidance.finding import Hook

PREFIX = "muscle-spasm-"
SERVICES: dict[str, Hook] = {f"{PREFIX}{hook.value}": hook for hook in Hook}
SPEC_VERSION = "3.0.0-ballot"
HOOK_VERSION = "1.0"
TITLES = {
    Hook.PATIENT_VIEW: "Muscle spasm: causes and dangers on the chart",
    Hook.ORDER_SELECT: "Muscle spasm: orders being chosen",
    Hook.ORDER_SIGN: "Muscle spasm: orders being signed",
}
DESCRIPTIONS = {
    Hook.PATIENT_VIEW: (
        "Looks for electrolyte disorders, neuroleptic malignant syndrome, muscle injury, medicines and conditions that "
        "explain or endanger a patient with muscle spasm."
    ),
    Hook.ORDER_SELECT: "Holds selected draft orders against electrolytes, kidney function, NMS and interacting medicines.",
    Hook.ORDER_SIGN: "Holds all orders about to be signed against electrolytes, kidney function, NMS and interactions.",
}
STATE = " For adults. Not clinically validated: a named clinical owner must sign the rules before live use."
USAGE = (
    "FHIR R4. Works from prefetch alone; what is missing is read from fhirServer where that server is allowed, and "
    "otherwise named in the answer. Advisory cards only: nothing is blocked or changed."
)


def discovery(templates: Callable[[Hook], dict[str, str]]) -> dict[str, Any]:
    """The discovery document; ``templates`` gives the prefetch templates of a hook."""
    return {"services": [_service(name, hook, templates(hook)) for name, hook in SERVICES.items()]}


def _service(name: str, hook: Hook, prefetch: dict[str, str]) -> dict[str, Any]:
    service: dict[str, Any] = {
        "hook": hook.value,
        "id": name,
        "title": TITLES[hook],
        "description": DESCRIPTIONS[hook] + STATE,
        "usageRequirements": USAGE,
        "version": SPEC_VERSION,
        "hookVersion": HOOK_VERSION,
    }
    if prefetch:
        service["prefetch"] = prefetch
    return service
