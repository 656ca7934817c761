"""Windows and ages (rule catalogue 0.2). Windows are inclusive, with ``time.epsilon_s`` of tolerance at both ends."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from cds_service.clinical.chart import DAY, HOUR
from cds_service.clinical.fact import Fact
from cds_service.clinical.limits import Limits


class Clock(Fact, kw_only=False):
    """The instant of the request and the tolerances that apply to every window. Times are POSIX seconds."""

    now: float
    epsilon_s: float
    future_skew_s: float
    zone: tzinfo = UTC

    @classmethod
    def of(cls, now: float, limits: Limits, zone: tzinfo = UTC) -> Clock:
        return cls(now, limits["time.epsilon_s"], limits["time.future_skew_h"] * HOUR, zone)

    def date_text(self, moment: float | None) -> str:
        """The calendar day of a moment where the site is, ``undated`` when there is none."""
        return date_text(moment, self.zone)

    def within_days(self, moment: float | None, days: float) -> bool:
        """Whether ``moment`` lies at most ``days`` back (and not in the future beyond the skew). Undated: no."""
        if moment is None:
            return False
        age = self.now - moment
        return -self.future_skew_s <= age <= days * DAY + self.epsilon_s

    def within_hours(self, moment: float | None, hours: float) -> bool:
        """``within_days`` in hours."""
        return self.within_days(moment, hours / 24.0)

    def at_least_days_ago(self, moment: float | None, days: float) -> bool:
        """Whether ``moment`` lies ``days`` or more back. Undated: no."""
        return moment is not None and self.now - moment >= days * DAY - self.epsilon_s

    def between_days_ago(self, moment: float | None, nearest: float, farthest: float) -> bool:
        """Whether ``moment`` lies between ``nearest`` and ``farthest`` days back, both ends included."""
        return self.at_least_days_ago(moment, nearest) and self.within_days(moment, farthest)

    def days_since(self, moment: float) -> int:
        """Whole days since ``moment``, never negative; the tolerance counts (six days and 23:59:30 are seven)."""
        return max(0, int((self.now - moment + self.epsilon_s) // DAY))


def age_text(seconds: float) -> str:
    """An age as cards print it (C2): "now", "20 min ago", "2 h ago", "3 d ago"."""
    if seconds < 60:
        return "now"
    if seconds < HOUR:
        return f"{int(seconds // 60)} min ago"
    if seconds < 2 * DAY:
        return f"{round(seconds / HOUR)} h ago"
    return f"{int((seconds + 60) // DAY)} d ago"


def date_text(moment: float | None, zone: tzinfo = UTC) -> str:
    """The calendar day of a moment in a time zone, ``undated`` when there is none."""
    if moment is None:
        return "undated"
    return datetime.fromtimestamp(moment, zone).strftime("%Y-%m-%d")
