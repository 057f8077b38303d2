from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, tuple_

from mailwarden.accounts.models import User
from mailwarden.connections.models import (
    CallOutcome,
    Connection,
    Credential,
    Episode,
    Incident,
    JournalPosition,
    OAuthAttempt,
    ReconnectReceipt,
    RefreshAttempt,
    Signal,
    Transition,
)
from mailwarden.connections.rules import Suspicion
from mailwarden.core.db import UnitOfWork
from mailwarden.core.errors import NotFound
from mailwarden.core.paging import PageQuery
from mailwarden.providers import base


async def get_connection(tx: UnitOfWork, org_id: UUID, connection_id: UUID, *, lock: bool = False) -> Connection:
    asked = select(Connection).where(Connection.org_id == org_id, Connection.id == connection_id)
    if lock:
        asked = asked.with_for_update().execution_options(populate_existing=True)
    found = await tx.session.scalar(asked)
    if found is None:
        raise NotFound("There is no such connection.")
    return found


def acting_org(tx: UnitOfWork) -> UUID:
    if tx.org_id is None:
        raise ValueError("this transaction acts for no organization; call act_for first")
    return tx.org_id


async def find_connection(
    tx: UnitOfWork, org_id: UUID, connection_id: UUID, *, lock: bool = False
) -> Connection | None:
    """For jobs: the row may be gone, which ends the job quietly."""
    try:
        return await get_connection(tx, org_id, connection_id, lock=lock)
    except NotFound:
        return None


async def list_connections(
    tx: UnitOfWork, org_id: UUID, limit: int, after: tuple[datetime, UUID] | None = None
) -> Sequence[Connection]:
    asked = select(Connection).where(Connection.org_id == org_id)
    if after is not None:
        asked = asked.where(tuple_(Connection.created_at, Connection.id) > after)
    return (await tx.session.scalars(asked.order_by(Connection.created_at, Connection.id).limit(limit))).all()


async def list_shown(tx: UnitOfWork, org_id: UUID, limit: int) -> Sequence[Connection]:
    """For the cards: whoever needs attention first, so that a cut never hides them."""
    well = Connection.status.not_in(["inactive", "verifying"])
    asked = select(Connection).where(Connection.org_id == org_id)
    return (await tx.session.scalars(asked.order_by(well, Connection.created_at, Connection.id).limit(limit))).all()


async def count_by_provider(tx: UnitOfWork, org_id: UUID) -> dict[str, int]:
    asked = select(Connection.provider, func.count()).where(Connection.org_id == org_id).group_by(Connection.provider)
    return {row[0]: row[1] for row in await tx.session.execute(asked)}


async def get_credential(tx: UnitOfWork, org_id: UUID, connection_id: UUID, *, lock: bool = False) -> Credential:
    asked = select(Credential).where(Credential.org_id == org_id, Credential.connection_id == connection_id)
    if lock:
        asked = asked.with_for_update()
    return (await tx.session.scalars(asked.execution_options(populate_existing=True))).one()


async def open_episode(tx: UnitOfWork, org_id: UUID, connection_id: UUID) -> Episode | None:
    asked = select(Episode).where(
        Episode.org_id == org_id, Episode.connection_id == connection_id, Episode.ended_at.is_(None)
    )
    return await tx.session.scalar(asked)


async def open_episodes(tx: UnitOfWork, org_id: UUID) -> dict[UUID, Episode]:
    """By connection."""
    asked = select(Episode).where(Episode.org_id == org_id, Episode.ended_at.is_(None))
    return {episode.connection_id: episode for episode in await tx.session.scalars(asked)}


async def list_signals(tx: UnitOfWork, org_id: UUID, connection_id: UUID, since: datetime) -> Sequence[Signal]:
    asked = select(Signal).where(Signal.org_id == org_id, Signal.connection_id == connection_id, Signal.at >= since)
    return (await tx.session.scalars(asked.order_by(Signal.at, Signal.id))).all()


def as_suspicions(rows: Sequence[Signal]) -> list[Suspicion]:
    return [Suspicion(base.Signal(row.kind), row.cause, row.at) for row in rows]


