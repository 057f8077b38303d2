"""How a run comes to be: by a member, by the schedule, or because something must be read again."""

from typing import Any, Literal
from uuid import UUID

from sqlalchemy import text, update
from sqlalchemy.dialects.postgresql import insert

from mailwarden.billing.gate import access_of, require_work
from mailwarden.connections.models import Connection, ReconnectReceipt
from mailwarden.connections.present import cause_title
from mailwarden.connections.queries import get_connection
from mailwarden.connections.rules import HistoryRange, Purpose
from mailwarden.connections.usability import may_use
from mailwarden.core.db import UnitOfWork
from mailwarden.core.errors import Conflict
from mailwarden.core.ids import new_id
from mailwarden.core.jobs import enqueue
from mailwarden.core.runtime import Runtime
from mailwarden.sync.models import SyncRun
from mailwarden.sync.queries import get_open_run
from mailwarden.sync.window import Known, plan

RUN = "sync_run"
_ONE_OPEN = text("status in ('queued','running')")  # no parameters: a prepared statement could not infer the index


def known_of(connection: Connection) -> Known:
    read = connection.backfilled_range
    return Known(
        history_range=HistoryRange(connection.history_range),
        backfilled_range=HistoryRange(read) if read else None,
        data_as_of=connection.data_as_of,
        catch_up_from=connection.catch_up_from,
    )


async def start_manual(rt: Runtime, tx: UnitOfWork, connection: Connection, user_id: UUID, request_id: str) -> SyncRun:
    """The open run if there is one (C3). Raises SubscriptionInactive, Conflict with the cause of an outage (C32)."""
    row = await get_connection(tx, connection.org_id, connection.id, lock=True)
    access = await require_work(rt, tx, row.org_id)
    usable = may_use(row, Purpose.SYNC, rt.clock.now(), access)
    if not usable.usable:
        action = usable.action.code if usable.action else None
        raise Conflict(usable.detail, code=usable.code, action=action, evidence=_why(row))
    return await start_run(rt, tx, row, "manual", requested_by=user_id, request_id=request_id)


async def may_sync(rt: Runtime, tx: UnitOfWork, row: Connection) -> bool:
    access = await access_of(rt, tx, row.org_id)
    return may_use(row, Purpose.SYNC, rt.clock.now(), access).usable


def _why(row: Connection) -> dict[str, Any] | None:
    if row.cause is None:
        return None
    since = row.inactive_since or row.suspected_at
    return {
        "status": row.status,
        "cause": row.cause,
        "cause_title": cause_title(row.provider, row.cause),
        "since": since.isoformat() if since else None,
    }


async def start_run(
    rt: Runtime,
    tx: UnitOfWork,
    row: Connection,
    type: Literal["manual", "auto"],
    *,
    requested_by: UUID | None = None,
    request_id: str | None = None,
) -> SyncRun:
    """``row`` is locked. Of two starts at once the database lets one make a run; the other gets that one."""
    wanted = plan(known_of(row), rt.clock.now())
    run_id = new_id()
    fresh = insert(SyncRun).values(
        id=run_id,
        org_id=row.org_id,
        connection_id=row.id,
        type=type,
        badge=wanted.badge,
        requested_by=requested_by,
        request_id=request_id,
        window_from=wanted.sent_from,
        window_until=wanted.until,
        updated_from=wanted.updated_from,
        checkpoint={"covers": wanted.covers, "catch_up_from": _iso(row.catch_up_from)},
    )
    only_one = fresh.on_conflict_do_nothing(index_elements=["connection_id"], index_where=_ONE_OPEN)
    await tx.session.execute(only_one)
    run = await get_open_run(tx, row.org_id, row.id)
    if run.id == run_id:
        row.active_sync_id = run.id
        await _tie_receipts(tx, row, run)
        await tx.session.flush()
        await enqueue(tx, RUN, run.id, queue="bulk")
    return run


def _iso(at: Any) -> str | None:
    return at.isoformat() if at else None


async def _tie_receipts(tx: UnitOfWork, row: Connection, run: SyncRun) -> None:
    """A reconnect's receipt shows the run that will fill it in; after a failed one, the next."""
    pending = update(ReconnectReceipt).where(
        ReconnectReceipt.org_id == row.org_id,
        ReconnectReceipt.connection_id == row.id,
        ReconnectReceipt.status == "pending",
    )
    await tx.session.execute(pending.values(sync_run_id=run.id))
