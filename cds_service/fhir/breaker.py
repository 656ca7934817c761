"""A circuit breaker per FHIR base: after repeated failures answer at once that it is away, then probe."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Breaker:
    """Opens after ``threshold`` failures in a row, lets one probe through after ``pause_s``."""

    threshold: int = 20
    """Calls; one hook call makes a dozen at once, and a single slow one is no dead server."""
    pause_s: float = 10.0
    clock: Callable[[], float] = time.monotonic
    _failures: int = 0
    _opened_at: float | None = None
    _probing: bool = field(default=False)

    def allows(self) -> bool:
        """Whether a call may be tried now."""
        if self._opened_at is None:
            return True
        if self._probing or self.clock() - self._opened_at < self.pause_s:
            return False
        self._probing = True
        return True

    @property
    def is_open(self) -> bool:
        return self._opened_at is not None

    def ended(self, answered: bool | None) -> bool:
        """A call that was allowed is over: the server answered, failed (or 5xx), or we gave up before we knew.

        Whether that opened it, or kept it open after a probe.
        """
        was_probing, self._probing = self._probing, False
        if answered is None:
            return False
        if answered:
            self._failures = 0
            self._opened_at = None
            return False
        self._failures += 1
        if was_probing or self._failures == self.threshold:
            self._opened_at = self.clock()
            return True
        return False
