"""Newest first, page by page: the same for every log."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, tuple_

from mailwarden.core.db import UnitOfWork
from mailwarden.core.paging import BadCursor, Page, PageQuery
from mailwarden.core.runtime import Runtime

Out = TypeVar("Out")


@dataclass(frozen=True)
class Log:
    """``scope`` names the list with its filters: a cursor of another one is refused."""

    scope: str
    statement: Select[Any]
    at: ColumnElement[datetime]
    id: ColumnElement[UUID]


async def log_page(
    rt: Runtime, tx: UnitOfWork, org_id: UUID, log: Log, page: PageQuery, show: Callable[[Any], Out]
) -> Page[Out]:
    asked = log.statement.add_columns(log.at.label("position_at"), log.id.label("position_id"))
    if page.cursor is not None:
        asked = asked.where(tuple_(log.at, log.id) < _position(rt, org_id, log.scope, page.cursor))
    rows = (await tx.session.execute(asked.order_by(log.at.desc(), log.id.desc()).limit(page.limit + 1))).all()
    shown, more = rows[: page.limit], len(rows) > page.limit
    return Page(data=[show(row) for row in shown], has_more=more, next_cursor=_next(rt, org_id, log, shown, more))


def _position(rt: Runtime, org_id: UUID, scope: str, cursor: str) -> tuple[datetime, UUID]:
    try:
        at, row_id = rt.cursors.decode(org_id, scope, cursor)
        return datetime.fromisoformat(at), UUID(row_id)
    except (TypeError, ValueError) as exc:
        raise BadCursor("Start again without a cursor.") from exc


def _next(rt: Runtime, org_id: UUID, log: Log, shown: Sequence[Any], more: bool) -> str | None:
    if not more:
        return None
    last = shown[-1]
    return rt.cursors.encode(org_id, log.scope, [last.position_at.isoformat(), str(last.position_id)])
