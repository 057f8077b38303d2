"""Who asks, for which organization, and what they may do. No `/v1` route works without one."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import BackgroundTasks, Depends, Request
from sqlalchemy import ColumnElement, bindparam, exists, or_, select
from sqlalchemy.exc import SQLAlchemyError

from mailwarden.accounts.access_models import ApiKey, Grant
from mailwarden.accounts.audit import cover
from mailwarden.accounts.bearer import Bearer, IpNotAllowed, find_bearer, presented
from mailwarden.accounts.models import Membership, Session, User
from mailwarden.accounts.rules import ACCOUNT, SCOPES, may_act, permissions_of, who_may
from mailwarden.accounts.sessions import IDLE, Found, cookie_name, csrf_token, find_session, touch
from mailwarden.core.api import Reader, Rt, Tx
from mailwarden.core.csrf import check_origin, check_token
from mailwarden.core.db import UnitOfWork, app_now, reader, unit_of_work
from mailwarden.core.errors import Forbidden, RoleRequired, Unauthenticated
from mailwarden.core.idempotency.claims import claim
from mailwarden.core.limits.passage import admit, admit_stranger
from mailwarden.core.logging import bind
from mailwarden.core.origin import acting
from mailwarden.core.runtime import Runtime

log = logging.getLogger(__name__)

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
TOUCH_EVERY = timedelta(minutes=1)
MEMBER = (  # built once: every request asks it
    select(Membership.role, User.is_operator, User.email_verified_at)
    .join(User, User.id == Membership.user_id)
    .where(Membership.org_id == bindparam("org"), Membership.user_id == bindparam("person"))
)


class EmailUnverified(Forbidden):
    code, title = "email_unverified", "Confirm your address first"


class SessionRequired(Forbidden):
    code, title = "session_required", "Only for somebody at a browser"


class ScopeRequired(Forbidden):
    code, title = "scope_required", "This key may not do that"


@dataclass(frozen=True)
class Caller:
    """A signed-in browser, an API key, or a program with a token of ours: ``kind`` and the id of that credential."""

    user_id: UUID
    org_id: UUID
    role: str
    is_operator: bool
    kind: str
    credential_id: UUID
    scopes: frozenset[str] | None = None  # None: whatever the role may
    may_act: bool = True  # False: their address is not confirmed yet

    def may(self, permission: str) -> bool:
        granted = self.scopes is None or permission in self.scopes
        return granted and permission in permissions_of(self.role, may_act=self.may_act)

    @property
    def session_id(self) -> UUID:
        """Raises SessionRequired for programs."""
        if self.kind != "session":
            raise SessionRequired("Sign in with a browser for this.", action="sign_in")
        return self.credential_id

    @property
    def principal(self) -> str:
        """Who idempotency keys and rate limits are counted for. A person's browsers are one."""
        return f"user:{self.user_id}" if self.kind == "session" else f"{self.kind}:{self.credential_id}"


async def identify(request: Request, rt: Runtime, tx: UnitOfWork, after: BackgroundTasks) -> Caller:
    """Reads role and organization from the database on every request: a change acts at once (A14, J7).

    Where there is an `Authorization` header it alone counts: no cookie is looked at, so no CSRF check is needed.
    """
    try:
        caller = await _as_member(rt, tx, await _shown(request, rt, tx, after))
    except (Unauthenticated, IpNotAllowed):
        await admit_stranger(request, rt)
        raise
    await admit(request, rt, caller.org_id, caller.user_id, caller.principal if caller.kind != "session" else None)
    return caller


async def _shown(request: Request, rt: Runtime, tx: UnitOfWork, after: BackgroundTasks) -> Found | Bearer:
    token = presented(request)
    if token is None:
        return await _find_browser(request, rt, tx, after)
    return await find_bearer(request, rt, tx, after, token)


async def identify_browser(request: Request, rt: Runtime, tx: UnitOfWork) -> Caller:
    """For pages with a form of their own, which brings the CSRF token: whoever asks must check it."""
    token = request.cookies.get(cookie_name(rt))
    found = await find_session(tx, token) if token else None
    if found is None:
        raise Unauthenticated("Sign in to go on.")
    return await _as_member(rt, tx, found)


async def _find_browser(request: Request, rt: Runtime, tx: UnitOfWork, after: BackgroundTasks) -> Found:
    token = request.cookies.get(cookie_name(rt))
    found = await find_session(tx, token) if token else None
    if found is None:
        raise Unauthenticated("Sign in to go on.", headers={"WWW-Authenticate": 'Bearer realm="mailwarden"'})
    if request.method not in SAFE:
        check_origin(request, rt.config.base_url)
        check_token(request, csrf_token(rt.keys, found.session_id))
    if rt.clock.now() - found.seen_at > TOUCH_EVERY:
        after.add_task(_keep_alive, rt, found)
    return found


