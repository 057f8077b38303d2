"""Who signs up with somebody else's address may open ways in before its holder comes; the holder's proof shuts them."""

from uuid import UUID

from sqlalchemy import delete, select

from mailwarden.accounts.access_end import end_access
from mailwarden.accounts.factor_models import Identity, SecondFactor
from mailwarden.accounts.models import Membership
from mailwarden.core.db import UnitOfWork


async def shut_out(tx: UnitOfWork, user_id: UUID) -> None:
    """All that signs in besides the password: accounts elsewhere, a second factor, keys and devices."""
    for way_in in (Identity, SecondFactor):
        await tx.session.execute(delete(way_in).where(way_in.user_id == user_id))
    back = tx.org_id
    mine = select(Membership.org_id).where(Membership.user_id == user_id)
    for org_id in list(await tx.session.scalars(mine)):
        await tx.act_for(org_id)
        await end_access(tx, org_id, user_id)
    if back is not None:
        await tx.act_for(back)


async def accounts_elsewhere(tx: UnitOfWork, user_id: UUID) -> str:
    """What else signs in to it, as people read it."""
    mine = select(Identity.label).where(Identity.user_id == user_id).order_by(Identity.created_at)
    return ", ".join(await tx.session.scalars(mine))
