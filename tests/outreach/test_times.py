"""D10: windows of local time over fifty zones and every change of their clocks."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwarden.outreach.times.rules import Window, first_shown, opens_at

ZONES = [
    "UTC",
    "Europe/Berlin",
    "Europe/London",
    "Europe/Dublin",
    "Europe/Lisbon",
    "Europe/Moscow",
    "Europe/Istanbul",
    "Europe/Chisinau",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "America/Halifax",
    "America/St_Johns",
    "America/Havana",
    "America/Santiago",
    "America/Asuncion",
    "America/Sao_Paulo",
    "America/Argentina/Buenos_Aires",
    "America/Caracas",
    "America/Mexico_City",
    "America/Nuuk",
    "America/Scoresbysund",
    "Atlantic/Azores",
    "Atlantic/Reykjavik",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Africa/Johannesburg",
    "Africa/Lagos",
    "Africa/El_Aaiun",
    "Asia/Jerusalem",
    "Asia/Beirut",
    "Asia/Gaza",
    "Asia/Tehran",
    "Asia/Dubai",
    "Asia/Karachi",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Asia/Pyongyang",
    "Australia/Lord_Howe",
    "Australia/Sydney",
    "Australia/Adelaide",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "Pacific/Apia",
    "Pacific/Kiritimati",
    "Pacific/Marquesas",
    "Antarctica/Troll",
]
WEEK = frozenset({"mon", "tue", "wed", "thu", "fri", "sat", "sun"})
MOMENTS = st.datetimes(
    datetime.fromisoformat("2005-01-01"), datetime.fromisoformat("2037-01-01"), timezones=st.just(UTC)
)
TIMES = st.times().map(lambda at: at.strftime("%H:%M"))
WINDOWS = st.tuples(TIMES, TIMES, st.sets(st.sampled_from(sorted(WEEK)), min_size=1)).filter(lambda w: w[0] < w[1])


@given(WINDOWS, st.sampled_from(ZONES), MOMENTS)
def test_it_opens_soon_never_before_and_stays_where_it_is_open(
    made: tuple[str, str, set[str]], zone: str, now: datetime
) -> None:
    window, where = Window(frozenset(made[2]), made[0], made[1]), ZoneInfo(zone)
    opens = opens_at(window, where, now)
    assert opens is not None
    assert now <= opens <= now + timedelta(days=15)
    assert opens_at(window, where, opens) == opens
    if opens > now:
        just_before = opens - timedelta(seconds=1)
        assert opens_at(window, where, max(just_before, now)) == opens


@given(st.sampled_from(ZONES), MOMENTS, st.times())
def test_the_first_moment_is_first(zone: str, near: datetime, shown: time) -> None:
    where = ZoneInfo(zone)
    wall = datetime.combine(near.date(), shown.replace(microsecond=0))
    found = first_shown(wall, where)
    assert found.astimezone(where).replace(tzinfo=None) >= wall
    for back in (1, 60, 1799, 3599, 5400):
        assert (found - timedelta(seconds=back)).astimezone(where).replace(tzinfo=None) < wall


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("year", [2025, 2026, 2027])
def test_a_day_opens_once_over_the_whole_year(zone: str, year: int) -> None:
    """Asked each half hour, through every change of clocks: one unbroken opening a day, none doubled, none lost."""
    window, where = Window(WEEK, "01:30", "02:45"), ZoneInfo(zone)
    now, end, days = datetime(year, 1, 1, 12, tzinfo=UTC), datetime(year + 1, 1, 1, 12, tzinfo=UTC), []
    while now < end:
        opens = opens_at(window, where, now)
        assert opens is not None
        days.append(opens.astimezone(where).date())
        now = opens + timedelta(hours=12)
    assert len(days) == len(set(days))
    assert {(later - earlier).days for earlier, later in pairwise(days)} <= {1, 2}
    assert len(days) >= 363


def at(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("window", "now", "opens"),
    [
        # Forward on 29 March 2026, 02:00 → 03:00 in Berlin: 02:30 does not exist.
        (("02:30", "04:00"), at(2026, 3, 29, 0, 0), at(2026, 3, 29, 1, 0)),
        (("02:00", "03:00"), at(2026, 3, 29, 0, 0), at(2026, 3, 30, 0, 0)),  # wholly in the gap: not on that day
        # Back on 25 October 2026, 03:00 → 02:00: 02:30 comes twice, the window begins with the first.
        (("02:30", "04:00"), at(2026, 10, 24, 20, 0), at(2026, 10, 25, 0, 30)),
        (("01:00", "02:30"), at(2026, 10, 25, 0, 45), at(2026, 10, 26, 0, 0)),  # ended with the first 02:30
        (("00:00", "24:00"), at(2026, 10, 25, 12, 0), at(2026, 10, 25, 12, 0)),
    ],
)
def test_where_clocks_change(window: tuple[str, str], now: datetime, opens: datetime) -> None:
    assert opens_at(Window(WEEK, *window), ZoneInfo("Europe/Berlin"), now) == opens


def test_a_day_that_a_country_left_out() -> None:
    friday = Window(frozenset({"fri"}), "09:00", "17:00")
    opens = opens_at(friday, ZoneInfo("Pacific/Apia"), at(2011, 12, 29, 12))  # no 30 December 2011 there
    assert opens is not None
    assert opens.astimezone(ZoneInfo("Pacific/Apia")).date() == date(2012, 1, 6)
