"""One comparison: our figures, the provider's totals with no transaction open, the difference explained and stored."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mailwarden.billing.gate import access_of
from mailwarden.connections.health import report_failure
from mailwarden.connections.models import Connection
from mailwarden.connections.open import open_provider
from mailwarden.connections.present import provider_label
from mailwarden.connections.queries import find_connection
from mailwarden.connections.rules import Actor, HistoryRange, Purpose
from mailwarden.connections.usability import may_use
from mailwarden.core.db import UnitOfWork, unit_of_work
from mailwarden.core.jobs import Lease, RetryLater
from mailwarden.core.runtime import Runtime
from mailwarden.events.record import record
from mailwarden.events.types import EventType
from mailwarden.metrics.reconciliation.matching import Mine, Windows, match, request, windows
from mailwarden.metrics.reconciliation.models import Reconciliation
from mailwarden.metrics.reconciliation.rules import Explained, Part, Share, explain, worst
from mailwarden.metrics.reconciliation.store import find_open, ours
from mailwarden.metrics.rules import range_start
from mailwarden.metrics.series import zone_of
from mailwarden.providers.base import ObjectGone, ProviderError, RateLimited
from mailwarden.providers.client import ProviderApi
from mailwarden.providers.totals import StatedTotals, StatesTotals, TotalsRequest

PATIENCE = timedelta(hours=2)  # with a provider that has no room for our questions
EXAMPLES = 20
NOTHING = {"code": "nothing_to_compare", "title": "There is nothing to compare yet", "detail": "No whole day was read."}


@dataclass(frozen=True, slots=True)
class Task:
    """What is known before the provider is asked."""

    id: UUID
    connection: Connection
    found: Windows
    mine: list[Mine]
    asked: TotalsRequest
    zone: ZoneInfo  # the provider's account's
    provider: StatesTotals
    api: ProviderApi


async def reconcile(rt: Runtime, lease: Lease) -> None:
    task = await _prepare(rt, lease)
    if task is None:
        return
    try:
        stated = await task.provider.totals(task.api, task.asked)
    except ProviderError as exc:
        await _meet(rt, lease, task, exc)
        return
    async with unit_of_work(rt.sessions, lease.org_id) as tx:
        await lease.guard(tx)
        await _conclude(rt, tx, task, stated)
        await lease.finish(tx)


async def _prepare(rt: Runtime, lease: Lease) -> Task | None:
    """None if there is nothing to do or to compare."""
    async with unit_of_work(rt.sessions, lease.org_id) as tx:
        await lease.guard(tx)
        row = await find_open(tx.session, lease.org_id, UUID(lease.key)) if lease.org_id else None
        connection = await find_connection(tx, row.org_id, row.connection_id) if row else None
        if row is None or connection is None:
            return None
        usable = may_use(connection, Purpose.SYNC, rt.clock.now(), await access_of(rt, tx, row.org_id))
        if not usable.usable:
            _fail(rt, row, {"code": usable.code, "title": "The account cannot be asked now", "detail": usable.detail})
            return None
        row.status = "running"
        return await _task(rt, tx, row, connection)


async def _task(rt: Runtime, tx: UnitOfWork, row: Reconciliation, connection: Connection) -> Task | None:
    provider, api = open_provider(rt, connection)
    zone = await zone_of(tx, row.org_id)
    there = account_zone(connection, zone)
    found = _windows(rt, connection, zone, there)
    if found is None or not isinstance(provider, StatesTotals):
        _fail(rt, row, NOTHING)
        return None
    row.window_from, row.window_until = found.ours.start, found.ours.end
    mine = await ours(tx.session, connection, found, rt.clock.now())
    asked = request(found, mine, connection.provider, there, rt.clock.now())
    return Task(row.id, connection, found, mine, asked, there, provider, api)


def _windows(rt: Runtime, connection: Connection, ours: ZoneInfo, theirs: ZoneInfo) -> Windows | None:
    if connection.data_as_of is None:
        return None
    narrow = HistoryRange(connection.backfilled_range or connection.history_range)
    limits = [range_start(one, rt.clock.now()) for one in (HistoryRange(connection.history_range), narrow)]
    known = [one for one in limits if one is not None]
    return windows(connection.data_as_of, max(known) if known else None, ours, theirs)


def account_zone(connection: Connection, otherwise: ZoneInfo) -> ZoneInfo:
    """The provider's own days; where it names no zone, or one that nobody knows, they are taken for ours."""
    try:
        return ZoneInfo(connection.account_time_zone) if connection.account_time_zone else otherwise
    except (ZoneInfoNotFoundError, ValueError):
        return otherwise


