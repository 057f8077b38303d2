"""Rows with sensible defaults, written as the app's own role."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from mailwarden.accounts.models import Membership, Organization, User
from mailwarden.connections.models import Connection, Credential
from mailwarden.core.crypto import Place
from mailwarden.core.db import unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.core.runtime import Runtime


async def make_organization(
    rt: Runtime, name: str = "Acme", *, role: str = "owner", email: str | None = None
) -> tuple[UUID, UUID]:
    """(organization id, user id of its only member)."""
    org_id, user_id = new_id(), new_id()
    async with unit_of_work(rt.sessions) as tx:
        await tx.act_as(user_id)
        await tx.act_for(org_id)
        address = email or f"{user_id.hex}@example.test"
        tx.session.add(User(id=user_id, email=address, name="Pat", password_hash="!"))
        tx.session.add(Organization(id=org_id, name=name))
        await tx.session.flush()
        tx.session.add(Membership(org_id=org_id, user_id=user_id, role=role))
    return org_id, user_id


async def make_connection(rt: Runtime, org_id: UUID, **over: Any) -> Connection:
    """A connected HubSpot account whose access token lives 30 minutes; ``over`` sets columns of the connection."""
    tokens = {
        "access_token": over.pop("access_token", "access-1"),
        "refresh_token": over.pop("refresh_token", "refresh-1"),
    }
    scopes = over.pop("scopes", ["oauth", "content"])
    life = timedelta(seconds=over.pop("life_s", 1800))
    now = rt.clock.now()
    fields: dict[str, Any] = {
        "provider": "hubspot",
        "external_id": str(new_id().int % 10**8),
        "account_label": "acme.test",
        "status": "connected",
        "proof_of_life_at": now,
    }
    connection = Connection(id=new_id(), org_id=org_id, **(fields | over))
    credential = Credential(id=new_id(), org_id=org_id, connection_id=connection.id)
    for column, secret in tokens.items():
        place = Place("credentials", column, org_id, credential.id)
        setattr(credential, column, rt.keys.seal(secret, place))
    credential.refresh_hash = rt.keys.fingerprint(tokens["refresh_token"])
    credential.scopes = scopes
    credential.issued_at = now
    credential.expires_at = now + life
    credential.refresh_after = now + life * 0.75
    async with unit_of_work(rt.sessions, org_id) as tx:
        tx.session.add(connection)
        await tx.session.flush()
        tx.session.add(credential)
    return connection
