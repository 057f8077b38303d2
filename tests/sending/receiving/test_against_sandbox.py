"""Mail that was really sent comes back over real sockets, at every kind of mailbox."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from mailwarden.core.db import reader
from mailwarden.events.models import Event
from mailwarden.sending.models import MessageRecipient, Suppression
from mailwarden.sending.receiving.models import MailboxReader, ReceivedMail
from tests.sending.core.steps import Box, open_box
from tests.support.world import World

MAILBOXES = ("google", "microsoft", "imap")
EVERY_KIND = pytest.mark.parametrize("provider", MAILBOXES)


async def sent(box: Box, *to: str, **over: Any) -> list[UUID]:
    """One mail to each; the mailbox's own pace is respected by moving the clock."""
    ids = [await box.queue(one, **over) for one in to]
    for _ in range(60):
        await box.world.drain()
        if all([(await box.message(one)).state == "sent" for one in ids]):
            return ids
        await box.world.run_for(60)
    raise AssertionError([(await box.message(one)).state for one in ids])


async def of(box: Box, message_id: UUID) -> MessageRecipient:
    (one,) = await box.recipients(message_id)
    return one


async def rows(box: Box, table: type[Any]) -> list[Any]:
    async with reader(box.world.runtime.sessions, box.org_id) as tx:
        return list(await tx.session.scalars(select(table).order_by(table.id)))


@EVERY_KIND
async def test_what_comes_back_is_noticed_within_minutes(world: World, provider: str) -> None:
    box = await open_box(world, provider)
    kinds = ("bounce-hard", "bounce-full", "bounce-delay", "complaint", "autoreply", "reply", "nobody")
    ids = dict(zip(kinds, await sent(box, *(f"{kind}@dest.test" for kind in kinds)), strict=True))
    await world.run_for(300)
    found = {kind: await of(box, one) for kind, one in ids.items()}
    states = {kind: (one.state, one.bounce_kind) for kind, one in found.items()}
    assert states == {
        "bounce-hard": ("bounced", "hard"),
        "bounce-full": ("bounced", "soft"),
        "bounce-delay": ("accepted", None),
        "complaint": ("complained", None),
        "autoreply": ("accepted", None),
        "reply": ("accepted", None),
        "nobody": ("accepted", None),
    }
    assert [kind for kind, one in found.items() if one.replied_at] == ["reply"]
    suppressed = {one.address: one.reason for one in await rows(box, Suppression)}
    assert suppressed == {"bounce-hard@dest.test": "hard_bounce", "complaint@dest.test": "complaint"}
    noted = sorted(one.kind for one in await rows(box, ReceivedMail))
    assert noted == ["auto_reply", "bounce", "bounce", "bounce", "complaint", "reply"]
    (place,) = await rows(box, MailboxReader)
    assert (place.trouble, place.read_at is not None) == (None, True)


@EVERY_KIND
async def test_nothing_in_the_mailbox_is_changed(world: World, provider: str) -> None:
    box = await open_box(world, provider)
    await sent(box, "bounce-hard@dest.test", "reply@dest.test")
    account = f"/accounts/{provider}/{box.linked.account}/messages"
    before = world.sandbox.ask("GET", account, folder="INBOX")["messages"]
    await world.run_for(300)
    assert len(await rows(box, ReceivedMail)) == 2
    assert world.sandbox.ask("GET", account, folder="INBOX")["messages"] == before


@EVERY_KIND
async def test_junk_is_read_too(world: World, provider: str) -> None:
    box = await open_box(world, provider)
    (message_id,) = await sent(box, "ada@dest.test")
    await world.run_for(200)
    world.sandbox.ask("POST", "/mail/comebacks", {"recipient": "ada@dest.test", "kind": "reply", "folder": "Junk"})
    await world.run_for(400)
    assert (await of(box, message_id)).replied_at is not None


async def forgets(world: World, box: Box) -> None:
    """Each provider's way to make everything worthless that we know of the mailbox."""
    if box.linked.provider == "imap":
        world.sandbox.ask("POST", f"/accounts/imap/{box.linked.account}/uid-validity", {"folder": "INBOX"})
        return
    kept_days = {"google": 7, "microsoft": 30}[box.linked.provider]
    await world.advance((kept_days + 1) * 86_400)


@EVERY_KIND
async def test_what_the_provider_forgot_is_listed_anew(world: World, provider: str) -> None:
    box = await open_box(world, provider)
    bounced, answered = await sent(box, "bounce-hard@dest.test", "ada@dest.test")
    await world.run_for(300)
    assert (await of(box, bounced)).state == "bounced"
    at = (await of(box, bounced)).bounced_at
    await forgets(world, box)
    world.sandbox.ask("POST", "/mail/comebacks", {"recipient": "ada@dest.test", "kind": "reply"})
    await world.run_for(3600 if provider == "imap" else 120)
    assert (await of(box, answered)).replied_at is not None
    assert (await of(box, bounced)).bounced_at == at  # seen twice, done once
    told = [one.type for one in await rows(box, Event) if one.type in ("message.bounced", "message.replied")]
    assert sorted(told) == ["message.bounced", "message.replied"]


async def test_keap_tells_by_its_records(world: World) -> None:
    box = await open_box(world, "keap")
    kinds = ("bounce-hard", "complaint", "ada", "bo")
    ids = dict(zip(kinds, await sent(box, *(f"{kind}@dest.test" for kind in kinds)), strict=True))
    for _ in range(2):
        await world.advance(1000)
        await world.drain()
    found = {kind: await of(box, one) for kind, one in ids.items()}
    assert (found["bounce-hard"].state, found["bounce-hard"].bounce_kind) == ("bounced", "hard")
    assert found["complaint"].state == "complained"
    assert {one.address for one in await rows(box, Suppression)} == {"bounce-hard@dest.test", "complaint@dest.test"}
    others = [found["ada"], found["bo"]]  # contacts with an even number open
    assert {one.opened_at is not None for one in others} == {True, False}
    assert all(one.opened_at for one in others if one.clicked_at)
