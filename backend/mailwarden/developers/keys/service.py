"""API keys of an organization: made, replaced and revoked by owners and managers."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Row, func, select

from mailwarden.accounts.access_models import ApiKey
from mailwarden.accounts.audit import Target, record
from mailwarden.accounts.caller import Caller
from mailwarden.accounts.key_format import make_key
from mailwarden.accounts.models import Membership, User
from mailwarden.accounts.rules import SCOPES, permissions_of
from mailwarden.core.crypto import token_hash
from mailwarden.core.db import UnitOfWork
from mailwarden.core.errors import Conflict, Invalid, NotFound
from mailwarden.core.ids import new_id
from mailwarden.core.runtime import Runtime
from mailwarden.developers.keys.schemas import ApiKeyCreate, ApiKeyOut

MOST_KEYS = 100


async def list_keys(rt: Runtime, tx: UnitOfWork, org_id: UUID) -> list[ApiKeyOut]:
    """Newest first, with those that were revoked lately."""
    return [key_out(rt, row) for row in await _load(tx, org_id)]


async def create(rt: Runtime, tx: UnitOfWork, caller: Caller, wanted: ApiKeyCreate) -> tuple[ApiKeyOut, str]:
    _check(rt, caller, wanted)
    if await _alive(rt, tx, caller.org_id) >= MOST_KEYS:
        raise Conflict(f"An organization has at most {MOST_KEYS} keys. Revoke one first.", code="too_many_keys")
    key, secret = _make(caller, wanted.name, wanted.scopes, wanted.allowed_ips, wanted.expires_at)
    tx.session.add(key)
    await tx.session.flush()
    await record(tx, "api_key.created", _target(key), after={"scopes": key.scopes, "allowed_ips": key.allowed_ips})
    return await _shown(rt, tx, key), secret


async def _alive(rt: Runtime, tx: UnitOfWork, org_id: UUID) -> int:
    ours = select(func.count()).select_from(ApiKey).where(ApiKey.org_id == org_id, ApiKey.revoked_at.is_(None))
    lasts = ApiKey.expires_at.is_(None) | (ApiKey.expires_at > rt.clock.now())
    return await tx.session.scalar(ours.where(lasts)) or 0


def _check(rt: Runtime, caller: Caller, wanted: ApiKeyCreate) -> None:
    problems = [
        {"pointer": f"#/scopes/{place}", "code": "unknown_scope", "detail": f"There is no scope {scope}."}
        for place, scope in enumerate(wanted.scopes)
        if scope not in SCOPES
    ] or [
        {"pointer": f"#/scopes/{place}", "code": "beyond_role", "detail": f"Your role does not allow {scope}."}
        for place, scope in enumerate(wanted.scopes)
        if not caller.may(scope)
    ]
    if wanted.expires_at is not None and wanted.expires_at <= rt.clock.now():
        problems.append({"pointer": "#/expires_at", "code": "past", "detail": "Choose a time to come."})
    if problems:
        raise Invalid("This key cannot be made.", errors=problems)


def _make(
    caller: Caller, name: str, scopes: Sequence[str], ips: Sequence[str], expires_at: datetime | None
) -> tuple[ApiKey, str]:
    new = make_key()
    key = ApiKey(
        id=new_id(),
        org_id=caller.org_id,
        name=name,
        public_key=new.public,
        secret_hash=token_hash(new.token),
        scopes=sorted(set(scopes)),
        allowed_ips=sorted(set(ips)),
        created_by=caller.user_id,
        expires_at=expires_at,
    )
    return key, new.token


async def rotate(
    rt: Runtime, tx: UnitOfWork, caller: Caller, key_id: UUID, overlap: timedelta
) -> tuple[ApiKeyOut, str]:
    """A new key with the same name and limits; the old one works on for ``overlap``. Raises NotFound, Conflict."""
    old = await _find(tx, caller.org_id, key_id)
    now = rt.clock.now()
    if old.revoked_at is not None or old.replaced_by is not None or (old.expires_at and old.expires_at <= now):
        raise Conflict("This key was rotated or has ended. Make a new one.", code="key_ended")
    kept = [scope for scope in old.scopes if caller.may(scope)]
    if not kept:
        raise Invalid("Your role allows none of this key's scopes.", code="beyond_role")
    new, secret = _make(caller, old.name, kept, old.allowed_ips, old.expires_at)
    tx.session.add(new)
    old.replaced_by = new.id
    old.expires_at = min(now + overlap, old.expires_at or now + overlap)
    await tx.session.flush()
    await record(tx, "api_key.rotated", _target(old), after={"overlap_hours": overlap // timedelta(hours=1)})
    return await _shown(rt, tx, new), secret


async def revoke(rt: Runtime, tx: UnitOfWork, org_id: UUID, key_id: UUID) -> None:
    """At once, and for good. Raises NotFound; a second time changes nothing."""
    key = await _find(tx, org_id, key_id)
    if key.revoked_at is None:
        key.revoked_at = rt.clock.now()
        await record(tx, "api_key.revoked", _target(key))


def _target(key: ApiKey) -> Target:
    return Target("api_key", key.id, key.name)


async def _find(tx: UnitOfWork, org_id: UUID, key_id: UUID) -> ApiKey:
    found = await tx.session.scalar(
        select(ApiKey).where(ApiKey.org_id == org_id, ApiKey.id == key_id).with_for_update()
    )
    if found is None:
        raise NotFound("There is no such key.")
    return found


async def _load(tx: UnitOfWork, org_id: UUID, key_id: UUID | None = None) -> Sequence[Row[ApiKey, str, str]]:
    role = (Membership.user_id == ApiKey.created_by) & (Membership.org_id == org_id)
    asked = select(ApiKey, func.coalesce(User.name, ""), Membership.role).where(ApiKey.org_id == org_id)
    asked = asked.outerjoin(User, User.id == ApiKey.created_by).outerjoin(Membership, role)
    if key_id is not None:
        asked = asked.where(ApiKey.id == key_id)
    return (await tx.session.execute(asked.order_by(ApiKey.created_at.desc(), ApiKey.id.desc()))).all()


async def _shown(rt: Runtime, tx: UnitOfWork, key: ApiKey) -> ApiKeyOut:
    await tx.session.refresh(key)
    return key_out(rt, (await _load(tx, key.org_id, key.id))[0])


def key_out(rt: Runtime, row: Row[ApiKey, str, str]) -> ApiKeyOut:
    key, name, role = row
    may = permissions_of(role) if role else frozenset[str]()
    return ApiKeyOut(
        id=key.id,
        name=key.name,
        hint=f"mw_live_{key.public_key}",
        scopes=key.scopes,
        effective_scopes=[scope for scope in key.scopes if scope in may],
        allowed_ips=key.allowed_ips,
        created_by=key.created_by,
        created_by_name=name,
        created_at=key.created_at,
        expires_at=key.expires_at,
        revoked_at=key.revoked_at,
        last_used_at=key.last_used_at,
        replaced_by=key.replaced_by,
        status=status_of(key, rt.clock.now()),
    )


def status_of(key: ApiKey, now: datetime) -> str:
    if key.revoked_at is not None:
        return "revoked"
    if key.expires_at is not None and key.expires_at <= now:
        return "expired"
    return "expiring" if key.replaced_by is not None else "active"
