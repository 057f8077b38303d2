"""Where a recipient goes from a step that was decided."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from mailwarden.core.db import UnitOfWork
from mailwarden.core.jobs import enqueue
from mailwarden.outreach.models import OutreachRecipient, OutreachSend, OutreachStep
from mailwarden.outreach.queries import steps_of
from mailwarden.outreach.rules import OPEN, Person, Step, due_after, may_become
from mailwarden.sending.models import Message, MessageRecipient
from mailwarden.sending.rules import Code
from mailwarden.sending.source import Outcome

WATCH = "outreach.watch"  # the job of a campaign that ends it, or guards it
UNKNOWN = "outcome_unknown"
Sent = tuple[OutreachSend, OutreachRecipient]


def plan(steps: Sequence[OutreachStep]) -> list[Step]:
    return [Step(one.number, one.delay_s, one.condition) for one in steps]


def advance(person: OutreachRecipient, steps: Sequence[OutreachStep], number: int, at: datetime) -> None:
    """Step ``number`` was decided at ``at``. A state that ends the sequence stays, and knows what would be next."""
    due = due_after(plan(steps), number, at)
    person.next_step, person.last_at = number + 1, at
    person.next_at = due.at if due else None
    if person.state in OPEN:
        person.state, person.state_reason = (Person.ACTIVE if due else Person.FINISHED), None


async def end(tx: UnitOfWork, person: OutreachRecipient, state: Person, reason: str | None) -> bool:
    """False: another end came before. The caller holds the recipient."""
    if not may_become(person.state, state):
        return False
    person.state, person.state_reason = state, reason
    await tx.session.flush()
    await watch(tx, person.campaign_id)
    return True


async def watch(tx: UnitOfWork, campaign_id: UUID) -> None:
    """Apart, since whoever holds a recipient must not ask for the campaign's row (`changes`)."""
    await enqueue(tx, WATCH, campaign_id)


async def sent_by(tx: UnitOfWork, message: Message) -> Sent | None:
    """The decision that a message came of, with its recipient, locked."""
    its = (OutreachRecipient.org_id == OutreachSend.org_id) & (OutreachRecipient.id == OutreachSend.recipient_id)
    asked = select(OutreachSend, OutreachRecipient).join(OutreachRecipient, its)
    mine = asked.where(OutreachSend.org_id == message.org_id, OutreachSend.message_id == message.id)
    locked = mine.with_for_update(of=OutreachRecipient).execution_options(populate_existing=True)
    found = (await tx.session.execute(locked)).first()
    return (found[0], found[1]) if found is not None else None


async def settle(tx: UnitOfWork, message: Message, outcome: Outcome) -> None:
    """What an attempt's end means for the recipient. Told twice, it changes nothing the second time."""
    found = await sent_by(tx, message)
    if found is None:
        return
    sent, person = found
    match outcome:
        case Outcome.ACCEPTED | Outcome.FOUND:
            await _accepted(tx, message, sent, person)
        case Outcome.UNKNOWN:
            await _hold(tx, person)
        case Outcome.REFUSED:
            await _refused(tx, message, person)


async def _accepted(tx: UnitOfWork, message: Message, sent: OutreachSend, person: OutreachRecipient) -> None:
    if sent.step_number >= person.next_step:
        steps = await steps_of(tx, person.org_id, person.campaign_id)
        advance(person, steps, sent.step_number, message.sent_at or person.created_at)
    await tx.session.flush()
    to = await _addressed(tx, message)
    if to is not None and to.state == "refused":
        state = Person.BOUNCED if to.bounce_kind == "hard" else Person.SKIPPED
        await end(tx, person, state, to.state_detail)
    elif person.state == Person.FINISHED:
        await watch(tx, person.campaign_id)


async def _hold(tx: UnitOfWork, person: OutreachRecipient) -> None:
    if person.state in (Person.WAITING, Person.ACTIVE):
        person.state, person.state_reason, person.next_at = Person.HELD, UNKNOWN, None
        await tx.session.flush()


async def _refused(tx: UnitOfWork, message: Message, person: OutreachRecipient) -> None:
    """It never left. The step stays decided: whoever wants it sent after all sends that message again."""
    to = await _addressed(tx, message)
    if message.failure_code == Code.SUPPRESSED:
        await end(tx, person, Person.SUPPRESSED, message.failure_code)
    elif to is not None and to.bounce_kind == "hard":
        await end(tx, person, Person.BOUNCED, to.state_detail)
    elif person.state in OPEN:
        person.next_at = None
        await end(tx, person, Person.SKIPPED, message.failure_code)


async def _addressed(tx: UnitOfWork, message: Message) -> MessageRecipient | None:
    mine = (MessageRecipient.org_id == message.org_id, MessageRecipient.message_id == message.id)
    asked = select(MessageRecipient).where(*mine).order_by(MessageRecipient.position).limit(1)
    return await tx.session.scalar(asked)
