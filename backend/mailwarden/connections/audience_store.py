"""Where the access tokens of further services lie."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select

from mailwarden.connections.audience_models import AudienceToken
from mailwarden.connections.unreadable import place
from mailwarden.core.db import UnitOfWork
from mailwarden.core.ids import new_id
from mailwarden.core.runtime import Runtime
from mailwarden.providers.base import Grant


async def find_token(tx: UnitOfWork, org_id: UUID, connection_id: UUID, audience: str) -> AudienceToken | None:
    asked = select(AudienceToken).where(
        AudienceToken.org_id == org_id,
        AudienceToken.connection_id == connection_id,
        AudienceToken.audience == audience,
    )
    return await tx.session.scalar(asked)


async def keep_token(
    rt: Runtime, tx: UnitOfWork, org_id: UUID, connection_id: UUID, audience: str, grant: Grant, sent_at: datetime
) -> None:
    """In the transaction that swaps the refresh token, whose row lock keeps others out."""
    row = await _row(tx, org_id, connection_id, audience)
    row.access_token = rt.keys.seal(grant.access_token, place(row, "access_token"))
    row.scopes = sorted(grant.scopes or ())
    row.expires_at = sent_at + timedelta(seconds=grant.expires_in_s)
    row.refused_at = None


async def note_refused(tx: UnitOfWork, org_id: UUID, connection_id: UUID, audience: str, at: datetime) -> None:
    row = await _row(tx, org_id, connection_id, audience)
    row.access_token, row.expires_at, row.refused_at = None, None, at


async def _row(tx: UnitOfWork, org_id: UUID, connection_id: UUID, audience: str) -> AudienceToken:
    row = await find_token(tx, org_id, connection_id, audience)
    if row is None:
        row = AudienceToken(id=new_id(), org_id=org_id, connection_id=connection_id, audience=audience)
        tx.session.add(row)
    return row


async def forget_tokens(tx: UnitOfWork, org_id: UUID, connection_id: UUID) -> None:
    """After a disconnect, and when another grant takes the place of this one."""
    mine = delete(AudienceToken).where(AudienceToken.org_id == org_id, AudienceToken.connection_id == connection_id)
    await tx.session.execute(mine)
