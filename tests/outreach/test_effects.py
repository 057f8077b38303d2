"""What comes back, and what members and billing do, end a sequence or hold it; nothing else does."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from mailwarden.core.db import UnitOfWork, unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.core.runtime import Runtime
from mailwarden.events.models import Event
from mailwarden.outreach.jobs import unpaid, unsubscribed
from mailwarden.sending.models import Message, MessageRecipient
from mailwarden.sending.receiving.effects import Happened, What, tell
from mailwarden.sending.source import Outcome
from tests.outreach.sending import Box
from tests.outreach.steps import FIRST, SECOND, Told, get, listed, make_mailbox, people, post, ready, rows_of, start
from tests.support.browser import Browser

Act = Callable[[UnitOfWork, Message, MessageRecipient], Awaitable[None]]


async def running(rt: Runtime, owner: Browser, count: int = 1, number: int = 1) -> tuple[Box, Told]:
    slot, row = await make_mailbox(rt, owner, number)
    campaign = await ready(owner, [slot], people(count), (FIRST, SECOND))
    started = await start(owner, campaign)
    return Box(rt, slot, row, rt.clock.now()), started


async def happens(box: Box, message_id: UUID, what: What, **more: Any) -> None:
    async with unit_of_work(box.rt.sessions, box.slot.org_id) as tx:
        message = (await tx.session.scalars(select(Message).where(Message.id == message_id))).one()
        to = (await tx.session.scalars(select(MessageRecipient).where(MessageRecipient.message_id == message_id))).one()
        await tell(box.rt, tx, Happened(what, message, to, box.now, **more))


@pytest.mark.parametrize(
    ("what", "more", "state"),
    [
        (What.REPLIED, {}, "replied"),
        (What.AUTO_REPLIED, {}, "active"),
        (What.BOUNCED, {"hard": True, "code": "5.1.1"}, "bounced"),
        (What.BOUNCED, {"hard": False, "code": "4.2.2"}, "active"),
        (What.COMPLAINED, {}, "unsubscribed"),
    ],
)
async def test_what_comes_back(owner: Browser, runtime: Runtime, what: What, more: dict[str, Any], state: str) -> None:
    box, _ = await running(runtime, owner)
    message = await box.claim()
    assert message is not None
    await box.settle(message)
    await happens(box, message, what, **more)
    assert (await rows_of(runtime, owner.org_id))["p0@example.net"].state == state
    box.later(days=2)
    assert await box.send() == ("p0@example.net" if state == "active" else None)


async def test_an_answer_while_the_next_mail_waits_cancels_it(owner: Browser, runtime: Runtime) -> None:
    box, _ = await running(runtime, owner)
    first = await box.claim()
    assert first is not None
    await box.settle(first)
    box.later(days=1)
    second = await box.claim()
    assert second is not None
    await box.settle(second, Outcome.NOT_SENT, due_at=box.now)
    await happens(box, first, What.REPLIED)
    assert await box.claim() is None
    async with unit_of_work(runtime.sessions, owner.org_id) as tx:
        mail = (await tx.session.scalars(select(Message).where(Message.id == second))).one()
        assert mail.state == "cancelled"


async def test_who_wants_no_more_mail_gets_none_of_any_campaign(owner: Browser, runtime: Runtime) -> None:
    first, one = await running(runtime, owner, 2, 1)
    _, other = await running(runtime, owner, 2, 2)
    await first.send()
    event = Event(id=new_id(), org_id=owner.org_id, type="recipient.unsubscribed", data={"address": "p0@example.net"})
    async with unit_of_work(runtime.sessions, owner.org_id) as tx:
        await unsubscribed(runtime, tx, event)
    for campaign in (one, other):
        assert [person["state"] for person in await listed(owner, campaign)] == ["unsubscribed", "waiting"]


async def test_without_a_subscription_all_pause_and_resume_together(owner: Browser, runtime: Runtime) -> None:
    box, campaign = await running(runtime, owner)
    event = Event(id=new_id(), org_id=owner.org_id, type="subscription.inactive", data={})
    async with unit_of_work(runtime.sessions, owner.org_id) as tx:
        await unpaid(runtime, tx, event)
    paused = await get(owner, campaign)
    assert (paused["state"], paused["pause_reason"]) == ("paused", "subscription")
    assert await box.claim() is None
    assert (await owner.post("/v1/outreach-campaigns/resume", {})).json()["resumed"] == [campaign["id"]]
    assert await box.send() == "p0@example.net"


async def test_a_member_says_that_an_unknown_mail_did_not_leave(owner: Browser, runtime: Runtime) -> None:
    """It then waits again under the same Message-ID, and leaves with the next look."""
    box, _ = await running(runtime, owner)
    message = await box.claim()
    assert message is not None
    await box.settle(message, Outcome.UNKNOWN)
    async with unit_of_work(runtime.sessions, owner.org_id) as tx:
        mail = (await tx.session.scalars(select(Message).where(Message.id == message))).one()
        mail.state, mail.due_at = "queued", box.now
    assert await box.claim() == message
    await box.settle(message)
    assert (await rows_of(runtime, owner.org_id))["p0@example.net"].state == "active"


async def test_who_is_skipped_gets_nothing_until_that_is_taken_back(owner: Browser, runtime: Runtime) -> None:
    box, campaign = await running(runtime, owner)
    person = (await listed(owner, campaign))[0]
    await post(owner, campaign, f"recipients/{person['id']}/skip")
    assert await box.claim() is None
    await post(owner, campaign, f"recipients/{person['id']}/unskip")
    message = await box.claim()
    assert message is not None
    await post(owner, campaign, f"recipients/{person['id']}/skip")
    under_way = await owner.post(f"/v1/outreach-campaigns/{campaign['id']}/recipients/{person['id']}/unskip")
    assert (under_way.status_code, under_way.json()["code"]) == (409, "under_way")
    await box.settle(message)
    assert (await post(owner, campaign, f"recipients/{person['id']}/unskip"))["next_step"] == 2
    box.later(days=2)
    assert await box.send() == "p0@example.net"
