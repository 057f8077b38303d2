"""How a run keeps its place, and how it notices that a listing does not add up."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwarden.sync.progress import MOST_IDLE_PAGES, MOST_READINGS, Circle, Incomplete, Progress, Reading

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
START = Progress(covers="days_90", reading=Reading(NOW.isoformat()))


def test_a_place_survives_its_way_through_the_database():
    moved = START.listed(Reading(NOW.isoformat(), fresh=3, first_total=9, last_total=9), "next").troubled(NOW)
    assert Progress.load(moved.as_json()) == moved


def test_a_place_begins_with_what_was_planned():
    assert Progress.load({"covers": "all", "catch_up_from": None}) == Progress(covers="all")


@given(st.integers(0, 50), st.integers(1, 50))
def test_every_circle_is_found(before: int, length: int):
    cursors = [str(n if n < before else before + (n - before) % length) for n in range(4 * (before + length) + 4)]
    with pytest.raises(Incomplete, match="circle"):
        reduce(Circle.step, cursors, Circle())


def test_a_long_listing_is_no_circle():
    circle = Circle()
    for number in range(5000):
        circle = circle.step(str(number))


def test_pages_that_bring_nothing_new_come_to_an_end():
    pages = range(MOST_IDLE_PAGES + 1)
    with pytest.raises(Incomplete, match="again and again"):
        reduce(lambda reading, _: reading.add(rows=100, fresh=0, total=None), pages, Reading(NOW.isoformat()))


@pytest.mark.parametrize(
    ("fresh", "first", "last", "complete"),
    [
        (10, 10, 10, True),
        (11, 10, 11, True),  # one was sent meanwhile
        (9, 10, 10, False),  # a page was short
        (9, 10, 9, False),  # one was deleted, and another may have slipped through
        (10, None, None, True),  # the provider states no total
    ],
)
def test_a_reading_is_complete_when_the_total_says_so(fresh: int, first: int | None, last: int | None, complete: bool):
    assert Reading(NOW.isoformat(), 1, fresh, first, last).is_complete() is complete


def test_what_does_not_add_up_is_read_again_from_its_start():
    short = Reading(NOW.isoformat(), 1, 9, 10, 10)
    again = START.ended(short, 2)
    assert (again.phase, again.segment, again.cursor, again.reading) == ("list", 0, None, None)


def test_and_given_up_honestly():
    short = Reading(NOW.isoformat(), MOST_READINGS, 9, 10, 10)
    with pytest.raises(Incomplete, match="says 10 campaigns, its pages held 9"):
        START.ended(short, 2)


def test_listings_follow_one_another_and_then_the_figures():
    whole = Reading(NOW.isoformat(), 1, 4, 4, 4)
    second = START.ended(whole, 2)
    assert (second.phase, second.segment, second.reading, second.totals) == ("list", 1, None, (4,))
    third = replace(second, reading=whole).ended(whole, 2)
    assert (third.phase, third.stated_total()) == ("figures", 8)
    assert third.reported(None).phase == "done"


def test_a_page_ends_all_trouble():
    troubled = START.troubled(NOW).troubled(NOW)
    assert (troubled.trouble_since, troubled.tries) == (NOW.isoformat(), 2)
    assert troubled.turned("next").trouble_since is None
