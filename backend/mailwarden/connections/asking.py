"""Whoever may not reconnect an account asks those who may: one alert and one mail, however often they press."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from mailwarden.accounts import audit
from mailwarden.accounts.audit_models import AuditEntry
from mailwarden.accounts.models import User
from mailwarden.accounts.service import people_to_ask
from mailwarden.connections.models import Connection
from mailwarden.connections.present import action_of, card_of
from mailwarden.connections.queries import get_connection, open_episode
from mailwarden.connections.rules import Status
from mailwarden.connections.schemas import AskedOut
from mailwarden.connections.transitions import audit_target, facts
from mailwarden.core.db import UnitOfWork
from mailwarden.core.errors import Conflict
from mailwarden.core.runtime import Runtime
from mailwarden.events.record import record
from mailwarden.events.types import EventType

EVERY = timedelta(hours=1)  # for one connection and one person
ASKED = "connection.reconnect_asked"
BROKEN = (Status.INACTIVE, Status.DISCONNECTED)


async def ask_to_reconnect(rt: Runtime, tx: UnitOfWork, row: Connection, user_id: UUID) -> AskedOut:
    """Raises Conflict where there is nothing to reconnect. Asking again within the hour tells nobody anew."""
    row = await get_connection(tx, row.org_id, row.id, lock=True)
    if row.status not in BROKEN and not row.missing_scopes:
        raise Conflict("This connection needs nobody to reconnect it.", code="nothing_to_ask")
    asked_at = await _asked_before(rt, tx, row, user_id)
    if asked_at is None:
        await _ask(tx, row, await tx.session.get_one(User, user_id))
    told = await people_to_ask(tx, row.org_id, user_id)
    at = asked_at or rt.clock.now()
    return AskedOut(asked_at=at, again_at=at + EVERY, already_asked=asked_at is not None, told=told)


async def _asked_before(rt: Runtime, tx: UnitOfWork, row: Connection, user_id: UUID) -> datetime | None:
    entry = AuditEntry
    mine = select(entry.created_at).where(
        entry.org_id == row.org_id,
        entry.created_at > rt.clock.now() - EVERY,
        entry.action == ASKED,
        entry.actor_id == user_id,
        entry.target_id == row.id,
    )
    return await tx.session.scalar(mine.order_by(entry.created_at.desc()).limit(1))


async def _ask(tx: UnitOfWork, row: Connection, who: User) -> None:
    card = card_of(row, await open_episode(tx, row.org_id, row.id))
    told = facts(row) | (card.model_dump(mode="json") if card else {"action": action_of(row).model_dump(mode="json")})
    told |= {"asked_by": who.name, "user_id": str(who.id)}
    await record(tx, EventType.CONNECTION_RECONNECT_ASKED, connection_id=row.id, data=told)
    await audit.record(tx, ASKED, audit_target(row), user_id=who.id)
