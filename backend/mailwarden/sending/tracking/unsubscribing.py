"""A recipient wants no more mail of an organization: from the next moment on nobody of it sends any."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, insert, select

from mailwarden.accounts.models import Organization
from mailwarden.core.db import UnitOfWork
from mailwarden.core.ids import format_id, new_id
from mailwarden.events.record import record
from mailwarden.events.types import EventType
from mailwarden.sending.models import Message, MessageRecipient, Suppression
from mailwarden.sending.suppression import suppress
from mailwarden.sending.tracking.arrivals import Found
from mailwarden.sending.tracking.models import TrackingEvent


@dataclass(frozen=True, slots=True)
class Wish:
    """What the page says. ``address`` is shortened: whoever has the link need not be who got the mail."""

    organization: str
    address: str
    granted: bool


async def wish_of(tx: UnitOfWork, found: Found) -> Wish | None:
    """None: the mail went to several people, so nobody can be told by it."""
    row = await _recipient(tx, found)
    if row is None:
        return None
    held = exists().where(Suppression.org_id == found.org_id, Suppression.address == row.address.lower())
    asked = select(Organization.name, held.label("held")).where(Organization.id == found.org_id)
    known = (await tx.session.execute(asked)).one()
    return Wish(known.name, shortened(row.address), row.unsubscribed_at is not None and known.held)


async def unsubscribe(tx: UnitOfWork, found: Found, now: datetime) -> None:
    """Once or often, at the same time or later: it happens once. But who was taken off the list meanwhile means it."""
    row = await _recipient(tx, found, lock=True)
    if row is None:
        return
    fresh = await suppress(tx, found.org_id, row.address, "unsubscribed", message_id=found.message_id)
    if row.unsubscribed_at is not None and fresh is None:
        return
    row.unsubscribed_at = row.unsubscribed_at or now
    whose = {"id": new_id(), "org_id": found.org_id, "message_id": found.message_id}
    noted = {"recipient_id": row.id, "kind": "unsubscribe", "at": now}
    await tx.session.execute(insert(TrackingEvent).values(**whose, **noted))
    mine = (Message.org_id == found.org_id, Message.id == found.message_id)
    connection_id = await tx.session.scalar(select(Message.connection_id).where(*mine))
    data = {"message_id": format_id("msg", found.message_id), "address": row.address}
    type = EventType.RECIPIENT_UNSUBSCRIBED
    await record(tx, type, connection_id=connection_id, subject_id=row.id, data=data)


async def _recipient(tx: UnitOfWork, found: Found, *, lock: bool = False) -> MessageRecipient | None:
    mine = (MessageRecipient.org_id == found.org_id, MessageRecipient.id == found.recipient_id)
    asked = select(MessageRecipient).where(*mine)
    return await tx.session.scalar(asked.with_for_update() if lock else asked)


def shortened(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}"
