"""The clocks' arithmetic against counting seconds one after the other, and the tables of what pauses."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwarden.outreach.trouble import rules
from mailwarden.outreach.trouble.rules import AFTER, LENGTH, NOTICES, Clock, Effect, Fate, Kind, Trouble
from mailwarden.outreach.trouble.spans import Span, merged, uncounted
from tests.outreach.trouble.model import GRACE, NINE_DAYS

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
LIMIT = {Kind.GRACE: GRACE, Kind.NINE_DAYS: NINE_DAYS}
SECOND = timedelta(seconds=1)
# A life in pieces: so many seconds each, counted or not.
LIVES = st.lists(st.tuples(st.integers(1, 4 * 86400), st.booleans()), min_size=1, max_size=12)
KINDS = st.sampled_from(list(Kind))


def spans_of(life: list[tuple[int, bool]]) -> list[Span]:
    found, at = [], START
    for seconds, counts in life:
        if not counts:
            found.append(Span(at, at + timedelta(seconds=seconds)))
        at += timedelta(seconds=seconds)
    return found


def end_of(life: list[tuple[int, bool]]) -> datetime:
    return START + timedelta(seconds=sum(seconds for seconds, _ in life))


@given(KINDS, LIVES)
def test_counts_as_a_stopwatch_that_is_held_would(kind: Kind, life: list[tuple[int, bool]]) -> None:
    counted = sum(seconds for seconds, counts in life if counts)
    clock = Clock(kind, START, end_of(life), spans_of(life))
    assert clock.elapsed == timedelta(seconds=counted)
    assert clock.over == (counted > LIMIT[kind])
    if not clock.over:
        assert clock.remaining == timedelta(seconds=LIMIT[kind] - counted)
        assert clock.due_at == clock.now + clock.remaining


@given(KINDS, LIVES)
def test_the_end_never_comes_nearer_and_is_exact(kind: Kind, life: list[tuple[int, bool]]) -> None:
    clock = Clock(kind, START, end_of(life), spans_of(life))
    assert clock.due_at >= START + LENGTH[kind]
    assert clock.due_at == START + LENGTH[kind] + clock.uncounted
    assert not Clock(kind, START, clock.due_at, clock.spans).over
    assert Clock(kind, START, clock.due_at + SECOND, clock.spans).over


@given(KINDS, LIVES)
def test_waking_as_told_meets_every_notice_and_the_end(kind: Kind, life: list[tuple[int, bool]]) -> None:
    """Lived through from waking to waking, with each span known only as far as it has come."""
    spans, now, told = spans_of(life), START, []
    for _ in range(100_000):
        known = [Span(one.start, min(one.end, now)) for one in spans if one.start <= now]
        clock = Clock(kind, START, now, known)
        if clock.over:
            break
        moment = clock.notice()
        if moment is not None and moment.name not in told:
            told.append(moment.name)
        now = max(clock.wake_at(), _end_of_span(spans, now))
    exact = Clock(kind, START, end_of(life), spans).due_at
    assert timedelta() < now - exact <= rules.STANDING + 100 * AFTER
    assert told == [one.name for one in NOTICES[kind]]


def _end_of_span(spans: list[Span], now: datetime) -> datetime:
    """Nothing else happens in a standing clock: its many looks are left out."""
    return next((one.end for one in spans if one.start <= now < one.end), now)


@given(LIVES, LIVES)
def test_overlapping_times_are_left_out_once(one: list[tuple[int, bool]], other: list[tuple[int, bool]]) -> None:
    spans, until = spans_of(one) + spans_of(other), max(end_of(one), end_of(other))
    whole = merged(spans)
    assert all(before.end < after.start for before, after in pairwise(whole))
    marks = sorted({moment for span in spans for moment in (span.start, span.end)})
    covered = sum(
        (b - a for a, b in pairwise(marks) if any(s.start <= a and b <= s.end for s in spans)),
        timedelta(),
    )
    assert uncounted(spans, START, until) == covered


@given(st.text(min_size=1), st.integers(0, 5))
def test_who_had_a_mail_is_stopped_and_who_had_none_is_free(state: str, mails: int) -> None:
    expected = Fate.UNTOUCHED if state in rules.ENDED else Fate.STOPPED if mails else Fate.FREED
    assert rules.fate(state, mails) is expected


@pytest.mark.parametrize(
    ("trouble", "rotation", "effect", "clock"),
    [
        (Trouble.INACTIVE, False, Effect.CAMPAIGN_PAUSES, None),
        (Trouble.DISCONNECTED, False, Effect.CAMPAIGN_PAUSES, None),
        (Trouble.INACTIVE, True, Effect.ACCOUNT_PAUSES, Kind.NINE_DAYS),
        (Trouble.DISCONNECTED, True, Effect.ACCOUNT_REMOVED, Kind.GRACE),
    ],
)
def test_what_pauses_and_which_clock_starts(
    trouble: Trouble, rotation: bool, effect: Effect, clock: Kind | None
) -> None:
    assert rules.effect_of(trouble, rotation=rotation) is effect
    assert rules.clock_for(trouble, rotation=rotation) is clock


def test_the_notices_are_those_that_are_promised() -> None:
    left = {one.name: LENGTH[Kind.GRACE] - one.after for one in NOTICES[Kind.GRACE]}
    assert [value.total_seconds() / 60 for value in left.values()] == [30, 10, 2]
    hours = [one.after.total_seconds() / 3600 for one in NOTICES[Kind.NINE_DAYS]]
    assert hours == [0, 24, 72, 144, 192, 215]


def test_whoever_was_away_is_told_only_of_the_latest() -> None:
    clock = Clock(Kind.NINE_DAYS, START, START + timedelta(days=4))
    notice = clock.notice()
    assert notice is not None
    assert notice.name == "day_3"


def test_after_the_end_nothing_is_announced_any_more() -> None:
    assert Clock(Kind.GRACE, START, START + timedelta(minutes=61)).notice() is None
