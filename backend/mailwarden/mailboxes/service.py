"""What a member changes about a slot."""

from datetime import timedelta
from uuid import UUID

from mailwarden.accounts import audit
from mailwarden.accounts.caller import Caller
from mailwarden.connections.access import not_theirs
from mailwarden.connections.transitions import audit_target
from mailwarden.core.db import UnitOfWork
from mailwarden.core.errors import Conflict
from mailwarden.core.etag import stale
from mailwarden.core.runtime import Runtime
from mailwarden.events.record import record
from mailwarden.events.types import EventType
from mailwarden.mailboxes.queries import Held, get_slot
from mailwarden.mailboxes.settings import MailboxUpdate, merged

RESERVED_FOR = timedelta(minutes=15)  # a little longer than an authorization may take


async def change_settings(tx: UnitOfWork, caller: Caller, slot_id: UUID, version: int, body: MailboxUpdate) -> Held:
    """Only what is given changes; PreconditionFailed if somebody else changed the settings since they were loaded."""
    slot, row = await get_slot(tx, caller.org_id, slot_id, lock=True)
    if row is None:
        raise Conflict("The slot is empty. Connect a mailbox first; its settings begin at the defaults.", code="empty")
    if refused := not_theirs(caller, row):
        raise refused
    if slot.version != version:
        raise stale(slot.version)
    before, after = slot.settings, merged(slot.settings, body)
    if after == before:
        return slot, row
    slot.settings = after
    slot.version += 1
    await tx.session.flush()
    names = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    was, now = audit.difference(before, after)
    await audit.record(tx, "mailbox.settings_changed", audit_target(row), before=was, after=now, user_id=caller.user_id)
    told = {"number": slot.number, "changed": names, "user_id": str(caller.user_id)}
    await record(tx, EventType.MAILBOX_SETTINGS_CHANGED, connection_id=row.id, subject_id=slot.id, data=told)
    return slot, row


async def reserve(rt: Runtime, tx: UnitOfWork, caller: Caller, slot_id: UUID) -> Held:
    """The next mailbox that this person connects goes into this slot (B44)."""
    slot, row = await get_slot(tx, caller.org_id, slot_id, lock=True)
    now = rt.clock.now()
    if row is not None:
        raise Conflict("There is a mailbox in this slot. Disconnect it first.", code="not_empty")
    if slot.reserved_until is not None and slot.reserved_until > now and slot.reserved_by != caller.user_id:
        raise Conflict("Somebody else is just connecting a mailbox here. Try again in some minutes.", code="reserved")
    slot.reserved_by, slot.reserved_until = caller.user_id, now + RESERVED_FOR
    await tx.session.flush()
    return slot, None
