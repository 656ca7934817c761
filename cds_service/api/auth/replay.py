"""Token ids that were used: in this process, and through the store across workers and replicas."""

from __future__ import annotations

from cds_service.feedback.recording import FeedbackDesk

MAX_REMEMBERED = 200_000


class Replays:
    """Remembers each (issuer, jti) until the token expires; refuses to forget one that has not."""

    def __init__(self, desk: FeedbackDesk | None) -> None:
        self._desk = desk
        self._seen: dict[tuple[str, str], float] = {}

    async def is_new(self, issuer: str, jti: str, expires_at: float, now: float) -> bool | None:
        """True the first time, False afterwards, ``None`` when it cannot be known (then the call is refused with 503)."""
        key = (issuer, jti)
        if self._seen.get(key, 0.0) > now:
            return False
        if len(self._seen) >= MAX_REMEMBERED:
            self._seen = {one: end for one, end in self._seen.items() if end > now}
            if len(self._seen) >= MAX_REMEMBERED:
                return None
        self._seen[key] = expires_at
        if self._desk is None or not self._desk.is_on:
            return True
        return await self._shared(issuer, jti, expires_at)

    async def _shared(self, issuer: str, jti: str, expires_at: float) -> bool | None:
        from cds_service.feedback.store import StoreUnavailable

        assert self._desk is not None
        if not await self._desk.ready(0.5) or self._desk.store is None:
            return None
        try:
            return await self._desk.store.is_new_token(issuer, jti, expires_at)
        except StoreUnavailable:
            return None
