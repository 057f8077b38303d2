"""How a feature tells others: one row, and one job that carries it, in the caller's transaction."""

from typing import Any
from uuid import UUID

from mailwarden.core.db import UnitOfWork
from mailwarden.core.ids import new_id
from mailwarden.core.jobs import enqueue
from mailwarden.events.models import Event
from mailwarden.events.types import EventType

DISPATCH = "event_dispatch"


async def record(
    tx: UnitOfWork,
    type: EventType,
    *,
    connection_id: UUID | None = None,
    subject_id: UUID | None = None,
    data: dict[str, Any] | None = None,
) -> UUID:
    """``data`` must be JSON and hold no secret: customers' webhooks will deliver it as it is."""
    if tx.org_id is None:
        raise ValueError("an event belongs to an organization; call act_for first")
    event_id = new_id()
    tx.session.add(
        Event(
            id=event_id,
            org_id=tx.org_id,
            type=type,
            connection_id=connection_id,
            subject_id=subject_id,
            data=data or {},
        )
    )
    await enqueue(tx, DISPATCH, event_id)
    return event_id
