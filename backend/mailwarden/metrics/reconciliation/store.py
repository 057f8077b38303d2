"""Rows of comparisons, and our side of one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from mailwarden.connections.models import Connection
from mailwarden.core.db import UnitOfWork
from mailwarden.core.errors import NotFound
from mailwarden.core.ids import new_id
from mailwarden.core.jobs import enqueue
from mailwarden.metrics.reconciliation.matching import Mine, Windows
from mailwarden.metrics.reconciliation.models import Reconciliation
from mailwarden.metrics.rules import COUNTS
from mailwarden.metrics.settling import is_settled, provisional_until

RECONCILE = "reconcile"
OPEN = ("queued", "running")
_ONE_OPEN = text("status in ('queued','running')")


async def begin(tx: UnitOfWork, row: Connection, trigger: str, requested_by: UUID | None = None) -> Reconciliation:
    """The open one if there is one."""
    made = insert(Reconciliation).values(
        id=new_id(), org_id=row.org_id, connection_id=row.id, trigger=trigger, requested_by=requested_by
    )
    only_one = made.on_conflict_do_nothing(index_elements=["connection_id"], index_where=_ONE_OPEN)
    await tx.session.execute(only_one)
    mine = select(Reconciliation).where(Reconciliation.org_id == row.org_id, Reconciliation.connection_id == row.id)
    found = (await tx.session.scalars(mine.where(Reconciliation.status.in_(OPEN)))).one()
    await enqueue(tx, RECONCILE, found.id, queue="bulk")
    return found


async def find_open(session: AsyncSession, org_id: UUID, id: UUID) -> Reconciliation | None:
    mine = select(Reconciliation).where(Reconciliation.org_id == org_id, Reconciliation.id == id)
    return await session.scalar(mine.where(Reconciliation.status.in_(OPEN)).with_for_update())


def _rows(org_id: UUID) -> Any:
    return (
        select(Reconciliation, Connection.provider, Connection.account_label, Connection.account_time_zone)
        .join(Connection, Connection.id == Reconciliation.connection_id)
        .where(Reconciliation.org_id == org_id, Connection.org_id == org_id)
    )


async def get_row(session: AsyncSession, org_id: UUID, id: UUID) -> Any:
    found = (await session.execute(_rows(org_id).where(Reconciliation.id == id))).first()
    if found is None:
        raise NotFound("There is no such comparison.")
    return found


async def list_rows(
    session: AsyncSession,
    org_id: UUID,
    connection_ids: Sequence[UUID],
    limit: int,
    after: tuple[datetime, UUID] | None,
) -> Sequence[Any]:
    """Newest first."""
    asked = _rows(org_id)
    if connection_ids:
        asked = asked.where(Reconciliation.connection_id.in_(connection_ids))
    if after is not None:
        asked = asked.where(tuple_(Reconciliation.created_at, Reconciliation.id) < after)
    order = (Reconciliation.created_at.desc(), Reconciliation.id.desc())
    rows: Sequence[Any] = (await session.execute(asked.order_by(*order).limit(limit))).all()
    return rows


_MINE = text(
    f"""
    SELECT c.external_id, c.name, c.sent_at, c.archived OR c.gone_at IS NOT NULL AS kept, c.figures_as_of,
      coalesce(o.delivered_derived, false) AS delivered_derived, {", ".join(f"o.{name}" for name in COUNTS)}
    FROM campaigns c
    LEFT JOIN LATERAL (SELECT * FROM observations WHERE id = c.latest_observation_id LIMIT 1) o ON true
    WHERE c.org_id = :org AND c.connection_id = :connection AND c.sent_at >= :start AND c.sent_at < :end
    ORDER BY c.sent_at, c.id"""  # noqa: S608 - our own constants
)


async def ours(session: AsyncSession, row: Connection, found: Windows, until: datetime) -> list[Mine]:
    """Also of what was sent since: providers that know names only count it in."""
    given = {"org": row.org_id, "connection": row.id, "start": found.start, "end": until}
    return [_mine(one, row.provider) for one in await session.execute(_MINE, given)]


def _mine(one: Any, provider: str) -> Mine:
    return Mine(
        one.external_id,
        one.name,
        one.sent_at,
        one.kept,
        is_settled(provisional_until(one.sent_at, provider), one.figures_as_of),
        one.delivered_derived,
        {name: getattr(one, name) for name in COUNTS},
    )
