"""Waking mailboxes: whoever queues a mail, or ends what kept one waiting, does so in the same transaction."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from mailwarden.connections.slot_models import MailboxSlot
from mailwarden.core.db import UnitOfWork
from mailwarden.core.jobs import enqueue
from mailwarden.core.runtime import Runtime
from mailwarden.events.dispatch import Listeners
from mailwarden.events.models import Event
from mailwarden.events.types import EventType

SEND = "slot.send"


async def wake(tx: UnitOfWork, slot_id: UUID, at: datetime | None = None) -> None:
    """``at`` None: now. A mailbox that is awake looks once more."""
    await enqueue(tx, SEND, slot_id, due_at=at, queue="bulk")


async def wake_of_connection(_: Runtime, tx: UnitOfWork, event: Event) -> None:
    held = (MailboxSlot.connection_id == event.connection_id) | (MailboxSlot.last_connection_id == event.connection_id)
    asked = select(MailboxSlot.id).where(MailboxSlot.org_id == event.org_id, held)
    for slot_id in await tx.session.scalars(asked.order_by(MailboxSlot.id)):
        await wake(tx, slot_id)


async def wake_all(_: Runtime, tx: UnitOfWork, event: Event) -> None:
    asked = select(MailboxSlot.id).where(MailboxSlot.org_id == event.org_id).order_by(MailboxSlot.id)
    for slot_id in (await tx.session.scalars(asked)).all():
        await wake(tx, slot_id)


OF_A_CONNECTION = (
    EventType.CONNECTION_CONNECTED,
    EventType.CONNECTION_RECONNECTED,
    EventType.CONNECTION_INACTIVE,
    EventType.CONNECTION_RECOVERED,
    EventType.CONNECTION_DISCONNECTED,
    EventType.CONNECTION_PERMISSION_MISSING,
    EventType.CONNECTION_PERMISSION_RESTORED,
    EventType.CONNECTION_RESTORED,
    EventType.MAILBOX_FILLED,
    EventType.MAILBOX_EMPTIED,
    EventType.MAILBOX_SETTINGS_CHANGED,
)
LISTENERS: Listeners = {
    **{type: [wake_of_connection] for type in OF_A_CONNECTION},
    EventType.SUBSCRIPTION_INACTIVE: [wake_all],
    EventType.SUBSCRIPTION_REACTIVATED: [wake_all],
}
