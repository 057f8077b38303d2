"""When support answers, and what is urgent (M5-M7, Q47, Q48)."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

ANSWER = timedelta(hours=24)  # by e-mail, around the clock
URGENT_ANSWER = timedelta(hours=4)
ZONE = ZoneInfo("America/New_York")  # with daylight saving, whatever "EST" says
OPENS, CLOSES = time(9), time(18)
LAST_DAY = 4  # Monday is 0


class Urgency(StrEnum):
    SENDING_BLOCKED = "sending_blocked"
    DATA_WRONG_OR_LOST = "data_wrong_or_lost"
    SECURITY = "security"


URGENCIES = {
    Urgency.SENDING_BLOCKED: "Nothing can be sent",
    Urgency.DATA_WRONG_OR_LOST: "Data is wrong or lost",
    Urgency.SECURITY: "Somebody may have got at the account or its data",
}
# What somebody who is not signed in may call urgent: nobody knows yet whose sending or data it is.
URGENT_FOR_ANYBODY = frozenset({Urgency.SECURITY})


def due_at(received_at: datetime, urgency: Urgency | None) -> datetime:
    """In real hours: a change of clocks in between moves nothing."""
    return received_at + (ANSWER if urgency is None else URGENT_ANSWER)


@dataclass(frozen=True)
class Hours:
    """``changes_at``: when the desk closes if it is open, else when it opens next."""

    open_now: bool
    changes_at: datetime
    offset: timedelta  # of New York from UTC at that moment


def hours_at(now: datetime) -> Hours:
    here = now.astimezone(ZONE)
    offset = here.utcoffset() or timedelta()
    if _works(here) and OPENS <= here.time() < CLOSES:
        return Hours(True, _at(here, CLOSES), offset)
    day = here if here.time() < OPENS else here + timedelta(days=1)
    while not _works(day):
        day += timedelta(days=1)
    return Hours(False, _at(day, OPENS), offset)


def _works(day: datetime) -> bool:
    return day.weekday() <= LAST_DAY


def _at(day: datetime, when: time) -> datetime:
    """That wall clock on that day; the zone finds the offset."""
    return datetime.combine(day.date(), when, ZONE)
