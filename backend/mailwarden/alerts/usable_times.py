"""When connections were expected to work, told from their histories."""

from collections import defaultdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from mailwarden.alerts.watching.history import Span
from mailwarden.connections.models import Connection, Transition
from mailwarden.core.db import UnitOfWork

USABLE = frozenset({"connected", "verifying"})


async def usable_times(tx: UnitOfWork, org_id: UUID, since: datetime) -> dict[UUID, tuple[Span, ...]]:
    """By connection; of the time before ``since`` only what reaches into it."""
    begun = (
        select(Transition.connection_id, func.max(Transition.at).label("at"))
        .where(Transition.org_id == org_id, Transition.at < since)
        .group_by(Transition.connection_id)
        .subquery()
    )
    asked = (
        select(Transition.connection_id, Transition.at, Transition.to_status)
        .outerjoin(begun, begun.c.connection_id == Transition.connection_id)
        .where(Transition.org_id == org_id, Transition.at >= func.coalesce(begun.c.at, since))
    )
    changes: dict[UUID, list[Any]] = defaultdict(list)
    for row in await tx.session.execute(asked.order_by(Transition.at, Transition.id)):
        changes[row.connection_id].append(row)
    rows = await tx.session.execute(
        select(Connection.id, Connection.status, Connection.created_at).where(Connection.org_id == org_id)
    )
    return {row.id: _spans(changes[row.id], row.status, row.created_at) for row in rows}


def _spans(changes: list[Any], status: str, created_at: datetime) -> tuple[Span, ...]:
    """Without a history its status has always been what it is."""
    if not changes:
        return (Span(created_at),) if status in USABLE else ()
    spans: list[Span] = []
    since: datetime | None = None
    for change in changes:
        usable = change.to_status in USABLE
        if usable and since is None:
            since = change.at
        elif not usable and since is not None:
            spans.append(Span(since, change.at))
            since = None
    return (*spans, Span(since)) if since is not None else tuple(spans)
