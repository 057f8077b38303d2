"""What the quick diagnosis knows before it asks anybody outside: read in one transaction, judged afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from mailwarden.accounts.caller import Caller
from mailwarden.accounts.models import Session
from mailwarden.connections.models import Connection, Incident, OAuthAttempt, RefreshAttempt
from mailwarden.connections.queries import incidents_for, list_connections
from mailwarden.connections.rules import Status
from mailwarden.core.db import UnitOfWork
from mailwarden.core.health import WorkerHeartbeat
from mailwarden.core.runtime import Runtime
from mailwarden.diagnostics.scheduler import of_organization
from mailwarden.diagnostics.schemas import SchedulerOut

MOST_CONNECTIONS = 1000


@dataclass(frozen=True)
class Facts:
    caller: Caller
    connections: Sequence[Connection]
    incidents: Sequence[Incident]
    scheduler: SchedulerOut
    versions: frozenset[str]  # of the workers that live
    offered: frozenset[str]  # providers with an app of ours
    last_attempt: dict[str, OAuthAttempt]  # by provider, the latest finished authorization
    last_refresh: dict[UUID, RefreshAttempt]  # by connection in trouble
    signed_in_since: str


async def gather_facts(rt: Runtime, tx: UnitOfWork, caller: Caller) -> Facts:
    await tx.act_as(caller.user_id)
    scheduler = await of_organization(rt, tx, caller.org_id)
    session = await tx.session.get_one(Session, caller.session_id)
    connections = await list_connections(tx, caller.org_id, MOST_CONNECTIONS)
    troubled = [one.id for one in connections if one.status in (Status.INACTIVE, Status.VERIFYING)]
    return Facts(
        caller=caller,
        connections=connections,
        incidents=await incidents_for(tx),
        scheduler=scheduler,
        versions=await _versions(rt, tx),
        offered=frozenset(rt.config.providers),
        last_attempt=await _attempts(tx, caller.org_id),
        last_refresh=await _refreshes(tx, caller.org_id, troubled),
        signed_in_since=session.created_at.strftime("%Y-%m-%d %H:%M UTC"),
    )


async def _versions(rt: Runtime, tx: UnitOfWork) -> frozenset[str]:
    rows = await tx.session.scalars(select(WorkerHeartbeat))
    return frozenset(one.version for one in rows if (rt.clock.now() - one.seen_at).total_seconds() < 60)


async def _attempts(tx: UnitOfWork, org_id: UUID) -> dict[str, OAuthAttempt]:
    row = OAuthAttempt
    asked = select(row).where(row.org_id == org_id, row.outcome.is_not(None)).ext(distinct_on(row.provider))
    found = await tx.session.scalars(asked.order_by(row.provider, row.created_at.desc()))
    return {one.provider: one for one in found}


async def _refreshes(tx: UnitOfWork, org_id: UUID, ids: Sequence[UUID]) -> dict[UUID, RefreshAttempt]:
    row = RefreshAttempt
    asked = select(row).where(row.org_id == org_id, row.connection_id.in_(ids)).ext(distinct_on(row.connection_id))
    found = await tx.session.scalars(asked.order_by(row.connection_id, row.at.desc()))
    return {one.connection_id: one for one in found}
