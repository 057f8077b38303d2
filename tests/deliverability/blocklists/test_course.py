"""When a listing begins and ends."""

import random
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mailwarden.deliverability.blocklists.registry import Tier
from mailwarden.deliverability.blocklists.rules.course import Change, Course, advance, next_check, turns
from mailwarden.deliverability.blocklists.rules.reading import Hit, Reading, Verdict

NOW = datetime(2026, 11, 22, tzinfo=UTC)
HIT = Hit("127.0.0.2", "spam", Tier.B, "traps")
YES = Reading(Verdict.LISTED, "spam", (HIT,), raw=("127.0.0.2",))
GRAVE = Reading(Verdict.LISTED, "spam", (Hit("127.0.0.2", "spam", Tier.A, "traps"),), raw=("127.0.0.2",))
NO = Reading(Verdict.CLEAR, "no")
NOBODY = Reading(Verdict.UNKNOWN, "timeout")


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def run(*steps: tuple[float, Reading], text: str = "", start: Course | None = None) -> tuple[Course, list[Change]]:
    course, changes = start or Course(), []
    for at, reading in steps:
        course, change = advance(course, reading, text, NOW + minutes(at))
        changes += [change] if change else []
    return course, changes


def test_one_yes_is_a_suspicion_two_ten_minutes_apart_are_a_listing() -> None:
    course, changes = run((0, NO), (60, YES))
    assert (course.listed, changes) == (False, [])
    assert run((0, NO), (60, YES), (65, YES))[1] == []
    assert run((0, NO), (60, YES), (71, YES))[1] == [Change.BEGAN]
    assert run((60, YES), (71, YES))[1] == [Change.BEGAN]


def test_a_no_between_takes_the_suspicion_away() -> None:
    course, changes = run((0, NO), (60, YES), (71, NO), (82, YES))
    assert (course.listed, changes) == (False, [])
    assert run((60, YES), (71, NO))[0] == Course(False, NOW + minutes(71))


def test_silence_between_neither_confirms_nor_clears() -> None:
    course, changes = run((0, YES), (11, NOBODY), (22, NOBODY))
    assert (course, changes) == (Course(None, None, NOW), [])
    assert run((0, YES), (11, NOBODY), (22, YES))[1] == [Change.BEGAN]
    assert run((0, YES), (11, YES), (60, NOBODY), (90, NOBODY))[1] == [Change.BEGAN]


def test_a_grave_list_that_gives_its_reason_is_believed_at_once() -> None:
    assert run((0, GRAVE), text="reason")[1] == [Change.BEGAN]
    assert run((0, GRAVE))[1] == []
    assert run((0, YES), text="reason")[1] == []


def test_two_noes_end_it() -> None:
    begun = ((0, YES), (11, YES))
    assert run(*begun, (60, NO))[1] == [Change.BEGAN]
    assert run(*begun, (60, NO), (71, NO))[1] == [Change.BEGAN, Change.ENDED]
    assert run(*begun, (60, NO), (71, YES))[1] == [Change.BEGAN, Change.SEEN]
    assert run(*begun, (60, GRAVE), text="reason")[1] == [Change.BEGAN, Change.SEEN]


readings = st.sampled_from([YES, GRAVE, NO, NOBODY, Reading(Verdict.REFUSED, ""), Reading(Verdict.BROKEN, "")])
steps = st.lists(st.tuples(st.floats(0.1, 700), readings), max_size=30)


@given(steps)
def test_beginnings_and_ends_take_turns_and_each_needs_two_witnesses(gaps: list[tuple[float, Reading]]) -> None:
    course, at, open_ = Course(), NOW, False
    seen: list[tuple[datetime, Verdict]] = []
    for gap, reading in gaps:
        at += minutes(gap)
        if reading.is_definite:
            seen.append((at, reading.verdict))
        course, change = advance(course, reading, "", at)
        if change in (Change.BEGAN, Change.ENDED):
            assert (change is Change.BEGAN) is not open_
            open_ = change is Change.BEGAN
            alike = [when for when, verdict in seen if verdict is seen[-1][1]]
            assert at - alike[0] >= minutes(10)
            assert seen[-2][1] is seen[-1][1]
        assert bool(course.listed) is open_


@given(st.lists(st.sampled_from(list(Verdict)), max_size=20))
def test_what_cannot_be_told_changes_nothing(verdicts: list[Verdict]) -> None:
    before = Course(True, NOW)
    doubtful = [Reading(one, "") for one in verdicts if one not in (Verdict.LISTED, Verdict.CLEAR)]
    assert run(*((n, one) for n, one in enumerate(doubtful)), start=before) == (before, [])


def test_the_last_definite_answer_stands_in_for_two_days() -> None:
    course = Course(True, NOW)
    assert course.is_assessed(NOW + timedelta(hours=48))
    assert not course.is_assessed(NOW + timedelta(hours=48, seconds=1))
    assert not Course().is_assessed(NOW)


def test_only_news_asks_the_list_to_prove_itself() -> None:
    assert turns(Course(), YES)
    assert turns(Course(False, NOW), YES)
    assert turns(Course(True, NOW), NO)
    assert not turns(Course(), NO)
    assert not turns(Course(False, NOW), NO)
    assert not turns(Course(True, NOW), YES)
    assert not turns(Course(True, NOW), NOBODY)


@given(st.integers())
def test_when_to_ask_again(seed: int) -> None:
    rng = random.Random(seed)

    def wait(course: Course, reading: Reading) -> float:
        return (next_check(course, reading, NOW, rng) - NOW) / minutes(1)

    assert 10 <= wait(Course(False, NOW, NOW), YES) <= 12
    assert 30 <= wait(Course(True, NOW), YES) <= 60
    assert 30 <= wait(Course(False, NOW), NOBODY) <= 60
    assert 360 <= wait(Course(False, NOW), NO) <= 720
