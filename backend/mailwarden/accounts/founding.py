"""New organizations. Nobody is without one: who lost the last gets one of their own when they sign in."""

from uuid import UUID

from mailwarden.accounts import audit
from mailwarden.accounts.audit import Target
from mailwarden.accounts.models import Membership, Organization, User
from mailwarden.accounts.rules import Role
from mailwarden.core.db import UnitOfWork
from mailwarden.core.ids import new_id


async def found(tx: UnitOfWork, user_id: UUID, name: str, zone: str = "UTC") -> UUID:
    """Its owner is ``user_id``. ``tx`` acts for it afterwards."""
    org_id = new_id()
    await tx.act_for(org_id)
    tx.session.add(Organization(id=org_id, name=name, time_zone=zone))
    await tx.session.flush()
    tx.session.add(Membership(org_id=org_id, user_id=user_id, role=Role.OWNER))
    await tx.session.flush()
    await audit.record(tx, "organization.created", Target("organization", org_id, name), user_id=user_id)
    return org_id


async def found_own(tx: UnitOfWork, user_id: UUID) -> UUID:
    """For whoever was removed from their last one: they can be invited again, and use what is their own."""
    user = await tx.session.get_one(User, user_id)
    return await found(tx, user_id, f"{user.name[:100]}’s organization")
