"""The end of a run, in one transaction: the run, the age of the data, the receipt, the event, and the job."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from mailwarden.connections.health import report_success
from mailwarden.connections.models import Connection, ReconnectReceipt
from mailwarden.connections.queries import get_connection
from mailwarden.connections.rules import Actor, HistoryRange
from mailwarden.core.db import UnitOfWork
from mailwarden.core.runtime import Runtime
from mailwarden.events.record import record
from mailwarden.events.types import EventType
from mailwarden.metrics.queries import bury_missing, sum_of_run
from mailwarden.sync.models import SyncRun
from mailwarden.sync.progress import Progress
from mailwarden.sync.queries import OPEN
from mailwarden.sync.start import known_of, may_sync, start_run
from mailwarden.sync.window import is_widened, widest


async def succeed(rt: Runtime, tx: UnitOfWork, run_id: UUID, connection_id: UUID, done: Progress) -> None:
    """Nothing happens to a run that was ended meanwhile, by a disconnect for instance."""
    org_id = _org(tx)
    await report_success(rt, tx, connection_id, Actor.SYNC)
    connection = await get_connection(tx, org_id, connection_id, lock=True)
    run = await _close(rt, tx, run_id, "success")
    if run is None:
        return
    run.campaigns_total = run.campaigns_processed if done.totals else None
    gone = await bury_missing(
        tx.session, org_id, connection_id, run.id, run.window_from, run.window_until or run.created_at
    )
    _update_connection(connection, run, done)
    await _complete_receipts(tx, run, gone)
    await _tell(tx, EventType.SYNC_SUCCEEDED, run, connection.provider)
    await tx.session.flush()
    await _go_on(rt, tx, connection)


async def fail(rt: Runtime, tx: UnitOfWork, run_id: UUID, connection_id: UUID, error: dict[str, Any]) -> None:
    """What was stored stays. The age of the data does not move, so nobody takes the figures for complete (C29)."""
    connection = await get_connection(tx, _org(tx), connection_id, lock=True)
    run = await _close(rt, tx, run_id, "failed")
    if run is None:
        return
    run.error, run.partial = error, run.campaigns_processed > 0
    if connection.active_sync_id == run.id:
        connection.active_sync_id = None
    await _tell(tx, EventType.SYNC_FAILED, run, connection.provider)
    await tx.session.flush()


def _org(tx: UnitOfWork) -> UUID:
    if tx.org_id is None:
        raise ValueError("a run belongs to an organization")
    return tx.org_id


async def _close(rt: Runtime, tx: UnitOfWork, run_id: UUID, status: str) -> SyncRun | None:
    mine = select(SyncRun).where(SyncRun.org_id == _org(tx), SyncRun.id == run_id, SyncRun.status.in_(OPEN))
    run = await tx.session.scalar(mine.with_for_update().execution_options(populate_existing=True))
    if run is None:
        return None
    run.status, run.note = status, None
    run.finished_at = rt.clock.now()
    run.started_at = run.started_at or run.finished_at
    run.totals = await sum_of_run(tx.session, run.org_id, run.connection_id, run.id)
    await tx.session.flush()
    return run


def _update_connection(connection: Connection, run: SyncRun, done: Progress) -> None:
    connection.active_sync_id = None
    connection.last_sync_at = run.finished_at
    connection.data_as_of = run.window_until
    read = HistoryRange(connection.backfilled_range) if connection.backfilled_range else None
    connection.backfilled_range = widest(read, HistoryRange(done.covers))
    gap = connection.catch_up_from
    if gap is not None and done.catch_up_from is not None and datetime.fromisoformat(done.catch_up_from) <= gap:
        connection.catch_up_from = None


async def _complete_receipts(tx: UnitOfWork, run: SyncRun, gone: int) -> None:
    """Those that were tied to this run at its start; a later reconnect waits for the run after."""
    pending = select(ReconnectReceipt).where(
        ReconnectReceipt.org_id == run.org_id,
        ReconnectReceipt.connection_id == run.connection_id,
        ReconnectReceipt.status == "pending",
        ReconnectReceipt.sync_run_id == run.id,
    )
    for receipt in await tx.session.scalars(pending):
        receipt.status, receipt.completed_at = "complete", run.finished_at
        receipt.campaigns_added, receipt.campaigns_changed = run.campaigns_added, run.campaigns_changed
        receipt.unknown = _unknown(gone)


def _unknown(gone: int) -> list[dict[str, Any]]:
    parts = [
        {
            "title": "How figures grew meanwhile",
            "detail": "The provider states totals only: they are complete, but their course during the outage is lost.",
        },
        {
            "title": "What came and went meanwhile",
            "detail": "A campaign that was made and deleted during the outage left no trace at the provider.",
        },
    ]
    if gone:
        detail = f"{gone} campaigns are no longer at the provider. Their last known figures stay."
        parts.append({"title": "Deleted campaigns", "detail": detail})
    return parts


async def _tell(tx: UnitOfWork, type: EventType, run: SyncRun, provider: str) -> None:
    told = {
        "provider": provider,
        "type": run.type,
        "badge": run.badge,
        "partial": run.partial,
        "campaigns_processed": run.campaigns_processed,
        "campaigns_added": run.campaigns_added,
        "campaigns_changed": run.campaigns_changed,
        "error": run.error,
    }
    await record(tx, type, connection_id=run.connection_id, subject_id=run.id, data=told)


async def _go_on(rt: Runtime, tx: UnitOfWork, connection: Connection) -> None:
    """The range was widened or the account reconnected while the run was under way: that is read now."""
    behind = is_widened(known_of(connection)) or connection.catch_up_from is not None
    if behind and await may_sync(rt, tx, connection):
        await start_run(rt, tx, connection, "auto")
