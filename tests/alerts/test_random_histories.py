"""Over real tables and the real job: whatever happens, and however often one looks, the feed is what a replay tells."""

import random
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from mailwarden.alerts.sources import Scope, read_runs
from mailwarden.alerts.watching.catalogue import Rule, RuleKind
from mailwarden.alerts.watching.rules import replay
from mailwarden.core.db import reader
from mailwarden.core.runtime import Runtime
from tests.alerts.support import alerts
from tests.alerts.test_rule_alerts import ERROR, add, evaluate, run
from tests.conftest import MakeConnection
from tests.support.browser import Browser
from tests.support.time import TimeMachine


@pytest.mark.parametrize("seed", range(3))
async def test_every_episode_is_one_alert_and_one_end(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection, time_machine: TimeMachine, seed: int
) -> None:
    dice, start = random.Random(seed), runtime.clock.now()
    since = start - timedelta(minutes=1)
    accounts = [await make_connection(created_at=since, account_label=name) for name in ("one", "two")]
    for _ in range(14):
        await time_machine.advance(600)
        for account in accounts:
            error = ERROR if dice.random() < 0.65 else None
            await add(runtime, owner.org_id, run(account, runtime.clock.now(), error))
        for _ in range(dice.choice([1, 1, 2])):
            await evaluate(runtime, owner.org_id)
    async with reader(runtime.sessions, owner.org_id) as tx:
        past = await read_runs(tx, Scope(owner.org_id, since, runtime.clock.now(), ZoneInfo("UTC")))
    expected = replay(Rule(RuleKind.SYNC_FAILURE, True, Decimal(3)), past, since, runtime.clock.now())
    told = await alerts(runtime, owner.org_id)
    raised = [alert for alert in told if alert.kind == "sync_failure"]
    over = [alert for alert in told if alert.kind == "alert_recovered"]
    assert len({alert.episode_id for alert in raised}) == len(raised) == len(expected)
    assert len(over) == sum(one.ended_at is not None for one in expected)
    assert {alert.episode_id for alert in over} <= {alert.episode_id for alert in raised}
