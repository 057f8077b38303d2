"""Under any history: one alert per time of trouble, none without cause, and the same however often one looks."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailwarden.alerts.watching.catalogue import SPECS, Rule, RuleKind, default_rule, describe
from mailwarden.alerts.watching.history import (
    Day,
    Days,
    History,
    Listings,
    Read,
    Reads,
    Run,
    Runs,
    Score,
    Scores,
    Span,
    Subject,
    Track,
)
from mailwarden.alerts.watching.moments import moments
from mailwarden.alerts.watching.rules import Episode, evaluate, replay
from mailwarden.alerts.watching.state import Change, State

SINCE = datetime(2026, 8, 1, tzinfo=UTC)
UNTIL = SINCE + timedelta(days=90)
FIRST = date(2026, 7, 1)  # before, so that there is a baseline from the start
SUBJECT = Subject("one", "One")
ALWAYS = (Span(SINCE - timedelta(days=30)),)
HOUR = timedelta(hours=1)


def history(track: Track, zone: str = "UTC") -> History:
    return History(((SUBJECT, track),), ZoneInfo(zone))


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def at(hours: float) -> datetime:
    return SINCE + timedelta(hours=hours)


@st.composite
def score_tracks(draw: st.DrawFn) -> Scores:
    present = draw(st.lists(st.booleans(), min_size=120, max_size=120))
    scores, level = [], draw(st.integers(0, 100))
    for number, there in enumerate(present):
        level = max(0, min(100, level + draw(st.sampled_from([0, 0, 0, 0, 1, -1, 3, -3, 8, -8, -25, 25]))))
        if there:
            scores.append(Score(day(number), level))
    return Scores(tuple(scores))


@st.composite
def day_tracks(draw: st.DrawFn) -> Days:
    days = []
    for number in sorted(draw(st.sets(st.integers(0, 119), max_size=60))):
        volume = draw(st.integers(0, 3000))
        days.append(Day(day(number), min(volume, draw(st.integers(0, 200))), volume))
    return Days(tuple(days))


hours = st.integers(0, 24 * 90)


@st.composite
def span_tracks(draw: st.DrawFn) -> tuple[Span, ...]:
    edges = [at(one) for one in sorted(draw(st.sets(hours, max_size=20)))]
    pairs = [Span(first, second) for first, second in zip(edges[::2], edges[1::2], strict=False)]
    return tuple(pairs) + ((Span(edges[-1]),) if len(edges) % 2 else ())


@st.composite
def run_tracks(draw: st.DrawFn) -> Runs:
    ends = sorted(draw(st.sets(hours, max_size=60)))
    runs = tuple(Run(str(one), at(one), draw(st.booleans())) for one in ends)
    return Runs(draw(st.one_of(st.just(ALWAYS), span_tracks())), runs)


@st.composite
def read_tracks(draw: st.DrawFn) -> Reads:
    ends = sorted(draw(st.sets(hours, max_size=40)))
    reads = tuple(Read(at(one), at(one - draw(st.integers(0, 3)))) for one in ends)
    return Reads(draw(st.one_of(st.just(ALWAYS), span_tracks())), reads)


CASES = st.one_of(
    st.tuples(st.just(RuleKind.SCORE_DROP), score_tracks()),
    st.tuples(st.sampled_from([RuleKind.BOUNCE_SPIKE, RuleKind.COMPLAINT_INCREASE]), day_tracks()),
    st.tuples(
        st.just(RuleKind.BLOCKLIST_ADDITION),
        st.builds(Listings, tier=st.integers(1, 4), spans=span_tracks()),
    ),
    st.tuples(st.just(RuleKind.SYNC_FAILURE), run_tracks()),
    st.tuples(st.just(RuleKind.DATA_STALE), read_tracks()),
)


def live(rule: Rule, past: History, times: Sequence[datetime]) -> list[tuple[datetime, Change]]:
    """As the job does it: one step at a time, the state kept between."""
    states: dict[str, State] = {}
    told: list[tuple[datetime, Change]] = []
    for now in times:
        for outcome in evaluate(rule, past, now, states):
            states[outcome.subject.key] = outcome.state
            if outcome.change is not None:
                told.append((now, outcome.change))
    return told


@settings(deadline=None)
@given(CASES)
def test_openings_and_ends_take_turns(case: tuple[RuleKind, Track]) -> None:
    kind, track = case
    found = replay(default_rule(kind), history(track), SINCE, UNTIL)
    for one, following in pairwise([*found, None]):
        assert one is not None
        assert (one.ended_at is None) == (one.ended_by is None)
        assert one.ended_at is None or one.opened_at < one.ended_at
        assert following is None or (one.ended_at is not None and one.ended_at <= following.opened_at)


@settings(deadline=None)
@given(CASES, st.randoms(use_true_random=False))
def test_looking_more_often_finds_the_same(case: tuple[RuleKind, Track], random: object) -> None:
    """Evaluations come hourly, after events, and twice after a crash."""
    kind, track = case
    rule, past = default_rule(kind), history(track)
    needed = moments(rule, past, track, SINCE, UNTIL)
    once = live(rule, past, needed)
    again = [random.uniform(0, 90 * 24) for _ in range(40)]  # type: ignore[attr-defined]
    more = sorted([*needed, *needed, *(at(round(one)) for one in again)])
    assert [change for _, change in live(rule, past, more)] == [change for _, change in once]
    opened = [now for now, change in once if change is Change.OPENED]
    assert opened == [one.opened_at for one in replay(rule, past, SINCE, UNTIL)]


@settings(deadline=None)
@given(st.one_of(run_tracks(), read_tracks()), st.integers(1, 40))
def test_moments_that_are_left_out_change_nothing(track: Runs | Reads, threshold: int) -> None:
    """Against a look at every hour: all of these histories have full hours."""
    kind = RuleKind.SYNC_FAILURE if isinstance(track, Runs) else RuleKind.DATA_STALE
    rule, past = replace(default_rule(kind), threshold=Decimal(threshold)), history(track)
    assert live(rule, past, moments(rule, past, track, SINCE, UNTIL)) == live(
        rule, past, [at(hour) for hour in range(24 * 90 + 1)]
    )


@pytest.mark.parametrize("kind", [RuleKind.SYNC_FAILURE, RuleKind.DATA_STALE])
def test_a_quiet_account_is_hardly_looked_at(kind: RuleKind) -> None:
    """With a sync every ten minutes each look would be one of thirteen thousand."""
    ends = [SINCE + timedelta(minutes=10 * number) for number in range(6 * 24 * 90)]
    runs = Runs(ALWAYS, tuple(Run(str(end), end, True) for end in ends))
    track = runs if kind is RuleKind.SYNC_FAILURE else Reads(ALWAYS, tuple(Read(end, end) for end in ends))
    assert len(moments(default_rule(kind), history(track), track, SINCE, UNTIL)) < 10


@settings(deadline=None)
@given(day_tracks(), st.sampled_from([RuleKind.BOUNCE_SPIKE, RuleKind.COMPLAINT_INCREASE]))
def test_no_rate_alarms_without_cause(track: Days, kind: RuleKind) -> None:
    """Told again from the figures alone: enough volume, and the threshold above what was before."""
    rule = default_rule(kind)
    for one in replay(rule, history(track), SINCE, UNTIL):
        today = one.opened_at.date()
        week = [d for d in track.days if today - timedelta(days=13) < d.day <= today]
        assert one.reading.volume is not None
        assert rule.minimum_volume is not None
        assert rule.minimum_volume <= one.reading.volume <= sum(d.volume for d in week)
        assert one.reading.value is not None
        assert one.reading.baseline is not None
        assert (one.reading.value - one.reading.baseline) * 100 >= rule.threshold
        assert any(d.bad for d in week)


@settings(deadline=None)
@given(score_tracks())
def test_no_score_alarms_without_a_fall(track: Scores) -> None:
    rule = default_rule(RuleKind.SCORE_DROP)
    scores = {point.day: point.score for point in track.points}
    for one in replay(rule, history(track), SINCE, UNTIL):
        last = max(d for d in scores if d <= one.opened_at.date())
        assert one.reading.baseline is not None
        fall = one.reading.baseline - scores[last]
        assert fall / one.reading.baseline * 100 >= rule.threshold
        before = [scores[d] for d in scores if last - timedelta(days=21) <= d < last]
        assert min(before) <= one.reading.baseline <= max(before)


@settings(deadline=None)
@given(score_tracks(), st.sampled_from(["Pacific/Kiritimati", "America/Los_Angeles", "Europe/Berlin"]))
def test_days_are_those_of_the_organization(track: Scores, zone: str) -> None:
    past = history(track, zone)
    for one in replay(default_rule(RuleKind.SCORE_DROP), past, SINCE, UNTIL):
        assert one.reading.mark <= past.day_of(one.opened_at).isoformat()


@settings(deadline=None)
@given(run_tracks(), st.integers(1, 6))
def test_sync_failures_are_counted_as_a_plain_counter_does(track: Runs, wanted: int) -> None:
    track = replace(track, usable=ALWAYS)
    rule = Rule(RuleKind.SYNC_FAILURE, True, Decimal(wanted))
    expected, row = [], 0
    for run in track.runs:
        row = 0 if run.ok else row + 1
        if row == wanted:
            expected.append(run.at)
    found = replay(rule, history(track), SINCE, UNTIL)
    assert [one.opened_at for one in found] == expected
    for one in found:
        good = next((run.at for run in track.runs if run.ok and run.at > one.opened_at), None)
        assert one.ended_at == good


@settings(deadline=None)
@given(st.integers(1, 4), st.integers(1, 4), span_tracks())
def test_each_listing_is_one_episode_and_a_relisting_another(
    tier: int, threshold: int, spans: tuple[Span, ...]
) -> None:
    rule = Rule(RuleKind.BLOCKLIST_ADDITION, True, Decimal(threshold))
    found = replay(rule, history(Listings(tier, spans)), SINCE, UNTIL)
    expected = [(span.since, span.until) for span in spans] if tier <= threshold else []
    assert [(one.opened_at, one.ended_at) for one in found] == expected


@settings(deadline=None)
@given(st.lists(hours, min_size=1, max_size=30, unique=True), st.integers(1, 200))
def test_old_data_alarm_once_in_every_gap(ends: list[int], threshold: int) -> None:
    ends = sorted(ends)
    track = Reads(ALWAYS, tuple(Read(at(one), at(one)) for one in ends))
    rule = Rule(RuleKind.DATA_STALE, True, Decimal(threshold))
    found = replay(rule, history(track), at(ends[0]), UNTIL)
    gaps = zip(ends, [*ends[1:], 24 * 90 + 1], strict=True)
    expected = [at(first + threshold) for first, second in gaps if second - first > threshold]
    exact = [at(first + threshold) for first, second in pairwise(ends) if second - first == threshold]
    assert [one.opened_at for one in found if one.opened_at not in exact] == expected


@given(st.sampled_from(list(RuleKind)))
def test_every_rule_says_what_it_does(kind: RuleKind) -> None:
    spec, rule = SPECS[kind], default_rule(kind)
    assert spec.least <= rule.threshold <= spec.most
    assert describe(rule).endswith(".")


def episodes(rule: Rule, track: Track) -> list[Episode]:
    return replay(rule, history(track), SINCE, UNTIL)


def score_days(*scores: int) -> Scores:
    return Scores(tuple(Score(date(2026, 8, 1) + timedelta(days=n), score) for n, score in enumerate(scores)))


def test_a_single_bad_score_is_no_alert_two_in_a_row_are_and_ten_points_are_at_once() -> None:
    rule = replace(default_rule(RuleKind.SCORE_DROP), threshold=Decimal(5))
    assert episodes(rule, score_days(*[80] * 7, 75, *[80] * 10)) == []
    (two,) = episodes(rule, score_days(*[80] * 7, 75, 75, *[80] * 10))
    (ten,) = episodes(rule, score_days(*[80] * 7, 70, *[80] * 10))
    assert (two.opened_at.date(), ten.opened_at.date()) == (date(2026, 8, 9), date(2026, 8, 8))
    assert (two.ended_by, ten.ended_by) == (Change.RECOVERED, Change.RECOVERED)
    assert two.ended_at is not None
    assert two.ended_at.date() == date(2026, 8, 11)  # two fine ones


def test_a_new_level_settles_and_alarms_no_more() -> None:
    (one,) = episodes(default_rule(RuleKind.SCORE_DROP), score_days(*[90] * 10, *[70] * 40))
    assert one.ended_by is Change.SETTLED
    assert one.reading.baseline == 90


def test_swinging_around_the_threshold_is_one_episode() -> None:
    days = [Day(date(2026, 8, 1) + timedelta(days=n), 0, 1000) for n in range(30)]
    swing = [Day(date(2026, 8, 31) + timedelta(days=n), 21 if n % 2 else 19, 1000) for n in range(20)]
    (one,) = episodes(default_rule(RuleKind.BOUNCE_SPIKE), Days((*days, *swing)))
    assert one.reading.value == Fraction(21, 1000)


def test_small_volumes_stay_silent_alone_and_count_together() -> None:
    rule = default_rule(RuleKind.BOUNCE_SPIKE)
    first = date(2026, 8, 1)
    assert episodes(rule, Days((Day(first, 40, 100),))) == []
    (one,) = episodes(rule, Days((Day(first, 40, 100), Day(first + timedelta(days=2), 40, 100))))
    assert (one.opened_at.date(), one.reading.volume) == (date(2026, 8, 3), 200)


def test_an_inactive_connection_is_another_alert() -> None:
    usable = (Span(SINCE, at(10)), Span(at(500)))
    runs = tuple(Run(str(n), at(n), False) for n in (1, 2, 3, 20, 30, 40))
    (one,) = episodes(default_rule(RuleKind.SYNC_FAILURE), Runs(usable, runs[:4]))
    assert (one.opened_at, one.ended_at, one.ended_by) == (at(3), at(10), Change.MOOT)
    (stale,) = episodes(default_rule(RuleKind.DATA_STALE), Reads(usable, (Read(at(1), at(1)),)))
    assert stale.opened_at == at(536)
