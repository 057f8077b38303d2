"""What comes in between: keys that are lost, locks that others hold, plans that end, people who are left out."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from mailwarden.billing.catalogue import Limits
from mailwarden.billing.gate import SELF_HOSTED
from mailwarden.connections.queries import get_connection
from mailwarden.connections.slot_models import MailboxSlot
from mailwarden.connections.unreadable import Unreadable
from mailwarden.core.db import UnitOfWork, unit_of_work
from mailwarden.core.ids import new_id, parse_id
from mailwarden.core.runtime import Runtime
from mailwarden.mailboxes.settings import settings_of
from mailwarden.providers.base import EgressRefused, Evidence
from mailwarden.sending import limits
from mailwarden.sending.claim import Mailbox, _plan_allows
from mailwarden.sending.models import Message, SendAttempt
from mailwarden.sending.prepare import Content, Prepared, register_prepare
from mailwarden.sending.settle import meaning_of
from mailwarden.sending.source import Outcome
from mailwarden.sending.suppression import suppress
from mailwarden.sending.tracking.prepare import prepare
from tests.sending.core.steps import Box, open_box, states
from tests.support.world import World

NOWHERE = Evidence(None, "api", "POST", "/send", "mail.test", None, None, "")
WAITERS = "SELECT count(*) FROM pg_locks WHERE NOT granted"


@pytest.mark.parametrize("error", [EgressRefused(NOWHERE), Unreadable(NOWHERE)])
def test_what_never_left_is_no_judgement_of_the_mail(error: Any) -> None:
    """Told as refused, a campaign would lose one recipient after the other."""
    assert meaning_of(error).outcome is Outcome.NOT_SENT


async def test_a_credential_that_cannot_be_opened_fails_with_its_cause(world: World) -> None:
    box = await open_box(world, "google")
    message_id = await box.queue()
    broken = "UPDATE credentials SET access_token = '\\x00', refresh_token = '\\x00' WHERE connection_id = $1"
    await world.admin.execute(broken, box.linked.id)
    await box.work()
    await box.work(61)
    assert await states(box, message_id) == ("failed", "connection_inactive", ["not_sent"])
    assert [one.state for one in await box.recipients(message_id)] == ["waiting"]


async def test_a_mail_that_somebody_holds_does_not_wait_in_silence(world: World) -> None:
    box = await open_box(world, "google")
    message_id = await box.queue()
    await world.admin.execute("UPDATE connections SET status = 'inactive' WHERE id = $1", box.linked.id)
    async with unit_of_work(world.runtime.sessions, box.org_id) as tx:
        await tx.session.execute(select(Message.id).where(Message.id == message_id).with_for_update())
        work = asyncio.create_task(box.work())
        while not work.done() and not await tx.session.scalar(text(WAITERS)):
            pass
    await work
    assert (await states(box, message_id))[:2] == ("failed", "connection_inactive")


async def test_a_plan_is_not_overdrawn_by_mailboxes_that_begin_together(world: World) -> None:
    box = await open_box(world, "google")
    access = replace(SELF_HOSTED, limits=Limits(messages_a_day=1))
    message_ids = [await box.queue() for _ in range(6)]

    async def begin(message_id: Any) -> bool:
        async with unit_of_work(world.runtime.sessions, box.org_id) as tx:
            slot = await tx.session.get_one(MailboxSlot, box.slot_id)
            row, settings, now = await get_connection(tx, box.org_id, box.linked.id), settings_of({}), world.now()
            zone = await limits.zone_of(tx, box.org_id, settings)
            if await _plan_allows(Mailbox(world.runtime, tx, slot, row, settings, zone, now), access) > now:
                return False
            more = {"message_id": message_id, "slot_id": slot.id, "number": 1, "started_at": now}
            tx.session.add(SendAttempt(id=new_id(), org_id=box.org_id, outcome="started", **more))
            return True

    assert sum(await asyncio.gather(*(begin(one) for one in message_ids))) == 1


async def act(box: Box, message_id: Any, what: str, **body: Any) -> Any:
    return await box.linked.browser.post(f"/v1/messages/msg_{message_id.hex}/{what}", body)


async def test_who_was_left_out_before_does_not_keep_the_others_from_a_second_copy(world: World) -> None:
    box = await open_box(world, "imap")
    world.sandbox.fault("imap", box.linked.account, "reset", path="/smtp/MESSAGE", count=1)
    message_id = await box.queue("ada@else.test", "bob@else.test")
    async with unit_of_work(world.runtime.sessions, box.org_id) as tx:
        await suppress(tx, box.org_id, "ada@else.test", "unsubscribed")
    await box.work()
    assert (await box.message(message_id)).state == "unknown"
    answer = await act(box, message_id, "resolve", outcome="send_again")
    assert (answer.status_code, answer.json()["state"]) == (200, "queued"), answer.text
    await box.work(61)
    assert [one.to for one in box.sent()] == [("bob@else.test",)]


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59-12:00", "2200-01-01T00:00:00Z"])
async def test_a_time_beyond_all_plans_is_refused(world: World, at: str) -> None:
    box = await open_box(world, "google")
    made = await box.linked.browser.post("/v1/messages", {"to": [{"address": "ada@else.test"}], "subject": "Later"})
    answer = await box.linked.browser.post(f"/v1/messages/{made.json()['id']}/send", {"send_at": at})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#/send_at"), answer.text
    soon = (world.now() + timedelta(days=365)).isoformat()
    body = {"mailbox_id": f"mbx_{box.slot_id.hex}"}
    made = await box.linked.browser.post("/v1/messages", {"to": [{"address": "ada@else.test"}]} | body)
    assert (await box.linked.browser.post(f"/v1/messages/{made.json()['id']}/send", {"send_at": soon})).is_success


async def test_it_says_who_wrote_it_as_long_as_they_are_a_member(world: World) -> None:
    box = await open_box(world, "google")
    me = (await box.linked.browser.get("/v1/me")).json()
    made = (await box.linked.browser.post("/v1/messages", {"subject": "Mine"})).json()
    assert made["author_name"] == me["user"]["name"]
    await box.queue()  # nobody's
    listed = (await box.linked.browser.get("/v1/messages", params={"whose": "all"})).json()["data"]
    assert [one["author_name"] for one in listed] == [None, me["user"]["name"]]
    async with unit_of_work(world.runtime.sessions, box.org_id) as tx:
        await tx.session.execute(text("UPDATE messages SET author_id = :other"), {"other": new_id()})
    listed = (await box.linked.browser.get("/v1/messages", params={"whose": "all"})).json()["data"]
    assert [one["author_name"] for one in listed] == [None, None]


async def test_who_unsubscribes_while_the_mail_is_written_gets_none_of_it(world: World) -> None:
    """M6. Files are opened and HTML is read in that time."""
    box = await open_box(world, "google")

    async def meanwhile(rt: Runtime, tx: UnitOfWork, message: Message, recipients: Any, content: Content) -> Prepared:
        async with unit_of_work(rt.sessions, box.org_id) as other:
            await suppress(other, box.org_id, "ada@else.test", "unsubscribed")
        return await prepare(rt, tx, message, recipients, content)

    message_id = await box.queue("ada@else.test", "bob@else.test")
    register_prepare(meanwhile)
    try:
        await box.work()
    finally:
        register_prepare(prepare)
    assert [one.state for one in await box.recipients(message_id)] == ["refused", "accepted"]
    (mail,) = box.sent()
    assert mail.parsed["To"] == "bob@else.test"


async def test_a_name_that_no_header_may_hold_costs_the_place_in_the_conversation_alone(world: World) -> None:
    box = await open_box(world, "google")
    first = await box.queue(subject="Question")
    await box.work()
    odd = "UPDATE messages SET seen_id = '<a:b@mail.test>' WHERE id = $1"
    await world.admin.execute(odd, first)
    second = await box.queue(subject="Re: Question", answers_id=first)
    await box.work(61)
    assert (await states(box, second))[0] == "sent"
    ours = (await box.message(first)).rfc822_id
    assert [one.parsed["In-Reply-To"] for one in box.sent()] == [None, ours]


async def test_a_mail_that_waited_for_its_time_is_tried_for_two_days_from_then_on(world: World) -> None:
    """And one that was sent again is tried as often as a new one."""
    box = await open_box(world, "imap")
    said = "450 4.7.1 greylisted"
    world.sandbox.fault("imap", box.linked.account, "reply", text=said, path="/smtp/RCPT/*", count=1)
    body = {"mailbox_id": f"mbx_{box.slot_id.hex}", "to": [{"address": "ada@else.test"}], "subject": "Later"}
    made = (await box.linked.browser.post("/v1/messages", body)).json()
    later = {"send_at": (world.now() + timedelta(days=5)).isoformat()}
    assert (await box.linked.browser.post(f"/v1/messages/{made['id']}/send", later)).is_success
    await box.work(5 * 86_400 + 1)
    message_id = parse_id("msg", made["id"])
    assert await states(box, message_id) == ("queued", "deferred", ["not_sent"])
    await box.work(120)
    assert await states(box, message_id) == ("sent", None, ["accepted", "not_sent"])
