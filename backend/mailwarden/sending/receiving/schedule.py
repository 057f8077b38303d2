"""When a mailbox is read: as soon as somebody says that something came, else by how lately it sent."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select

from mailwarden.connections.models import Connection
from mailwarden.connections.queries import find_connection
from mailwarden.connections.rules import Status
from mailwarden.connections.slots import is_personal
from mailwarden.core.db import UnitOfWork
from mailwarden.core.jobs import enqueue
from mailwarden.core.runtime import Runtime
from mailwarden.events.dispatch import Listeners
from mailwarden.events.models import Event
from mailwarden.events.types import EventType
from mailwarden.sending.models import SendAttempt
from mailwarden.sending.receiving.models import MailboxReader
from mailwarden.sending.receiving.rules import PACES
from mailwarden.sending.receiving.words import READ

KEAP = "keap"  # no mailbox: records of what was sent
FIRST_LOOK = PACES[0].every


def is_read(provider: str) -> bool:
    return is_personal(provider) or provider == KEAP


async def read_soon(tx: UnitOfWork, row: Connection, due: datetime) -> None:
    """For who hears that something arrived."""
    if is_personal(row.provider):
        await enqueue(tx, READ, row.id, due_at=due, queue="bulk")


async def last_sent_at(tx: UnitOfWork, org_id: UUID, connection_id: UUID) -> datetime | None:
    asked = select(func.max(SendAttempt.started_at)).where(
        SendAttempt.org_id == org_id,
        SendAttempt.connection_id == connection_id,
        SendAttempt.outcome.in_(["started", "accepted", "unknown", "found"]),
    )
    return await tx.session.scalar(asked)


async def begin_reading(rt: Runtime, tx: UnitOfWork, event: Event) -> None:
    """From then on we know where new mail begins; and what came while the connection was dead is caught up with."""
    if event.connection_id is None:
        return
    row = await find_connection(tx, event.org_id, event.connection_id)
    if row is not None and row.status != Status.DISCONNECTED:
        await read_soon(tx, row, rt.clock.now())


async def answers_may_come(rt: Runtime, tx: UnitOfWork, event: Event) -> None:
    """Something was sent: a mailbox that was idle is looked into soon."""
    if event.connection_id is not None:
        await enqueue(tx, READ, event.connection_id, due_at=rt.clock.now() + FIRST_LOOK, queue="bulk")


async def wake_all(rt: Runtime, tx: UnitOfWork, event: Event) -> None:
    """The organization may work again. Spread, since all of them come at once."""
    asked = select(MailboxReader.connection_id).where(MailboxReader.org_id == event.org_id)
    for number, connection_id in enumerate(await tx.session.scalars(asked)):
        await enqueue(tx, READ, connection_id, due_at=rt.clock.now() + timedelta(seconds=number), queue="bulk")


LISTENERS: Listeners = {
    EventType.CONNECTION_CONNECTED: [begin_reading],
    EventType.CONNECTION_RECONNECTED: [begin_reading],
    EventType.CONNECTION_RECOVERED: [begin_reading],
    EventType.CONNECTION_RESTORED: [begin_reading],
    EventType.CONNECTION_PERMISSION_RESTORED: [begin_reading],
    EventType.SUBSCRIPTION_REACTIVATED: [wake_all],
    EventType.MESSAGE_SENT: [answers_may_come],
    EventType.MESSAGE_UNKNOWN: [answers_may_come],
}
