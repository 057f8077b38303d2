"""Ends what programs may do for a person: devices with a new password, an organization's part when they leave it."""

from uuid import UUID

from sqlalchemy import select, update

from mailwarden.accounts.access_models import ApiKey, Grant
from mailwarden.accounts.models import Membership
from mailwarden.core.db import UnitOfWork, app_now


async def end_devices(tx: UnitOfWork, user_id: UUID, why: str) -> None:
    """In all their organizations. Keys stay: they are the organizations'."""
    theirs = Grant.org_id.in_(select(Membership.org_id).where(Membership.user_id == user_id))
    alive = update(Grant).where(Grant.user_id == user_id, theirs, Grant.revoked_at.is_(None))
    await tx.session.execute(alive.values(revoked_at=app_now(), revoked_why=why))


async def end_access(tx: UnitOfWork, org_id: UUID, user_id: UUID) -> None:
    """Devices and keys of somebody who leaves; else they would work again should the person come back."""
    devices = update(Grant).where(Grant.org_id == org_id, Grant.user_id == user_id, Grant.revoked_at.is_(None))
    await tx.session.execute(devices.values(revoked_at=app_now(), revoked_why="left"))
    await end_keys(tx, org_id, user_id)


async def end_keys(tx: UnitOfWork, org_id: UUID, user_id: UUID) -> None:
    keys = update(ApiKey).where(ApiKey.org_id == org_id, ApiKey.created_by == user_id, ApiKey.revoked_at.is_(None))
    await tx.session.execute(keys.values(revoked_at=app_now()))
