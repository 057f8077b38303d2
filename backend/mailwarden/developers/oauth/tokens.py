"""Codes, access and refresh tokens. Nothing here raises for a bad request: what it revokes must be committed."""

import base64
import hashlib
import hmac
import logging
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, text, update

from mailwarden.accounts.access_models import Grant, GrantToken
from mailwarden.accounts.audit import Target, record
from mailwarden.core.crypto import token_hash
from mailwarden.core.db import UnitOfWork
from mailwarden.core.ids import new_id
from mailwarden.core.runtime import Runtime
from mailwarden.developers.oauth.asking import Asking
from mailwarden.developers.oauth.clients import find_client
from mailwarden.developers.scopes import ordered

log = logging.getLogger(__name__)

SIGNED_OUT = "signed_out"
CODE_LIFE = timedelta(seconds=60)
ACCESS_LIFE = timedelta(minutes=15)
REFRESH_LIFE = timedelta(days=30)  # without use
GRANT_LIFE = timedelta(days=90)  # with any use
GRACE = timedelta(seconds=60)  # in which an answer that was lost can be asked for again
VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


@dataclass(frozen=True)
class TokenError:
    """RFC 6749 §5.2."""

    error: str
    description: str


@dataclass(frozen=True)
class Issued:
    access: str
    refresh: str
    scopes: list[str]

    def body(self) -> dict[str, Any]:
        seconds = int(ACCESS_LIFE.total_seconds())
        tokens = {"access_token": self.access, "refresh_token": self.refresh}
        return {**tokens, "token_type": "Bearer", "expires_in": seconds, "scope": " ".join(self.scopes)}


INVALID = TokenError("invalid_grant", "The code or token is unknown, was used, has expired or was revoked.")


async def issue_code(
    rt: Runtime, tx: UnitOfWork, asking: Asking, org_id: UUID, user_id: UUID, scopes: frozenset[str]
) -> str:
    """The grant lives as long as its code, until the code is redeemed."""
    ends, code = rt.clock.now() + CODE_LIFE, f"mwc_{secrets.token_urlsafe(32)}"
    grant = Grant(
        id=new_id(),
        org_id=org_id,
        user_id=user_id,
        client_id=asking.client.id,
        device_name=asking.device,
        scopes=ordered(scopes),
        expires_at=ends,
    )
    tx.session.add(grant)
    await tx.session.flush()
    kept = _token(grant, "code", code, ends)
    kept.redirect_uri, kept.challenge = asking.redirect_uri, asking.challenge
    tx.session.add(kept)
    await tx.session.flush()
    return code


def _token(grant: Grant, kind: str, value: str, ends: Any, parent: UUID | None = None) -> GrantToken:
    found = {"org_id": grant.org_id, "grant_id": grant.id, "kind": kind, "parent_id": parent}
    return GrantToken(id=new_id(), token_hash=token_hash(value), expires_at=ends, **found)


async def answer(rt: Runtime, tx: UnitOfWork, form: Mapping[str, str]) -> Issued | TokenError:
    kind = form.get("grant_type")
    if kind == "authorization_code":
        return await _redeem(rt, tx, form)
    if kind == "refresh_token":
        return await _refresh(rt, tx, form)
    return TokenError("unsupported_grant_type", "authorization_code and refresh_token are offered.")


async def _find(tx: UnitOfWork, kind: str, value: str) -> tuple[GrantToken, Grant] | None:
    """Locked, so that of two who come at once the second finds it used."""
    asked = text("SELECT * FROM find_grant_token(:hash)")
    found = (await tx.session.execute(asked, {"hash": token_hash(value)})).first()
    if found is None:
        return None
    await tx.act_for(found.org_id)
    joined = select(GrantToken, Grant).join(Grant, (Grant.id == GrantToken.grant_id) & (Grant.org_id == found.org_id))
    mine = joined.where(GrantToken.org_id == found.org_id, GrantToken.id == found.token_id)
    row = (await tx.session.execute(mine.with_for_update())).first()
    return (row[0], row[1]) if row is not None and (kind == "any" or row[0].kind == kind) else None


def _ended(rt: Runtime, grant: Grant) -> bool:
    return grant.revoked_at is not None or grant.expires_at <= rt.clock.now()


async def _redeem(rt: Runtime, tx: UnitOfWork, form: Mapping[str, str]) -> Issued | TokenError:
    """A code works once. Who brings it a second time may be its thief, or have been robbed: all its tokens end."""
    found = await _find(tx, "code", form.get("code", ""))
    if found is None:
        return INVALID
    code, grant = found
    if code.used_at is not None:
        await revoke(rt, tx, grant, "code_reused")
        return INVALID
    code.used_at = rt.clock.now()  # a wrong try uses it up, too
    fits = (
        code.expires_at > rt.clock.now()
        and not _ended(rt, grant)
        and form.get("client_id") == grant.client_id
        and form.get("redirect_uri") == code.redirect_uri
        and _proves(form.get("code_verifier", ""), code.challenge or "")
    )
    if not fits:
        return INVALID
    grant.expires_at = rt.clock.now() + GRANT_LIFE
    return _issue(rt, tx, grant, f"mwr_{secrets.token_urlsafe(32)}", code.id)


