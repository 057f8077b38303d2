"""Signing in by password: one neutral error, and the same work for an address that nobody has."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select, text, update

from mailwarden.accounts.founding import found_own
from mailwarden.accounts.models import Membership, Session, User
from mailwarden.accounts.passwords import hash_password, needs_rehash, verify_password
from mailwarden.core.db import UnitOfWork, reader
from mailwarden.core.errors import Unauthenticated
from mailwarden.core.ids import new_id
from mailwarden.core.runtime import Runtime


class Known(NamedTuple):
    user_id: UUID
    password_hash: str


async def sign_in(rt: Runtime, tx: UnitOfWork, email: str, password: str) -> UUID:
    """The person. One neutral error for a wrong address and a wrong password (A1)."""
    known = await find_by_password(rt, email, password)
    if known is None:
        raise Unauthenticated(
            "Address or password is wrong. Check the spelling of the address, too.", code="wrong_credentials"
        )
    better = await hash_password(password) if needs_rehash(known.password_hash) else None
    await tx.act_as(known.user_id)
    if better is not None:
        await tx.session.execute(update(User).where(User.id == known.user_id).values(password_hash=better))
    return known.user_id


async def find_by_password(rt: Runtime, email: str, password: str) -> Known | None:
    """Who proved the address, or who wants it and has not yet. Both are always looked at: time tells nothing."""
    holder, newest = await _candidates(rt, email)
    of_holder = await verify_password(holder.password_hash if holder else None, password)
    of_newest = await verify_password(newest.password_hash if newest else None, password)
    if of_holder:
        return holder
    return newest if of_newest else None


async def _candidates(rt: Runtime, email: str) -> tuple[Known | None, Known | None]:
    """Apart from the request's transaction, so that no database connection waits for the slow check."""
    async with reader(rt.sessions) as tx:
        found = (await tx.session.execute(text("SELECT * FROM find_sign_in(:email)"), {"email": email})).one()
        return await _look_up(tx, found.holder), await _look_up(tx, found.newest)


async def _look_up(tx: UnitOfWork, found: UUID | None) -> Known | None:
    user_id = found or new_id()
    await tx.act_as(user_id)
    stored = await tx.session.scalar(select(User.password_hash).where(User.id == user_id))
    return Known(user_id, stored) if stored is not None else None


async def last_organization(tx: UnitOfWork, user_id: UUID) -> UUID:
    """The one worked in last, else the first joined, else a new one of their own."""
    last = select(Session.org_id).where(Session.user_id == user_id).order_by(Session.seen_at.desc())
    joined = select(Membership.org_id).where(Membership.user_id == user_id).order_by(Membership.created_at)
    mine = list(await tx.session.scalars(joined))
    if not mine:
        return await found_own(tx, user_id)
    recent = await tx.session.scalar(last.where(Session.org_id.in_(mine)).limit(1))
    return recent or mine[0]
