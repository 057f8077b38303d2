"""What a member changes about a connection: its settings, and that it is connected at all."""

from uuid import UUID

from sqlalchemy import delete, select, update

from mailwarden.accounts import audit
from mailwarden.connections.audience_store import forget_tokens
from mailwarden.connections.grant_life import FORECAST
from mailwarden.connections.keepsake import keep_until_given_back
from mailwarden.connections.mail_servers import forget_password
from mailwarden.connections.models import Connection, Credential, Episode, Orphan
from mailwarden.connections.queries import get_connection
from mailwarden.connections.rules import Actor, Status
from mailwarden.connections.schemas import ConnectionUpdate
from mailwarden.connections.slots import empty_slot
from mailwarden.connections.transitions import PROBE, REFRESH, VERIFY, audit_target, facts, write_history
from mailwarden.connections.unreadable import opened_if_readable
from mailwarden.core.db import UnitOfWork, app_now
from mailwarden.core.etag import stale
from mailwarden.core.jobs import cancel
from mailwarden.core.runtime import Runtime
from mailwarden.events.record import record
from mailwarden.events.types import EventType


async def update_settings(
    tx: UnitOfWork, row: Connection, version: int, body: ConnectionUpdate, user_id: UUID
) -> Connection:
    """Only what is given changes; PreconditionFailed if somebody else changed the settings since they were loaded."""
    row = await get_connection(tx, row.org_id, row.id, lock=True)
    if row.version != version:
        raise stale(row.version)
    wanted = {name: value.value for name, value in body if value is not None}
    changed = {name: value for name, value in wanted.items() if getattr(row, name) != value}
    if not changed:
        return row
    before = {name: getattr(row, name) for name in changed}
    for name, value in changed.items():
        setattr(row, name, value)
    row.version += 1
    await tx.session.flush()
    await audit.record(
        tx, "connection.settings_changed", audit_target(row), before=before, after=changed, user_id=user_id
    )
    told = facts(row) | {"before": before, "after": changed, "user_id": str(user_id)}
    await record(tx, EventType.CONNECTION_SETTINGS_CHANGED, connection_id=row.id, data=told)
    return row


async def disconnect(rt: Runtime, tx: UnitOfWork, row: Connection, user_id: UUID) -> Connection:
    """Ends all work at once and keeps all data. Doing it twice changes nothing."""
    row = await get_connection(tx, row.org_id, row.id, lock=True)
    if row.status == Status.DISCONNECTED:
        return row
    await _end_episode_quietly(tx, row)
    before, row.status = row.status, Status.DISCONNECTED
    row.cause = row.evidence = row.suspected_at = row.inactive_since = None
    row.degraded_reason = row.degraded_since = row.banned_until = None
    row.next_sync_at = row.next_refresh_at = row.next_probe_at = None
    row.grant_dies_at = row.grant_dies_why = None
    row.missing_scopes = []
    write_history(tx, row, before, Actor.USER, user_id=user_id)
    await tx.session.flush()
    await _retire_credential(rt, tx, row, user_id)
    await empty_slot(tx, row)
    stamp = update(Connection).where(Connection.org_id == row.org_id, Connection.id == row.id)
    await tx.session.execute(stamp.values(disconnected_at=app_now()))
    for kind in (REFRESH, PROBE, VERIFY, FORECAST):
        await cancel(tx, kind, row.id)
    status = ({"status": before}, {"status": row.status})
    await audit.record(
        tx, "connection.disconnected", audit_target(row), before=status[0], after=status[1], user_id=user_id
    )
    told = facts(row) | {"user_id": str(user_id)}
    await record(tx, EventType.CONNECTION_DISCONNECTED, connection_id=row.id, data=told)
    return row


async def _retire_credential(rt: Runtime, tx: UnitOfWork, row: Connection, user_id: UUID) -> None:
    """The row stays, its tokens go; a refresh in flight finds another version and stores nothing (R11)."""
    held = await tx.session.scalar(
        select(Credential)
        .where(Credential.org_id == row.org_id, Credential.connection_id == row.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    token = opened_if_readable(rt, held, "refresh_token") if held else None
    if token is not None:
        await keep_until_given_back(rt, tx, row, token, user_id)
    await forget_password(tx, row)
    await forget_tokens(tx, row.org_id, row.id)
    await tx.session.execute(delete(Orphan).where(Orphan.org_id == row.org_id, Orphan.connection_id == row.id))
    mine = update(Credential).where(Credential.org_id == row.org_id, Credential.connection_id == row.id)
    forgotten = {"access_token": None, "refresh_token": None, "previous_refresh_token": None, "refresh_hash": None}
    forgotten |= {"token_prefix": None, "token_sha512x2": None}
    ended = {"version": Credential.version + 1, "lease_until": None, "attempt_id": None, "expires_at": app_now()}
    await tx.session.execute(mine.values(**forgotten, **ended))


async def _end_episode_quietly(tx: UnitOfWork, row: Connection) -> None:
    mine = update(Episode).where(
        Episode.org_id == row.org_id, Episode.connection_id == row.id, Episode.ended_at.is_(None)
    )
    await tx.session.execute(mine.values(ended_at=app_now(), ended_by="disconnected"))
    row.episode_id = None
