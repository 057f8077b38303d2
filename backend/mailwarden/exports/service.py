"""Asking for an export, and taking it away."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from mailwarden.accounts.audit import Target, record
from mailwarden.accounts.caller import Caller, allowed
from mailwarden.core.api import Wire
from mailwarden.core.db import UnitOfWork, reader
from mailwarden.core.errors import AppError, Conflict, TooManyRequests
from mailwarden.core.ids import new_id
from mailwarden.core.jobs import cancel, enqueue
from mailwarden.core.runtime import Runtime
from mailwarden.exports import queries
from mailwarden.exports.jobs import END, MAKE
from mailwarden.exports.making import Order, maker_of, pieces
from mailwarden.exports.models import Export
from mailwarden.exports.registry import REPORTS
from mailwarden.exports.report import Reading
from mailwarden.exports.rules import LONGEST, OPEN, OPEN_AT_MOST, file_name, is_small
from mailwarden.exports.schemas import AskedExport
from mailwarden.exports.store import parts_of

OTHERS = "organization:write"  # to take away what somebody else asked for


class TooManyExports(TooManyRequests):
    code, title = "too_many_exports", "Other exports are being made"


class NotReady(Conflict):
    code, title, retryable = "export_not_ready", "This export is still being made", True


class Gone(AppError):
    status, code, title = 410, "export_gone", "This file is no longer there"


async def make_or_begin(rt: Runtime, tx: UnitOfWork, caller: Caller, asked: AskedExport) -> bytes | Export:
    """A small one is made here and now, in one answer."""
    organization = await queries.get_organization(tx, caller.org_id)
    reading = Reading(rt, tx, caller.org_id, rt.clock.now(), ZoneInfo(organization.time_zone))
    report = REPORTS[asked.report]
    if not asked.background:
        rows = await report.count(reading, asked.filters)
        if is_small(asked.format, rows):
            order = Order(report, asked.filters, asked.format, asked.bom, organization.name, rows)
            return await _make_now(reading, order)
    return await _begin(reading, caller, asked)


async def _make_now(reading: Reading, order: Order) -> bytes:
    made = [piece async for piece in pieces(reading, order, await maker_of(reading, order))]
    after = {"format": order.format, "rows": order.rows, "filters": _stored(order.wanted)}
    await record(reading.tx, "export.created", Target("export", None, order.report.name), after=after)
    return b"".join(made)


def _stored(filters: Wire) -> dict[str, Any]:
    return filters.model_dump(mode="json", exclude_none=True)


async def _begin(reading: Reading, caller: Caller, asked: AskedExport) -> Export:
    """The same again while it is being made: that one."""
    tx, kept = reading.tx, _stored(asked.filters)
    running = await queries.open_exports(tx, caller.org_id)
    for one in running:
        if (one.report, one.format, one.filters, one.bom) == (asked.report, asked.format, kept, asked.bom):
            return one
    if len(running) >= OPEN_AT_MOST:
        raise TooManyExports(f"{OPEN_AT_MOST} are being made. Wait for one of them, or cancel one.")
    row = Export(
        id=new_id(),
        org_id=caller.org_id,
        report=asked.report,
        format=asked.format,
        filters=kept,
        bom=asked.bom,
        time_zone=str(reading.zone),
        requested_by=caller.user_id,
        file_name=file_name(asked.report, asked.format, reading.now, reading.zone),
    )
    tx.session.add(row)
    await tx.session.flush()
    await tx.session.refresh(row)
    await enqueue(tx, MAKE, row.id, queue="bulk")
    await enqueue(tx, END, row.id, due_at=reading.now + LONGEST)
    after = {"format": row.format, "filters": kept}
    await record(tx, "export.created", Target("export", row.id, row.report), after=after)
    return row


async def remove(rt: Runtime, tx: UnitOfWork, caller: Caller, export_id: UUID) -> None:
    """Stops it, or takes its file away before its time. Raises NotFound, RoleRequired."""
    org_id = caller.org_id
    seen = await queries.get_export(tx, org_id, export_id)
    if seen.requested_by != caller.user_id:
        allowed(caller, OTHERS)
    row = await queries.hold_export(tx, org_id, export_id)
    if row is None or row.status not in (*OPEN, "ready"):
        return
    row.status = "expired" if row.status == "ready" else "cancelled"
    row.finished_at = row.finished_at or rt.clock.now()
    await queries.drop_parts(tx, org_id, export_id)
    for kind in (MAKE, END):
        await cancel(tx, kind, export_id)
    await record(tx, "export.removed", Target("export", row.id, row.report))


def check_file(rt: Runtime, row: Export) -> None:
    """Raises NotReady, Gone."""
    if row.status in OPEN:
        raise NotReady("Ask for its state, and come back when it is ready.", headers={"Retry-After": "2"})
    if row.status != "ready" or row.expires_at is None or row.expires_at <= rt.clock.now():
        raise Gone("Its link lived for 24 hours, or it was cancelled or failed. Export again.")


async def read_file(rt: Runtime, org_id: UUID, export_id: UUID) -> AsyncIterator[bytes]:
    """Piece by piece, each in a transaction of its own: a slow download holds none open."""
    async with reader(rt.sessions, org_id) as tx:
        parts = await queries.count_parts(tx, org_id, export_id)
    for number in range(parts):
        yield await parts_of(rt, org_id, export_id, number)
