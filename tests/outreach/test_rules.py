from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwarden.outreach.rules import Condition, Pause, Person, Seen, Step, due_after, guarded, is_met, may_become

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
STEPS = st.lists(st.integers(0, 30 * 86400), min_size=1, max_size=10).map(
    lambda delays: [Step(number, delay) for number, delay in enumerate(delays, 1)]
)


@given(STEPS)
def test_every_step_comes_once_and_in_order(steps: list[Step]) -> None:
    taken, number, at = [], 0, START
    while (due := due_after(steps, number, at)) is not None:
        taken.append(due.number)
        number, at = due.number, due.at
    assert taken == [step.number for step in steps]
    assert at == START + timedelta(seconds=sum(step.delay_s for step in steps))


@given(STEPS, st.randoms())
def test_the_order_of_rows_does_not_matter(steps: list[Step], rng: object) -> None:
    shuffled = list(steps)
    rng.shuffle(shuffled)  # type: ignore[attr-defined]
    assert [due_after(steps, n, START) for n in range(11)] == [due_after(shuffled, n, START) for n in range(11)]


@pytest.mark.parametrize(
    ("condition", "seen", "met"),
    [
        ("always", Seen(), True),
        ("always", Seen(replied=True), True),
        ("if_no_reply", Seen(), True),
        ("if_no_reply", Seen(replied=True), False),
        ("if_opened", Seen(opened=True), True),
        ("if_opened", Seen(clicked=True), True),  # images blocked, but a link was followed
        ("if_opened", Seen(), False),
        ("if_not_opened", Seen(), True),
        ("if_not_opened", Seen(opened=True), False),
        ("if_not_opened", Seen(clicked=True), False),
        ("if_clicked", Seen(opened=True), False),
        ("if_clicked", Seen(clicked=True), True),
        ("if_not_clicked", Seen(opened=True), True),
        ("if_not_clicked", Seen(clicked=True), False),
    ],
)
def test_what_conditions_ask(condition: str, seen: Seen, met: bool) -> None:
    assert is_met(condition, seen) is met


@given(st.builds(Seen, st.booleans(), st.booleans(), st.booleans()))
def test_of_a_condition_and_its_opposite_exactly_one_is_met(seen: Seen) -> None:
    for one, other in (
        (Condition.IF_OPENED, Condition.IF_NOT_OPENED),
        (Condition.IF_CLICKED, Condition.IF_NOT_CLICKED),
    ):
        assert is_met(one, seen) is not is_met(other, seen)


@pytest.mark.parametrize(
    ("sent", "bounced", "refused", "percent", "reason"),
    [
        (19, 19, 0, 5, None),
        (20, 0, 0, 5, None),
        (20, 1, 0, 5, Pause.BOUNCE_GUARD),
        (21, 1, 0, 5, None),
        (40, 2, 0, 5, Pause.BOUNCE_GUARD),
        (1000, 49, 0, 5, None),
        (1000, 50, 0, 5, Pause.BOUNCE_GUARD),
        (1000, 1000, 0, None, None),
        (19, 0, 19, 5, None),
        (20, 0, 1, 5, Pause.SENDER_REFUSED),
        (20, 0, 20, 5, Pause.SENDER_REFUSED),
        (40, 1, 1, 5, Pause.BOUNCE_GUARD),
        (60, 1, 2, 5, Pause.SENDER_REFUSED),
        (1000, 0, 1000, None, None),
    ],
)
def test_when_the_guard_pauses_and_why(
    sent: int, bounced: int, refused: int, percent: int | None, reason: Pause | None
) -> None:
    assert guarded(sent, bounced, refused, percent) is reason


@given(st.sampled_from(Person))
def test_a_stop_is_for_ever(then: Person) -> None:
    assert not may_become("campaign_stopped", then)


@pytest.mark.parametrize("final", ["replied", "bounced", "unsubscribed", "suppressed", "campaign_stopped", "finished"])
def test_who_is_done_gets_nothing_more(final: str) -> None:
    for again in (Person.WAITING, Person.ACTIVE, Person.HELD):
        assert not may_become(final, again)
