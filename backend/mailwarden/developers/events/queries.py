"""Reading the stream: by position only, up to a horizon that was read first, so that a page never skips an event."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, func, select

from mailwarden.core.db import UnitOfWork
from mailwarden.core.errors import NotFound
from mailwarden.developers.events.schemas import EventQuery
from mailwarden.events.models import Event, EventPosition


async def horizon(tx: UnitOfWork, org_id: UUID) -> int:
    """The newest position. Everything up to it is committed and visible to every later statement."""
    asked = select(EventPosition.position).where(EventPosition.org_id == org_id)
    return await tx.session.scalar(asked) or 0


async def oldest_kept(tx: UnitOfWork, org_id: UUID) -> int | None:
    return await tx.session.scalar(select(func.min(Event.position)).where(Event.org_id == org_id))


async def read_forward(
    tx: UnitOfWork, org_id: UUID, query: EventQuery, after: int, until: int
) -> tuple[Sequence[Event], bool]:
    """The page, and whether there is more."""
    asked = _wanted(org_id, query).where(Event.position > after, Event.position <= until)
    rows = (await tx.session.scalars(asked.order_by(Event.position).limit(query.limit + 1))).all()
    return rows[: query.limit], len(rows) > query.limit


async def read_backward(tx: UnitOfWork, org_id: UUID, query: EventQuery, before: int) -> tuple[Sequence[Event], bool]:
    asked = _wanted(org_id, query).where(Event.position < before)
    rows = (await tx.session.scalars(asked.order_by(Event.position.desc()).limit(query.limit + 1))).all()
    return rows[: query.limit], len(rows) > query.limit


def _wanted(org_id: UUID, query: EventQuery) -> Select[Event]:
    asked = select(Event).where(Event.org_id == org_id)
    if query.type:
        asked = asked.where(Event.type.in_(query.type))
    if query.connection_id is not None:
        asked = asked.where(Event.connection_id == query.connection_id)
    return asked


async def get_event(tx: UnitOfWork, org_id: UUID, event_id: UUID) -> Event:
    """Raises NotFound."""
    found: Event | None = await tx.session.scalar(select(Event).where(Event.org_id == org_id, Event.id == event_id))
    if found is None or found.position is None:
        raise NotFound("There is no such event.")
    return found
