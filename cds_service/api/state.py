"""What the routes share, made once by ``cds_service.app``."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cds_service.api.auth.gate import Gate
from cds_service.api.log import AccessLog
from cds_service.api.metrics import Metrics
from cds_service.api.overload import Shares
from cds_service.feedback.recording import FeedbackDesk
from cds_service.pipeline import Pipeline
from cds_service.settings import Settings


@dataclass(kw_only=True)
class ServiceState:
    """The running service. ``now`` is the clock, frozen when the operator froze it."""

    settings: Settings
    pipeline: Pipeline
    log: AccessLog
    metrics: Metrics
    gate: Gate
    shares: Shares
    desk: FeedbackDesk
    discovery: bytes
    frozen_at: float | None = None
    problems: dict[str, str] = field(default_factory=dict)
    """Parts that are not ready, by name, with why."""
    clock: Callable[[], float] = time.time

    def now(self) -> float:
        """The instant at which a request is handled."""
        return self.frozen_at if self.frozen_at is not None else self.clock()

    def readiness(self) -> dict[str, Any]:
        """State of every part, for /readyz."""
        parts = {
            "terminology": "ok",
            "parameters": self.pipeline.house.limits.version,
            "store": self.desk.state,
            "authentication": self.gate.mode,
            **self.gate.readiness(),
            **self.problems,
        }
        if self.frozen_at is not None:
            parts["clock"] = "FROZEN"
        return parts
