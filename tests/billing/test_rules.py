"""Where an organization stands: pure rules, to the second."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from mailwarden.billing.catalogue import catalogue
from mailwarden.billing.rules import (
    REFUND_WINDOW,
    Facts,
    Reason,
    Standing,
    State,
    is_refundable,
    keeps_credentials,
    next_boundary,
    standing,
    trial_notice,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


def of(now: datetime = NOW, **facts: object) -> Standing:
    return standing(Facts(**{"trial_ends_at": NOW - 20 * DAY, **facts}), now)  # type: ignore[arg-type]


def test_the_trial_ends_at_its_moment() -> None:
    assert of(NOW - SECOND, trial_ends_at=NOW).state is State.TRIALING
    assert of(NOW, trial_ends_at=NOW) == Standing(State.INACTIVE, Reason.TRIAL_OVER, NOW)


@pytest.mark.parametrize(
    ("status", "state", "reason"),
    [
        ("active", State.ACTIVE, None),
        ("trialing", State.ACTIVE, None),
        ("past_due", State.PAST_DUE, None),
        ("incomplete", State.INACTIVE, Reason.TRIAL_OVER),
        ("incomplete_expired", State.INACTIVE, Reason.TRIAL_OVER),
        ("canceled", State.INACTIVE, Reason.CANCELLED),
        ("paused", State.INACTIVE, Reason.CANCELLED),
    ],
)
def test_what_stripe_says_decides_after_the_trial(status: str, state: State, reason: Reason | None) -> None:
    found = of(status=status, ended_at=NOW - DAY)
    assert (found.state, found.reason) == (state, reason)


def test_a_failed_payment_is_told_apart_from_a_cancellation() -> None:
    for status in ("canceled", "unpaid"):
        assert of(status=status, payment_failed=True, ended_at=NOW).reason is Reason.PAYMENT_FAILED


def test_a_cancelled_subscription_lasts_until_the_end_of_its_period_and_no_second_longer() -> None:
    """Whether or not Stripe has told of it by then."""
    before = of(NOW - SECOND, status="active", cancel_at=NOW)
    assert (before.state, before.until) == (State.CANCELING, NOW)
    assert of(NOW, status="active", cancel_at=NOW) == Standing(State.INACTIVE, Reason.CANCELLED, NOW)


def test_whoever_cancels_within_the_trial_keeps_the_rest_of_it() -> None:
    assert of(status="canceled", trial_ends_at=NOW + DAY, ended_at=NOW - DAY).state is State.TRIALING
    later = of(NOW + 2 * DAY, status="canceled", trial_ends_at=NOW + DAY, ended_at=NOW - DAY)
    assert later.since == NOW + DAY


def test_a_refund_is_possible_for_fourteen_times_24_hours_the_last_moment_included() -> None:
    assert is_refundable(NOW, NOW + REFUND_WINDOW)
    assert not is_refundable(NOW, NOW + REFUND_WINDOW + timedelta(microseconds=1))
    assert timedelta(hours=14 * 24) == REFUND_WINDOW


@pytest.mark.parametrize(
    ("left", "days"),
    [(8 * DAY, None), (7 * DAY, 7), (4 * DAY, 7), (3 * DAY, 3), (DAY + SECOND, 3), (DAY, 1), (SECOND, 1)],
)
def test_notices_come_seven_three_and_one_day_before_the_end(left: timedelta, days: int | None) -> None:
    assert trial_notice(of(NOW, trial_ends_at=NOW + left), NOW) == days


def test_credentials_are_kept_for_thirty_days() -> None:
    found = of(NOW, trial_ends_at=NOW)
    assert keeps_credentials(found, NOW + 30 * DAY - SECOND)
    assert not keeps_credentials(found, NOW + 30 * DAY)
    assert keeps_credentials(of(status="active"), NOW)


def test_the_next_look_is_at_the_next_moment_that_matters() -> None:
    end = NOW + 14 * DAY
    trial = of(NOW, trial_ends_at=end)
    moments, now = [], NOW
    while (at := next_boundary(trial, now)) is not None:
        moments.append((end - at).days)
        now = at
    assert moments == [7, 3, 1, 0]
    assert next_boundary(of(status="active"), NOW) is None
    assert next_boundary(of(end, trial_ends_at=end), end) == end + 30 * DAY


def test_larger_plans_allow_more() -> None:
    plans = catalogue().plans
    for smaller, larger in pairwise(plans):
        assert smaller.amount < larger.amount
        for name in type(smaller.limits).model_fields:
            least, most = getattr(smaller.limits, name), getattr(larger.limits, name)
            assert most is None or (least is not None and least < most)
