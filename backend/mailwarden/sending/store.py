from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select

from mailwarden.core.db import UnitOfWork
from mailwarden.core.errors import NotFound
from mailwarden.core.ids import new_id
from mailwarden.sending.models import Message, MessageFile, MessageRecipient, SendAttempt
from mailwarden.sending.rules import DECLARED_UNSENT

AT_REST = ("queued", "cancelled", "failed")
OPEN = ("started", "unknown")  # what may still become something else


async def find_message(tx: UnitOfWork, org_id: UUID, message_id: UUID, *, lock: bool = False) -> Message | None:
    asked = select(Message).where(Message.org_id == org_id, Message.id == message_id)
    if lock:
        asked = asked.with_for_update().execution_options(populate_existing=True)
    return await tx.session.scalar(asked)


async def get_message(tx: UnitOfWork, org_id: UUID, message_id: UUID, *, lock: bool = False) -> Message:
    found = await find_message(tx, org_id, message_id, lock=lock)
    if found is None:
        raise NotFound("There is no such message.")
    return found


async def recipients_of(tx: UnitOfWork, message: Message) -> Sequence[MessageRecipient]:
    """In their order."""
    return (await tx.session.scalars(_recipients([message.id], message.org_id))).all()


async def recipients_by_message(
    tx: UnitOfWork, org_id: UUID, messages: Sequence[UUID]
) -> dict[UUID, list[MessageRecipient]]:
    found: dict[UUID, list[MessageRecipient]] = {one: [] for one in messages}
    for row in await tx.session.scalars(_recipients(messages, org_id)):
        found[row.message_id].append(row)
    return found


def _recipients(messages: Sequence[UUID], org_id: UUID) -> Select[MessageRecipient]:
    mine = (MessageRecipient.org_id == org_id, MessageRecipient.message_id.in_(messages))
    return select(MessageRecipient).where(*mine).order_by(MessageRecipient.message_id, MessageRecipient.position)


async def files_of(tx: UnitOfWork, message: Message) -> Sequence[MessageFile]:
    """With their content."""
    mine = (MessageFile.org_id == message.org_id, MessageFile.message_id == message.id)
    return (await tx.session.scalars(select(MessageFile).where(*mine).order_by(MessageFile.id))).all()


async def attempts_of(tx: UnitOfWork, message: Message) -> Sequence[SendAttempt]:
    """The newest first."""
    mine = (SendAttempt.org_id == message.org_id, SendAttempt.message_id == message.id)
    return (await tx.session.scalars(select(SendAttempt).where(*mine).order_by(SendAttempt.number.desc()))).all()


async def open_attempt(tx: UnitOfWork, message: Message) -> SendAttempt | None:
    """The one that may have sent it, locked. Lock the message first."""
    mine = (SendAttempt.org_id == message.org_id, SendAttempt.message_id == message.id)
    asked = select(SendAttempt).where(*mine, SendAttempt.outcome.in_(OPEN)).with_for_update()
    return await tx.session.scalar(asked.execution_options(populate_existing=True))


async def doubtful_attempt(tx: UnitOfWork, message: Message) -> SendAttempt | None:
    """Of a mail that does not go now: the one that only a person declared unsent. Lock the message first."""
    latest = (await attempts_of(tx, message))[:1] if message.state in AT_REST else []
    return next((one for one in latest if one.code == DECLARED_UNSENT), None)


async def begin_attempt(
    tx: UnitOfWork,
    message: Message,
    earlier: Sequence[SendAttempt],
    slot_id: UUID | None,
    connection_id: UUID | None,
    at: datetime,
) -> SendAttempt:
    """``earlier``: all of them, the newest first. A second one that may have sent is refused by the database."""
    attempt = SendAttempt(
        id=new_id(),
        org_id=message.org_id,
        message_id=message.id,
        slot_id=slot_id,
        connection_id=connection_id,
        number=earlier[0].number + 1 if earlier else 1,
        started_at=at,
        outcome="started",
    )
    tx.session.add(attempt)
    await tx.session.flush()
    return attempt