def _proves(verifier: str, challenge: str) -> bool:
    """RFC 7636 §4.6, S256."""
    if not VERIFIER.fullmatch(verifier):
        return False
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
    return hmac.compare_digest(digest, challenge.encode())


def _issue(rt: Runtime, tx: UnitOfWork, grant: Grant, refresh: str, parent: UUID) -> Issued:
    ends = min(rt.clock.now() + REFRESH_LIFE, grant.expires_at)
    tx.session.add(_token(grant, "refresh", refresh, ends, parent))
    return _with_access(rt, tx, grant, refresh)


def _with_access(rt: Runtime, tx: UnitOfWork, grant: Grant, refresh: str) -> Issued:
    access = f"mwa_{secrets.token_urlsafe(32)}"
    tx.session.add(_token(grant, "access", access, min(rt.clock.now() + ACCESS_LIFE, grant.expires_at)))
    grant.last_used_at = rt.clock.now()
    return Issued(access, refresh, grant.scopes)


async def _refresh(rt: Runtime, tx: UnitOfWork, form: Mapping[str, str]) -> Issued | TokenError:
    """Each use gives a new refresh token. An old one that comes back ends the device's access.

    Not so the last one, for a minute: its answer may have been lost. The successor is derived from it, so that it can
    be given again although we keep hashes only.
    """
    presented = form.get("refresh_token", "")
    found = await _find(tx, "refresh", presented)
    if found is None:
        return INVALID
    token, grant = found
    if form.get("client_id") != grant.client_id or _ended(rt, grant) or find_client(rt, grant.client_id) is None:
        return INVALID  # the last one: an extension that the operator lets in no more
    successor = _successor(rt, presented)
    if token.used_at is not None:
        if await _answer_was_lost(rt, tx, token):
            return _with_access(rt, tx, grant, successor)
        await revoke(rt, tx, grant, "refresh_reused")
        return INVALID
    if token.expires_at <= rt.clock.now():
        return INVALID
    token.used_at = rt.clock.now()
    return _issue(rt, tx, grant, successor, token.id)


def _successor(rt: Runtime, presented: str) -> str:
    derived = hmac.new(rt.keys.lookup, b"refresh|" + presented.encode(), hashlib.sha256).digest()
    return "mwr_" + base64.urlsafe_b64encode(derived).rstrip(b"=").decode()


async def _answer_was_lost(rt: Runtime, tx: UnitOfWork, token: GrantToken) -> bool:
    unused = select(GrantToken.id).where(
        GrantToken.org_id == token.org_id, GrantToken.parent_id == token.id, GrantToken.used_at.is_(None)
    )
    fresh = token.used_at is not None and rt.clock.now() - token.used_at <= GRACE
    return fresh and await tx.session.scalar(unused) is not None


async def revoke(rt: Runtime, tx: UnitOfWork, grant: Grant, why: str) -> None:
    """Once. A token or code that came twice may be in two hands, so operators read of it, too."""
    if grant.revoked_at is not None:
        return
    grant.revoked_at, grant.revoked_why = rt.clock.now(), why
    await record(tx, "device.ended", _device(grant), after={"why": why}, user_id=grant.user_id)
    if why != SIGNED_OUT:
        log.warning("a device's access was ended", extra={"why": why, "client": grant.client_id})


def _device(grant: Grant) -> Target:
    return Target("device", grant.id, grant.device_name)


async def revoke_by_token(rt: Runtime, tx: UnitOfWork, form: Mapping[str, str]) -> None:
    """RFC 7009: any token of the device ends all of them. Unknown tokens are no error."""
    found = await _find(tx, "any", form.get("token", ""))
    if found is not None and form.get("client_id") == found[1].client_id:
        await revoke(rt, tx, found[1], SIGNED_OUT)


async def revoke_device(rt: Runtime, tx: UnitOfWork, user_id: UUID, grant_id: UUID) -> str | None:
    """One's own, in whichever organization. Its name; None if there is none."""
    org_id = await tx.session.scalar(select(Grant.org_id).where(Grant.id == grant_id, Grant.user_id == user_id))
    mine = (Grant.org_id == org_id, Grant.id == grant_id, Grant.user_id == user_id, Grant.revoked_at.is_(None))
    ended = update(Grant).where(*mine).values(revoked_at=rt.clock.now(), revoked_why="by_owner")
    name: str | None = await tx.session.scalar(ended.returning(Grant.device_name))
    return name
