"""A grant that nobody uses any more is kept, sealed, just long enough to be given back at the provider."""

from uuid import UUID

from mailwarden.connections.grant_models import RetiredGrant
from mailwarden.connections.models import Connection
from mailwarden.connections.unreadable import place
from mailwarden.core.db import UnitOfWork
from mailwarden.core.ids import new_id
from mailwarden.core.jobs import enqueue
from mailwarden.core.runtime import Runtime
from mailwarden.providers.catalog import load

GIVE_BACK = "give_back_grant"


async def keep_until_given_back(
    rt: Runtime, tx: UnitOfWork, row: Connection, token: str, user_id: UUID | None = None
) -> None:
    """With the job that gives it back, in the caller's transaction. Nothing where the provider takes none back."""
    spec = load().get(row.provider)
    if spec is None or spec.oauth is None or spec.oauth.revoke_path is None:
        return
    kept = RetiredGrant(
        id=new_id(),
        org_id=row.org_id,
        connection_id=row.id,
        provider=row.provider,
        external_id=row.external_id,
        retired_by=user_id,
    )
    kept.refresh_token = rt.keys.seal(token, place(kept, "refresh_token"))
    tx.session.add(kept)
    await tx.session.flush()
    await enqueue(tx, GIVE_BACK, kept.id)
