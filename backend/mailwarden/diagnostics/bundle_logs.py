"""The newest rows of each log, by named fields only: what is not named here cannot get into a support bundle."""

from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ScalarResult, select
from sqlalchemy.orm import InstrumentedAttribute

from mailwarden.connections.models import Incident, Transition
from mailwarden.connections.present import evidence_of
from mailwarden.connections.queries import seen_by
from mailwarden.core.db import UnitOfWork
from mailwarden.core.ids import format_id
from mailwarden.core.jobs import Job
from mailwarden.core.paging import PageQuery
from mailwarden.core.runtime import Runtime
from mailwarden.diagnostics import logs
from mailwarden.diagnostics.logs import LogFilter
from mailwarden.diagnostics.pages import Log, log_page
from mailwarden.hooks.models import HookLog
from mailwarden.sync.models import SyncRun

MOST = 100  # the newest of each log
Rows = list[dict[str, Any]]
Row = TypeVar("Row", Transition, SyncRun, HookLog)


async def logs_of(rt: Runtime, tx: UnitOfWork, org_id: UUID, connection_id: UUID | None) -> dict[str, Rows]:
    wanted = LogFilter(connection_id=connection_id)
    return {
        "authorizations": await _paged(rt, tx, org_id, logs.callbacks(org_id, wanted), _callback(rt)),
        "refreshes": await _paged(rt, tx, org_id, logs.refreshes(org_id, wanted), logs.refresh_out),
        "status_changes": await _transitions(tx, org_id, connection_id),
        "syncs": await _syncs(tx, org_id, connection_id),
        "webhooks": await _webhooks(tx, org_id, connection_id),
        "failed_jobs": await _failed_jobs(tx, org_id),
    }


async def records_of(rt: Runtime, tx: UnitOfWork, org_id: UUID, connection_id: UUID | None) -> Rows:
    wanted = LogFilter(connection_id=connection_id)
    return await _paged(rt, tx, org_id, logs.records(org_id, wanted), logs.record_out)


def _callback(rt: Runtime) -> Any:
    return lambda found: logs.callback_out(rt, found)


async def _paged(rt: Runtime, tx: UnitOfWork, org_id: UUID, log: Log, show: Any) -> Rows:
    page = await log_page(rt, tx, org_id, log, PageQuery(limit=MOST), show)
    return [one.model_dump(mode="json") for one in page.data]


async def _newest(
    tx: UnitOfWork, model: type[Row], at: InstrumentedAttribute[datetime], org_id: UUID, connection_id: UUID | None
) -> ScalarResult[Row]:
    asked = select(model).where(model.org_id == org_id)
    if connection_id is not None:
        asked = asked.where(model.connection_id == connection_id)
    return await tx.session.scalars(asked.order_by(at.desc(), model.id.desc()).limit(MOST))


async def _transitions(tx: UnitOfWork, org_id: UUID, connection_id: UUID | None) -> Rows:
    rows = await _newest(tx, Transition, Transition.at, org_id, connection_id)
    return [
        {
            "at": one.at.isoformat(),
            "connection_id": format_id("conn", one.connection_id),
            "from_status": one.from_status,
            "to_status": one.to_status,
            "cause": one.cause,
            "actor": one.actor,
            "note": one.note,
            "evidence": [item.model_dump(mode="json") for item in evidence_of(one.evidence)],
        }
        for one in rows
    ]


async def _syncs(tx: UnitOfWork, org_id: UUID, connection_id: UUID | None) -> Rows:
    rows = await _newest(tx, SyncRun, SyncRun.created_at, org_id, connection_id)
    return [_sync(one) for one in rows]


def _sync(one: SyncRun) -> dict[str, Any]:
    error = one.error or {}
    return {
        "id": format_id("sync", one.id),
        "connection_id": format_id("conn", one.connection_id),
        "type": one.type,
        "badge": one.badge,
        "status": one.status,
        "created_at": one.created_at.isoformat(),
        "finished_at": one.finished_at.isoformat() if one.finished_at else None,
        "campaigns_processed": one.campaigns_processed,
        "calls_made": one.calls_made,
        "error": {name: error.get(name) for name in ("code", "title", "detail", "provider_code")} if error else None,
        "provider_request_id": error.get("provider_request_id"),
        "request_id": one.request_id,
        "note": one.note,
    }


async def _webhooks(tx: UnitOfWork, org_id: UUID, connection_id: UUID | None) -> Rows:
    rows = await _newest(tx, HookLog, HookLog.received_at, org_id, connection_id)
    return [
        {
            "connection_id": format_id("conn", one.connection_id),
            "provider": one.provider,
            "kind": one.kind,
            "topic": one.topic,
            "received_at": one.received_at.isoformat(),
            "handled_at": one.handled_at.isoformat(),
            "outcome": one.outcome,
        }
        for one in rows
    ]


async def _failed_jobs(tx: UnitOfWork, org_id: UUID) -> Rows:
    """Work that was given up, or that failed and is tried again."""
    asked = select(Job).where(Job.org_id == org_id, Job.last_error.is_not(None), Job.state != "done")
    rows = await tx.session.scalars(asked.order_by(Job.due_at.desc(), Job.id.desc()).limit(MOST))
    return [
        {
            "kind": one.kind,
            "queue": one.queue,
            "state": one.state,
            "attempt": one.attempt,
            "due_at": one.due_at.isoformat(),
            "error": one.last_error,
        }
        for one in rows
    ]


async def incidents_of(tx: UnitOfWork) -> Rows:
    """Of the instance, and of the mail servers that this organization uses."""
    asked = select(Incident).where(seen_by(tx.org_id))
    rows = await tx.session.scalars(asked.order_by(Incident.started_at.desc()).limit(20))
    return [
        {
            "provider": one.provider,
            "kind": one.kind,
            "started_at": one.started_at.isoformat(),
            "ended_at": one.ended_at.isoformat() if one.ended_at else None,
            "expected": (one.detail or {}).get("expected"),
            "actual": (one.detail or {}).get("actual"),
        }
        for one in rows
    ]
