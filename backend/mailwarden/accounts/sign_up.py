"""Signing up. The answer is the same whether or not the address has an account: only its mailbox learns that."""

from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from mailwarden.accounts import posting
from mailwarden.accounts.letters import Kind
from mailwarden.accounts.models import Membership, Organization, User
from mailwarden.accounts.password_policy import check_password
from mailwarden.accounts.passwords import hash_password
from mailwarden.accounts.rules import Role
from mailwarden.accounts.schemas import SignUp
from mailwarden.accounts.service import checked_zone
from mailwarden.core.db import UnitOfWork
from mailwarden.core.ids import new_id
from mailwarden.core.runtime import Runtime


async def sign_up(rt: Runtime, tx: UnitOfWork, body: SignUp) -> tuple[UUID, UUID]:
    """(user id, organization id). Who signs up with an address of somebody else never gets a link to prove it."""
    zone = checked_zone(body.time_zone)
    chosen, context = body.password.get_secret_value(), (body.email, body.name, body.organization_name)
    check_password(rt, chosen, pointer="#/password", context=context)
    password = await hash_password(chosen)
    user_id, org_id = new_id(), new_id()
    await tx.act_as(user_id)
    await tx.act_for(org_id)
    await _add(tx.session, User(id=user_id, email=body.email, name=body.name, password_hash=password))
    await _add(tx.session, Organization(id=org_id, name=body.organization_name, time_zone=zone))
    await _add(tx.session, Membership(org_id=org_id, user_id=user_id, role=Role.OWNER))
    if rt.config.environment == "demo":
        await _trust(rt, tx, user_id, body.email)
    else:
        await posting.write(rt, tx, user_id, Kind.VERIFY, body.email)
    return user_id, org_id


async def _add(session: AsyncSession, row: object) -> None:
    session.add(row)
    await session.flush()


async def _trust(rt: Runtime, tx: UnitOfWork, user_id: UUID, email: str) -> None:
    """The demo's own mailbox is nobody's: its first owner counts as proved."""
    if await tx.session.scalar(text("SELECT find_holder(:email)"), {"email": email}) is None:
        user = (await tx.session.scalars(select(User).where(User.id == user_id))).one()
        user.email_verified_at = rt.clock.now()
