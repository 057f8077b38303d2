"""A mailbox that asks campaigns for its next mail, without a provider: what the job of a slot does around the call."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update

from mailwarden.connections.models import Connection
from mailwarden.connections.slot_models import MailboxSlot
from mailwarden.core.db import unit_of_work
from mailwarden.core.jobs import Lease
from mailwarden.core.runtime import Runtime
from mailwarden.outreach.advancing import WATCH
from mailwarden.outreach.jobs import look_after
from mailwarden.outreach.models import OutreachSend
from mailwarden.outreach.source import CAMPAIGNS
from mailwarden.sending.models import Message, MessageRecipient
from mailwarden.sending.source import Outcome

STATES = {Outcome.ACCEPTED: "sent", Outcome.FOUND: "sent", Outcome.REFUSED: "failed", Outcome.NOT_SENT: "queued"}


@dataclass
class Box:
    rt: Runtime
    slot: MailboxSlot
    row: Connection
    now: datetime
    sent: list[tuple[str, str]] = field(default_factory=list)  # address, subject

    async def claim(self) -> UUID | None:
        """The message, sending by then."""
        async with unit_of_work(self.rt.sessions, self.slot.org_id) as tx:
            found = await CAMPAIGNS.next(tx, self.slot, self.row, self.now)
            if found is not None:
                mine = (Message.org_id == self.slot.org_id, Message.id == found, Message.state == "queued")
                await tx.session.execute(update(Message).where(*mine).values(state="sending"))
            return found

    async def settle(self, message_id: UUID, outcome: Outcome = Outcome.ACCEPTED, **over: object) -> None:
        async with unit_of_work(self.rt.sessions, self.slot.org_id) as tx:
            message = (await tx.session.scalars(select(Message).where(Message.id == message_id))).one()
            addressed = select(MessageRecipient).where(MessageRecipient.message_id == message_id)
            to = (await tx.session.scalars(addressed)).one()
            message.state = STATES.get(outcome, "unknown")
            message.sent_at = self.now if message.state == "sent" else None
            for name, value in over.items():
                setattr(to if hasattr(to, name) and name != "state" else message, name, value)
            if message.state == "sent":
                to.state = "accepted"
                self.sent.append((to.address, message.subject))
            await tx.session.flush()
            await CAMPAIGNS.settled(tx, message, outcome)

    async def send(self) -> str | None:
        """To whom."""
        message_id = await self.claim()
        if message_id is None:
            return None
        await self.settle(message_id)
        return self.sent[-1][0]

    async def send_all(self, most: int = 500) -> list[str]:
        found = []
        while (address := await self.send()) is not None:
            found.append(address)
            assert len(found) < most
        return found

    async def due(self) -> datetime | None:
        async with unit_of_work(self.rt.sessions, self.slot.org_id) as tx:
            return await CAMPAIGNS.due_next(tx, self.slot, self.now)

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)


async def watch(rt: Runtime, org_id: UUID, campaign_id: UUID) -> None:
    """What the job that guards and ends a campaign does."""

    class Unguarded(Lease):
        async def guard(self, tx: object) -> None:
            """Nobody else runs it here."""

    await look_after(rt, Unguarded(campaign_id, org_id, WATCH, str(campaign_id), {}, 1, 1))


async def steps_sent(rt: Runtime, org_id: UUID) -> dict[UUID, list[int]]:
    """By recipient, in order; those whose condition was not met are left out."""
    async with unit_of_work(rt.sessions, org_id) as tx:
        asked = select(OutreachSend).where(OutreachSend.org_id == org_id, ~OutreachSend.not_met)
        found: dict[UUID, list[int]] = {}
        for one in await tx.session.scalars(asked.order_by(OutreachSend.created_at, OutreachSend.step_number)):
            found.setdefault(one.recipient_id, []).append(one.step_number)
        return found
