"""While nobody pays nothing is tested and nothing evaluated: nothing is read then, and everything would look old."""

from dataclasses import replace

import pytest

from mailwarden.alerts.channel_test import test_channels as send_tests
from mailwarden.billing.gate import SubscriptionInactive
from mailwarden.core.runtime import Billing, Runtime
from tests.alerts.support import alerts
from tests.alerts.test_rule_alerts import add, evaluate, listing
from tests.support.browser import Browser


async def test_an_inactive_organization_tests_and_evaluates_nothing(runtime: Runtime, owner: Browser) -> None:
    lapsed = replace(runtime, config=replace(runtime.config, billing=Billing(stripe_key="sk_test_x", trial_days=-1)))
    with pytest.raises(SubscriptionInactive):
        await send_tests(lapsed, owner.org_id)
    assert await alerts(runtime, owner.org_id) == []
    await add(runtime, owner.org_id, listing(runtime.clock.now(), "A"))
    assert await evaluate(lapsed, owner.org_id) == []
    assert len(await evaluate(runtime, owner.org_id)) == 1
