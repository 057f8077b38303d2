"""F1-F5: rates, what is derived, and what is "n/a"."""

from datetime import UTC, datetime, timedelta

import pytest

from mailwarden.connections.rules import HistoryRange
from mailwarden.metrics.rules import complete, is_empty, range_start, rate, rates
from mailwarden.providers.base import Figures


def test_the_documents_example():
    found = rates(complete(Figures(sent=1000, bounced=50)))
    assert (found["delivery_rate"], found["bounce_rate"]) == (0.95, 0.05)


@pytest.mark.parametrize(("part", "whole"), [(0, 0), (None, 10), (3, None), (None, None)])
def test_no_denominator_is_not_a_rate_of_zero(part: int | None, whole: int | None):
    assert rate(part, whole) is None


def test_nothing_of_something_is_zero():
    assert rate(0, 10) == 0


def test_a_stated_delivered_is_not_replaced():
    stated = Figures(sent=100, delivered=97, bounced=5)
    assert complete(stated) == stated


def test_derived_is_marked_and_never_negative():
    assert complete(Figures(sent=3, bounced=5)) == Figures(sent=3, bounced=5, delivered=0, delivered_derived=True)


def test_without_bounces_nothing_is_derived():
    assert complete(Figures(sent=3)).delivered is None


def test_figures_that_state_nothing_are_empty():
    assert is_empty(Figures())
    assert not is_empty(Figures(sent=0))


def test_all_has_no_start():
    now = datetime(2026, 11, 22, tzinfo=UTC)
    assert range_start(HistoryRange.ALL, now) is None
    assert range_start(HistoryRange.DAYS_90, now) == now - timedelta(days=90)
