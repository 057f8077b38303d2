"""Who signs up with somebody else's address may open ways in before its holder comes; the holder's proof shuts them."""

from uuid import UUID

from sqlalchemy import delete, select

from mailwarden.accounts.access_end import end_keys
from mailwarden.accounts.everywhere import organizations_of
from mailwarden.accounts.factor_models import Identity, SecondFactor
from mailwarden.core.db import UnitOfWork


async def shut_out(tx: UnitOfWork, user_id: UUID) -> None:
    """All that a new password leaves alone: accounts elsewhere, a second factor, keys. ``tx`` acts as the person."""
    for way_in in (Identity, SecondFactor):
        await tx.session.execute(delete(way_in).where(way_in.user_id == user_id))
    async for org_id in organizations_of(tx, user_id):
        await end_keys(tx, org_id, user_id)


async def accounts_elsewhere(tx: UnitOfWork, user_id: UUID) -> str:
    """What else signs in to it, as people read it."""
    mine = select(Identity.label).where(Identity.user_id == user_id).order_by(Identity.created_at)
    return ", ".join(await tx.session.scalars(mine))
