"""`Authorization: Bearer`: an API key, or an access token of our authorization server (RFC 6750)."""

import hmac
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address, ip_network
from typing import Any
from uuid import UUID

from fastapi import BackgroundTasks, Request
from sqlalchemy import select, update

from mailwarden.accounts.access_models import ApiKey, Grant
from mailwarden.accounts.key_format import public_part
from mailwarden.core.background import note_use
from mailwarden.core.crypto import token_hash
from mailwarden.core.db import UnitOfWork, app_now, entering
from mailwarden.core.errors import Forbidden, Unauthenticated
from mailwarden.core.peer import client_address
from mailwarden.core.runtime import Runtime

NOTE_EVERY = timedelta(minutes=1)
FIND_KEY = entering("find_api_key(:public)")
FIND_TOKEN = entering("find_access_token(:hash)")
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="mailwarden", error="invalid_token"'}


class IpNotAllowed(Forbidden):
    code, title = "ip_not_allowed", "Not from this address"


@dataclass(frozen=True)
class Bearer:
    """Who a program acts for. ``id`` is the key's, or the grant's that the token belongs to."""

    kind: str
    id: UUID
    org_id: UUID
    user_id: UUID
    scopes: frozenset[str]


def presented(request: Request) -> str | None:
    """None: there is no such header, a cookie may be looked at. Raises Unauthenticated for any other scheme."""
    header = request.headers.get("authorization")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated("Send `Authorization: Bearer` and your API key.", headers=CHALLENGE)
    return token.strip()


async def find_bearer(request: Request, rt: Runtime, tx: UnitOfWork, after: BackgroundTasks, token: str) -> Bearer:
    found = await (_by_key(request, rt, tx, token) if public_part(token) else _by_access_token(tx, token))
    if found is None:
        raise Unauthenticated(
            "This key or token is unknown, has expired or was revoked.", code="invalid_token", headers=CHALLENGE
        )
    bearer, used_at = found
    if used_at is None or rt.clock.now() - used_at > NOTE_EVERY:
        model: Any = ApiKey if bearer.kind == "api_key" else Grant
        used = update(model).where(model.org_id == bearer.org_id, model.id == bearer.id)
        after.add_task(note_use, rt, bearer.org_id, used.values(last_used_at=app_now()))
    return bearer


async def _by_key(request: Request, rt: Runtime, tx: UnitOfWork, token: str) -> tuple[Bearer, Any] | None:
    found = await tx.enter(FIND_KEY, {"public": public_part(token)})
    if found is None:
        return None
    key = await tx.session.scalar(select(ApiKey).where(ApiKey.org_id == found.org_id, ApiKey.id == found.key_id))
    if key is None or not hmac.compare_digest(key.secret_hash, token_hash(token)):
        return None
    _check_address(request, rt, key.allowed_ips)
    return Bearer("api_key", key.id, key.org_id, key.created_by, frozenset(key.scopes)), key.last_used_at


def _check_address(request: Request, rt: Runtime, ranges: list[str]) -> None:
    address = ip_address(str(client_address(request, rt.config.trusted_proxies)))
    if ranges and not any(address in ip_network(one) for one in ranges):
        raise IpNotAllowed("This key may not be used from this address.")


async def _by_access_token(tx: UnitOfWork, token: str) -> tuple[Bearer, Any] | None:
    found = await tx.enter(FIND_TOKEN, {"hash": token_hash(token)})
    if found is None:
        return None
    grant = await tx.session.scalar(select(Grant).where(Grant.org_id == found.org_id, Grant.id == found.grant_id))
    if grant is None:
        return None
    return Bearer("token", grant.id, grant.org_id, grant.user_id, frozenset(grant.scopes)), grant.last_used_at
