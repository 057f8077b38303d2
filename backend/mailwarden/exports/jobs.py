"""Makes files in the background, and takes them away when their time is over.

A file is written to a temporary one first, out of one state of the data, and stored piece by piece when it is whole. A
process that dies leaves no file, and pieces that the next attempt removes: it starts from the first row.
"""

import logging
import time
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from hashlib import sha256
from tempfile import TemporaryFile
from typing import IO
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.exc import TimeoutError as PoolTimeout

from mailwarden.core.db import UnitOfWork, reader, unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.core.jobs import JobKind, Lease, LeaseLost, RetryLater, enqueue
from mailwarden.core.runtime import Runtime
from mailwarden.events.record import record
from mailwarden.events.types import EventType
from mailwarden.exports import queries
from mailwarden.exports.making import Maker, Order, maker_of, pieces
from mailwarden.exports.models import Export, ExportPart
from mailwarden.exports.registry import REPORTS
from mailwarden.exports.report import Reading
from mailwarden.exports.rules import LINK_LIVES, OPEN

log = logging.getLogger(__name__)

MAKE, END = "export_make", "export_end"
MAX_ATTEMPTS = 4
PIECE = 1 << 20  # bytes, before they are compressed
TELL_EVERY_S = 1.0
SNAPSHOT = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


class Stopped(Exception):
    """Somebody cancelled it."""


async def make_export(rt: Runtime, lease: Lease) -> None:
    try:
        await _make(rt, lease)
    except Stopped:
        return
    except (LeaseLost, RetryLater):
        raise
    except Exception as exc:
        if lease.attempt < MAX_ATTEMPTS:
            raise
        log.exception("export given up")
        await _give_up(rt, lease, type(exc).__name__)


async def _make(rt: Runtime, lease: Lease) -> None:
    export = await _begin(rt, lease)
    with TemporaryFile() as file:
        maker = await _write(rt, lease, export, file)
        digest = await _store(rt, lease, export, file)
        size = file.tell()
    async with unit_of_work(rt.sessions, export.org_id) as tx:
        await lease.guard(tx)
        await _done(rt, tx, export, maker, size, digest)
        await lease.finish(tx)


async def _begin(rt: Runtime, lease: Lease) -> Export:
    """Raises Stopped."""
    org_id, export_id = _ids(lease)
    async with unit_of_work(rt.sessions, org_id) as tx:
        await lease.guard(tx)
        row = await queries.hold_export(tx, org_id, export_id)
        if row is None or row.status not in OPEN:
            raise Stopped
        row.status, row.rows_done, row.started_at = "running", 0, row.started_at or rt.clock.now()
        await queries.drop_parts(tx, org_id, export_id)  # of an attempt that died
        return row


def _ids(lease: Lease) -> tuple[UUID, UUID]:
    if lease.org_id is None:
        raise ValueError("an export belongs to an organization")
    return lease.org_id, UUID(lease.key)


@asynccontextmanager
async def snapshot(rt: Runtime, org_id: UUID) -> AsyncIterator[UnitOfWork]:
    """Count, chart and every row of one moment, however long the reading takes."""
    async with reader(rt.sessions) as tx:
        await tx.session.execute(SNAPSHOT)
        await tx.act_for(org_id)
        yield tx


async def _write(rt: Runtime, lease: Lease, export: Export, file: IO[bytes]) -> Maker:
    report = REPORTS[export.report]
    wanted = report.filters.model_validate(export.filters)
    async with snapshot(rt, export.org_id) as tx:
        reading = Reading(rt, tx, export.org_id, rt.clock.now(), ZoneInfo(export.time_zone))
        rows = await report.count(reading, wanted)
        await _tell(rt, lease, export, rows_estimated=rows)
        organization = await queries.get_organization(tx, export.org_id)
        order = Order(report, wanted, export.format, export.bom, organization.name, rows)
        maker = await maker_of(reading, order)
        told_at = time.monotonic()
        async for piece in pieces(reading, order, maker):
            file.write(piece)
            if time.monotonic() - told_at >= TELL_EVERY_S:
                await _tell(rt, lease, export, rows_done=maker.rows)
                told_at = time.monotonic()
    return maker


async def _tell(rt: Runtime, lease: Lease, export: Export, **values: int) -> None:
    """Raises Stopped. Needs a second connection for a moment: where none is free, nobody is told this time."""
    with suppress(PoolTimeout):
        async with unit_of_work(rt.sessions, export.org_id) as tx:
            await lease.guard(tx)
            if not await queries.progress(tx, export.org_id, export.id, **values):
                raise Stopped


async def _store(rt: Runtime, lease: Lease, export: Export, file: IO[bytes]) -> bytes:
    """Each piece in a transaction of its own. The hash of the whole."""
    file.seek(0)
    digest, number = sha256(), 0
    while piece := file.read(PIECE):
        digest.update(piece)
        async with unit_of_work(rt.sessions, export.org_id) as tx:
            await lease.guard(tx)
            data = zlib.compress(piece, 6)
            tx.session.add(ExportPart(id=new_id(), org_id=tx.org_id, export_id=export.id, number=number, data=data))
        number += 1
    return digest.digest()


async def _done(rt: Runtime, tx: UnitOfWork, export: Export, maker: Maker, size: int, digest: bytes) -> None:
    row = await queries.hold_export(tx, export.org_id, export.id)
    if row is None:
        return
    if row.status != "running":
        await queries.drop_parts(tx, export.org_id, export.id)
        return
    row.status, row.rows_done, row.complete = "ready", maker.rows, not maker.is_full
    row.size, row.sha256, row.finished_at = size, digest, rt.clock.now()
    row.expires_at = row.finished_at + LINK_LIVES
    await enqueue(tx, END, row.id, due_at=row.expires_at, replace=True)
    data = {"report": row.report, "format": row.format, "file_name": row.file_name, "rows": row.rows_done}
    expires_at = row.expires_at.isoformat().replace("+00:00", "Z")
    await record(tx, EventType.EXPORT_READY, subject_id=row.id, data=data | {"size": size, "expires_at": expires_at})


async def _give_up(rt: Runtime, lease: Lease, error: str) -> None:
    org_id, export_id = _ids(lease)
    async with unit_of_work(rt.sessions, org_id) as tx:
        await lease.guard(tx)
        await _fail(rt, tx, org_id, export_id, error)
        await lease.finish(tx)


async def _fail(rt: Runtime, tx: UnitOfWork, org_id: UUID, export_id: UUID, error: str) -> None:
    row = await queries.hold_export(tx, org_id, export_id)
    if row is not None and row.status in OPEN:
        row.status, row.error, row.finished_at = "failed", error, rt.clock.now()
    await queries.drop_parts(tx, org_id, export_id)


async def end_export(rt: Runtime, lease: Lease) -> None:
    """The link's time is over; or the file is not there after hours, whatever became of its workers."""
    org_id, export_id = _ids(lease)
    async with unit_of_work(rt.sessions, org_id) as tx:
        await lease.guard(tx)
        row = await queries.hold_export(tx, org_id, export_id)
        if row is not None and row.status == "ready":
            row.status = "expired"
        await _fail(rt, tx, org_id, export_id, "took_too_long")
        await lease.finish(tx)


JOBS = [
    JobKind(MAKE, make_export, queue="bulk", lease_s=60, max_attempts=MAX_ATTEMPTS),
    JobKind(END, end_export),
]
