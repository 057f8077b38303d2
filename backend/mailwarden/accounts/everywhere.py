"""What concerns a person in all their organizations, done in one after another."""

from collections.abc import AsyncIterator
from uuid import UUID

from sqlalchemy import select

from mailwarden.accounts.models import Membership
from mailwarden.core.db import UnitOfWork


async def organizations_of(tx: UnitOfWork, user_id: UUID) -> AsyncIterator[UUID]:
    """``tx``, which acts as the person, acts for each of them in turn, and then for whom it acted before."""
    back = tx.org_id
    mine = select(Membership.org_id).where(Membership.user_id == user_id)
    for org_id in list(await tx.session.scalars(mine)):
        await tx.act_for(org_id)
        yield org_id
    if back is not None:
        await tx.act_for(back)
