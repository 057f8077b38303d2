"""Which mailbox stands in which numbered place: filled by a connect, emptied by a disconnect.

In the transaction of its cause, so that no moment exists in which a disconnected account still holds its settings.
"""

from uuid import UUID

from sqlalchemy import func, select

from mailwarden.connections.models import Connection
from mailwarden.connections.slot_models import MailboxSlot
from mailwarden.core.db import UnitOfWork, app_now
from mailwarden.core.ids import new_id
from mailwarden.events.record import record
from mailwarden.events.types import EventType
from mailwarden.providers.catalog import load

PERSONAL = "mailbox"
SLOT_CAPABILITIES = frozenset({PERSONAL, "sending"})


def takes_slot(provider: str) -> bool:
    """Whatever sends mail stands in a slot: its settings say how."""
    spec = load().get(provider)
    return spec is not None and not SLOT_CAPABILITIES.isdisjoint(spec.capabilities)


def is_personal(provider: str) -> bool:
    """One person's mailbox, which that person may manage; everything else is the organization's."""
    spec = load().get(provider)
    return spec is not None and PERSONAL in spec.capabilities


async def slot_of(tx: UnitOfWork, org_id: UUID, connection_id: UUID, *, lock: bool = False) -> MailboxSlot | None:
    asked = select(MailboxSlot).where(MailboxSlot.org_id == org_id, MailboxSlot.connection_id == connection_id)
    if lock:
        asked = asked.with_for_update().execution_options(populate_existing=True)
    return await tx.session.scalar(asked)


async def take_slot(tx: UnitOfWork, row: Connection) -> MailboxSlot | None:
    """Keeps the slot it has; else the one its person chose, the one it had, the lowest free one, or a new one."""
    if not takes_slot(row.provider):
        return None
    await tx.session.flush()
    await tx.alone("slots")  # two mailboxes connected at once must not want the same number
    held = await slot_of(tx, row.org_id, row.id)
    if held is not None:
        return held
    slot = await _free_slot(tx, row) or await _new_slot(tx, row.org_id)
    slot.connection_id, slot.last_connection_id = row.id, row.id
    slot.reserved_by = slot.reserved_until = slot.emptied_at = None
    await _tell(tx, EventType.MAILBOX_FILLED, slot, row)
    return slot


async def empty_slot(tx: UnitOfWork, row: Connection) -> None:
    """The settings go back to their defaults; number and history stay (D8). Nothing if it holds no slot."""
    await tx.alone("slots")
    slot = await slot_of(tx, row.org_id, row.id, lock=True)
    if slot is None:
        return
    slot.connection_id, slot.settings = None, {}
    slot.version += 1
    slot.emptied_at = await tx.session.scalar(select(app_now()))
    await _tell(tx, EventType.MAILBOX_EMPTIED, slot, row)


async def _free_slot(tx: UnitOfWork, row: Connection) -> MailboxSlot | None:
    free = select(MailboxSlot).where(MailboxSlot.org_id == row.org_id, MailboxSlot.connection_id.is_(None))
    open_to = (MailboxSlot.reserved_until.is_(None)) | (MailboxSlot.reserved_until <= app_now())
    chosen = ~open_to & (MailboxSlot.reserved_by == row.connected_by)
    order = (chosen.desc(), (MailboxSlot.last_connection_id == row.id).desc().nulls_last(), MailboxSlot.number)
    return await tx.session.scalar(free.where(open_to | chosen).order_by(*order).limit(1).with_for_update())


async def _new_slot(tx: UnitOfWork, org_id: UUID) -> MailboxSlot:
    highest = select(func.coalesce(func.max(MailboxSlot.number), 0)).where(MailboxSlot.org_id == org_id)
    slot = MailboxSlot(id=new_id(), org_id=org_id, number=(await tx.session.scalar(highest) or 0) + 1)
    tx.session.add(slot)
    return slot


async def _tell(tx: UnitOfWork, type: EventType, slot: MailboxSlot, row: Connection) -> None:
    await tx.session.flush()
    told = {"number": slot.number, "provider": row.provider, "account_label": row.account_label}
    await record(tx, type, connection_id=row.id, subject_id=slot.id, data=told)