def compared(task: Task, stated: StatedTotals) -> list[Explained]:
    """Of what both sides count. What we keep of archived and deleted campaigns is told beside it."""
    slices = match(task.found, task.mine, stated, task.zone, task.connection.provider)
    return [explain(name, slices) for name in stated.metrics if _is_stated(task, name)]


def _is_stated(task: Task, name: str) -> bool:
    """By us: what no campaign of ours has a figure of is no difference, unless we have none at all."""
    return not task.mine or any(one.figures[name] is not None or one.unread for one in task.mine)


async def _conclude(rt: Runtime, tx: UnitOfWork, task: Task, stated: StatedTotals) -> None:
    row = await find_open(tx.session, task.connection.org_id, task.id)
    if row is None:
        return
    found = compared(task, stated)
    first = worst(found)
    row.status, row.finished_at = "done", rt.clock.now()
    row.calls_made += len(task.api.take_exchanges())
    row.metrics = [_told(one) for one in found]
    row.verdict = first.verdict if first else "unknown"
    row.metric, row.part = (first.metric, first.largest) if first else (None, None)
    await tx.session.flush()
    troubling = worst([one for one in found if one.needs_care])
    if troubling is not None:
        await _tell(tx, row, task, troubling)


async def _tell(tx: UnitOfWork, row: Reconciliation, task: Task, found: Explained) -> None:
    told = _told(found)
    data = {name: told[name] for name in ("metric", "ours", "theirs", "difference", "relative", "part")}
    data |= {"provider": task.connection.provider, "first_day": task.found.days.first.isoformat()}
    data |= {"last_day": task.found.days.last.isoformat()}
    await record(tx, EventType.FIGURES_DEVIATING, connection_id=row.connection_id, subject_id=row.id, data=data)


def _told(one: Explained) -> dict[str, Any]:
    return {
        "metric": one.metric,
        "ours": one.ours,
        "theirs": one.theirs,
        "difference": one.difference,
        "relative": one.relative,
        "verdict": one.verdict,
        "part": one.largest,
        "needs_care": one.needs_care,
        "left_out": one.left_out,
        "parts": [_told_part(part, one.parts[part]) for part in Part if part in one.parts],
    }


def _told_part(part: Part, share: Share) -> dict[str, Any]:
    return {
        "part": part,
        "amount": share.amount,
        "campaigns": len(share.campaigns),
        "examples": sorted(share.campaigns)[:EXAMPLES],
    }


async def _meet(rt: Runtime, lease: Lease, task: Task, exc: ProviderError) -> None:
    """A quota passes; anything else ends this comparison, and the next one comes by itself."""
    async with unit_of_work(rt.sessions, lease.org_id) as tx:
        await lease.guard(tx)
        row = await find_open(tx.session, task.connection.org_id, task.id)
        if not isinstance(exc, ObjectGone):
            await report_failure(rt, tx, task.connection.id, exc, Actor.SYNC)
        if row is None:
            return
        row.calls_made += len(task.api.take_exchanges())
        waits = isinstance(exc, RateLimited) and rt.clock.now() - row.created_at < PATIENCE
        if not waits:
            _fail(rt, row, _error(task.connection.provider, exc))
            await lease.finish(tx)
            return
    raise RetryLater(exc.retry_after_s if isinstance(exc, RateLimited) else 0)


def _error(provider: str, exc: ProviderError) -> dict[str, Any]:
    said = exc.evidence
    detail = said.message or (f"Status {said.status}." if said.status else "No answer came.")
    return {"code": "provider_failed", "title": f"{provider_label(provider)} gave no totals", "detail": detail}


def _fail(rt: Runtime, row: Reconciliation, error: dict[str, Any]) -> None:
    row.status, row.verdict, row.error, row.finished_at = "failed", "unknown", error, rt.clock.now()
