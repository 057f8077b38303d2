"""Stores a proven grant: a new connection, or the same one with its settings, its history and a new credential."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from mailwarden.accounts import audit
from mailwarden.connections.audience_store import forget_tokens
from mailwarden.connections.consent import NewGrant
from mailwarden.connections.credentials import set_tokens
from mailwarden.connections.grant_life import FORECAST, forecast_of, note_forecast
from mailwarden.connections.models import Connection, Credential, Episode, OAuthAttempt, ReconnectReceipt
from mailwarden.connections.paid import check_plan
from mailwarden.connections.rules import Actor, Purpose, Status
from mailwarden.connections.slots import take_slot
from mailwarden.connections.transitions import (
    PROBE,
    REFRESH,
    VERIFY,
    audit_target,
    end_episode,
    facts,
    next_probe,
    write_history,
)
from mailwarden.connections.usability import is_supported
from mailwarden.core.db import UnitOfWork, unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.core.jobs import cancel, enqueue
from mailwarden.core.runtime import Runtime
from mailwarden.events.record import record
from mailwarden.events.types import EventType
from mailwarden.providers.base import Account


@dataclass(frozen=True, slots=True)
class Before:
    """The connection as it was, for history, receipt and outcome."""

    status: str | None
    since: datetime | None  # of the outage
    proof_of_life_at: datetime | None
    missing: frozenset[str]


@dataclass(frozen=True, slots=True)
class Adoption:
    """Who connects which account; ``connection_id`` pins a reconnect."""

    org_id: UUID
    provider: str
    user_id: UUID
    connection_id: UUID | None
    account: Account
    missing: tuple[str, ...] = ()
    sync_frequency: str | None = None
    history_range: str | None = None


Store = Callable[[UnitOfWork, Connection], Awaitable[None]]


async def adopt_grant(rt: Runtime, attempt: OAuthAttempt, new: NewGrant) -> tuple[str, UUID]:
    """(outcome, connection id)"""

    async def store(tx: UnitOfWork, row: Connection) -> None:
        await _store_credential(rt, tx, row, new)

    adoption = Adoption(
        org_id=attempt.org_id,
        provider=attempt.provider,
        user_id=attempt.user_id,
        connection_id=attempt.connection_id,
        account=new.account,
        missing=tuple(new.missing),
        sync_frequency=attempt.sync_frequency,
        history_range=attempt.history_range,
    )
    return await adopt(rt, adoption, store)


async def adopt(rt: Runtime, attempt: Adoption, store: Store) -> tuple[str, UUID]:
    """(outcome, connection id), all in one transaction with the jobs and events that follow from it."""
    async with unit_of_work(rt.sessions, attempt.org_id) as tx:
        row, before = await _the_row(tx, attempt)
        new = before.status in (None, Status.DISCONNECTED)
        await check_plan(rt, tx, row.org_id, row.provider if new else None)
        await store(tx, row)
        _describe(rt, row, attempt)
        if attempt.connection_id is None and new:
            row.sync_frequency = attempt.sync_frequency or row.sync_frequency
            row.history_range = attempt.history_range or row.history_range
        note = None if before.status != row.status else "The authorization was renewed."
        write_history(tx, row, before.status, Actor.USER, user_id=attempt.user_id, note=note, at=rt.clock.now())
        episode = await end_episode(rt, tx, row, "reconnected")
        receipt = _receipt(rt, tx, row, before, episode)
        await _schedule(rt, tx, row)
        await _announce(tx, row, before, receipt)
        await _note_who(tx, row, before, attempt.user_id)
        await take_slot(tx, row)
        return _outcome(attempt, before), row.id


def _outcome(attempt: Adoption, before: Before) -> str:
    if before.status is None:
        return "connected"
    if attempt.connection_id is not None or before.status != Status.CONNECTED:
        return "reconnected"
    return "already_connected"


async def _the_row(tx: UnitOfWork, attempt: Adoption) -> tuple[Connection, Before]:
    """Found by its account, whoever connects it again (B22, D3); two at once make one."""
    account, row_id = attempt.account, new_id()
    fresh = insert(Connection).values(
        id=row_id,
        org_id=attempt.org_id,
        provider=attempt.provider,
        external_id=account.external_id,
        account_label=account.label,
        status=Status.CONNECTING,
    )
    await tx.session.execute(fresh.on_conflict_do_nothing(index_elements=["org_id", "provider", "external_id"]))
    asked = select(Connection).where(
        Connection.org_id == attempt.org_id,
        Connection.provider == attempt.provider,
        Connection.external_id == account.external_id,
    )
    row = (await tx.session.scalars(asked.with_for_update())).one()
    known = row.id != row_id
    since = row.disconnected_at or row.inactive_since or row.suspected_at
    missing = frozenset(row.missing_scopes or [])
    return row, Before(row.status if known else None, since, row.proof_of_life_at, missing)


async def next_credential(tx: UnitOfWork, row: Connection) -> Credential:
    """A higher version, so that a refresh or login in flight loses its compare-and-swap (R11)."""
    asked = select(Credential).where(Credential.org_id == row.org_id, Credential.connection_id == row.id)
    credential = await tx.session.scalar(asked.with_for_update())
    if credential is None:
        credential = Credential(id=new_id(), org_id=row.org_id, connection_id=row.id, version=1)
        tx.session.add(credential)
    else:
        credential.version += 1
    return credential


async def _store_credential(rt: Runtime, tx: UnitOfWork, row: Connection, new: NewGrant) -> None:
    credential = await next_credential(tx, row)
    credential.previous_refresh_token = None  # of another grant
    credential.attempt_id = credential.grant_ends_at = None
    credential.granted_at = new.sent_at
    set_tokens(rt, credential, new.grant, new.sent_at, kept=None)
    await forget_tokens(tx, row.org_id, row.id)  # asks the database, so the row must be complete by now
    credential.scopes = list(new.scopes)
    row.next_refresh_at = credential.refresh_after
    note_forecast(row, forecast_of(rt, row.provider, credential))


def _describe(rt: Runtime, row: Connection, attempt: Adoption) -> None:
    """Nothing of the settings: a reconnect keeps them byte for byte."""
    row.account_label, row.account_detail = attempt.account.label, attempt.account.detail
    row.account_time_zone = attempt.account.time_zone
    if row.connected_by is None or row.status in (Status.CONNECTING, Status.DISCONNECTED):
        row.connected_by = attempt.user_id  # else whoever renews it does not take it over
    row.status = Status.CONNECTED
    row.cause = row.evidence = row.suspected_at = row.inactive_since = row.disconnected_at = None
    row.degraded_reason = row.degraded_since = row.banned_until = None
    row.failures_in_row = 0
    row.missing_scopes = list(attempt.missing)
    row.proof_of_life_at = rt.clock.now()


def _receipt(
    rt: Runtime, tx: UnitOfWork, row: Connection, before: Before, episode: Episode | None
) -> ReconnectReceipt | None:
    """For the time in which nothing could be read; the catch-up sync fills it in. A mailbox has none to come."""
    if before.status not in (Status.INACTIVE, Status.DISCONNECTED) or not is_supported(row.provider, Purpose.SYNC):
        return None
    now = rt.clock.now()
    broke_at = (episode.last_good_at or episode.first_failed_at) if episode else before.since
    start = broke_at or before.proof_of_life_at or now
    row.catch_up_from = min(row.catch_up_from or start, row.data_as_of or start, start)
    receipt = ReconnectReceipt(
        id=new_id(),
        org_id=row.org_id,
        connection_id=row.id,
        episode_id=episode.id if episode else None,
        window_from=start,
        window_until=now,
        settings_kept={"sync_frequency": row.sync_frequency, "history_range": row.history_range},
    )
    tx.session.add(receipt)
    return receipt


async def _schedule(rt: Runtime, tx: UnitOfWork, row: Connection) -> None:
    await cancel(tx, VERIFY, row.id)
    row.next_probe_at = next_probe(rt)
    await enqueue(tx, PROBE, row.id, due_at=row.next_probe_at, replace=True)
    if row.next_refresh_at is not None:  # a password is never refreshed, and dies of no rule
        await enqueue(tx, REFRESH, row.id, due_at=row.next_refresh_at, replace=True)
        await enqueue(tx, FORECAST, row.id)


async def _note_who(tx: UnitOfWork, row: Connection, before: Before, user_id: UUID) -> None:
    action = "connection.connected" if before.status is None else "connection.reconnected"
    was = {"status": before.status} if before.status else None
    await audit.record(tx, action, audit_target(row), before=was, after={"status": row.status}, user_id=user_id)


async def _announce(tx: UnitOfWork, row: Connection, before: Before, receipt: ReconnectReceipt | None) -> None:
    await tx.session.flush()
    told: dict[str, Any] = facts(row) | {"before": before.status, "receipt_id": str(receipt.id) if receipt else None}
    type = EventType.CONNECTION_CONNECTED if before.status is None else EventType.CONNECTION_RECONNECTED
    await record(tx, type, connection_id=row.id, subject_id=receipt.id if receipt else None, data=told)
    if before.missing - set(row.missing_scopes):
        told = facts(row) | {"missing_scopes": row.missing_scopes}
        await record(tx, EventType.CONNECTION_PERMISSION_RESTORED, connection_id=row.id, data=told)
