"""Changing one's own password, and proving by it that it is oneself who asks."""

from uuid import UUID

from sqlalchemy import delete

from mailwarden.accounts import posting
from mailwarden.accounts.access_end import end_devices
from mailwarden.accounts.gates import own_password
from mailwarden.accounts.letters import Kind
from mailwarden.accounts.models import Session, User
from mailwarden.accounts.password_policy import check_password
from mailwarden.accounts.passwords import hash_password, verify_password
from mailwarden.accounts.throttle import count, forgive
from mailwarden.accounts.whereabouts import Whereabouts
from mailwarden.core.db import UnitOfWork
from mailwarden.core.errors import Invalid
from mailwarden.core.runtime import Runtime


def _wrong() -> Invalid:
    wrong = {"pointer": "#/current_password", "code": "wrong_password", "detail": "This is not your password."}
    return Invalid("The current password is wrong. Nothing was changed.", code="wrong_password", errors=[wrong])


async def check_own(rt: Runtime, tx: UnitOfWork, user_id: UUID, password: str) -> User:
    """The person, locked. Raises Invalid for a wrong password, Throttled after several."""
    await count(rt, own_password(user_id))
    user = await tx.session.get_one(User, user_id, with_for_update=True, populate_existing=True)
    if not await verify_password(user.password_hash, password):
        raise _wrong()
    await forgive(rt, tx, own_password(user_id))
    return user


async def change_password(
    rt: Runtime, tx: UnitOfWork, user_id: UUID, session_id: UUID, old: str, new: str, where: Whereabouts
) -> None:
    """Every other session ends, and so do links that were mailed."""
    user = await check_own(rt, tx, user_id, old)
    check_password(rt, new, pointer="#/new_password", context=(user.email, user.name))
    user.password_hash = await hash_password(new)
    await tx.session.execute(delete(Session).where(Session.user_id == user_id, Session.id != session_id))
    await end_devices(tx, user_id, "password_changed")
    await posting.void(tx, user_id, Kind.RESET, Kind.CONFIRM_CHANGE)
    await posting.write(rt, tx, user_id, Kind.PASSWORD_CHANGED, user.email, where.facts())
