"""Reads of runs and their journal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_

from mailwarden.connections.models import Connection
from mailwarden.core.db import UnitOfWork
from mailwarden.core.errors import NotFound
from mailwarden.sync.models import JournalEntry, SyncRun

OPEN = ("queued", "running")


@dataclass(frozen=True, slots=True)
class RunFilter:
    connection_id: UUID | None = None
    status: str | None = None
    type: str | None = None


def runs(org_id: UUID) -> Any:
    """With provider and account, as each row of the sync log shows them."""
    return (
        select(SyncRun, Connection.provider, Connection.account_label)
        .join(Connection, Connection.id == SyncRun.connection_id)
        .where(SyncRun.org_id == org_id, Connection.org_id == org_id)
    )


def runs_asked(org_id: UUID, wanted: RunFilter) -> Any:
    """In no order."""
    statement = runs(org_id)
    for column in ("connection_id", "status", "type"):
        value = getattr(wanted, column)
        if value is not None:
            statement = statement.where(getattr(SyncRun, column) == value)
    return statement


async def list_runs(
    tx: UnitOfWork, org_id: UUID, wanted: RunFilter, limit: int, after: tuple[datetime, UUID] | None
) -> Sequence[Any]:
    statement = runs_asked(org_id, wanted)
    if after is not None:
        statement = statement.where(tuple_(SyncRun.created_at, SyncRun.id) < after)
    order = (SyncRun.created_at.desc(), SyncRun.id.desc())
    rows: Sequence[Any] = (await tx.session.execute(statement.order_by(*order).limit(limit))).all()
    return rows


async def get_run(tx: UnitOfWork, org_id: UUID, run_id: UUID) -> Any:
    found = (await tx.session.execute(runs(org_id).where(SyncRun.id == run_id))).first()
    if found is None:
        raise NotFound("There is no such sync.")
    return found


def _open(org_id: UUID, connection_id: UUID) -> Any:
    statement = select(SyncRun).where(
        SyncRun.org_id == org_id, SyncRun.connection_id == connection_id, SyncRun.status.in_(OPEN)
    )
    return statement.execution_options(populate_existing=True)


async def find_open_run(tx: UnitOfWork, org_id: UUID, connection_id: UUID) -> SyncRun | None:
    found: SyncRun | None = await tx.session.scalar(_open(org_id, connection_id))
    return found


async def get_open_run(tx: UnitOfWork, org_id: UUID, connection_id: UUID) -> SyncRun:
    """For who has just made sure that there is one."""
    found: SyncRun = (await tx.session.scalars(_open(org_id, connection_id))).one()
    return found


async def find_started(tx: UnitOfWork, org_id: UUID, run_id: UUID) -> SyncRun | None:
    """None once it is over."""
    statement = select(SyncRun).where(SyncRun.org_id == org_id, SyncRun.id == run_id, SyncRun.status.in_(OPEN))
    return await tx.session.scalar(statement.execution_options(populate_existing=True))


async def last_auto_start(tx: UnitOfWork, org_id: UUID, connection_id: UUID) -> datetime | None:
    statement = select(SyncRun.created_at).where(
        SyncRun.org_id == org_id, SyncRun.connection_id == connection_id, SyncRun.type == "auto"
    )
    return await tx.session.scalar(statement.order_by(SyncRun.created_at.desc()).limit(1))


async def list_journal(
    tx: UnitOfWork, org_id: UUID, run_id: UUID, limit: int, after: int | None
) -> Sequence[JournalEntry]:
    """In the order asked. Bodies stay where they are."""
    statement = select(JournalEntry).where(JournalEntry.org_id == org_id, JournalEntry.sync_run_id == run_id)
    if after is not None:
        statement = statement.where(JournalEntry.sequence > after)
    return (await tx.session.scalars(statement.order_by(JournalEntry.sequence).limit(limit))).all()
