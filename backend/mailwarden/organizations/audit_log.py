"""Reading the audit log: newest first page by page, or whole as NDJSON or CSV."""

import json
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, tuple_

from mailwarden.accounts.audit_models import AuditEntry
from mailwarden.core import csv
from mailwarden.core.db import UnitOfWork, reader
from mailwarden.core.ids import format_id
from mailwarden.core.paging import BadCursor, Page
from mailwarden.core.runtime import Runtime
from mailwarden.organizations.schemas import ActorOut, AuditEntryOut, AuditFilter, AuditQuery, TargetOut

AT_ONCE = 500
MOST = 200_000  # rows of one export; narrower times give the rest
# How ids of targets are written at the API.
PREFIXES = {
    "member": "usr",
    "invitation": "inv",
    "organization": "org",
    "connection": "conn",
    "mailbox": "mbx",
    "api_key": "key",
    "device": "dev",
    "endpoint": "whe",
    "webhook_endpoint": "whe",
    "delivery": "whd",
    "bundle": "sup",
    "sync": "sync",
    "support_request": "tick",
    "export": "exp",
}
COLUMNS = (
    "id",
    "at",
    "actor_kind",
    "actor_id",
    "actor",
    "action",
    "target_kind",
    "target_id",
    "target",
    "before",
    "after",
    "ip",
    "request_id",
)


def entry_out(row: AuditEntry) -> AuditEntryOut:
    target = None
    if row.target_kind is not None:
        target_id = format_id(PREFIXES.get(row.target_kind, row.target_kind), row.target_id) if row.target_id else None
        target = TargetOut(kind=row.target_kind, id=target_id, label=row.target_label)
    return AuditEntryOut(
        id=row.id,
        at=row.created_at,
        actor=ActorOut(kind=row.actor_kind, id=row.actor_id, label=row.actor_label),
        action=row.action,
        target=target,
        before=row.before,
        after=row.after,
        ip=row.ip,
        request_id=row.request_id,
    )


def _asked(org_id: UUID, filter: AuditFilter) -> Select[AuditEntry]:
    row = AuditEntry
    asked = select(row).where(row.org_id == org_id)
    if filter.actor is not None:
        asked = asked.where(row.actor_id == filter.actor)
    if filter.action is not None:
        ends = filter.action.endswith(".")
        asked = asked.where(
            row.action.startswith(filter.action, autoescape=True) if ends else row.action == filter.action
        )
    if filter.target_kind is not None:
        asked = asked.where(row.target_kind == filter.target_kind)
    if filter.since is not None:
        asked = asked.where(row.created_at >= filter.since)
    if filter.until is not None:
        asked = asked.where(row.created_at < filter.until)
    return asked.order_by(row.created_at.desc(), row.id.desc())


def _before(asked: Select[AuditEntry], position: tuple[datetime, UUID] | None) -> Select[AuditEntry]:
    return asked if position is None else asked.where(tuple_(AuditEntry.created_at, AuditEntry.id) < position)


async def page_of(rt: Runtime, tx: UnitOfWork, org_id: UUID, query: AuditQuery) -> Page[AuditEntryOut]:
    filters = query.model_dump(mode="json", exclude={"limit", "cursor"})
    scope = "audit|" + json.dumps(filters, sort_keys=True)
    asked = _before(_asked(org_id, query), _position(rt, org_id, scope, query.cursor))
    rows = list(await tx.session.scalars(asked.limit(query.limit + 1)))
    shown, more = rows[: query.limit], len(rows) > query.limit
    last = [shown[-1].created_at.isoformat(), str(shown[-1].id)] if more else None
    cursor = rt.cursors.encode(org_id, scope, last) if last else None
    return Page(data=[entry_out(row) for row in shown], has_more=more, next_cursor=cursor)


def _position(rt: Runtime, org_id: UUID, scope: str, cursor: str | None) -> tuple[datetime, UUID] | None:
    if cursor is None:
        return None
    try:
        at, row_id = rt.cursors.decode(org_id, scope, cursor)
        return datetime.fromisoformat(at), UUID(row_id)
    except (TypeError, ValueError) as exc:
        raise BadCursor("Start again without a cursor.") from exc


async def ndjson(rt: Runtime, org_id: UUID, filter: AuditFilter) -> AsyncIterator[str]:
    async for rows in _batches(rt, org_id, filter):
        yield "".join(entry_out(row).model_dump_json() + "\n" for row in rows)


async def csv_lines(rt: Runtime, org_id: UUID, filter: AuditFilter) -> AsyncIterator[str]:
    yield csv.lines([COLUMNS])
    async for rows in _batches(rt, org_id, filter):
        yield csv.lines([_cells(entry_out(row)) for row in rows])


async def _batches(rt: Runtime, org_id: UUID, filter: AuditFilter) -> AsyncIterator[Sequence[AuditEntry]]:
    """Each in a transaction of its own, so that a slow download holds none open."""
    position: tuple[datetime, UUID] | None = None
    for _ in range(MOST // AT_ONCE):
        async with reader(rt.sessions, org_id) as tx:
            rows = list(await tx.session.scalars(_before(_asked(org_id, filter), position).limit(AT_ONCE)))
        if rows:
            yield rows
        if len(rows) < AT_ONCE:
            return
        position = (rows[-1].created_at, rows[-1].id)


def _cells(one: AuditEntryOut) -> list[Any]:
    shown = one.model_dump(mode="json")
    actor, target = shown["actor"], shown["target"] or {}
    return [
        shown["id"],
        shown["at"],
        actor["kind"],
        actor["id"],
        actor["label"],
        one.action,
        target.get("kind"),
        target.get("id"),
        target.get("label"),
        _json(one.before),
        _json(one.after),
        one.ip,
        one.request_id,
    ]


def _json(value: dict[str, Any] | None) -> str | None:
    return json.dumps(value, sort_keys=True, ensure_ascii=False) if value is not None else None
