"""Runs as the wire shows them, one by one, page by page and live."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from mailwarden.core.db import UnitOfWork, reader
from mailwarden.core.paging import Page, PageQuery
from mailwarden.core.runtime import Runtime
from mailwarden.sync.models import JournalEntry, SyncRun
from mailwarden.sync.queries import OPEN, RunFilter, get_run, list_journal, list_runs
from mailwarden.sync.schemas import JournalEntryOut, SyncErrorOut, SyncRunOut, SyncTotals

LOOK_EVERY_S = 0.25
ALLOWED_FOR_S = 1.0  # then it is asked again who may look: a stream must not outlive a sign-out or a removal


def run_out(row: Any) -> SyncRunOut:
    run: SyncRun = row[0]
    return SyncRunOut(
        id=run.id,
        connection_id=run.connection_id,
        provider=row[1],
        account_label=row[2],
        type=run.type,
        badge=run.badge,
        status=run.status,
        partial=run.partial,
        created_at=run.created_at,
        started_at=run.started_at,
        finished_at=run.finished_at,
        duration_ms=_duration_ms(run.started_at, run.finished_at),
        window_from=run.window_from,
        window_until=run.window_until,
        campaigns_processed=run.campaigns_processed,
        campaigns_total=run.campaigns_total,
        campaigns_added=run.campaigns_added,
        campaigns_changed=run.campaigns_changed,
        progress=_progress(run),
        totals=SyncTotals.model_validate(run.totals) if run.totals else None,
        calls_made=run.calls_made,
        pages=run.pages,
        error=SyncErrorOut.model_validate(run.error) if run.error else None,
        note=run.note,
        request_id=run.request_id,
    )


def _duration_ms(started: datetime | None, finished: datetime | None) -> int | None:
    return round((finished - started).total_seconds() * 1000) if started and finished else None


def _progress(run: SyncRun) -> float | None:
    if run.status == "success":
        return 1.0
    if not run.campaigns_total:
        return None
    return min(1.0, run.campaigns_processed / run.campaigns_total)


async def run_page(rt: Runtime, tx: UnitOfWork, org_id: UUID, wanted: RunFilter, page: PageQuery) -> Page[SyncRunOut]:
    scope = f"syncs|{wanted}"
    after = None
    if page.cursor is not None:
        at, run_id = rt.cursors.decode(org_id, scope, page.cursor)
        after = (datetime.fromisoformat(at), UUID(run_id))
    rows = await list_runs(tx, org_id, wanted, page.limit + 1, after)
    following = None
    if len(rows) > page.limit:
        last: SyncRun = rows[page.limit - 1][0]
        following = rt.cursors.encode(org_id, scope, [last.created_at.isoformat(), str(last.id)])
    data = [run_out(row) for row in rows[: page.limit]]
    return Page(data=data, has_more=following is not None, next_cursor=following)


async def journal_page(
    rt: Runtime, tx: UnitOfWork, org_id: UUID, run_id: UUID, page: PageQuery
) -> Page[JournalEntryOut]:
    scope = f"sync_journal|{run_id}"
    after = rt.cursors.decode(org_id, scope, page.cursor)[0] if page.cursor is not None else None
    rows = await list_journal(tx, org_id, run_id, page.limit + 1, after)
    following = None
    if len(rows) > page.limit:
        following = rt.cursors.encode(org_id, scope, [rows[page.limit - 1].sequence])
    data = [_entry_out(row) for row in rows[: page.limit]]
    return Page(data=data, has_more=following is not None, next_cursor=following)


def _entry_out(row: JournalEntry) -> JournalEntryOut:
    return JournalEntryOut(
        id=row.id,
        sequence=row.sequence,
        at=row.at,
        method=row.method,
        path=row.path,
        params=row.params,
        status=row.status,
        body_sha256=row.body_sha256.hex(),
        body_bytes=row.body_bytes,
        body_kept=row.body is not None,
        duration_ms=row.duration_ms,
        provider_request_id=row.provider_request_id,
        rows=row.rows,
        changed=row.changed,
    )


async def follow(
    rt: Runtime, org_id: UUID, run_id: UUID, still_allowed: Callable[[], Awaitable[bool]]
) -> AsyncIterator[SyncRunOut]:
    """The run each time it has changed, until it is over, or nobody may look any more.

    Holds no database connection while it waits.
    """
    last: SyncRunOut | None = None
    asked = time.monotonic()
    while last is None or last.status in OPEN:
        if time.monotonic() - asked >= ALLOWED_FOR_S:
            if not await still_allowed():
                return
            asked = time.monotonic()
        if last is not None:
            await asyncio.sleep(LOOK_EVERY_S)
        async with reader(rt.sessions, org_id) as tx:
            now = run_out(await get_run(tx, org_id, run_id))
        if now != last:
            yield now
        last = now
