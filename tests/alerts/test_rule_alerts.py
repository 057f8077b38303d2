"""Rules over real tables: one alert per time of trouble, its end told, and nothing for what is off."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from mailwarden.alerts.evaluating import EVALUATE
from mailwarden.alerts.rule_models import AlertRule, AlertSettings
from mailwarden.connections.models import Connection
from mailwarden.core.db import unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.core.jobs import enqueue
from mailwarden.core.runtime import Runtime
from mailwarden.deliverability.blocklists.models import BlocklistListing
from mailwarden.deliverability.score.models import ScoreSnapshot
from mailwarden.metrics.models import Campaign, Observation
from mailwarden.sync.models import SyncRun
from tests.alerts.support import alerts, copies
from tests.conftest import MakeConnection
from tests.support.browser import Browser
from tests.support.jobs import drain
from tests.support.time import TimeMachine

ERROR = {"code": "rejected", "title": "HubSpot rejected our request", "detail": ""}


async def add(rt: Runtime, org_id: UUID, *rows: Any) -> None:
    async with unit_of_work(rt.sessions, org_id) as tx:
        for row in rows:
            row.org_id = org_id
            tx.session.add(row)
            await tx.session.flush()


async def evaluate(rt: Runtime, org_id: UUID) -> list[tuple[str, str]]:
    """What the feed holds afterwards, oldest first."""
    async with unit_of_work(rt.sessions, org_id) as tx:
        await enqueue(tx, EVALUATE, org_id, due_at=rt.clock.now() - timedelta(minutes=1))
    await drain(rt)
    return [(alert.kind, alert.title) for alert in await alerts(rt, org_id)]


def run(connection: Connection, at: datetime, error: dict[str, Any] | None = None) -> SyncRun:
    return SyncRun(
        id=new_id(),
        connection_id=connection.id,
        type="auto",
        status="failed" if error else "success",
        started_at=at,
        finished_at=at,
        window_until=at,
        created_at=at,
        error=error,
    )


async def campaign(
    rt: Runtime, connection: Connection, at: datetime, sent: int, bounced: int, complaints: int = 0
) -> None:
    campaign_id, observation_id = new_id(), new_id()
    await add(
        rt,
        connection.org_id,
        Campaign(
            id=campaign_id,
            connection_id=connection.id,
            external_id=campaign_id.hex,
            name="News",
            status="sent",
            channel="email",
            sent_at=at,
            latest_observation_id=observation_id,
        ),
        Observation(
            id=observation_id,
            campaign_id=campaign_id,
            source_run_id=new_id(),
            as_of=at,
            sent=sent,
            delivered=sent - bounced,
            bounced=bounced,
            complaints=complaints,
        ),
    )


async def test_failing_syncs_alarm_once_and_their_end_is_told(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection, time_machine: TimeMachine
) -> None:
    connection = await make_connection()
    for number in range(1, 6):
        await time_machine.advance(600)
        await add(runtime, owner.org_id, run(connection, runtime.clock.now(), ERROR))
        assert len(await evaluate(runtime, owner.org_id)) == (number >= 3)
    (alert,) = await alerts(runtime, owner.org_id)
    assert (alert.kind, alert.title) == ("sync_failure", "Syncs fail: HubSpot – acme.test")
    assert "The last 3 syncs failed. The last one: HubSpot rejected our request." in alert.body
    assert (alert.card["threshold"], alert.card["unit"]) == (3.0, "runs_in_a_row")
    await time_machine.advance(600)
    await add(runtime, owner.org_id, run(connection, runtime.clock.now()))
    found = await evaluate(runtime, owner.org_id)
    assert found[1] == ("alert_recovered", "Syncs work again: HubSpot – acme.test")
    assert len(await evaluate(runtime, owner.org_id)) == 2
    assert len(await copies(runtime, owner.org_id)) == 2


async def test_what_a_dead_connection_explains_is_no_failing_sync(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection, time_machine: TimeMachine
) -> None:
    connection = await make_connection()
    for code in ("access_refused", "connection_inactive", "figures_pending", "access_refused"):
        await time_machine.advance(600)
        await add(runtime, owner.org_id, run(connection, runtime.clock.now(), ERROR | {"code": code}))
    assert await evaluate(runtime, owner.org_id) == []


async def test_a_bounce_spike_names_rate_baseline_and_volume(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection
) -> None:
    connection, now = await make_connection(), runtime.clock.now()
    for days in range(5, 30, 5):
        await campaign(runtime, connection, now - timedelta(days=days), 1000, 10)
    assert await evaluate(runtime, owner.org_id) == []
    await campaign(runtime, connection, now - timedelta(minutes=1), 1000, 60)
    assert await evaluate(runtime, owner.org_id) == [("bounce_spike", "Bounce rate rose: HubSpot – acme.test")]
    (alert,) = await alerts(runtime, owner.org_id)
    assert "6.0 % of 1,000 messages, 5.0 percentage points above 1.0 %" in alert.body
    assert (alert.card["value"], alert.card["baseline"], alert.card["volume"]) == (0.06, 0.01, 1000)


async def test_complaints_are_measured_against_delivered_mail(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection
) -> None:
    connection, now = await make_connection(), runtime.clock.now()
    await campaign(runtime, connection, now - timedelta(minutes=1), 1010, 10, complaints=4)
    assert [kind for kind, _ in await evaluate(runtime, owner.org_id)] == ["complaint_increase"]


async def test_old_data_alarm_and_a_sync_ends_it(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection, time_machine: TimeMachine
) -> None:
    connection = await make_connection()
    at = runtime.clock.now()
    await add(runtime, owner.org_id, run(connection, at))
    async with unit_of_work(runtime.sessions, owner.org_id) as tx:
        await tx.session.execute(update(Connection).values(data_as_of=at, created_at=at - timedelta(days=1)))
    assert await evaluate(runtime, owner.org_id) == []
    await time_machine.advance(37 * 3600)
    assert await evaluate(runtime, owner.org_id) == [("data_stale", "Data out of date: HubSpot – acme.test")]
    await add(runtime, owner.org_id, run(connection, runtime.clock.now()))
    assert [kind for kind, _ in await evaluate(runtime, owner.org_id)] == ["data_stale", "alert_recovered"]


async def snapshot(rt: Runtime, org_id: UUID, days_ago: int, score: int, domain: str = "") -> None:
    day = rt.clock.now().date() - timedelta(days=days_ago)
    row = ScoreSnapshot(
        id=new_id(),
        domain=domain,
        day=day,
        version="DS-1",
        inputs={},
        result={},
        score=score,
        band="good",
        points=score * 100,
        confidence="high",
        provisional=False,
    )
    await add(rt, org_id, row)


async def test_a_falling_score_alarms_and_names_the_mean(runtime: Runtime, owner: Browser) -> None:
    for days in range(1, 8):
        await snapshot(runtime, owner.org_id, days, 90)
        await snapshot(runtime, owner.org_id, days, 90, "example.com")
    assert await evaluate(runtime, owner.org_id) == []
    await snapshot(runtime, owner.org_id, 0, 78)
    await snapshot(runtime, owner.org_id, 0, 78, "example.com")
    assert await evaluate(runtime, owner.org_id) == [("score_drop", "Deliverability score fell: all domains")]
    (alert,) = await alerts(runtime, owner.org_id)
    assert "The score is 78, which is 13.3 % below 90.0" in alert.body


async def test_each_of_several_domains_is_watched(runtime: Runtime, owner: Browser) -> None:
    for days in range(1, 8):
        for domain in ("", "a.example", "b.example"):
            await snapshot(runtime, owner.org_id, days, 90, domain)
    for domain, score in (("", 88), ("a.example", 90), ("b.example", 60)):
        await snapshot(runtime, owner.org_id, 0, score, domain)
    assert await evaluate(runtime, owner.org_id) == [("score_drop", "Deliverability score fell: b.example")]


def listing(at: datetime, tier: str, ended_at: datetime | None = None, ending: str | None = None) -> BlocklistListing:
    return BlocklistListing(
        id=new_id(),
        asset_kind="ip",
        asset="192.0.2.7",
        list_key="example_list",
        operator="example",
        tier=tier,
        first_seen_at=at,
        confirmed_at=at,
        last_seen_at=at,
        ended_at=ended_at,
        ending=ending,
    )


async def test_each_listing_alarms_and_a_relisting_again(
    runtime: Runtime, owner: Browser, time_machine: TimeMachine
) -> None:
    start = runtime.clock.now()
    await time_machine.advance(3600)
    await add(runtime, owner.org_id, listing(start, "B"))
    assert await evaluate(runtime, owner.org_id) == [
        ("blocklist_addition", "Listed on a blocklist: 192.0.2.7 on example_list")
    ]
    async with unit_of_work(runtime.sessions, owner.org_id) as tx:
        ended = {"ended_at": runtime.clock.now() - timedelta(minutes=1), "ending": "delisted"}
        await tx.session.execute(update(BlocklistListing).values(ended))
    assert (await evaluate(runtime, owner.org_id))[1:] == [
        ("alert_recovered", "No longer listed: 192.0.2.7 on example_list")
    ]
    await add(runtime, owner.org_id, listing(runtime.clock.now() - timedelta(seconds=30), "B"))
    assert [kind for kind, _ in await evaluate(runtime, owner.org_id)] == [
        "blocklist_addition",
        "alert_recovered",
        "blocklist_addition",
    ]


@pytest.mark.parametrize(
    "off",
    [
        AlertSettings(enabled=False),
        AlertRule(kind="blocklist_addition", enabled=False, threshold=3),
        AlertRule(kind="blocklist_addition", enabled=True, threshold=1),
    ],
    ids=["all", "rule", "below"],
)
async def test_what_is_off_or_below_the_threshold_is_silent(runtime: Runtime, owner: Browser, off: Any) -> None:
    row = type(off)(**{name: value for name, value in vars(off).items() if not name.startswith("_")})
    await add(runtime, owner.org_id, row, listing(runtime.clock.now(), "B"))
    assert await evaluate(runtime, owner.org_id) == []
