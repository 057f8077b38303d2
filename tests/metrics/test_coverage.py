"""What the roll-up answers for and what is counted are together the span asked for, in every time zone."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwarden.metrics.coverage import Span, cover
from mailwarden.metrics.days import DAY, Days, Interval, buckets, day_of, days_of_utc_day, start_of

ZONES = [
    "UTC", "Europe/Berlin", "America/Havana", "America/New_York", "Asia/Kathmandu", "Asia/Beirut", "Africa/Cairo",
    "Pacific/Apia", "Pacific/Kiritimati", "Australia/Lord_Howe", "America/St_Johns", "Atlantic/Azores",
]  # fmt: skip
zones = st.sampled_from([ZoneInfo(name) for name in ZONES])
moments = st.datetimes(datetime(2010, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
days = st.dates(date(2010, 1, 1), date(2027, 1, 1))


@given(zones, moments)
def test_every_moment_lies_in_its_day(zone: ZoneInfo, at: datetime):
    day = day_of(at, zone)
    assert start_of(day, zone) <= at < start_of(day + DAY, zone)


@given(zones, days)
def test_days_follow_each_other(zone: ZoneInfo, day: date):
    length = start_of(day + DAY, zone) - start_of(day, zone)
    assert length in {timedelta(), timedelta(hours=23), timedelta(hours=24), timedelta(hours=25)} or (
        abs(length - DAY) == timedelta(minutes=30)
    )


@pytest.mark.parametrize(
    ("zone", "day", "starts"),
    [
        ("Europe/Berlin", date(2026, 3, 29), "2026-03-28T23:00:00+00:00"),
        ("Europe/Berlin", date(2026, 3, 30), "2026-03-29T22:00:00+00:00"),  # 23 hours
        ("America/Havana", date(2026, 3, 8), "2026-03-08T05:00:00+00:00"),  # midnight is skipped
        ("Asia/Kathmandu", date(2026, 1, 1), "2025-12-31T18:15:00+00:00"),
        ("Pacific/Apia", date(2011, 12, 30), "2011-12-30T10:00:00+00:00"),  # a day that never was
        ("Pacific/Apia", date(2011, 12, 31), "2011-12-30T10:00:00+00:00"),
    ],
)
def test_when_days_begin(zone: str, day: date, starts: str):
    assert start_of(day, ZoneInfo(zone)).isoformat() == starts


@given(zones, days)
def test_a_day_of_utc_touches_two_or_three(zone: ZoneInfo, day: date):
    touched = days_of_utc_day(day, zone)
    begins = datetime(day.year, day.month, day.day, tzinfo=UTC)
    for hour in range(24):
        assert day_of(begins + timedelta(hours=hour), zone) in touched


@given(zones, moments, st.timedeltas(timedelta(), timedelta(days=40)), st.sets(st.integers(-2, 42), max_size=12))
def test_both_parts_are_the_span_without_gap_or_overlap(
    zone: ZoneInfo, start: datetime, length: timedelta, offsets: set[int]
):
    stale = {(start + timedelta(days=n)).date() for n in offsets}
    found = cover(Span(start, start + length), zone, stale)
    pieces = [Span(start_of(d.first, zone), start_of(d.last + DAY, zone)) for d in found.rolled] + list(found.counted)
    at = start
    for piece in sorted(pieces, key=lambda one: (one.start, one.end)):
        assert piece.start == at
        at = piece.end
    assert at == (start + length if pieces else start)
    for rolled in found.rolled:
        assert not any(rolled.first <= day <= rolled.last for one in stale for day in days_of_utc_day(one, zone))


@given(days, st.integers(0, 500), st.sampled_from(Interval))
def test_buckets_are_the_range(first: date, more: int, interval: Interval):
    asked = Days(first, first + DAY * more)
    spans = buckets(asked, interval).spans()
    assert (spans[0].first, spans[-1].last) == (asked.first, asked.last)
    assert all(one.last + DAY == following.first for one, following in pairwise(spans))
    assert all(buckets(asked, interval).number(one.last) == n for n, one in enumerate(spans))


def test_weeks_begin_on_monday_and_months_on_the_first():
    asked = Days(date(2026, 1, 28), date(2026, 3, 3))
    assert buckets(asked, Interval.MONTH).firsts == (date(2026, 1, 28), date(2026, 2, 1), date(2026, 3, 1))
    assert buckets(asked, Interval.WEEK).firsts[:2] == (date(2026, 1, 28), date(2026, 2, 2))
    made = buckets(asked, Interval.MONTH)
    assert [made.is_whole(one) for one in made.spans()] == [False, True, False]
    assert asked.before() == Days(date(2025, 12, 24), date(2026, 1, 27))
