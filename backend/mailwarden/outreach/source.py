"""Campaigns as a source of mail: asked by a mailbox that may send now, they make its next one (L4, L27-L29).

Everything is decided in the transaction that claims the mail, under locks: whoever pauses a campaign waits for that
transaction, and once the pause is told no mail of the campaign starts.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from mailwarden.accounts.models import Organization
from mailwarden.connections.models import Connection
from mailwarden.connections.slot_models import MailboxSlot
from mailwarden.core.db import UnitOfWork
from mailwarden.core.ids import new_id
from mailwarden.outreach.advancing import advance, end, settle, watch
from mailwarden.outreach.changes import withdraw_from
from mailwarden.outreach.filling import answering, fill, opening_of
from mailwarden.outreach.models import OutreachRecipient, OutreachSend, OutreachStep
from mailwarden.outreach.picking import (
    PICKED,
    Sending,
    candidate,
    due_of,
    left_over,
    next_due,
    put_off,
    seen_of,
    sending_now,
)
from mailwarden.outreach.rules import OPEN, Person, is_met
from mailwarden.outreach.schedule import RECIPIENT
from mailwarden.sending.making import Addressee, NewMail, queue_outreach
from mailwarden.sending.models import Message
from mailwarden.sending.source import Outcome, register_source
from mailwarden.sending.suppression import suppressed_among

NEVER = timedelta(days=365)  # a window that no clock of its zone shows
STALE = timedelta(days=1)  # so long after its time a mail is made anew: it waited for us, and was not tried in vain
MOST_LOOKS = 50  # recipients in one look for whom nothing comes of it; the next look goes on behind them


class Campaigns:
    async def next(self, tx: UnitOfWork, slot: MailboxSlot, row: Connection, now: datetime) -> UUID | None:
        sending = await sending_now(tx, slot, row.id, hold=True)
        if not sending:
            return None
        waiting = await _left_over(tx, slot, row, sending, now)
        if waiting is not None:
            return waiting
        zone = await zone_of(tx, slot.org_id)
        look = Look(tx, slot, row, now, zone)
        for _ in range(MOST_LOOKS):
            found = await _soonest(tx, sending, now)
            if found is None:
                return None
            message = await look.decide(*found)
            if message is not None:
                return message.id
        return None

    async def settled(self, tx: UnitOfWork, message: Message, outcome: Outcome) -> None:
        if message.kind == "outreach":
            await settle(tx, message, outcome)

    async def due_next(self, tx: UnitOfWork, slot: MailboxSlot, now: datetime) -> datetime | None:
        sending = await sending_now(tx, slot, slot.connection_id, hold=False)
        if not sending:
            return None
        wishes = [await next_due(tx, slot, sending)]
        organizations = await zone_of(tx, slot.org_id)
        for one in sending:
            at = await due_of(tx, one)
            if at is not None and one.schedule.zone != RECIPIENT:
                at = one.schedule.opens(one.schedule.zone_of(None, organizations), max(at, now))
            wishes.append(at)
        return min((at for at in wishes if at is not None), default=None)


async def zone_of(tx: UnitOfWork, org_id: UUID) -> str:
    return (await tx.session.scalars(select(Organization.time_zone).where(Organization.id == org_id))).one()


async def _left_over(
    tx: UnitOfWork, slot: MailboxSlot, row: Connection, sending: Sequence[Sending], now: datetime
) -> UUID | None:
    """One whose recipient has answered, or is out for another reason, is cancelled instead of sent.

    After a long pause the step is decided again: its condition may not be met any more, and the two days in which a
    mail is tried are not over before they began. Of who is held somebody said that it did not leave: that mail stays.
    """
    for _ in range(MOST_LOOKS):
        found = await left_over(tx, slot, row, sending, now)
        if found is None:
            return None
        message, person = found
        if person.state in PICKED and message.due_at is not None and now - message.due_at > STALE:
            await withdraw_from(tx, person.org_id, OutreachRecipient.id == person.id)
            continue
        if person.state in OPEN:
            return message.id
        message.state, message.due_at = "cancelled", None
        await tx.session.flush()
    return None


async def _soonest(
    tx: UnitOfWork, sending: Sequence[Sending], now: datetime
) -> tuple[Sending, OutreachRecipient] | None:
    """Who is with the account comes before who waits for any; then whoever is due the longest, in any campaign."""
    for own in (True, False):
        due = [(one, person) for one in sending if (person := await candidate(tx, one, now, own=own)) is not None]
        if due:
            return min(due, key=lambda pair: (pair[1].next_at or now, pair[1].id))
    return None


class Look:
    """One look at what a mailbox could send."""

    def __init__(self, tx: UnitOfWork, slot: MailboxSlot, row: Connection, now: datetime, zone: str) -> None:
        self._tx, self._slot, self._row, self._now, self._zone = tx, slot, row, now, zone

    async def decide(self, one: Sending, person: OutreachRecipient) -> Message | None:
        """None: this recipient gets nothing now, which their row says; somebody else may."""
        opens = one.schedule.opens(one.schedule.zone_of(person.zone, self._zone), self._now)
        if opens is None or opens > self._now:
            await put_off(self._tx, person, opens or self._now + NEVER, self._now)
            return None
        step = next((step for step in one.steps if step.number == person.next_step), None)
        if step is None:
            person.state, person.next_at = Person.FINISHED, None
            await watch(self._tx, person.campaign_id)
            await self._tx.session.flush()
            return None
        reasons = await suppressed_among(self._tx, person.org_id, [person.address])
        if reasons:
            await end(self._tx, person, Person.SUPPRESSED, reasons[person.address])
            return None
        return await self._write(one, person, step)

    async def _write(self, one: Sending, person: OutreachRecipient, step: OutreachStep) -> Message | None:
        last, seen = await seen_of(self._tx, person)
        if not is_met(step.condition, seen):
            await self._note(person, step, None)
            advance(person, one.steps, step.number, self._now)
            await self._tx.session.flush()
            if person.state == Person.FINISHED:
                await watch(self._tx, person.campaign_id)
            return None
        filled = fill(step, opening_of(one.steps, step.number), person)
        if filled.missing:
            await end(self._tx, person, Person.SKIPPED, f"missing_fields: {', '.join(filled.missing)}"[:200])
            return None
        follows = last if step.subject is None else None
        subject = answering(follows.subject) if follows is not None else filled.subject
        return await self._queue(
            one,
            person,
            step,
            NewMail(
                to=[Addressee(person.address, person.name)],
                subject=subject,
                html=filled.html,
                author_id=one.campaign.author_id,
                answers_id=follows.id if follows is not None else None,
                track_opens=one.campaign.track_opens,
                track_clicks=one.campaign.track_clicks,
                one_click_unsubscribe=True,
            ),
        )

    async def _queue(self, one: Sending, person: OutreachRecipient, step: OutreachStep, mail: NewMail) -> Message:
        """From here on they belong to this account, and the step is decided."""
        message = await queue_outreach(self._tx, self._slot, self._row, mail, self._now, self._now)
        await self._note(person, step, message.id)
        person.account_id, person.next_at = one.account.id, None
        await self._tx.session.flush()
        return message

    async def _note(self, person: OutreachRecipient, step: OutreachStep, message_id: UUID | None) -> None:
        known = {"org_id": person.org_id, "recipient_id": person.id, "step_number": step.number}
        self._tx.session.add(OutreachSend(id=new_id(), **known, message_id=message_id, not_met=message_id is None))
        await self._tx.session.flush()


CAMPAIGNS = register_source(Campaigns())
