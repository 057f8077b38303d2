"""AutoSync on a clock that moves: how often, when not, and what events do to it."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select

from mailwarden.connections.models import ReconnectReceipt
from mailwarden.core.db import unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.core.jobs import Job, due_at
from mailwarden.core.runtime import Runtime
from mailwarden.events.types import EventType
from mailwarden.sync.models import SyncRun
from mailwarden.sync.schedule import TICK
from tests.support.jobs import drain
from tests.support.time import TimeMachine
from tests.sync.conftest import Desk, MakeDesk
from tests.sync.portal import Portal


async def tick_at(desk: Desk) -> datetime | None:
    async with unit_of_work(desk.runtime.sessions, desk.org_id) as tx:
        return await due_at(tx, TICK, desk.connection.id)


async def live_through(desk: Desk, time_machine: TimeMachine, span: timedelta) -> list[float]:
    """From one tick to the next; the minutes between the starts of runs."""
    until = desk.runtime.clock.now() + span
    while (now := desk.runtime.clock.now()) < until:
        due = await tick_at(desk) or until
        await time_machine.advance(max(timedelta(seconds=0.2), min(due, until) - now + timedelta(seconds=0.05)))
        await drain(desk.runtime)
    starts = [one.created_at for one in await desk.runs()]
    return [(later - earlier).total_seconds() / 60 for earlier, later in pairwise(starts)]


async def test_a_new_connection_is_read_at_once_and_then_on_schedule(desk: Desk, portal: Portal):
    portal.add(2, days_ago=40)
    await desk.tell(EventType.CONNECTION_CONNECTED)
    [run] = await desk.runs()
    assert (run.badge, run.status) == ("first", "success")
    row = await desk.row()
    assert row.next_sync_at is not None
    assert row.next_sync_at == await tick_at(desk)


async def test_the_same_news_twice_starts_one_sync(desk: Desk, portal: Portal):
    await desk.tell(EventType.CONNECTION_CONNECTED)
    await desk.tell(EventType.CONNECTION_CONNECTED)
    assert len(await desk.runs()) == 1


async def test_real_time_starts_lie_eight_to_twelve_minutes_apart(
    desk: Desk, portal: Portal, time_machine: TimeMachine
):
    await desk.tell(EventType.CONNECTION_CONNECTED)
    gaps = await live_through(desk, time_machine, timedelta(hours=3))
    assert len(gaps) >= 14
    assert min(gaps) > 5
    assert max(gaps) < 15


@pytest.mark.parametrize(
    ("frequency", "hours", "expected"), [("hourly", 5, 60), ("every_6_hours", 24, 360), ("daily", 72, 1440)]
)
async def test_fixed_frequencies(
    make_desk: MakeDesk,
    portal: Portal,
    time_machine: TimeMachine,
    frequency: str,
    hours: int,
    expected: int,
):
    desk = await make_desk(sync_frequency=frequency)
    await desk.tell(EventType.CONNECTION_CONNECTED)
    gaps = await live_through(desk, time_machine, timedelta(hours=hours, minutes=1))
    assert gaps == pytest.approx([expected] * (hours * 60 // expected), abs=0.1)


async def test_a_run_that_is_still_open_is_not_joined_by_a_second(
    desk: Desk, portal: Portal, time_machine: TimeMachine, runtime: Runtime
):
    await desk.tell(EventType.CONNECTION_CONNECTED)
    await desk.start()
    async with unit_of_work(runtime.sessions, desk.org_id) as tx:  # as if a worker were busy with it for long
        job = (await tx.session.scalars(select(Job).where(Job.kind == "sync_run", Job.state == "ready"))).one()
        job.due_at += timedelta(hours=1)
    await time_machine.advance(13 * 60)
    await drain(runtime)
    assert len(await desk.runs()) == 2


async def test_an_inactive_connection_rests(desk: Desk, portal: Portal, time_machine: TimeMachine):
    await desk.tell(EventType.CONNECTION_CONNECTED)
    await desk.die()
    row = await desk.row()
    assert (row.next_sync_at, await tick_at(desk)) == (None, None)
    await live_through(desk, time_machine, timedelta(hours=2))
    assert len(await desk.runs()) == 1


@pytest.mark.parametrize("status", ["inactive", "disconnected"])
async def test_an_open_run_ends_with_its_connection(desk: Desk, portal: Portal, status: str):
    run_id = await desk.start()
    await desk.set(status=status, cause="access_revoked" if status == "inactive" else None)
    async with unit_of_work(desk.runtime.sessions, desk.org_id) as tx:
        job = (await tx.session.scalars(select(Job).where(Job.kind == "sync_run"))).one()
        job.due_at += timedelta(hours=1)
    await desk.tell(EventType.CONNECTION_DISCONNECTED)
    run = await desk.run(run_id)
    assert (run.status, (run.error or {})["code"]) == ("failed", f"connection_{status}")
    assert (await desk.row()).active_sync_id is None


async def test_news_that_comes_late_does_not_stop_what_works_again(desk: Desk, portal: Portal):
    await desk.tell(EventType.CONNECTION_CONNECTED)
    await desk.tell(EventType.CONNECTION_DISCONNECTED)
    assert await tick_at(desk) is not None


async def test_while_it_is_being_checked_no_run_starts_and_afterwards_one_does(
    desk: Desk, portal: Portal, time_machine: TimeMachine
):
    await desk.tell(EventType.CONNECTION_CONNECTED)
    await desk.set(status="verifying", cause="access_revoked")
    await live_through(desk, time_machine, timedelta(minutes=20))
    assert len(await desk.runs()) == 1
    await desk.set(status="connected", cause=None)
    await live_through(desk, time_machine, timedelta(minutes=2))
    assert len(await desk.runs()) == 2


async def make_receipt(desk: Desk, gap: timedelta) -> None:
    now = desk.runtime.clock.now()
    async with unit_of_work(desk.runtime.sessions, desk.org_id) as tx:
        tx.session.add(
            ReconnectReceipt(
                id=new_id(),
                org_id=desk.org_id,
                connection_id=desk.connection.id,
                window_from=now - gap,
                window_until=now,
            )
        )


async def test_a_reconnect_reads_the_gap_and_fills_the_receipt(desk: Desk, portal: Portal, time_machine: TimeMachine):
    portal.add(3, days_ago=2)
    await desk.sync()
    broke = (await desk.row()).data_as_of
    await desk.die()
    await time_machine.advance(timedelta(hours=5))
    portal.add(2, days_ago=0)
    portal.emails["e00001"]["stats"]["counters"]["open"] += 7
    del portal.emails["e00003"]
    await desk.set(status="connected", cause=None, catch_up_from=broke)
    await make_receipt(desk, timedelta(hours=5))
    await desk.tell(EventType.CONNECTION_RECONNECTED)
    run = (await desk.runs())[-1]
    assert (run.badge, run.status, run.campaigns_added, run.campaigns_changed) == ("catch_up", "success", 2, 1)
    [receipt] = await desk.rows(ReconnectReceipt)
    assert (receipt.status, receipt.sync_run_id) == ("complete", run.id)
    assert (receipt.campaigns_added, receipt.campaigns_changed) == (2, 1)
    assert any(part["title"] == "Deleted campaigns" for part in receipt.unknown)
    row = await desk.row()
    assert row.catch_up_from is None
    assert row.next_sync_at is not None


async def test_a_catch_up_that_fails_leaves_the_receipt_to_the_next_run(
    desk: Desk, portal: Portal, time_machine: TimeMachine
):
    portal.add(3)
    await desk.sync()
    await desk.set(catch_up_from=desk.runtime.clock.now() - timedelta(hours=3))
    await make_receipt(desk, timedelta(hours=3))
    portal.total_offset = 1
    assert (await desk.sync()).status == "failed"
    portal.total_offset = 0
    run = await desk.sync()
    assert (run.status, run.badge) == ("success", "catch_up")
    [receipt] = await desk.rows(ReconnectReceipt)
    assert (receipt.status, receipt.sync_run_id) == ("complete", run.id)


async def test_a_wider_range_is_read_at_once(desk: Desk, portal: Portal):
    portal.add(1, days_ago=2)
    portal.add(1, days_ago=200)
    await desk.tell(EventType.CONNECTION_CONNECTED)
    assert len(await desk.campaigns()) == 1
    await desk.set(history_range="months_12")
    await desk.tell(EventType.CONNECTION_SETTINGS_CHANGED, after={"history_range": "months_12"})
    run = (await desk.runs())[-1]
    assert (run.badge, run.status, run.type) == ("backfill", "success", "auto")
    assert len(await desk.campaigns()) == 2
    assert (await desk.row()).backfilled_range == "months_12"


async def test_a_range_widened_during_a_run_is_read_right_after_it(desk: Desk, portal: Portal):
    portal.add(1, days_ago=200)
    await desk.start()
    await desk.set(history_range="all")
    await desk.tell(EventType.CONNECTION_SETTINGS_CHANGED, after={"history_range": "all"})
    runs: list[SyncRun] = await desk.runs()
    assert [one.badge for one in runs] == ["first", "backfill"]
    assert len(await desk.campaigns()) == 1
    assert (await desk.row()).backfilled_range == "all"


async def test_a_narrower_range_starts_nothing(desk: Desk, portal: Portal):
    await desk.tell(EventType.CONNECTION_CONNECTED)
    await desk.set(history_range="days_30")
    await desk.tell(EventType.CONNECTION_SETTINGS_CHANGED, after={"history_range": "days_30"})
    assert len(await desk.runs()) == 1


async def test_another_frequency_counts_from_the_last_start(desk: Desk, portal: Portal):
    await desk.tell(EventType.CONNECTION_CONNECTED)
    await desk.set(sync_frequency="daily")
    await desk.tell(EventType.CONNECTION_SETTINGS_CHANGED, after={"sync_frequency": "daily"})
    [run] = await desk.runs()
    assert await tick_at(desk) == run.created_at + timedelta(days=1)


async def test_a_run_whose_job_was_lost_does_not_block_the_schedule(
    desk: Desk, portal: Portal, time_machine: TimeMachine
):
    await desk.tell(EventType.CONNECTION_CONNECTED)
    lost = await desk.start()
    async with unit_of_work(desk.runtime.sessions, desk.org_id) as tx:
        job = (await tx.session.scalars(select(Job).where(Job.key == str(lost)))).one()
        job.state = "dead"
    await live_through(desk, time_machine, timedelta(minutes=14))
    assert (await desk.run(lost)).status == "failed"
    assert (await desk.runs())[-1].status == "success"
