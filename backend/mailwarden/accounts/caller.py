"""Who asks, for which organization, and what they may do. No `/v1` route works without one."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import BackgroundTasks, Depends, Request
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from mailwarden.accounts.audit import cover
from mailwarden.accounts.models import Membership, Session, User
from mailwarden.accounts.rules import may_act, permissions_of, who_may
from mailwarden.accounts.sessions import IDLE, Found, cookie_name, csrf_token, find_session, touch
from mailwarden.core.api import Reader, Rt, Tx
from mailwarden.core.csrf import check_origin, check_token
from mailwarden.core.db import UnitOfWork, app_now, reader, unit_of_work
from mailwarden.core.errors import Forbidden, RoleRequired, Unauthenticated
from mailwarden.core.logging import bind
from mailwarden.core.origin import acting
from mailwarden.core.runtime import Runtime

log = logging.getLogger(__name__)

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
TOUCH_EVERY = timedelta(minutes=1)


class EmailUnverified(Forbidden):
    code, title = "email_unverified", "Confirm your address first"


@dataclass(frozen=True)
class Caller:
    user_id: UUID
    org_id: UUID
    session_id: UUID
    role: str
    is_operator: bool
    may_act: bool = True  # False: their address is not confirmed yet

    def may(self, permission: str) -> bool:
        return permission in permissions_of(self.role, may_act=self.may_act)


async def identify(request: Request, rt: Runtime, tx: UnitOfWork, after: BackgroundTasks) -> Caller:
    """Reads role and organization from the database on every request: a change acts at once (A14, J7)."""
    token = request.cookies.get(cookie_name(rt))
    found = await find_session(tx, token) if token else None
    if found is None:
        raise Unauthenticated("Sign in to go on.")
    if request.method not in SAFE:
        check_origin(request, rt.config.base_url)
        check_token(request, csrf_token(rt.keys, found.session_id))
    await tx.act_as(found.user_id)
    await tx.act_for(found.org_id)
    member = select(Membership.role, User.is_operator, User.email_verified_at).join(User, User.id == Membership.user_id)
    row = (
        await tx.session.execute(member.where(Membership.org_id == found.org_id, Membership.user_id == found.user_id))
    ).first()
    if row is None:
        raise Unauthenticated("You are no longer a member of this organization. Sign in again.")
    if rt.clock.now() - found.seen_at > TOUCH_EVERY:
        after.add_task(_keep_alive, rt, found)
    bind(org_id=str(found.org_id), user_id=str(found.user_id))
    acting(found.user_id, "session")
    acts = may_act(rt.config.unverified_may_act, row.email_verified_at)
    return Caller(found.user_id, found.org_id, found.session_id, row.role, row.is_operator, acts)


async def _keep_alive(rt: Runtime, session: Found) -> None:
    """After the answer: a request that held one database connection and waited for another could starve them all."""
    try:
        async with unit_of_work(rt.sessions) as tx:
            await tx.act_as(session.user_id)
            await touch(tx, session.session_id)
    except (SQLAlchemyError, OSError):
        log.warning("could not note that a session is in use", exc_info=True)


def _allowed(caller: Caller, permission: str) -> Caller:
    if not caller.may_act and permission in permissions_of(caller.role) and not caller.may(permission):
        raise EmailUnverified(
            "Confirm your e-mail address first: open the link that we mailed you.", action="verify_email"
        )
    if not caller.may(permission):
        roles = " or ".join(who_may(permission)) or "nobody"
        raise RoleRequired(f"This needs the role {roles}. Ask one of them.", action="ask_owner")
    return caller


async def still_allowed(rt: Runtime, caller: Caller, permission: str) -> bool:
    """For answers that last: is this session still signed in to this organization, with this permission?"""
    same = select(Membership.role).join(Session, Session.user_id == Membership.user_id)
    asked = same.where(
        Session.id == caller.session_id,
        Session.org_id == caller.org_id,
        Session.expires_at > app_now(),
        Session.seen_at > app_now() - IDLE,
        Membership.org_id == caller.org_id,
        Membership.user_id == caller.user_id,
    )
    async with reader(rt.sessions, caller.org_id) as tx:
        await tx.act_as(caller.user_id)
        role = await tx.session.scalar(asked)
    return role is not None and permission in permissions_of(role)


Load = Callable[..., Awaitable[Caller]]


def require(permission: str) -> Load:
    """For routes that write: authenticates inside the route's own transaction."""

    async def caller(request: Request, rt: Rt, tx: Tx, after: BackgroundTasks) -> Caller:
        found = _allowed(await identify(request, rt, tx, after), permission)
        if request.method not in SAFE:
            cover(tx, request)
        return found

    caller.permission = permission  # type: ignore[attr-defined]
    return caller


def require_read(permission: str) -> Load:
    """For routes that read: the same inside a read-only transaction."""

    async def caller(request: Request, rt: Rt, tx: Reader, after: BackgroundTasks) -> Caller:
        return _allowed(await identify(request, rt, tx, after), permission)

    caller.permission = permission  # type: ignore[attr-defined]
    return caller


StatusReader = Annotated[Caller, Depends(require_read("status:read"))]
DataReader = Annotated[Caller, Depends(require_read("data:read"))]
