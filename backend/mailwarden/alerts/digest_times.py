"""When a digest is due. Local hours come once a day, also where clocks are changed."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)


def slot(day: date, zone: ZoneInfo, hour: int) -> datetime:
    """The hour of that day: the first one where it comes twice, and as much later where it is left out."""
    return datetime.combine(day, time(hour), zone).astimezone(ZoneInfo("UTC"))


def last_slot(now: datetime, zone: ZoneInfo, hour: int) -> tuple[date, datetime]:
    """The day and time of the latest one that has come."""
    day = now.astimezone(zone).date() + DAY
    while slot(day, zone, hour) > now:
        day -= DAY
    return day, slot(day, zone, hour)


def next_slot(now: datetime, zone: ZoneInfo, hour: int) -> datetime:
    """The first one after ``now``."""
    day, _ = last_slot(now, zone, hour)
    return slot(day + DAY, zone, hour)
