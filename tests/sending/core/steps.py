"""A mailbox of the sandbox, and mail that waits in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from uuid import UUID

from sqlalchemy import select

from mailwarden.connections.models import Connection
from mailwarden.connections.queries import get_connection
from mailwarden.connections.slot_models import MailboxSlot
from mailwarden.connections.slots import slot_of
from mailwarden.core.db import reader, unit_of_work
from mailwarden.sending.making import Addressee, NewMail, add_message, queue_message
from mailwarden.sending.models import Message, MessageRecipient, SendAttempt
from mailwarden.sending.store import attempts_of, get_message, recipients_of
from mailwarden.sending.wake import wake
from tests.support.world import Linked, World

KINDS = ["slot.send", "message.lookup", "event_dispatch"]
DUE = "SELECT id FROM jobs WHERE state = 'ready' AND due_at <= app_now() AND kind = any($1)"
WAYS = ("google", "microsoft", "keap", "imap")


@dataclass(frozen=True)
class Mail:
    raw: bytes
    to: tuple[str, ...]
    subject: str

    @property
    def parsed(self) -> EmailMessage:
        found = message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(found, EmailMessage)
        return found


@dataclass
class Box:
    """One connected mailbox as the tests use it."""

    world: World
    linked: Linked
    org_id: UUID
    slot_id: UUID

    async def row(self) -> Connection:
        async with reader(self.world.runtime.sessions, self.org_id) as tx:
            return await get_connection(tx, self.org_id, self.linked.id)

    async def queue(self, *to: str, subject: str = "Hello", **over: Any) -> UUID:
        """A one-off mail, and the mailbox woken."""
        rt = self.world.runtime
        async with unit_of_work(rt.sessions, self.org_id) as tx:
            row = await get_connection(tx, self.org_id, self.linked.id)
            slot = await slot_of(tx, self.org_id, row.id)
            assert slot is not None
            people = [Addressee(one) for one in to or ("ada@else.test",)]
            mail = NewMail(people, subject, "<p>How are <b>you</b>?</p>", **over)
            message = await add_message(tx, self.org_id, mail, kind="one_off", slot_id=slot.id)
            queue_message(message, slot, row, rt.clock.now(), rt.clock.now())
            await wake(tx, slot.id)
            return message.id

    async def message(self, message_id: UUID) -> Message:
        async with reader(self.world.runtime.sessions, self.org_id) as tx:
            return await get_message(tx, self.org_id, message_id)

    async def attempts(self, message_id: UUID) -> Sequence[SendAttempt]:
        async with reader(self.world.runtime.sessions, self.org_id) as tx:
            return await attempts_of(tx, await get_message(tx, self.org_id, message_id))

    async def recipients(self, message_id: UUID) -> Sequence[MessageRecipient]:
        async with reader(self.world.runtime.sessions, self.org_id) as tx:
            return await recipients_of(tx, await get_message(tx, self.org_id, message_id))

    async def work(self, seconds: float = 0, times: int = 1) -> None:
        """Moves the clock so far, ``times`` times, and runs what is due of sending; probes and all else wait."""
        for _ in range(times):
            if seconds:
                await self.world.advance(seconds)
            while [await self.world.runner.run(one["id"]) for one in await self.world.admin.fetch(DUE, KINDS)]:
                pass

    async def set(self, **settings: Any) -> None:
        """Settings of the slot, as a member would change them."""
        path = f"/v1/mailboxes/mbx_{self.slot_id.hex}"
        told = await self.linked.browser.get(path)
        changed = await self.linked.browser.patch(path, settings, headers={"If-Match": told.headers["etag"]})
        assert changed.status_code == 200, changed.text

    def sent(self) -> list[Mail]:
        """What the provider took, whatever we believe of it; one for each recipient at Keap, oldest first."""
        return taken(self.world, self.linked)


def taken(world: World, linked: Linked) -> list[Mail]:
    place, ask = f"/accounts/{linked.provider}/{linked.account}", world.sandbox.ask
    if linked.provider == "keap":
        return [Mail(b"", (one["to"],), one["subject"]) for one in ask("GET", f"{place}/orders")["orders"]]
    if linked.provider == "imap":
        held = [one for one in ask("GET", "/mail/submitted")["messages"] if one["sender"] == linked.account]
        return [_mail(one["raw"], one["recipients"]) for one in held]
    return [_mail(one["raw"], []) for one in ask("GET", f"{place}/messages", folder="Sent")["messages"]]


def _mail(text: str, recipients: Sequence[str]) -> Mail:
    raw = text.encode("latin-1")
    head = message_from_bytes(raw, policy=policy.default)
    return Mail(raw, tuple(recipients), str(head["Subject"]))


async def open_box(world: World, provider: str, **account: Any) -> Box:
    browser = await world.sign_up()
    linked = await world.connect(browser, provider, world.sandbox.make_account(provider, **account))
    async with reader(world.runtime.sessions, browser.org_id) as tx:
        slot = await tx.session.scalar(select(MailboxSlot).where(MailboxSlot.connection_id == linked.id))
    assert slot is not None
    return Box(world, linked, browser.org_id, slot.id)


async def states(box: Box, message_id: UUID) -> tuple[str, str | None, list[str]]:
    """The message's, why, and the outcomes of its attempts, the newest first."""
    message = await box.message(message_id)
    return message.state, message.failure_code, [one.outcome for one in await box.attempts(message_id)]
