"""A credential in tests: refreshed, looked into, half-way."""

from datetime import timedelta
from typing import Any

import httpx
from sqlalchemy import select

from mailwarden.connections.credentials import claim_refresh
from mailwarden.connections.journal import TokenAnswer
from mailwarden.connections.models import Connection, Credential, RefreshAttempt
from mailwarden.connections.refresh import Refreshed, refresh_once
from mailwarden.connections.unreadable import place
from mailwarden.core.db import reader
from mailwarden.core.runtime import Runtime
from mailwarden.providers.base import Grant

KLAVIYO_TOKEN = "POST /oauth/token"
DUE = timedelta(minutes=27)


async def credential(rt: Runtime, row: Connection) -> Credential:
    async with reader(rt.sessions, row.org_id) as tx:
        return (await tx.session.scalars(select(Credential).where(Credential.connection_id == row.id))).one()


async def secrets(rt: Runtime, row: Connection) -> tuple[str, str, str | None]:
    """(access, refresh, previous refresh)."""
    held = await credential(rt, row)
    assert held.access_token is not None
    assert held.refresh_token is not None
    before = held.previous_refresh_token
    return (
        rt.keys.open(held.access_token, place(held, "access_token")),
        rt.keys.open(held.refresh_token, place(held, "refresh_token")),
        rt.keys.open(before, place(held, "previous_refresh_token")) if before else None,
    )


async def attempts(rt: Runtime, row: Connection) -> list[str]:
    async with reader(rt.sessions, row.org_id) as tx:
        return list(await tx.session.scalars(select(RefreshAttempt.outcome).order_by(RefreshAttempt.at)))


async def refresh(rt: Runtime, row: Connection, **over: Any) -> Refreshed:
    return await refresh_once(rt, row.org_id, row.id, row.provider, **over)


async def force(rt: Runtime, row: Connection) -> Refreshed:
    return await refresh(rt, row, only_version=(await credential(rt, row)).version)


def dropped(_: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("gone")


def unreachable(_: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused")


async def answer_of(rt: Runtime, row: Connection, grant: Grant | None = None) -> TokenAnswer:
    """What a worker holds between the provider's answer and its commit."""
    held = await credential(rt, row)
    claim = await claim_refresh(rt, row.org_id, row.id, only_version=held.version)
    assert claim is not None
    return TokenAnswer(
        org_id=claim.org_id,
        connection_id=claim.connection_id,
        credential_id=claim.credential_id,
        attempt_id=claim.attempt_id,
        provider=claim.provider,
        version=claim.version,
        spent_hash=claim.spent_hash,
        sent_at=rt.clock.now(),
        grant=grant or Grant("access-2", "refresh-2", 1800, frozenset({"oauth", "content"})),
    )
