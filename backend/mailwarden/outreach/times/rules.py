"""Windows of local time in which mails go out. Pure; the database and all else here speak UTC.

A window is one unbroken span of each of its days: from the first moment at which a clock on the wall there shows
``begins`` or later, to the first at which it shows ``ends`` or later. So where clocks are put forward over the
beginning, it opens right after the gap; where they are put back, an hour that comes twice opens the window once, and
ends it once. A window that lies wholly inside the gap does not open on that day.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

MIDNIGHT: Final = "24:00"
LOOK_AHEAD: Final = 16  # days: of a week with one day, and that one lost in a gap
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Window:
    """``begins`` and ``ends`` as HH:MM; ``ends`` may be 24:00."""

    days: frozenset[str]
    begins: str
    ends: str


def opens_at(window: Window, zone: ZoneInfo, now: datetime) -> datetime | None:
    """The first moment from ``now`` on that is inside of the window: ``now`` itself if it is. None: there is none."""
    return next((max(now, begins) for begins, ends in spans(window, zone, now) if now < ends), None)


def spans(window: Window, zone: ZoneInfo, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The openings around ``now`` and after it, in order."""
    today = now.astimezone(zone).date()
    for offset in range(-1, LOOK_AHEAD):
        day = today + timedelta(days=offset)
        begins, ends = _moment(day, window.begins, zone), _moment(day, window.ends, zone)
        if _DAYS[day.weekday()] in window.days and begins < ends:
            yield begins, ends


def _moment(day: date, shown: str, zone: ZoneInfo) -> datetime:
    if shown == MIDNIGHT:
        return first_shown(datetime.combine(day + timedelta(days=1), time()), zone)
    return first_shown(datetime.combine(day, time.fromisoformat(shown)), zone)


def first_shown(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first moment, in UTC, at which a clock on the wall shows ``wall`` (naive) or, in a gap, more than it."""
    found = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if _shows(found, zone) == wall:
        return found
    before, after = wall.replace(tzinfo=zone, fold=1).astimezone(UTC), found
    while after - before > timedelta(seconds=1):
        middle = (before + (after - before) / 2).replace(microsecond=0)
        before, after = (before, middle) if _shows(middle, zone) >= wall else (middle, after)
    return after


def _shows(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)
