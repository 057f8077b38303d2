"""What waits at a mailbox: the mail of people first, then what campaigns have for it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select

from mailwarden.connections.models import Connection
from mailwarden.connections.slot_models import MailboxSlot
from mailwarden.core.db import UnitOfWork
from mailwarden.sending.models import Message
from mailwarden.sending.rules import Limits, is_open, next_open
from mailwarden.sending.source import sources
from mailwarden.sending.store import find_message


def _queued(org_id: UUID, slot_id: UUID) -> tuple[ColumnElement[bool], ...]:
    """One-off mail."""
    mine = (Message.org_id == org_id, Message.slot_id == slot_id)
    return *mine, Message.state == "queued", Message.kind == "one_off"


async def queued_one_offs(tx: UnitOfWork, slot: MailboxSlot) -> Sequence[Message]:
    """All of them, locked. One that somebody just holds is waited for: passed over, it would wait in silence."""
    asked = select(Message).where(*_queued(slot.org_id, slot.id)).order_by(Message.id)
    return (await tx.session.scalars(asked.with_for_update().execution_options(populate_existing=True))).all()


async def next_message(
    tx: UnitOfWork, slot: MailboxSlot, row: Connection, allowed: Limits, zone: ZoneInfo, now: datetime
) -> Message | None:
    """Locked. One-off mail goes at any hour, campaigns within the mailbox's working hours."""
    due = (
        select(Message)
        .where(*_queued(slot.org_id, slot.id), Message.due_at <= now)
        .order_by(Message.due_at, Message.id)
        .limit(1)
    )
    due = due.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    found = await tx.session.scalar(due)
    if found is not None or not is_open(allowed, now, zone):
        return found
    for source in sources():
        made = await source.next(tx, slot, row, now)
        if made is not None:
            return await _made(tx, slot.org_id, made)
    return None


async def _made(tx: UnitOfWork, org_id: UUID, message_id: UUID) -> Message | None:
    """A source that answers with what is not waiting answers nothing."""
    message = await find_message(tx, org_id, message_id, lock=True)
    return message if message is not None and message.state == "queued" else None


async def next_wish(
    tx: UnitOfWork, slot: MailboxSlot, allowed: Limits, zone: ZoneInfo, now: datetime
) -> datetime | None:
    """When the first mail wants to go, in the past if it does already. None: nothing waits."""
    wishes = [await tx.session.scalar(select(func.min(Message.due_at)).where(*_queued(slot.org_id, slot.id)))]
    for source in sources():
        at = await source.due_next(tx, slot, now)
        wishes.append(next_open(allowed, max(at, now), zone) if at is not None else None)
    return min((at for at in wishes if at is not None), default=None)
