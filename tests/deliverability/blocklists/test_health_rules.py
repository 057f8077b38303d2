"""A list is believed only while its known answers are right."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwarden.deliverability.blocklists.rules.health import FRESH, Health, Known, Round, after, judge
from mailwarden.deliverability.blocklists.rules.reading import Reading, Verdict

NOW = datetime(2026, 11, 22, tzinfo=UTC)
YES = Reading(Verdict.LISTED, "yes", raw=("127.0.0.2",))
NO = Reading(Verdict.CLEAR, "no")
READINGS = {
    one: Reading(one, one.value, raw=() if one in (Verdict.CLEAR, Verdict.UNKNOWN) else ("127.0.0.2",))
    for one in Verdict
}


@pytest.mark.parametrize(
    ("listed", "unlisted", "made_up", "expected"),
    [
        (YES, NO, NO, Health.HEALTHY),
        (NO, NO, NO, Health.SILENT),
        (YES, YES, NO, Health.WILDCARD),
        (YES, NO, YES, Health.WILDCARD),
        (YES, NO, READINGS[Verdict.UNCLEAR], Health.WILDCARD),
        (READINGS[Verdict.REFUSED], NO, NO, Health.REFUSED),
        (YES, READINGS[Verdict.BROKEN], YES, Health.BROKEN),
        (READINGS[Verdict.UNKNOWN], NO, NO, Health.UNREACHABLE),
        (YES, READINGS[Verdict.UNKNOWN], NO, Health.UNREACHABLE),
        (YES, NO, READINGS[Verdict.UNKNOWN], Health.UNREACHABLE),
        (Reading(Verdict.LISTED, "", undocumented=("127.0.0.9",), raw=("127.0.0.9",)), NO, NO, Health.BROKEN),
        (Reading(Verdict.CLEAR, "neutral", raw=("127.0.0.15",)), NO, NO, Health.HEALTHY),
    ],
)
def test_states(listed: Reading, unlisted: Reading, made_up: Reading, expected: Health) -> None:
    assert judge(Round(listed, unlisted, made_up))[0] is expected


verdicts = st.sampled_from(list(Verdict)).map(READINGS.__getitem__)


@given(verdicts, verdicts, verdicts)
def test_only_right_answers_to_all_three_make_a_list_healthy(a: Reading, b: Reading, c: Reading) -> None:
    healthy = judge(Round(a, b, c))[0] is Health.HEALTHY
    assert healthy == (a.verdict is Verdict.LISTED and b.verdict is Verdict.CLEAR and c.verdict is Verdict.CLEAR)


def run(*found: Health, every: timedelta = timedelta(hours=1)) -> Known:
    known = Known()
    for turn, health in enumerate(found):
        known = after(known, health, health.value, NOW + turn * every)
    return known


def test_a_list_that_is_new_or_was_only_away_is_believed_at_once() -> None:
    assert run(Health.HEALTHY).state is Health.HEALTHY
    for away in (Health.UNREACHABLE, Health.REFUSED, Health.SILENT):
        assert run(Health.HEALTHY, away, Health.HEALTHY).state is Health.HEALTHY


@pytest.mark.parametrize("lie", [Health.WILDCARD, Health.BROKEN])
def test_a_list_that_lied_has_to_pass_twice(lie: Health) -> None:
    assert run(Health.HEALTHY, lie, Health.HEALTHY).state is lie
    assert run(Health.HEALTHY, lie, Health.HEALTHY, Health.HEALTHY).state is Health.HEALTHY
    assert run(lie, Health.HEALTHY, lie, Health.HEALTHY).state is lie
    assert run(lie, *[Health.HEALTHY] * 3, every=timedelta(minutes=4)).state is lie
    assert run(lie, *[Health.HEALTHY] * 4, every=timedelta(minutes=4)).state is Health.HEALTHY


def test_one_bad_round_is_enough_to_lose_faith() -> None:
    for bad in set(Health) - {Health.HEALTHY, Health.UNCHECKED}:
        assert run(Health.HEALTHY, Health.HEALTHY, bad).state is bad


def test_since_when_a_state_lasts() -> None:
    assert run(Health.HEALTHY, Health.HEALTHY, Health.HEALTHY).since == NOW
    assert run(Health.HEALTHY, Health.SILENT, Health.SILENT).since == NOW + timedelta(hours=1)


def test_faith_ends_with_the_hour() -> None:
    known = run(Health.HEALTHY)
    assert known.is_believed(NOW + FRESH - timedelta(seconds=1))
    assert not known.is_believed(NOW + FRESH)
    assert not Known().is_believed(NOW)


@given(st.lists(st.sampled_from([one for one in Health if one is not Health.UNCHECKED]), min_size=1, max_size=12))
def test_the_state_is_never_better_than_the_last_round(found: list[Health]) -> None:
    state = run(*found).state
    assert state is found[-1] or (found[-1] is Health.HEALTHY and state in (Health.WILDCARD, Health.BROKEN))