async def answer_was_lost(tx: UnitOfWork, org_id: UUID, connection_id: UUID, since: datetime) -> bool:
    """Did a refresh leave us since then without its answer ever arriving?"""
    asked = select(RefreshAttempt.id).where(
        RefreshAttempt.org_id == org_id,
        RefreshAttempt.connection_id == connection_id,
        RefreshAttempt.at >= since,
        RefreshAttempt.outcome == "unavailable",
        RefreshAttempt.evidence["sent"].as_boolean(),
    )
    return await tx.session.scalar(asked.limit(1)) is not None


async def list_transitions(
    tx: UnitOfWork, org_id: UUID, connection_id: UUID, page: PageQuery, after: tuple[datetime, UUID] | None
) -> Sequence[tuple[Transition, str | None]]:
    """Newest first, one more than the page holds; with the name of the person who acted."""
    asked = (
        select(Transition, User.name)
        .outerjoin(User, User.id == Transition.actor_user_id)
        .where(Transition.org_id == org_id, Transition.connection_id == connection_id)
    )
    if after is not None:
        asked = asked.where(tuple_(Transition.at, Transition.id) < after)
    asked = asked.order_by(Transition.at.desc(), Transition.id.desc()).limit(page.limit + 1)
    return [(row[0], row[1]) for row in await tx.session.execute(asked)]


async def list_receipts(
    tx: UnitOfWork, org_id: UUID, connection_id: UUID, page: PageQuery, after: tuple[datetime, UUID] | None
) -> Sequence[ReconnectReceipt]:
    asked = select(ReconnectReceipt).where(
        ReconnectReceipt.org_id == org_id, ReconnectReceipt.connection_id == connection_id
    )
    if after is not None:
        asked = asked.where(tuple_(ReconnectReceipt.created_at, ReconnectReceipt.id) < after)
    order = (ReconnectReceipt.created_at.desc(), ReconnectReceipt.id.desc())
    return (await tx.session.scalars(asked.order_by(*order).limit(page.limit + 1))).all()


async def get_attempt(tx: UnitOfWork, org_id: UUID, attempt_id: UUID) -> OAuthAttempt:
    asked = select(OAuthAttempt).where(OAuthAttempt.org_id == org_id, OAuthAttempt.id == attempt_id)
    found = await tx.session.scalar(asked)
    if found is None:
        raise NotFound("There is no such authorization attempt.")
    return found


async def open_incidents(tx: UnitOfWork) -> Sequence[Incident]:
    """Of the whole instance. What an organization is shown of them says ``incidents_for``."""
    asked = select(Incident).where(Incident.ended_at.is_(None)).order_by(Incident.started_at)
    return (await tx.session.scalars(asked.execution_options(populate_existing=True))).all()


async def incidents_for(tx: UnitOfWork) -> Sequence[Incident]:
    """The open ones that the acting organization may be told of."""
    asked = select(Incident).where(Incident.ended_at.is_(None), seen_by(tx.org_id)).order_by(Incident.started_at)
    return (await tx.session.scalars(asked.execution_options(populate_existing=True))).all()


def seen_by(org_id: UUID | None) -> ColumnElement[bool]:
    """Of a mail server only those are told who have a mailbox there: its name is theirs."""
    theirs = select(CallOutcome.host).where(CallOutcome.org_id == org_id)
    return (Incident.host == "") | Incident.host.in_(theirs)


async def open_incident(tx: UnitOfWork, provider: str, *, ours: bool, host: str = "") -> Incident | None:
    """``ours``: our misconfiguration there; else the provider's own trouble. Both may be open at once."""
    of_kind = (Incident.kind == "misconfigured").is_(ours)
    there = (Incident.provider == provider) & (Incident.host == host)
    asked = select(Incident).where(there, Incident.ended_at.is_(None), of_kind)
    return await tx.session.scalar(asked.execution_options(populate_existing=True))


async def unreadable_journals(tx: UnitOfWork) -> Sequence[JournalPosition]:
    """Those that only the operator can make readable again."""
    asked = select(JournalPosition).where(JournalPosition.trouble.is_not(None)).order_by(JournalPosition.provider)
    return (await tx.session.scalars(asked.execution_options(populate_existing=True))).all()
