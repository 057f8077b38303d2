"""Addresses that we give to one provider for one connection, each with a secret of its own."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text, update

from mailwarden.connections.models import Connection
from mailwarden.core.crypto import Place, token_hash
from mailwarden.core.db import UnitOfWork, app_now, reader
from mailwarden.core.ids import new_id
from mailwarden.core.runtime import Runtime
from mailwarden.hooks.models import HookSubscription

PATH_BYTES = 32
SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Address:
    """What a provider is told when we subscribe. Nobody else may ever see it."""

    id: UUID
    url: str = field(repr=False)
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Opened:
    id: UUID
    secret: str = field(repr=False)


def _place(row: HookSubscription, column: str) -> Place:
    return Place("hook_subscriptions", column, row.org_id, row.id)


async def address_for(rt: Runtime, tx: UnitOfWork, connection: Connection, topic: str) -> Address:
    """The address of this connection for this topic; made anew if there was none or it has ended.

    Commit before telling the provider: several call the address while they answer the subscription request.
    """
    row = await find_subscription(tx, connection.org_id, connection.id, topic)
    if row is None or row.status == "ended":
        row = _renewed(rt, connection, topic, row)
        tx.session.add(row)
        await tx.session.flush()
    path = rt.keys.open(row.path, _place(row, "path"))
    return Address(row.id, f"{rt.config.base_url}/hooks/{row.provider}/{path}", _secret(rt, row))


def _renewed(rt: Runtime, connection: Connection, topic: str, old: HookSubscription | None) -> HookSubscription:
    row = old or HookSubscription(id=new_id(), org_id=connection.org_id, connection_id=connection.id, topic=topic)
    path = secrets.token_urlsafe(PATH_BYTES)
    row.provider = connection.provider
    row.path_hash = token_hash(path)
    row.path = rt.keys.seal(path, _place(row, "path"))
    row.secret = rt.keys.seal(secrets.token_urlsafe(SECRET_BYTES), _place(row, "secret"))
    row.status = "pending"
    row.provider_id = row.expires_at = row.checked_at = None
    return row


def _secret(rt: Runtime, row: HookSubscription) -> str:
    return rt.keys.open(row.secret, _place(row, "secret"))


async def find_subscription(tx: UnitOfWork, org_id: UUID, connection_id: UUID, topic: str) -> HookSubscription | None:
    asked = select(HookSubscription).where(
        HookSubscription.org_id == org_id,
        HookSubscription.connection_id == connection_id,
        HookSubscription.topic == topic,
    )
    return await tx.session.scalar(asked.with_for_update())


async def get_subscription(tx: UnitOfWork, org_id: UUID, subscription: UUID) -> HookSubscription:
    asked = select(HookSubscription).where(HookSubscription.org_id == org_id, HookSubscription.id == subscription)
    return (await tx.session.scalars(asked)).one()


async def note_subscribed(
    tx: UnitOfWork, org_id: UUID, subscription: UUID, provider_id: str, expires_at: datetime | None
) -> None:
    """The provider accepted, renewed or confirmed it."""
    mine = update(HookSubscription).where(HookSubscription.org_id == org_id, HookSubscription.id == subscription)
    known = {"provider_id": provider_id, "expires_at": expires_at, "status": "active", "checked_at": app_now()}
    await tx.session.execute(mine.values(**known))


async def end_subscriptions(tx: UnitOfWork, org_id: UUID, connection_id: UUID) -> None:
    """From now on nothing that comes to these addresses is believed."""
    mine = update(HookSubscription).where(
        HookSubscription.org_id == org_id, HookSubscription.connection_id == connection_id
    )
    await tx.session.execute(mine.values(status="ended"))


async def open_subscription(rt: Runtime, provider: str, path: str) -> Opened | None:
    """By the last part of an address. The look-up is by hash, so its time tells nothing of what is stored."""
    asked = text("SELECT subscription_id, org_id FROM find_hook_subscription(:provider, :hash)")
    async with reader(rt.sessions) as tx:
        found = (await tx.session.execute(asked, {"provider": provider, "hash": token_hash(path)})).first()
        if found is None:
            return None
        await tx.act_for(found.org_id)
        mine = select(HookSubscription).where(
            HookSubscription.org_id == found.org_id, HookSubscription.id == found.subscription_id
        )
        row = (await tx.session.scalars(mine)).one()
    return Opened(row.id, _secret(rt, row))
