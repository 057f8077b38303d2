"""Pace, limits and hours: what holds for every mailbox, not only for the examples."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwarden.mailboxes.settings import MailboxSettings, Weekday
from mailwarden.sending import rules
from mailwarden.sending.limits import limits_of
from mailwarden.sending.rules import Load, Past

ZONES = [ZoneInfo(name) for name in ("UTC", "Europe/Berlin", "America/New_York", "Asia/Beirut", "Australia/Lord_Howe")]
ZONES += [ZoneInfo(name) for name in ("Africa/Cairo", "America/Havana", "Pacific/Apia", "Asia/Kathmandu")]
zones = st.sampled_from(ZONES)
moments = st.integers(1_230_000_000, 1_950_000_000).map(lambda at: datetime.fromtimestamp(at, UTC))
times = st.times().map(lambda at: at.strftime("%H:%M"))
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a Monday
BERLIN = ZoneInfo("Europe/Berlin")


@st.composite
def settings(draw: st.DrawFn) -> MailboxSettings:
    begins, ends = sorted(draw(st.lists(times, min_size=2, max_size=2, unique=True)))
    return MailboxSettings(
        send_interval_s=draw(st.integers(10, 3600)),
        daily_limit=draw(st.integers(1, 300)),
        warm_up=draw(st.booleans()),
        warm_up_start=draw(st.integers(1, 50)),
        warm_up_step=draw(st.integers(1, 50)),
        working_days=draw(st.lists(st.sampled_from(Weekday), min_size=1, unique=True)),
        working_from=begins,
        working_until=ends,
    )


class Mailbox:
    """Sends as the rules allow, and keeps what a worker would have written."""

    def __init__(self, limits: MailboxSettings, zone: ZoneInfo) -> None:
        self.limits, self.zone = limits, zone
        self.past: list[Past] = []

    def load(self, now: datetime) -> Load:
        since = rules.start_of_day(now, self.zone)
        real = [one for one in self.past if one.outcome != "not_sent"]
        first = rules.local_day(real[0].started_at, self.zone) if real else None
        return Load(self.past[:-8:-1], sum(one.started_at >= since for one in real), first)

    def next_moment(self, now: datetime) -> datetime:
        return rules.next_moment(self.load(now), limits_of(self.limits), self.zone, now)


waits = st.lists(
    st.tuples(st.floats(0, 20_000), st.floats(0, 30), st.sampled_from(["accepted", "refused", "unknown", "not_sent"])),
    max_size=60,
)


@given(settings(), zones, moments, waits)
def test_no_window_ever_holds_more_than_the_sending_speed_and_no_day_more_than_its_limit(
    limits: MailboxSettings, zone: ZoneInfo, begins: datetime, steps: list[tuple[float, float, str]]
) -> None:
    """Whenever somebody asks, after pauses of any length: who sends only when allowed keeps both."""
    mailbox, now = Mailbox(limits, zone), begins
    for wait, took, outcome in steps:
        now = mailbox.next_moment(now + timedelta(seconds=wait))
        if mailbox.next_moment(now) > now:  # a limit of the next day, as small: it must be asked again
            continue
        mailbox.past.append(Past(now, now + timedelta(seconds=took), outcome, "login_refused"))
        now += timedelta(seconds=took)
    real = [one for one in mailbox.past if one.outcome != "not_sent"]
    apart = timedelta(seconds=limits.send_interval_s)
    for one, other in pairwise(real):
        assert one.ended_at is not None
        assert other.started_at - one.ended_at >= apart  # so also at the other end, however long each took
    days = [rules.local_day(one.started_at, zone) for one in real]
    for day in set(days):
        allowed = limits.daily_limit
        if limits.warm_up:
            allowed = min(allowed, limits.warm_up_start + limits.warm_up_step * (day - days[0]).days)
        assert days.count(day) <= allowed


@given(settings(), zones, moments)
def test_the_next_working_hour_is_one_and_none_is_passed_over(
    limits: MailboxSettings, zone: ZoneInfo, at: datetime
) -> None:
    found = rules.next_open(limits_of(limits), at, zone)
    assert found >= at
    if found - at < timedelta(days=300):
        assert rules.is_open(limits_of(limits), found, zone)
    whole_hours = MailboxSettings(working_days=limits.working_days, working_from="04:00", working_until="22:00")
    first = rules.next_open(limits_of(whole_hours), at, zone)
    probe = at
    while probe < first:
        assert not rules.is_open(limits_of(whole_hours), probe, zone)
        probe += timedelta(minutes=25)


@given(zones, moments)
def test_days_follow_each_other_without_gap_or_overlap(zone: ZoneInfo, at: datetime) -> None:
    begins, ends = rules.start_of_day(at, zone), rules.end_of_day(at, zone)
    assert begins <= at < ends
    assert rules.start_of_day(ends, zone) == ends
    assert rules.local_day(ends, zone) > rules.local_day(at, zone)


@pytest.mark.parametrize(
    ("zone", "at", "opens"),
    [
        ("Europe/Berlin", "2026-03-28T20:00", "2026-03-30T07:00"),  # over the begin of summer time: 09:00 is 07:00 UTC
        ("Europe/Berlin", "2026-10-23T20:00", "2026-10-26T08:00"),  # and over its end
        ("America/New_York", "2026-03-06T23:00", "2026-03-09T13:00"),
        ("Asia/Kathmandu", "2026-03-02T12:15", "2026-03-03T03:15"),
        ("Europe/Berlin", "2026-03-02T07:59", "2026-03-02T08:00"),
        ("Europe/Berlin", "2026-03-02T08:00", "2026-03-02T08:00"),
        ("Europe/Berlin", "2026-03-02T17:00", "2026-03-03T08:00"),  # until 18:00, and not at 18:00
    ],
)
def test_working_hours_are_those_of_the_wall_clock(zone: str, at: str, opens: str) -> None:
    asked = datetime.fromisoformat(at).replace(tzinfo=UTC)
    found = rules.next_open(limits_of(MailboxSettings()), asked, ZoneInfo(zone))
    assert found == datetime.fromisoformat(opens).replace(tzinfo=UTC)


def past(ago_s: float, outcome: str = "accepted", code: str | None = None) -> Past:
    at = NOON - timedelta(seconds=ago_s)
    return Past(at, at, outcome, code)


def wait_s(*latest: Past, today: int = 0) -> float:
    load = Load(latest, today, date(2026, 1, 1))
    return (rules.next_moment(load, limits_of(MailboxSettings()), BERLIN, NOON) - NOON).total_seconds()


def test_the_pace_counts_whatever_may_have_been_sent() -> None:
    assert wait_s() == 0
    for outcome in ("accepted", "refused", "unknown", "started", "found"):
        assert wait_s(past(20, outcome)) == 40
    assert wait_s(past(1, "not_sent", rules.Code.DEFERRED), past(50)) == 10
    assert wait_s(past(90)) == 0
    assert wait_s(past(90), today=200) == 11 * 3600  # until midnight in Berlin


def test_trouble_slows_a_mailbox_down_but_a_deferred_mail_does_not() -> None:
    refused = [past(1, "not_sent", rules.Code.LOGIN_REFUSED)] * 9
    assert [wait_s(*refused[:n]) for n in (1, 2, 3, 9)] == [29, 59, 119, 3599]
    assert wait_s(past(1, "not_sent", rules.Code.CAPPED)) == 3599
    assert wait_s(*[past(1, "not_sent", rules.Code.DEFERRED)] * 5) == 0


def test_a_domain_takes_so_many_a_day_and_a_single_large_mail_still_goes() -> None:
    limits = limits_of(MailboxSettings(domain_daily_limit=3))
    two = ["a@Acme.test", "b@acme.TEST"]
    assert not rules.over_domain_limit({}, two, limits)
    assert not rules.over_domain_limit({"acme.test": 1, "other.test": 3}, two, limits)
    assert rules.over_domain_limit({"acme.test": 2}, two, limits)
    assert rules.over_domain_limit({"acme.test": 3}, ["a@acme.test"], limits)
    assert not rules.over_domain_limit({}, [f"{n}@acme.test" for n in range(9)], limits)


def test_an_unknown_outcome_is_looked_up_six_times_within_a_day() -> None:
    asked, at = [], NOON
    while (at := rules.next_lookup(NOON, at)) is not None:  # type: ignore[assignment]
        asked.append((at - NOON).total_seconds())
    assert asked == [10, 60, 300, 1800, 7200, 86_400]


def test_what_cannot_be_sent_for_two_days_fails() -> None:
    assert rules.next_try(1, NOON, rules.Code.UNAVAILABLE, NOON) == NOON + timedelta(seconds=30)
    assert rules.next_try(99, NOON, rules.Code.UNAVAILABLE, NOON) == NOON + timedelta(hours=1)
    assert rules.next_try(1, NOON, rules.Code.CAPPED, NOON) == NOON + timedelta(hours=1)
    assert rules.next_try(9, NOON, rules.Code.CAPPED, NOON + timedelta(days=2)) is None
