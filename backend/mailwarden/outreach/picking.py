"""Who gets a mailbox's next campaign mail: the source's questions to the database, each under the locks it needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select, update

from mailwarden.connections.models import Connection
from mailwarden.connections.slot_models import MailboxSlot
from mailwarden.core.db import UnitOfWork
from mailwarden.outreach.models import (
    OutreachAccount,
    OutreachCampaign,
    OutreachRecipient,
    OutreachSend,
    OutreachStep,
)
from mailwarden.outreach.queries import steps_of
from mailwarden.outreach.rules import Person, Seen, State
from mailwarden.outreach.schedule import Schedule, schedule_of
from mailwarden.sending.models import Message, MessageRecipient

AT_ONCE = 2000  # recipients of a zone whose window is closed, moved to its next opening
PICKED = (Person.WAITING, Person.ACTIVE)
FRESH = {"populate_existing": True}


@dataclass(frozen=True, slots=True)
class Sending:
    """A campaign that may send from this account now. Neither is paused before the transaction ends."""

    campaign: OutreachCampaign
    account: OutreachAccount
    steps: Sequence[OutreachStep]
    schedule: Schedule

    @property
    def first_due(self) -> datetime | None:
        if self.campaign.started_at is None or not self.steps:
            return None
        return self.campaign.started_at + timedelta(seconds=self.steps[0].delay_s)


def _running(slot: MailboxSlot, connection_id: UUID | None) -> Select[OutreachCampaign, OutreachAccount]:
    its = (OutreachCampaign.org_id == OutreachAccount.org_id) & (OutreachCampaign.id == OutreachAccount.campaign_id)
    active = (OutreachAccount.state == "active", OutreachCampaign.state == State.RUNNING)
    mine = (OutreachAccount.org_id == slot.org_id, OutreachAccount.slot_id == slot.id)
    asked = select(OutreachCampaign, OutreachAccount).join(OutreachAccount, its)
    return asked.where(*mine, OutreachAccount.connection_id == connection_id, *active).order_by(OutreachCampaign.id)


async def sending_now(tx: UnitOfWork, slot: MailboxSlot, connection_id: UUID | None, *, hold: bool) -> list[Sending]:
    """``hold``: whoever pauses one of them waits for this transaction, so that nothing starts after a pause is told."""
    asked = _running(slot, connection_id)
    if hold:
        asked = asked.with_for_update(read=True, of=(OutreachCampaign, OutreachAccount))
    found = (await tx.session.execute(asked.execution_options(**FRESH))).all()
    return [
        Sending(one[0], one[1], await steps_of(tx, slot.org_id, one[0].id), schedule_of(one[0].schedule))
        for one in found
    ]


async def left_over(
    tx: UnitOfWork, slot: MailboxSlot, row: Connection, sending: Sequence[Sending], now: datetime
) -> tuple[Message, OutreachRecipient] | None:
    """A mail that was made before and could not leave: a limit, or the provider, put it off."""
    asked = (
        select(Message, OutreachRecipient)
        .join(OutreachSend, (OutreachSend.org_id == Message.org_id) & (OutreachSend.message_id == Message.id))
        .join(
            OutreachRecipient,
            (OutreachRecipient.org_id == OutreachSend.org_id) & (OutreachRecipient.id == OutreachSend.recipient_id),
        )
        .where(*_waiting(slot.org_id, sending), Message.due_at <= now)
        .order_by(Message.due_at, Message.id)
        .limit(1)
        .with_for_update(of=(Message, OutreachRecipient), skip_locked=True)
    )
    found = (await tx.session.execute(asked.execution_options(**FRESH))).first()
    if found is not None:
        found[0].slot_id, found[0].connection_id = slot.id, row.id  # the account may have come back to another slot
    return (found[0], found[1]) if found is not None else None


def _waiting(org_id: UUID, sending: Sequence[Sending]) -> tuple[ColumnElement[bool], ...]:
    accounts = [one.account.id for one in sending]
    mine = (Message.org_id == org_id, Message.kind == "outreach", Message.state == "queued")
    return *mine, OutreachRecipient.account_id.in_(accounts)


async def candidate(tx: UnitOfWork, one: Sending, now: datetime, *, own: bool) -> OutreachRecipient | None:
    """``own``: assigned to the account already; else who waits for any (L29). Locked, none of others."""
    first = one.first_due
    if not own and (first is None or first > now):
        return None
    for state in (Person.ACTIVE, Person.WAITING) if own else (Person.WAITING,):  # one index walk each
        mine = (OutreachRecipient.org_id == one.campaign.org_id, OutreachRecipient.state == state)
        asked = select(OutreachRecipient).where(*mine, *_due(one, own=own), OutreachRecipient.next_at <= now)
        soonest = asked.order_by(OutreachRecipient.next_at, OutreachRecipient.id).limit(1)
        locked = soonest.with_for_update(skip_locked=True).execution_options(**FRESH)
        if (found := await tx.session.scalar(locked)) is not None:
            return found
    return None


def _due(one: Sending, *, own: bool) -> tuple[ColumnElement[bool], ...]:
    mine = (OutreachRecipient.org_id == one.campaign.org_id, OutreachRecipient.campaign_id == one.campaign.id)
    if own:
        return *mine, OutreachRecipient.account_id == one.account.id, OutreachRecipient.state.in_(PICKED)
    return *mine, OutreachRecipient.account_id.is_(None), OutreachRecipient.state == Person.WAITING


async def next_due(tx: UnitOfWork, slot: MailboxSlot, sending: Sequence[Sending]) -> datetime | None:
    """Of all that waits here, the soonest; hours of the schedule not asked."""
    if not sending:
        return None
    mails = (
        select(func.min(Message.due_at))
        .join(OutreachSend, (OutreachSend.org_id == Message.org_id) & (OutreachSend.message_id == Message.id))
        .join(
            OutreachRecipient,
            (OutreachRecipient.org_id == OutreachSend.org_id) & (OutreachRecipient.id == OutreachSend.recipient_id),
        )
        .where(*_waiting(slot.org_id, sending))
    )
    wishes = [await tx.session.scalar(mails.where(Message.org_id == slot.org_id))]
    return min((at for at in wishes if at is not None), default=None)


async def due_of(tx: UnitOfWork, one: Sending) -> datetime | None:
    """When somebody in this campaign wants the next mail from this account."""
    soonest = select(func.min(OutreachRecipient.next_at)).where(OutreachRecipient.org_id == one.campaign.org_id)
    own = await tx.session.scalar(soonest.where(*_due(one, own=True)))
    free = await tx.session.scalar(soonest.where(*_due(one, own=False)))
    first = one.first_due
    free = max(free, first) if free is not None and first is not None else None
    return min((at for at in (own, free) if at is not None), default=None)


async def seen_of(tx: UnitOfWork, person: OutreachRecipient) -> tuple[Message | None, Seen]:
    """The mail that they got last, and what they did with it."""
    asked = (
        select(Message, MessageRecipient)
        .join(OutreachSend, (OutreachSend.org_id == Message.org_id) & (OutreachSend.message_id == Message.id))
        .join(
            MessageRecipient, (MessageRecipient.org_id == Message.org_id) & (MessageRecipient.message_id == Message.id)
        )
        .where(Message.org_id == person.org_id, OutreachSend.recipient_id == person.id, Message.state == "sent")
        .order_by(OutreachSend.step_number.desc())
        .limit(1)
    )
    found = (await tx.session.execute(asked)).first()
    if found is None:
        return None, Seen()
    to = found[1]
    return found[0], Seen(to.opened_at is not None, to.clicked_at is not None, to.replied_at is not None)


async def put_off(tx: UnitOfWork, person: OutreachRecipient, until: datetime, now: datetime) -> None:
    """All who are due and live in the same zone wait for its next opening, so that none is asked for again before."""
    same = OutreachRecipient.zone.is_not_distinct_from(person.zone)
    mine = (OutreachRecipient.org_id == person.org_id, OutreachRecipient.campaign_id == person.campaign_id)
    due = (OutreachRecipient.state.in_(PICKED), OutreachRecipient.next_at <= now)
    these = select(OutreachRecipient.id).where(*mine, *due, same).limit(AT_ONCE).with_for_update(skip_locked=True)
    moved = update(OutreachRecipient).where(OutreachRecipient.org_id == person.org_id, OutreachRecipient.id.in_(these))
    await tx.session.execute(moved.values(next_at=until), execution_options={"synchronize_session": False})
    person.next_at = until
    await tx.session.flush()
