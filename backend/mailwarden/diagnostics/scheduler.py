"""Is the background work being done? For one organization its own work, for the operator everybody's as numbers."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text

from mailwarden.connections.models import RefreshAttempt
from mailwarden.core.db import UnitOfWork
from mailwarden.core.health import WorkerHeartbeat
from mailwarden.core.jobs import Job
from mailwarden.core.queue import QUEUES
from mailwarden.core.runtime import Runtime
from mailwarden.diagnostics.schemas import InstanceSchedulerOut, QueueOut, SchedulerOut, WorkerOut

SILENT = timedelta(seconds=60)  # then a worker is held for dead
LATE = timedelta(seconds=30)  # so long due work may wait without being called overdue

# One row per queue and kind: the counts, and since when the oldest overdue work waits.
OVERVIEW = text("SELECT queue, kind, ready, overdue, oldest_due_at, leased, expired, dead FROM job_overview(:late)")


async def of_organization(rt: Runtime, tx: UnitOfWork, org_id: UUID) -> SchedulerOut:
    workers = await _workers(tx)
    now = rt.clock.now()
    refreshed = select(func.max(RefreshAttempt.at)).where(RefreshAttempt.org_id == org_id)
    claims = [one.last_claim_at for one in workers if one.last_claim_at]
    return SchedulerOut(
        alive=_looked(workers, now),
        workers_alive=sum(_is_alive(one, now) for one in workers),
        last_seen_at=max((one.seen_at for one in workers), default=None),
        last_claim_at=max(claims, default=None),
        last_refresh_at=await tx.session.scalar(refreshed),
        queues=_queues(await _own_work(tx, org_id, now), now),
    )


async def of_instance(rt: Runtime, tx: UnitOfWork) -> InstanceSchedulerOut:
    workers, now = await _workers(tx), rt.clock.now()
    async with rt.system.begin() as session:
        rows = (await session.execute(OVERVIEW, {"late": LATE})).all()
    claims = [one.last_claim_at for one in workers if one.last_claim_at]
    return InstanceSchedulerOut(
        alive=_looked(workers, now),
        workers_alive=sum(_is_alive(one, now) for one in workers),
        last_claim_at=max(claims, default=None),
        queues=_queues(rows, now),
        workers=[_worker_out(one, now) for one in workers],
    )


async def _workers(tx: UnitOfWork) -> list[WorkerHeartbeat]:
    """They belong to no organization."""
    return list(await tx.session.scalars(select(WorkerHeartbeat).order_by(WorkerHeartbeat.seen_at.desc()).limit(100)))


def _is_alive(one: WorkerHeartbeat, now: datetime) -> bool:
    return now - one.seen_at < SILENT


def _looked(workers: Iterable[WorkerHeartbeat], now: datetime) -> bool:
    """A worker that lives but finds no work because it does not look is no scheduler."""
    return any(one.last_claim_at is not None and now - one.last_claim_at < SILENT for one in workers)


def _worker_out(one: WorkerHeartbeat, now: datetime) -> WorkerOut:
    return WorkerOut(
        name=one.worker,
        version=one.version,
        alive=_is_alive(one, now),
        started_at=one.started_at,
        seen_at=one.seen_at,
        last_claim_at=one.last_claim_at,
        loop_lag_ms=one.loop_lag_ms,
        direct_mode=one.direct_mode,
    )


async def _own_work(tx: UnitOfWork, org_id: UUID, now: datetime) -> list[Any]:
    """The same columns as ``job_overview``, of one organization."""
    ready, leased = Job.state == "ready", Job.state == "leased"
    overdue = ready & (Job.due_at < now - LATE)
    counts = (
        func.count().filter(ready).label("ready"),
        func.count().filter(overdue).label("overdue"),
        func.min(Job.due_at).filter(overdue).label("oldest_due_at"),
        func.count().filter(leased & (Job.lease_until >= now)).label("leased"),
        func.count().filter(leased & (Job.lease_until < now)).label("expired"),
        func.count().filter(Job.state == "dead").label("dead"),
    )
    asked = select(Job.queue, Job.kind, *counts).where(Job.org_id == org_id, Job.state != "done")
    return list(await tx.session.execute(asked.group_by(Job.queue, Job.kind)))


def _queues(rows: Iterable[Any], now: datetime) -> list[QueueOut]:
    found = list(rows)
    names = [*QUEUES, *sorted({one.queue for one in found} - set(QUEUES))]
    return [_queue_out(name, [one for one in found if one.queue == name], now) for name in names]


def _queue_out(name: str, rows: list[Any], now: datetime) -> QueueOut:
    oldest = min((one for one in rows if one.oldest_due_at), key=lambda one: one.oldest_due_at, default=None)
    return QueueOut(
        queue=name,
        ready=sum(one.ready for one in rows),
        overdue=sum(one.overdue for one in rows),
        oldest_due_at=oldest.oldest_due_at if oldest else None,
        oldest_overdue_s=round((now - oldest.oldest_due_at).total_seconds(), 1) if oldest else None,
        oldest_kind=oldest.kind if oldest else None,
        running=sum(one.leased for one in rows),
        abandoned=sum(one.expired for one in rows),
        given_up=sum(one.dead for one in rows),
    )
