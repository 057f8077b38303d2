"""The sandbox's own time: the machine's, moved by an offset."""

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime


class SandboxClock:
    def __init__(self, wall: Callable[[], float], start: datetime | None = None) -> None:
        self._wall = wall
        self.offset_s = start.timestamp() - wall() if start else 0.0

    def now(self) -> float:
        return self._wall() + self.offset_s

    def utc(self) -> datetime:
        return datetime.fromtimestamp(self.now(), UTC)


def iso_z(seconds: float) -> str:
    """``2026-10-01T09:00:05Z``"""
    return datetime.fromtimestamp(int(seconds), UTC).isoformat()[:19] + "Z"


def iso_millis(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{int(seconds * 1000) % 1000:03d}Z"


def iso_offset(seconds: float) -> str:
    """``2026-10-01T09:00:05+00:00``"""
    return datetime.fromtimestamp(int(seconds), UTC).isoformat()


def http_date(seconds: float) -> str:
    return format_datetime(datetime.fromtimestamp(int(seconds), UTC), usegmt=True)


def parse_time(text: str) -> float:
    """Seconds of an ISO 8601 time, or of milliseconds since the epoch. Raises ValueError."""
    if text.isdigit() and len(text) >= 12:
        return int(text) / 1000
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
