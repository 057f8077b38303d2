"""One run: claim, read pages with no transaction open, store each with its checkpoint, end. It may die anywhere."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import Table, bindparam, select, update

from mailwarden.connections.models import Connection
from mailwarden.connections.open import open_provider
from mailwarden.connections.queries import find_connection
from mailwarden.core.db import UnitOfWork, app_now, unit_of_work
from mailwarden.core.jobs import Lease, RetryLater
from mailwarden.core.logging import bind
from mailwarden.core.runtime import Runtime
from mailwarden.events.record import record
from mailwarden.events.types import EventType
from mailwarden.metrics.store import Stored, store_campaigns, store_figures
from mailwarden.providers.base import FiguresPage, Page, ProviderError, Window
from mailwarden.providers.capabilities import ListsCampaigns, ReportsFigures
from mailwarden.sync.errors import BROKEN
from mailwarden.sync.finish import fail, succeed
from mailwarden.sync.journal import Heard, write_journal
from mailwarden.sync.models import SyncRun
from mailwarden.sync.progress import Incomplete, Progress, Reading
from mailwarden.sync.queries import find_started
from mailwarden.sync.start import may_sync
from mailwarden.sync.trouble import meet_trouble, refuse_listing
from mailwarden.sync.work import Work

MAX_ATTEMPTS = 8
LOOK_AGAIN_S = 10.0


_RUNS = cast(Table, SyncRun.__table__)
# Built once: making this statement anew for every page took longer than running it.
_CHECK_IN = (
    update(_RUNS)
    .where(_RUNS.c.org_id == bindparam("its_org"), _RUNS.c.id == bindparam("its_id"), _RUNS.c.status == "running")
    .values(
        checkpoint=bindparam("place"),
        campaigns_processed=_RUNS.c.campaigns_processed + bindparam("seen"),
        campaigns_total=bindparam("total"),
        campaigns_added=_RUNS.c.campaigns_added + bindparam("added"),
        campaigns_changed=_RUNS.c.campaigns_changed + bindparam("changed"),
        pages=_RUNS.c.pages + 1,
        calls_made=bindparam("calls"),
        figures_pending=bindparam("pending"),
        note=None,
    )
    .returning(_RUNS.c.id)
)


class Ended(Exception):
    """The run was ended from outside: the connection became inactive or was disconnected."""


async def sync_run(rt: Runtime, lease: Lease) -> None:
    work = await _begin(rt, lease)
    if work is None:
        return
    try:
        await _read(work)
        async with work.writing() as tx:
            await succeed(rt, tx, work.run_id, work.connection.id, work.progress)
            await lease.finish(tx)
    except Ended:
        return
    except Incomplete as exc:
        await refuse_listing(work, exc)
    except ProviderError as exc:
        await meet_trouble(work, exc)
    except Exception:
        if lease.attempt >= MAX_ATTEMPTS:
            await _give_up(work)
        raise


async def _give_up(work: Work) -> None:
    """A bug of ours: the run must not stay open, or nothing is synced any more."""
    async with work.writing() as tx:
        await fail(work.rt, tx, work.run_id, work.connection.id, BROKEN)


async def _begin(rt: Runtime, lease: Lease) -> Work | None:
    """None if there is nothing to do: the run is over, or its connection gone."""
    async with unit_of_work(rt.sessions, lease.org_id) as tx:
        await lease.guard(tx)
        run = await find_started(tx, lease.org_id, UUID(lease.key)) if lease.org_id else None
        row = await find_connection(tx, run.org_id, run.connection_id) if run else None
        if run is None or row is None:
            return None
        bind(connection_id=str(row.id))
        if not await may_sync(rt, tx, row):
            raise RetryLater(_wait_s(rt, row))
        if run.status == "queued":
            await _mark_running(rt, tx, run, row.provider)
        progress = Progress.load(run.checkpoint)
        if progress.phase == "list" and progress.reading is None:
            since: datetime = (await tx.session.scalars(select(app_now()))).one()
            progress = replace(progress, reading=Reading(since.isoformat()))
    provider, api = open_provider(rt, row)
    if not isinstance(provider, ListsCampaigns):
        raise TypeError(f"{row.provider} lists no campaigns")
    window = Window(run.window_from, run.window_until or run.created_at, run.updated_from)
    return Work(rt, lease, run.id, row, window, provider, api, progress, run.calls_made)


def _wait_s(rt: Runtime, row: Connection) -> float:
    """No call during a ban or a check; if the connection dies meanwhile, its event ends the run."""
    if row.banned_until is None:
        return LOOK_AGAIN_S
    return max(LOOK_AGAIN_S, (row.banned_until - rt.clock.now()).total_seconds())


async def _mark_running(rt: Runtime, tx: UnitOfWork, run: SyncRun, provider: str) -> None:
    run.status, run.started_at = "running", rt.clock.now()
    await tx.session.flush()
    told = {"provider": provider, "type": run.type, "badge": run.badge}
    await record(tx, EventType.SYNC_STARTED, connection_id=run.connection_id, subject_id=run.id, data=told)


async def _read(work: Work) -> None:
    segments = work.provider.segments(work.window)
    while work.progress.phase == "list":
        await _read_listing(work, segments)
    while work.progress.phase == "figures":
        await _read_report(work)


@dataclass(frozen=True, slots=True)
class Answer:
    page: Page
    heard: list[Heard]
    as_of: datetime


async def _read_listing(work: Work, segments: tuple[str, ...]) -> None:
    """To the end of one listing. While one page is stored the next one is already on its way."""
    segment = segments[work.progress.segment]
    asked = asyncio.create_task(_ask(work, segment, work.progress.cursor))
    try:
        while True:
            answer = await asked
            following = answer.page.next_cursor
            if following is not None:
                asked = asyncio.create_task(_ask(work, segment, following))
            await _store(work, answer, len(segments))
            if following is None:
                return
    finally:
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)


async def _ask(work: Work, segment: str, cursor: str | None) -> Answer:
    page = await work.provider.page(work.api, work.window, segment, cursor)
    as_of = work.rt.clock.now()
    return Answer(page, await work.listen(), as_of)


async def _store(work: Work, answer: Answer, segments: int) -> None:
    """Rows, checkpoint and journal are one transaction: after a crash the page counts as read, or as not read."""
    page, before = answer.page, work.progress.reading
    if before is None:
        raise ValueError("a listing is read without a beginning")
    async with work.writing() as tx:
        source = work.source(answer.as_of, datetime.fromisoformat(before.since))
        stored = await store_campaigns(tx, source, page.campaigns)
        reading = before.add(len(page.campaigns), stored.fresh, page.total)
        progress = await _advanced(work, tx, reading, page.next_cursor, segments)
        if progress.phase == "figures" and not isinstance(work.provider, ReportsFigures):
            progress = progress.reported(None)
        await _check_in(work, tx, progress, answer.heard, len(page.campaigns), stored, seen=stored.seen)
    work.progress = progress
    work.calls += len(answer.heard)


async def _advanced(work: Work, tx: UnitOfWork, reading: Reading, cursor: str | None, segments: int) -> Progress:
    """A reading begins at the database's time, which is what its rows are compared with."""
    if cursor is not None:
        return work.progress.listed(reading, cursor)
    ended = work.progress.ended(reading, segments)
    if ended.phase != "list":
        return ended
    since: datetime = (await tx.session.scalars(select(app_now()))).one()
    number = reading.number + 1 if ended.segment == work.progress.segment else 1
    return replace(ended, reading=Reading(since.isoformat(), number))


