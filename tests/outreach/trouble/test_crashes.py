"""Workers that die, two at once, and mail that leaves in the very moment: L15 and L21 once, and only once."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from mailwarden.connections.models import Connection
from mailwarden.connections.queries import get_connection
from mailwarden.connections.slots import slot_of
from mailwarden.core.db import unit_of_work
from mailwarden.core.jobs import enqueue
from mailwarden.events.types import EventType
from mailwarden.outreach.models import OutreachRecipient
from mailwarden.outreach.picking import sending_now
from mailwarden.outreach.trouble.align import align
from mailwarden.outreach.trouble.clocks import CLOCKS
from mailwarden.outreach.trouble.holding import still
from tests.outreach.trouble.lab import HOUR, MINUTE, Lab

LOOK = text("SELECT id FROM jobs WHERE kind = :kind AND key = :key")
CLAIM = text("SELECT * FROM job_claim(:id, :names, :leases)")


class Died(Exception):
    pass


async def _look_and_die(lab: Lab, account: Connection) -> None:
    async with unit_of_work(lab.rt.sessions, lab.org_id) as tx:
        row = await still(tx, account.id)
        assert row is not None
        await align(lab.rt, tx, row, lab.now())
        raise Died


async def test_l15_a_worker_that_dies_in_the_middle_has_done_nothing(lab: Lab) -> None:
    mine, other = await lab.account("a@acme.test"), await lab.account("b@acme.test")
    campaign = await lab.campaign(mine, other)
    people = await lab.people(campaign, mine, [1, 0])
    await lab.disconnects(mine)
    await lab.machine.advance(61 * MINUTE)
    with pytest.raises(Died):
        await _look_and_die(lab, mine)
    assert await lab.states(people) == ["active", "active"]
    assert [one.state for one in await lab.clocks()] == ["running"]
    await lab.work()
    assert await lab.states(people) == ["campaign_stopped", "waiting"]
    assert len(await lab.told(EventType.OUTREACH_STOP_RULE_APPLIED)) == 1


async def test_l21_a_worker_that_died_with_the_job_is_followed_by_another(lab: Lab) -> None:
    mine, other = await lab.account("a@acme.test"), await lab.account("b@acme.test")
    campaign = await lab.campaign(mine, other)
    people = await lab.people(campaign, mine, [1])
    await lab.disconnects(mine)
    await lab.machine.advance(61 * MINUTE)
    async with unit_of_work(lab.rt.sessions, lab.org_id) as tx:
        job = await tx.session.scalar(LOOK, {"kind": CLOCKS, "key": str(mine.id)})
    async with lab.rt.system.begin() as session:
        taken = await session.execute(CLAIM, {"id": job, "names": [CLOCKS], "leases": [60.0]})
        assert taken.first() is not None
    await lab.work()
    assert await lab.states(people) == ["active"]  # somebody has it, as far as anybody can tell
    await lab.later(2 * MINUTE)
    assert await lab.states(people) == ["campaign_stopped"]
    assert len(await lab.told(EventType.OUTREACH_STOP_RULE_APPLIED)) == 1


async def test_l15_two_workers_and_a_member_at_once_make_one_stop(lab: Lab) -> None:
    mine, other = await lab.account("a@acme.test"), await lab.account("b@acme.test")
    campaign = await lab.campaign(mine, other)
    people = await lab.people(campaign, mine, [1, 0])
    await lab.disconnects(mine)
    await lab.later(MINUTE)
    await lab.reconnects(mine)
    await lab.machine.advance(60 * MINUTE)
    async with unit_of_work(lab.rt.sessions, lab.org_id) as tx:
        await enqueue(tx, CLOCKS, mine.id)
    await asyncio.gather(lab.work(), lab.work(), lab.re_adds(campaign, mine), lab.re_adds(campaign, mine))
    assert await lab.states(people) == ["campaign_stopped", "waiting"]
    assert await lab.place(campaign, mine) == "active"
    assert [(one.state, one.stopped) for one in await lab.clocks()] == [("applied", 1)]
    assert len(await lab.told(EventType.OUTREACH_STOP_RULE_APPLIED)) == 1


async def test_l15_a_mail_that_is_just_being_claimed_counts(lab: Lab) -> None:
    """The pause waits for the claim; so the stop rule, later, finds that mail."""
    mine, other = await lab.account("a@acme.test"), await lab.account("b@acme.test")
    campaign = await lab.campaign(mine, other)
    (person,) = await lab.people(campaign, mine, [0])
    claiming, told = asyncio.Event(), asyncio.Event()

    async def claim() -> None:
        async with unit_of_work(lab.rt.sessions, lab.org_id) as tx:
            slot = await slot_of(tx, lab.org_id, mine.id)
            assert slot is not None
            sending = await sending_now(tx, slot, mine.id, hold=True)
            assert [one.campaign.id for one in sending] == [campaign.id]
            await tx.session.get(OutreachRecipient, person, with_for_update=True)
            claiming.set()
            await told.wait()
        await lab.mail(person, mine, 1, state="sending")

    async def cut() -> None:
        await claiming.wait()
        asyncio.get_running_loop().call_later(0.3, told.set)
        await lab.disconnects(mine)

    await asyncio.gather(claim(), cut())
    assert await lab.place(campaign, mine) == "removed"
    await lab.later(HOUR + timedelta(seconds=1))
    assert await lab.states([person]) == ["campaign_stopped"]


async def test_after_the_pause_is_told_nothing_of_the_account_may_leave(lab: Lab) -> None:
    mine, other = await lab.account("a@acme.test"), await lab.account("b@acme.test")
    await lab.campaign(mine, other)
    await lab.campaign(mine)
    await lab.breaks(mine)
    async with unit_of_work(lab.rt.sessions, lab.org_id) as tx:
        slot = await slot_of(tx, lab.org_id, mine.id)
        assert slot is not None
        assert await sending_now(tx, slot, mine.id, hold=True) == []
        there = await slot_of(tx, lab.org_id, other.id)
        assert there is not None
        assert len(await sending_now(tx, there, other.id, hold=True)) == 1
        assert (await get_connection(tx, lab.org_id, other.id)).status == "connected"
