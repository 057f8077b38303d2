"""Half a configuration would sell what nobody ever hears of: it stops the start."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from mailwarden.billing.gate import judge
from mailwarden.billing.rules import State
from mailwarden.compose import MissingSetting, billing_config
from mailwarden.core.runtime import Billing
from mailwarden.settings import BillingSettings

WHOLE = {
    "stripe_secret_key": "sk_live_1",
    "stripe_webhook_secret": "whsec_new, whsec_old",
    "prices": "starter:price_1, team:price_2",
}
NOW, DAY = datetime(2026, 11, 22, tzinfo=UTC), timedelta(days=1)


def test_nothing_set_is_self_hosted() -> None:
    assert not billing_config(BillingSettings()).is_on


def test_what_is_set_reaches_the_feature() -> None:
    found = billing_config(BillingSettings(**WHOLE))
    assert found.is_on
    assert found.prices == {"starter": "price_1", "team": "price_2"}
    assert found.webhook_secrets == ("whsec_new", "whsec_old")
    assert found.trial_days == 14


@pytest.mark.parametrize(
    "over",
    [
        {"stripe_webhook_secret": ""},
        {"prices": ""},
        {"prices": "starter"},
        {"prices": "gold:price_1"},
        {"since": "2026-11-22T00:00:00"},
        {"trial_days": -1},
    ],
)
def test_half_a_configuration_is_refused_without_showing_the_key(over: dict[str, Any]) -> None:
    with pytest.raises((ValidationError, MissingSetting)) as refused:
        billing_config(BillingSettings(**(WHOLE | over)))
    assert "sk_live_1" not in str(refused.value)


@pytest.mark.parametrize(("days", "left"), [(0, None), (1, None), (13, None), (14, None), (15, 1), (30, 16)])
def test_the_trial_is_as_long_as_the_setting_says(days: int, left: int | None) -> None:
    found = judge(Billing(trial_days=days), NOW, None, NOW + 14 * DAY).standing
    assert found.state is (State.TRIALING if left else State.INACTIVE)
    assert found.until == (NOW + days * DAY if left else None)


def test_organizations_that_are_older_than_billing_get_their_trial_too() -> None:
    found = judge(Billing(since=NOW), NOW - 400 * DAY, None, NOW + DAY).standing
    assert (found.state, found.until) == (State.TRIALING, NOW + 14 * DAY)
    newer = judge(Billing(since=NOW - 400 * DAY), NOW, None, NOW + DAY).standing
    assert newer.until == NOW + 14 * DAY