async def _as_member(rt: Runtime, tx: UnitOfWork, shown: Found | Bearer) -> Caller:
    """A key or token may never do more than the role of whoever made it allows today."""
    if tx.org_id is None:
        await tx.act(shown.org_id, shown.user_id)
    row = (await tx.session.execute(MEMBER, {"org": shown.org_id, "person": shown.user_id})).first()
    if row is None:
        raise Unauthenticated("You are no longer a member of this organization. Sign in again.")
    bind(org_id=str(shown.org_id), user_id=str(shown.user_id))
    acts = may_act(rt.config.unverified_may_act, row.email_verified_at)
    if isinstance(shown, Found):
        acting(shown.user_id, "session")
        return Caller(shown.user_id, shown.org_id, row.role, row.is_operator, "session", shown.session_id, may_act=acts)
    bind(credential=f"{shown.kind}:{shown.id}")
    acting(shown.user_id, shown.kind, shown.id)
    return Caller(shown.user_id, shown.org_id, row.role, False, shown.kind, shown.id, shown.scopes, acts)


async def _keep_alive(rt: Runtime, session: Found) -> None:
    """After the answer: a request that held one database connection and waited for another could starve them all."""
    try:
        async with unit_of_work(rt.sessions) as tx:
            await tx.act_as(session.user_id)
            await touch(tx, session.session_id)
    except (SQLAlchemyError, OSError):
        log.warning("could not note that a session is in use", exc_info=True)


def allowed(caller: Caller, permission: str) -> Caller:
    """Raises what tells them whom to ask, or what their key lacks."""
    role_may = permission in permissions_of(caller.role, may_act=caller.may_act)
    if caller.scopes is not None and permission not in SCOPES:
        raise SessionRequired("Keys and tokens are never allowed this. Sign in with a browser.", action="sign_in")
    if caller.scopes is not None and role_may and permission not in caller.scopes:
        raise ScopeRequired(f"This needs the scope {permission}.", evidence={"scope": permission})
    if not caller.may_act and permission in permissions_of(caller.role) and not caller.may(permission):
        raise EmailUnverified(
            "Confirm your e-mail address first: open the link that we mailed you.", action="verify_email"
        )
    if not caller.may(permission):
        roles = " or ".join(who_may(permission)) or "nobody"
        raise RoleRequired(f"This needs the role {roles}. Ask one of them.", action="ask_owner")
    return caller


async def still_allowed(rt: Runtime, caller: Caller, permission: str) -> bool:
    """For answers that last: is this caller still let into this organization, with this permission?"""
    member = select(Membership.role).where(
        Membership.org_id == caller.org_id, Membership.user_id == caller.user_id, _alive(caller)
    )
    async with reader(rt.sessions, caller.org_id) as tx:
        await tx.act_as(caller.user_id)
        role = await tx.session.scalar(member)
    return role is not None and permission in permissions_of(role)


def _alive(caller: Caller) -> ColumnElement[bool]:
    """The credential itself."""
    mine = caller.credential_id
    if caller.kind == "session":
        fresh = (Session.expires_at > app_now(), Session.seen_at > app_now() - IDLE)
        return exists().where(Session.id == mine, Session.org_id == caller.org_id, *fresh)
    if caller.kind == "api_key":
        later = or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > app_now())
        return exists().where(ApiKey.id == mine, ApiKey.org_id == caller.org_id, ApiKey.revoked_at.is_(None), later)
    alive = (Grant.revoked_at.is_(None), Grant.expires_at > app_now())
    return exists().where(Grant.id == mine, Grant.org_id == caller.org_id, *alive)


Load = Callable[..., Awaitable[Caller]]


def require(permission: str) -> Load:
    """For routes that write: authenticates inside the route's own transaction."""

    async def caller(request: Request, rt: Rt, tx: Tx, after: BackgroundTasks) -> Caller:
        found = allowed(await identify(request, rt, tx, after), permission)
        await claim(request, rt, tx, found.org_id, found.principal)
        if request.method not in SAFE:
            cover(tx, request)
        return found

    caller.permission = permission  # type: ignore[attr-defined]
    caller.recorded = True  # type: ignore[attr-defined]
    return caller


def require_read(permission: str) -> Load:
    """For routes that read: the same inside a read-only transaction."""

    async def caller(request: Request, rt: Rt, tx: Reader, after: BackgroundTasks) -> Caller:
        return allowed(await identify(request, rt, tx, after), permission)

    caller.permission = permission  # type: ignore[attr-defined]
    return caller


Myself = Annotated[Caller, Depends(require(ACCOUNT))]  # for routes that change one's own account
MyselfReading = Annotated[Caller, Depends(require_read(ACCOUNT))]
StatusReader = Annotated[Caller, Depends(require_read("status:read"))]
DataReader = Annotated[Caller, Depends(require_read("data:read"))]
