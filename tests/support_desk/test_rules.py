"""Due times and business hours, over the changes of New York's clocks (M5-M7)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwarden.support.rules import ZONE, Urgency, due_at, hours_at

FIRST, LAST = datetime(2024, 1, 1), datetime(2032, 1, 1)  # noqa: DTZ001 - the zone is given apart
MOMENTS = st.datetimes(FIRST, LAST, timezones=st.just(UTC))


def new_york(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@given(MOMENTS)
def test_an_answer_comes_within_24_hours_and_an_urgent_one_within_4(received: datetime) -> None:
    assert due_at(received, None) - received == timedelta(hours=24)
    for urgency in Urgency:
        assert due_at(received, urgency) - received == timedelta(hours=4)


@pytest.mark.parametrize(
    ("now", "open_now", "changes_at"),
    [
        ("2026-11-23T09:00:00", True, "2026-11-23T18:00:00"),  # Monday
        ("2026-11-23T17:59:59", True, "2026-11-23T18:00:00"),
        ("2026-11-23T18:00:00", False, "2026-11-24T09:00:00"),
        ("2026-11-23T08:59:59", False, "2026-11-23T09:00:00"),
        ("2026-11-27T18:00:00", False, "2026-11-30T09:00:00"),  # Friday evening
        ("2026-11-28T12:00:00", False, "2026-11-30T09:00:00"),
        ("2026-11-29T23:59:00", False, "2026-11-30T09:00:00"),
        ("2026-03-06T20:00:00", False, "2026-03-09T09:00:00"),  # clocks go forward on that Sunday
        ("2026-10-30T20:00:00", False, "2026-11-02T09:00:00"),  # and back on this one
    ],
)
def test_the_desk_is_open_on_weekdays_from_nine_to_six(now: str, open_now: bool, changes_at: str) -> None:
    found = hours_at(new_york(now).astimezone(UTC))
    assert (found.open_now, found.changes_at) == (open_now, new_york(changes_at))


@pytest.mark.parametrize(
    ("utc", "open_now"),
    [
        ("2026-01-05T13:30:00", False),  # 8:30 in winter
        ("2026-07-06T13:30:00", True),  # 9:30 in summer
        ("2026-01-05T22:30:00", True),
        ("2026-07-06T22:30:00", False),
    ],
)
def test_daylight_saving_moves_the_hours(utc: str, open_now: bool) -> None:
    assert hours_at(datetime.fromisoformat(utc).replace(tzinfo=UTC)).open_now is open_now


@given(MOMENTS)
def test_it_changes_when_it_says(now: datetime) -> None:
    found = hours_at(now)
    assert now < found.changes_at.astimezone(UTC) <= now + timedelta(hours=64 + 1)
    just_before = found.changes_at.astimezone(UTC) - timedelta(microseconds=1)
    assert hours_at(just_before).open_now is found.open_now
    assert hours_at(found.changes_at.astimezone(UTC)).open_now is not found.open_now
