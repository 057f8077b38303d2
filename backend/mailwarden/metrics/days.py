"""Days, weeks and months as people in a time zone count them. Pure; the one place that knows where a day begins."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
_TICK = timedelta(microseconds=1)
FIRST, LAST = date(1, 1, 3), date(9998, 1, 1)  # such that a zone's offset leads out of no calendar


class Interval(StrEnum):
    DAY = "day"
    WEEK = "week"  # from Monday, ISO 8601
    MONTH = "month"


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """When the day begins. Where clocks jump over midnight it begins with the jump; told twice, at the first time."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def day_of(at: datetime, zone: ZoneInfo) -> date:
    """The last day that has begun; where a night has midnight twice, not the calendar date of its second hour."""
    day = at.astimezone(zone).date()
    return day + DAY if start_of(day + DAY, zone) <= at else day if start_of(day, zone) <= at else day - DAY


def days_of_utc_day(day: date, zone: ZoneInfo) -> list[date]:
    """Every day of the zone that shares a moment with this day of UTC: two or three."""
    begins = datetime.combine(day, time(), UTC)
    first, last = day_of(begins, zone), day_of(begins + DAY - _TICK, zone)
    return [first + DAY * n for n in range((last - first).days + 1)]


@dataclass(frozen=True, slots=True)
class Days:
    """From ``first`` to ``last``, both included."""

    first: date
    last: date

    @property
    def count(self) -> int:
        return (self.last - self.first).days + 1

    def before(self) -> "Days":
        """As many days, right before."""
        return Days(self.first - DAY * self.count, self.first - DAY)


@dataclass(frozen=True, slots=True)
class Buckets:
    """Where each bucket of a range begins. The first and the last may be shorter than the others."""

    days: Days
    interval: Interval
    firsts: tuple[date, ...]

    def spans(self) -> list[Days]:
        ends = [first - DAY for first in self.firsts[1:]] + [self.days.last]
        return [Days(first, last) for first, last in zip(self.firsts, ends, strict=True)]

    def starts(self, zone: ZoneInfo) -> list[datetime]:
        return [start_of(first, zone) for first in self.firsts]

    def is_whole(self, span: Days) -> bool:
        """Whether it is as long as its calendar's week or month."""
        after = next_first(span.first, self.interval)
        return span.first == first_of(span.first, self.interval) and span.last == after - DAY

    def number(self, day: date) -> int:
        """From 0."""
        return bisect_right(self.firsts, day) - 1


def first_of(day: date, interval: Interval) -> date:
    if interval is Interval.WEEK:
        return day - DAY * day.weekday()
    return day.replace(day=1) if interval is Interval.MONTH else day


def next_first(day: date, interval: Interval) -> date:
    if interval is Interval.DAY:
        return day + DAY
    if interval is Interval.WEEK:
        return first_of(day, interval) + 7 * DAY
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def buckets(days: Days, interval: Interval) -> Buckets:
    firsts, first = [], days.first
    while first <= days.last:
        firsts.append(first)
        first = next_first(first, interval)
    return Buckets(days, interval, tuple(firsts))


def runs(days: Iterable[date]) -> list[Days]:
    """Sorted, and neighbours as one."""
    found: list[Days] = []
    for day in sorted(set(days)):
        if found and found[-1].last + DAY == day:
            found[-1] = Days(found[-1].first, day)
        else:
            found.append(Days(day, day))
    return found


def without(span: Days, holes: Sequence[Days]) -> list[Days]:
    """What is left of the span; ``holes`` as ``runs`` gives them."""
    left, first = [], span.first
    for hole in holes:
        if hole.last < first or hole.first > span.last:
            continue
        if hole.first > first:
            left.append(Days(first, hole.first - DAY))
        first = hole.last + DAY
    if first <= span.last:
        left.append(Days(first, span.last))
    return left
