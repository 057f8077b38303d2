from uuid import UUID

from sqlalchemy import select

import mailwarden.sending.tracking.prepare  # noqa: F401 - registers itself
from mailwarden.core.db import UnitOfWork, unit_of_work
from mailwarden.core.jobs import JobKind, Lease, enqueue
from mailwarden.core.runtime import Runtime
from mailwarden.events.dispatch import Listeners
from mailwarden.events.models import Event
from mailwarden.events.types import EventType
from mailwarden.sending.tracking.arrivals import SETTLE
from mailwarden.sending.tracking.models import TrackingEvent
from mailwarden.sending.tracking.settling import settle


async def settle_message(rt: Runtime, lease: Lease) -> None:
    message_id = UUID(lease.payload["message_id"])
    if lease.org_id is None:
        raise ValueError("a message belongs to an organization")
    async with unit_of_work(rt.sessions, lease.org_id) as tx:
        await lease.guard(tx)
        await settle(tx, lease.org_id, message_id)
        await lease.finish(tx)


JOBS = [JobKind(SETTLE, settle_message)]


async def settle_late(_: Runtime, tx: UnitOfWork, event: Event) -> None:
    """Somebody may have opened it before it was known that it had left."""
    if event.subject_id is None or tx.org_id is None:
        return
    mine = (TrackingEvent.org_id == tx.org_id, TrackingEvent.message_id == event.subject_id)
    if await tx.session.scalar(select(TrackingEvent.id).where(*mine).limit(1)) is not None:
        await enqueue(tx, SETTLE, event.subject_id, payload={"message_id": str(event.subject_id)})


LISTENERS: Listeners = {EventType.MESSAGE_SENT: [settle_late]}