async def _read_report(work: Work) -> None:
    """One page of a report; it speaks of many campaigns at once."""
    if not isinstance(work.provider, ReportsFigures):
        raise TypeError("this provider has no reports")
    page: FiguresPage = await work.provider.figures(work.api, work.window, work.progress.cursor)
    as_of = work.rt.clock.now()
    heard = await work.listen()
    progress = work.progress.reported(page.next_cursor)
    async with work.writing() as tx:
        stored = await store_figures(tx, work.source(as_of, as_of), page.figures)
        await _check_in(work, tx, progress, heard, len(page.figures), stored, seen=0)
    work.progress = progress
    work.calls += len(heard)


async def _check_in(
    work: Work, tx: UnitOfWork, progress: Progress, heard: list[Heard], rows: int, stored: Stored, *, seen: int
) -> None:
    changed = stored.added + stored.changed
    await write_journal(tx, work.run_id, heard, work.calls, rows=rows, changed=changed)
    given = {
        "its_org": work.connection.org_id,
        "its_id": work.run_id,
        "place": progress.as_json(),
        "seen": seen,
        "total": progress.stated_total(),
        "added": stored.added,
        "changed": stored.changed,
        "calls": work.calls + len(heard),
        "pending": progress.phase == "figures",
    }
    if (await tx.session.execute(_CHECK_IN, given)).first() is None:
        raise Ended
