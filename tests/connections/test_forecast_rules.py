"""When a grant dies by itself, and when that is told: pure rules."""

from datetime import UTC, datetime, timedelta

import pytest

from mailwarden.connections.forecast import Forecast, Grant, Life, Why, foretell, next_look, notice_due

GIVEN = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def test_without_a_limit_nothing_is_foretold() -> None:
    assert foretell(Life(), Grant(GIVEN, GIVEN)) is None


def test_disuse_counts_from_the_last_renewal_and_age_from_the_consent() -> None:
    grant = Grant(GIVEN, GIVEN + 20 * DAY)
    unused = foretell(Life(idle=45 * DAY), grant)
    assert unused == Forecast(GIVEN + 65 * DAY, Why.UNUSED, 45 * DAY)
    assert unused.can_be_kept_alive
    aged = foretell(Life(idle=45 * DAY, most=30 * DAY), grant)
    assert aged == Forecast(GIVEN + 30 * DAY, Why.AGE, 30 * DAY)
    assert not aged.can_be_kept_alive


def test_a_date_that_the_provider_named_counts_if_it_is_earlier() -> None:
    grant = Grant(GIVEN, GIVEN, announced_end=GIVEN + 3 * DAY)
    found = foretell(Life(idle=180 * DAY), grant)
    assert found is not None
    assert (found.dies_at, found.why) == (GIVEN + 3 * DAY, Why.ANNOUNCED)


@pytest.mark.parametrize(
    ("days_left", "notice"), [(90, None), (30.1, None), (30, 30), (7.1, 30), (7, 7), (1.1, 7), (1, 1), (0.1, 1)]
)
def test_the_notice_is_that_of_the_time_left(days_left: float, notice: int | None) -> None:
    forecast = Forecast(GIVEN + days_left * DAY, Why.UNUSED, 90 * DAY)
    assert notice_due(forecast, GIVEN) == notice


def test_what_was_known_at_the_consent_is_no_news() -> None:
    """A consent screen in testing gives seven days: nobody is told at once that seven are left."""
    week = Forecast(GIVEN + 7 * DAY, Why.AGE, 7 * DAY)
    assert notice_due(week, GIVEN) is None
    assert notice_due(week, GIVEN + 6 * DAY) == 1


def test_after_the_end_nothing_is_foretold_any_more() -> None:
    assert notice_due(Forecast(GIVEN, Why.UNUSED, 90 * DAY), GIVEN) is None


def test_it_is_looked_at_daily_and_at_the_moment_of_each_notice() -> None:
    forecast = Forecast(GIVEN + 30 * DAY + timedelta(hours=5), Why.UNUSED, 90 * DAY)
    assert next_look(forecast, GIVEN) == GIVEN + timedelta(hours=5)
    assert next_look(forecast, GIVEN + timedelta(hours=5)) == GIVEN + timedelta(hours=29)
    assert next_look(None, GIVEN) == GIVEN + DAY
