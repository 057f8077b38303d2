"""Reads for the API, each of one organization."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import func, select, tuple_, update

from mailwarden.accounts.models import User
from mailwarden.core.db import UnitOfWork, app_now
from mailwarden.core.errors import NotFound
from mailwarden.deliverability.blocklists.models import BlocklistListing, BlocklistStanding, BlocklistStep

FRESH = timedelta(minutes=5)
State = Literal["open", "ended"]


@dataclass(frozen=True, slots=True)
class ListingFilter:
    state: State | None = None
    asset: str | None = None


async def find_listings(
    tx: UnitOfWork, org_id: UUID, wanted: ListingFilter, limit: int, after: tuple[datetime, UUID] | None
) -> list[BlocklistListing]:
    row = BlocklistListing
    asked = select(row).where(row.org_id == org_id).order_by(row.first_seen_at.desc(), row.id.desc()).limit(limit)
    if wanted.state is not None:
        asked = asked.where(row.ended_at.is_(None) if wanted.state == "open" else row.ended_at.is_not(None))
    if wanted.asset is not None:
        asked = asked.where(row.asset == wanted.asset.strip().lower())
    if after is not None:
        asked = asked.where(tuple_(row.first_seen_at, row.id) < after)
    return list(await tx.session.scalars(asked))


async def get_listing(tx: UnitOfWork, org_id: UUID, listing_id: UUID, *, lock: bool = False) -> BlocklistListing:
    """Raises NotFound."""
    asked = select(BlocklistListing).where(BlocklistListing.org_id == org_id, BlocklistListing.id == listing_id)
    row = await tx.session.scalar(asked.with_for_update() if lock else asked)
    if row is None:
        raise NotFound("There is no such listing.")
    return row


async def steps_done(tx: UnitOfWork, org_id: UUID, listings: Iterable[UUID]) -> Sequence[tuple[BlocklistStep, str]]:
    """With the names of who ticked them."""
    row = BlocklistStep
    name = func.coalesce(User.name, "")
    asked = select(row, name).outerjoin(User, User.id == row.changed_by)
    rows = await tx.session.execute(asked.where(row.org_id == org_id, row.listing_id.in_(list(listings))))
    return [(step, who) for step, who in rows]


async def standings_of(tx: UnitOfWork, org_id: UUID, assets: Iterable[str]) -> list[BlocklistStanding]:
    row = BlocklistStanding
    asked = select(row).where(row.org_id == org_id, row.asset.in_(set(assets))).order_by(row.list_key)
    return list(await tx.session.scalars(asked))


async def hurry(tx: UnitOfWork, org_id: UUID, assets: Iterable[str]) -> int:
    """What was asked minutes ago is not asked again. How many questions that makes."""
    row, now = BlocklistStanding, app_now()
    old = func.coalesce(row.asked_at, now - 2 * FRESH) < now - FRESH
    asked = update(row).where(row.org_id == org_id, row.asset.in_(set(assets)), old)
    result = await tx.session.execute(asked.values(due_at=func.least(row.due_at, now)).returning(row.id))
    return len(result.all())
