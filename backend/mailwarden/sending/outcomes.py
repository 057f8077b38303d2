"""What becomes of a message, in the transaction that says so: its state, its recipients, events, whoever made it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from mailwarden.connections.slot_models import MailboxSlot
from mailwarden.core.db import UnitOfWork
from mailwarden.core.jobs import enqueue
from mailwarden.core.runtime import Runtime
from mailwarden.events.record import record
from mailwarden.events.types import EventType
from mailwarden.providers.outgoing import Handed, Refusal
from mailwarden.sending.models import Message, MessageRecipient, SendAttempt
from mailwarden.sending.rules import DECLARED_UNSENT, Code, next_lookup
from mailwarden.sending.source import Outcome, sources
from mailwarden.sending.store import find_message, recipients_of
from mailwarden.sending.suppression import suppress

LOOKUP = "message.lookup"
NO_SUCH_PERSON = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.10"})  # RFC 3463 §3.2, RFC 7505
LATEST = 5  # each look at a mailbox clears them up, so an open one is never old
DIED = "The program that sent it stopped before the answer was stored."


async def leave_open(rt: Runtime, tx: UnitOfWork, slot: MailboxSlot) -> None:
    """Attempts that nobody carries on: whoever holds the mailbox's lease knows that their worker is gone, or too late.

    Their mail may be out. The worker, should it live, still settles its own attempt by its id.
    """
    mine = (SendAttempt.org_id == slot.org_id, SendAttempt.slot_id == slot.id)
    latest = select(SendAttempt).where(*mine).order_by(SendAttempt.started_at.desc()).limit(LATEST)
    for attempt in (await tx.session.scalars(latest)).all():
        if attempt.outcome != "started":
            continue
        message = await find_message(tx, slot.org_id, attempt.message_id, lock=True)
        await tx.session.refresh(attempt, with_for_update=True)
        if message is not None and attempt.outcome == "started":
            await set_unknown(rt, tx, message, attempt, Code.WORKER_DIED, DIED)


async def set_accepted(
    rt: Runtime, tx: UnitOfWork, message: Message, attempt: SendAttempt, handed: Handed, outcome: Outcome
) -> None:
    """Also for what was looked for and found; ``finished_at`` stays what it was, for the pace is counted from it."""
    now = rt.clock.now()
    attempt.outcome, attempt.finished_at = outcome, attempt.finished_at or now
    attempt.code = None if attempt.code == DECLARED_UNSENT else attempt.code  # that person erred
    message.state, message.sent_at = "sent", attempt.started_at if outcome is Outcome.FOUND else now
    message.failure_code = message.failure_detail = None
    message.provider_id = handed.provider_id or message.provider_id
    message.provider_thread = handed.thread or message.provider_thread
    message.seen_id = handed.seen_id or message.seen_id
    await _tell_recipients(tx, message, handed.refused)
    await _ended(tx, message, EventType.MESSAGE_SENT, outcome)
    if message.seen_id is None and message.provider_id is not None:
        await enqueue(tx, LOOKUP, message.id, due_at=next_lookup(attempt.started_at, now), queue="bulk")


async def _tell_recipients(tx: UnitOfWork, message: Message, refused: Mapping[str, Refusal]) -> None:
    for one in await recipients_of(tx, message):
        if one.state != "waiting":
            continue
        refusal = refused.get(one.address)
        if refusal is None:
            one.state = "accepted"
            continue
        refuse_recipient(one, refusal.detail)
        if refusal.permanent and refusal.code in NO_SUCH_PERSON:
            one.bounce_kind, one.bounce_code = "hard", refusal.code
            await suppress(tx, message.org_id, one.address, "hard_bounce", message_id=message.id)


def refuse_recipient(one: MessageRecipient, why: str) -> None:
    one.state, one.state_detail = "refused", why


async def set_refused(
    rt: Runtime,
    tx: UnitOfWork,
    message: Message,
    attempt: SendAttempt,
    code: Code,
    detail: str,
    refused: Mapping[str, Refusal],
) -> None:
    attempt.outcome, attempt.finished_at = Outcome.REFUSED, rt.clock.now()
    attempt.code, attempt.detail = code, detail
    everybody = {one.address: Refusal("", detail, permanent=False) for one in await recipients_of(tx, message)}
    await _tell_recipients(tx, message, everybody | dict(refused))
    await fail_message(tx, message, code, detail)


async def set_unknown(
    rt: Runtime, tx: UnitOfWork, message: Message, attempt: SendAttempt, code: Code, detail: str
) -> None:
    """It is looked for, and never sent again by itself."""
    now = rt.clock.now()
    attempt.outcome, attempt.finished_at, attempt.code, attempt.detail = Outcome.UNKNOWN, now, code, detail
    message.state, message.failure_code, message.failure_detail = "unknown", code, detail
    await _ended(tx, message, EventType.MESSAGE_UNKNOWN, Outcome.UNKNOWN)
    await enqueue(tx, LOOKUP, message.id, due_at=next_lookup(now, now), queue="bulk", replace=True)


async def fail_message(tx: UnitOfWork, message: Message, code: str, detail: str) -> None:
    """It was not sent. People see why, and may send it again."""
    message.state, message.failure_code, message.failure_detail = "failed", code, detail
    await _ended(tx, message, EventType.MESSAGE_FAILED, Outcome.REFUSED)


async def _ended(tx: UnitOfWork, message: Message, type: EventType, outcome: Outcome) -> None:
    message.version += 1
    await tx.session.flush()
    await record(tx, type, connection_id=message.connection_id, subject_id=message.id, data=facts(message))
    await tell_sources(tx, message, outcome)


async def tell_sources(tx: UnitOfWork, message: Message, outcome: Outcome) -> None:
    if message.kind != "one_off":
        for source in sources():
            await source.settled(tx, message, outcome)


def facts(message: Message) -> dict[str, Any]:
    """What customers' webhooks are told: no words of the mail, and no addresses."""
    return {
        "kind": message.kind,
        "state": message.state,
        "mailbox_id": _hex("mbx", message.slot_id),
        "code": message.failure_code,
        "detail": message.failure_detail,
    }


def _hex(prefix: str, value: UUID | None) -> str | None:
    return f"{prefix}_{value.hex}" if value else None
