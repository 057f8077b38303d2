"""Messages that were sent, as rows, and mail that comes back to a connection."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from mailwarden.connections.models import Connection
from mailwarden.core.db import UnitOfWork, reader, unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.core.runtime import Runtime
from mailwarden.events.models import Event
from mailwarden.sending.models import Message, MessageRecipient, SendAttempt, Suppression
from mailwarden.sending.receiving.effects import Happened
from mailwarden.sending.receiving.kinds import read
from mailwarden.sending.receiving.matching import Mail, Matching
from mailwarden.sending.receiving.models import ReceivedMail


async def make_message(rt: Runtime, row: Connection, *to: str, **over: Any) -> Message:
    """Sent, to these, and accepted by the provider."""
    now = rt.clock.now()
    fields = {"kind": "one_off", "state": "sent", "rfc822_id": f"<{new_id().hex}@ours.test>", "sent_at": now}
    message = Message(id=new_id(), org_id=row.org_id, connection_id=row.id, subject="Hello", **(fields | over))
    async with unit_of_work(rt.sessions, row.org_id) as tx:
        tx.session.add(message)
        await tx.session.flush()
        for position, address in enumerate(to):
            tx.session.add(
                MessageRecipient(
                    id=new_id(),
                    org_id=row.org_id,
                    message_id=message.id,
                    position=position,
                    kind="to",
                    address=address,
                    state="accepted",
                )
            )
        outcome = "unknown" if message.state == "unknown" else "accepted"
        attempt = {"number": 1, "started_at": now, "outcome": outcome}
        attempt |= {"message_id": message.id, "connection_id": row.id}
        tx.session.add(SendAttempt(id=new_id(), org_id=row.org_id, **attempt))
    return message


@dataclass
class Desk:
    """``heard``: what features above were told."""

    rt: Runtime
    row: Connection
    heard: list[Happened] = field(default_factory=list)
    _keys: int = 0

    async def listen(self, _: Runtime, tx: UnitOfWork, happened: Happened) -> None:
        assert tx.org_id == self.row.org_id
        self.heard.append(happened)

    async def take(
        self, *raws: bytes, row: Connection | None = None, keys: Sequence[str] = (), thread: str | None = None
    ) -> int:
        """Arrives at this mailbox, or another one."""
        mails = []
        for number, raw in enumerate(raws):
            self._keys += 1
            key = keys[number] if keys else f"key-{self._keys}"
            mails.append(Mail(key, self.rt.clock.now(), read(raw), thread))
        async with unit_of_work(self.rt.sessions, self.row.org_id) as tx:
            return await Matching(self.rt, tx, row or self.row).take(mails)

    async def recipients(self, message: Message) -> dict[str, MessageRecipient]:
        async with reader(self.rt.sessions, self.row.org_id) as tx:
            asked = select(MessageRecipient).where(MessageRecipient.message_id == message.id)
            return {one.address: one for one in await tx.session.scalars(asked)}

    async def only(self, message: Message) -> MessageRecipient:
        (one,) = (await self.recipients(message)).values()
        return one

    async def noted(self) -> list[ReceivedMail]:
        async with reader(self.rt.sessions, self.row.org_id) as tx:
            return list(await tx.session.scalars(select(ReceivedMail).order_by(ReceivedMail.id)))

    async def suppressed(self) -> dict[str, str]:
        async with reader(self.rt.sessions, self.row.org_id) as tx:
            return {one.address: one.reason for one in await tx.session.scalars(select(Suppression))}

    async def events(self) -> list[Event]:
        async with reader(self.rt.sessions, self.row.org_id) as tx:
            asked = select(Event).where(Event.type.startswith("message.")).order_by(Event.id)
            return list(await tx.session.scalars(asked))

    @property
    def now(self) -> datetime:
        return self.rt.clock.now()
