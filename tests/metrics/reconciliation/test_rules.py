"""Parts add up exactly, whatever is compared; and the bounds of the verdict are those that are published."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwarden.metrics.reconciliation.rules import Held, Part, Slice, Verdict, explain, judge, part_of, worst

METRIC = "opened"
numbers = st.integers(0, 10**6)


@st.composite
def slices(draw: st.DrawFn) -> Slice:
    held = draw(st.sampled_from(Held))
    return Slice(
        held,
        {METRIC: draw(numbers)} if held is not Held.THEIRS else {},
        {METRIC: draw(numbers)} if held is not Held.OURS else {},
        ("c",),
        shifted=draw(st.booleans()),
        settled=draw(st.booleans()),
        kept=draw(st.booleans()),
        unread=draw(st.booleans()),
        derived=frozenset(draw(st.sets(st.just(METRIC)))),
        repeats=frozenset(draw(st.sets(st.just(METRIC)))),
        rounding=draw(st.integers(0, 100)),
    )


@given(st.lists(slices()))
def test_the_parts_are_the_difference(found: list[Slice]):
    told = explain(METRIC, found)
    assert sum(share.amount for share in told.parts.values()) == told.difference
    both = [one for one in found if not (one.kept and one.held is Held.OURS)]
    assert told.difference == sum(one.difference(METRIC) for one in both)
    assert told.left_out == sum(one.ours[METRIC] for one in found if one not in both)
    assert (told.largest is None) == (told.difference == 0) or told.largest in told.parts


@given(st.lists(slices()), st.lists(slices()))
def test_the_order_and_the_grouping_of_slices_do_not_matter(some: list[Slice], more: list[Slice]):
    one, other = explain(METRIC, some + more), explain(METRIC, more + some)
    assert {part: share.amount for part, share in one.parts.items()} == {
        part: share.amount for part, share in other.parts.items()
    }


@given(numbers, st.integers(1, 10**6))
def test_the_verdict_grows_with_the_difference(size: int, theirs: int):
    order = list(Verdict)
    assert order.index(judge(size, theirs)) <= order.index(judge(size + 1, theirs))
    assert judge(size, theirs) is judge(-size, theirs)


@pytest.mark.parametrize(
    ("ours", "theirs", "verdict"),
    [
        (1000, 1000, Verdict.NORMAL),
        (970, 1000, Verdict.NORMAL),
        (1030, 1000, Verdict.NORMAL),
        (969, 1000, Verdict.WATCH),
        (950, 1000, Verdict.WATCH),
        (949, 1000, Verdict.ALARM),
        (7, 10, Verdict.NORMAL),  # three less: too few to mean anything
        (6, 10, Verdict.ALARM),
        (3, 0, Verdict.NORMAL),
        (4, 0, Verdict.ALARM),
    ],
)
def test_three_and_five_percent(ours: int, theirs: int, verdict: Verdict):
    assert judge(ours - theirs, theirs) is verdict


def compared(**over: Any) -> Slice:
    given = {"ours": {METRIC: 90}, "theirs": {METRIC: 100}, **over}
    return Slice(given.pop("held", Held.BOTH), **given)


@pytest.mark.parametrize(
    ("one", "part"),
    [
        (compared(), Part.UNEXPLAINED),
        (compared(settled=False), Part.LATE_EVENTS),
        (compared(settled=False, ours={METRIC: 101}), Part.UNEXPLAINED),  # theirs shrank: no late event does that
        (compared(unread=True), Part.MISSING_PAGE),
        (compared(derived=frozenset({METRIC})), Part.DEFINITION),
        (compared(repeats=frozenset({METRIC})), Part.UNEXPLAINED),
        (compared(repeats=frozenset({METRIC}), ours={METRIC: 96}), Part.DEFINITION),
        (compared(rounding=10), Part.ROUNDING),
        (compared(rounding=9), Part.UNEXPLAINED),
        (compared(shifted=True), Part.TIME_ZONE),
        (compared(held=Held.THEIRS, ours={}), Part.MISSING_PAGE),
        (compared(held=Held.THEIRS, ours={}, shifted=True), Part.TIME_ZONE),
        (compared(held=Held.OURS, theirs={}), Part.UNEXPLAINED),
    ],
)
def test_each_reason_has_its_part(one: Slice, part: Part):
    assert part_of(one, METRIC) is part


def test_an_alarm_names_the_largest_part_and_says_whether_it_needs_care():
    lost = explain(METRIC, [compared(), Slice(Held.THEIRS, {}, {METRIC: 30}, ("x",))])
    assert (lost.verdict, lost.largest, lost.needs_care) == (Verdict.ALARM, Part.MISSING_PAGE, True)
    assert lost.parts[Part.MISSING_PAGE].campaigns == {"x"}
    harmless = explain(METRIC, [compared(shifted=True)])
    assert (harmless.verdict, harmless.largest, harmless.needs_care) == (Verdict.ALARM, Part.TIME_ZONE, False)
    assert worst([harmless, lost]) is lost
    assert worst([]) is None


def test_parts_that_cancel_out_are_told_all_the_same():
    told = explain(METRIC, [compared(), compared(ours={METRIC: 110}, shifted=True)])
    assert (told.difference, told.largest) == (0, None) or told.difference == 0
    assert {part: share.amount for part, share in told.parts.items()} == {Part.UNEXPLAINED: -10, Part.TIME_ZONE: 10}
