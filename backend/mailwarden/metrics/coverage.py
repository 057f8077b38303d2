"""Which part of a span of send times the roll-up can answer for, and which part must be counted. Pure.

The roll-up holds whole days of the organization. It does not answer for days on which something was stored since, nor
for the pieces of days at both ends of a span. Both parts together are the span, without gap or overlap.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from mailwarden.metrics.days import DAY, FIRST, LAST, Days, day_of, days_of_utc_day, runs, start_of, without


@dataclass(frozen=True, slots=True)
class Span:
    """Send times from ``start`` on and before ``end``."""

    start: datetime
    end: datetime

    @property
    def is_empty(self) -> bool:
        return self.start >= self.end


@dataclass(frozen=True, slots=True)
class Coverage:
    rolled: tuple[Days, ...]
    counted: tuple[Span, ...]


def span_of(sent_from: datetime | None, sent_to: datetime | None, zone: ZoneInfo) -> Span:
    return Span(sent_from or start_of(FIRST, zone), sent_to or start_of(LAST, zone))


def all_counted(span: Span) -> Coverage:
    return Coverage((), () if span.is_empty else (span,))


def cover(span: Span, zone: ZoneInfo, stale: Collection[date]) -> Coverage:
    """``stale`` are days of UTC."""
    whole = _whole_days(span, zone)
    if span.is_empty or whole is None:
        return all_counted(span)
    holes = runs(day for one in stale for day in days_of_utc_day(one, zone))
    rolled = without(whole, holes)
    counted, start = [], span.start
    for days in rolled:
        counted.append(Span(start, start_of(days.first, zone)))
        start = start_of(days.last + DAY, zone)
    counted.append(Span(start, span.end))
    return Coverage(tuple(rolled), tuple(one for one in counted if not one.is_empty))


def _whole_days(span: Span, zone: ZoneInfo) -> Days | None:
    first, last = day_of(span.start, zone), day_of(span.end, zone) - DAY
    if start_of(first, zone) < span.start:
        first += DAY
    return Days(first, last) if first <= last else None
