"""Speed, limits and hours, at the provider; and where campaigns plug in."""

from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from sqlalchemy import select

from mailwarden.connections.models import Connection
from mailwarden.connections.slot_models import MailboxSlot
from mailwarden.core.db import UnitOfWork, unit_of_work
from mailwarden.core.jobs import Job
from mailwarden.sending.making import Addressee, NewMail, queue_outreach
from mailwarden.sending.models import Message, SendAttempt
from mailwarden.sending.source import Outcome, register_source, unregister_source
from mailwarden.sending.wake import wake
from tests.sending.core.steps import Box, open_box
from tests.support.world import World


async def test_the_speed_holds_at_the_provider_too_also_around_a_pause(world: World) -> None:
    """L27."""
    box = await open_box(world, "google")
    await box.set(send_interval_s=30)
    for _ in range(6):
        await box.queue()
    for _ in range(16):
        await box.work(10)
    await world.admin.execute("UPDATE jobs SET due_at = app_now() WHERE kind = 'slot.send'")  # woken at every turn
    for _ in range(16):
        await world.admin.execute("UPDATE jobs SET due_at = app_now() WHERE kind = 'slot.send' AND state = 'ready'")
        await box.work(3)
    async with unit_of_work(world.runtime.sessions, box.org_id) as tx:
        asked = select(SendAttempt.started_at).where(SendAttempt.org_id == box.org_id)
        times = (await tx.session.scalars(asked.order_by(SendAttempt.started_at))).all()
    assert len(times) == 6
    assert all(later - earlier >= timedelta(seconds=30) for earlier, later in pairwise(times))


async def test_a_day_and_a_domain_have_an_end(world: World) -> None:
    box = await open_box(world, "google")
    await box.set(send_interval_s=10, daily_limit=3, domain_daily_limit=2)
    ids = [await box.queue(f"{n}@one.test") for n in range(3)] + [await box.queue("x@two.test")]
    await box.work(11, times=6)
    assert [(await box.message(one)).state for one in ids] == ["sent", "sent", "queued", "sent"]
    assert (await box.message(ids[2])).failure_code == "domain_daily_limit"  # why it is not sent yet
    refused = await box.linked.browser.post(
        "/v1/messages", {"mailbox_id": f"mbx_{box.slot_id.hex}", "to": [{"address": "y@two.test"}], "subject": "x"}
    )
    answer = await box.linked.browser.post(f"/v1/messages/{refused.json()['id']}/send", {})
    assert (answer.status_code, answer.json()["code"]) == (409, "daily_limit")
    await box.work(86_400)
    await box.work(11)
    assert (await box.message(ids[2])).state == "sent"


OF_JOB = "SELECT state FROM jobs WHERE kind = 'slot.send' AND"


class Campaign:
    """A source with so many mails to send, as a feature above would have."""

    def __init__(self, box: Box, count: int) -> None:
        self.box, self.left, self.paused = box, count, False
        self.settlements: list[tuple[UUID, Outcome]] = []
        self.open: UUID | None = None

    async def next(self, tx: UnitOfWork, slot: MailboxSlot, row: Connection, now: Any) -> UUID | None:
        if slot.id != self.box.slot_id or self.paused or (self.left == 0 and self.open is None):
            return None
        if self.open is None:
            self.left -= 1
            mail = NewMail([Addressee(f"r{self.left}@else.test")], "Offer", "<p>Offer</p>")
            self.open = (await queue_outreach(tx, slot, row, mail, now, now)).id
        return self.open

    async def settled(self, tx: UnitOfWork, message: Message, outcome: Outcome) -> None:  # noqa: ARG002
        if message.id == self.open:
            self.open = None if outcome is not Outcome.NOT_SENT else self.open
            self.settlements.append((message.id, outcome))

    async def due_next(self, tx: UnitOfWork, slot: MailboxSlot, now: Any) -> Any:  # noqa: ARG002
        waits = slot.id == self.box.slot_id and not self.paused and (self.left or self.open)
        return now if waits else None


async def test_campaigns_are_asked_only_when_a_mail_may_go_and_people_come_first(world: World) -> None:
    box = await open_box(world, "google")
    await box.set(working_days=["mon", "tue", "wed", "thu", "fri", "sat", "sun"], working_from="00:00")
    await box.set(working_until="23:59", send_interval_s=10)
    campaign = Campaign(box, 3)
    register_source(campaign)
    try:
        async with unit_of_work(world.runtime.sessions, box.org_id) as tx:
            await wake(tx, box.slot_id)
        await box.work()
        one_off = await box.queue("first@else.test")
        await box.work(11)
        assert (await box.message(one_off)).state == "sent"
        assert len(campaign.settlements) == 1
        campaign.paused = True
        await box.work(11, times=3)
        assert len(box.sent()) == 2
        campaign.paused = False
        async with unit_of_work(world.runtime.sessions, box.org_id) as tx:
            await wake(tx, box.slot_id)
        await box.work(11, times=4)
        assert [outcome for _, outcome in campaign.settlements] == [Outcome.ACCEPTED] * 3
        due = await world.admin.fetchval(
            "SELECT state FROM jobs WHERE kind = 'slot.send' AND key = $1", str(box.slot_id)
        )
        assert due == "done"
    finally:
        unregister_source(campaign)


async def test_campaigns_wait_for_working_hours_and_people_do_not(world: World) -> None:
    box = await open_box(world, "google")
    now = world.now()
    closed = [day for n, day in enumerate(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]) if n != now.weekday()]
    await box.set(working_days=closed, time_zone="UTC")
    campaign = Campaign(box, 1)
    register_source(campaign)
    try:
        await box.queue("person@else.test")
        await box.work()
        await box.work(61)
        assert (len(box.sent()), campaign.settlements) == (1, [])
        asked = select(Job.due_at).where(Job.kind == "slot.send", Job.key == str(box.slot_id))
        async with unit_of_work(world.runtime.sessions, box.org_id) as tx:
            due = await tx.session.scalar(asked)
        assert due is not None
        assert (due.hour, due.date() > now.date()) == (9, True)
    finally:
        unregister_source(campaign)
