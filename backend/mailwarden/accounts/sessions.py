"""Signed-in browsers: a random cookie, its hash in PostgreSQL, and a CSRF token bound to it."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import delete, update
from starlette.responses import Response

from mailwarden.accounts import audit
from mailwarden.accounts.models import Session
from mailwarden.core.crypto import Keyring, token_hash
from mailwarden.core.db import UnitOfWork, app_now, entering
from mailwarden.core.ids import new_id
from mailwarden.core.runtime import Runtime

IDLE = timedelta(hours=12)
ABSOLUTE = timedelta(days=30)
FIND = entering("find_session(:hash, :idle)")


class Found(NamedTuple):
    session_id: UUID
    user_id: UUID
    org_id: UUID
    seen_at: datetime


def cookie_name(rt: Runtime) -> str:
    """`__Host-` binds the cookie to this host and https; a browser refuses it over plain http."""
    return "__Host-session" if rt.config.cookie_secure else "session"


def csrf_token(keys: Keyring, session_id: UUID) -> str:
    return hmac.new(keys.lookup, b"csrf|" + session_id.bytes, hashlib.sha256).hexdigest()


async def start_session(
    rt: Runtime, tx: UnitOfWork, user_id: UUID, org_id: UUID, user_agent: str | None, address: str | None = None
) -> tuple[UUID, str]:
    """A new token at every sign-in, so that one planted before is worth nothing. ``tx`` acts for ``org_id``."""
    token, session_id = secrets.token_urlsafe(32), new_id()
    tx.session.add(
        Session(
            id=session_id,
            token_hash=token_hash(token),
            user_id=user_id,
            org_id=org_id,
            expires_at=rt.clock.now() + ABSOLUTE,
            user_agent=(user_agent or "")[:300] or None,
            address=address,
        )
    )
    await tx.session.flush()
    await audit.record(tx, "session.started", after={"browser": (user_agent or "")[:160] or None}, user_id=user_id)
    return session_id, token


def set_cookie(rt: Runtime, response: Response, token: str) -> None:
    response.set_cookie(
        cookie_name(rt),
        token,
        max_age=int(ABSOLUTE.total_seconds()),
        path="/",
        secure=rt.config.cookie_secure,
        httponly=True,
        samesite="lax",
    )


def clear_cookie(rt: Runtime, response: Response) -> None:
    response.delete_cookie(cookie_name(rt), path="/", secure=rt.config.cookie_secure, httponly=True, samesite="lax")


async def find_session(tx: UnitOfWork, token: str) -> Found | None:
    """Through a listed function: the tenant is not known before it answers. From here on ``tx`` acts for it."""
    row = await tx.enter(FIND, {"hash": token_hash(token), "idle": IDLE})
    return Found(row.session_id, row.user_id, row.org_id, row.seen_at) if row else None


async def touch(tx: UnitOfWork, session_id: UUID) -> None:
    await tx.session.execute(update(Session).where(Session.id == session_id).values(seen_at=app_now()))


async def end_session(tx: UnitOfWork, session_id: UUID) -> None:
    await tx.session.execute(delete(Session).where(Session.id == session_id))
