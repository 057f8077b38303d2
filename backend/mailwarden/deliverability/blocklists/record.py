"""What an answer changes: standings, listings, and the events that tell others."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from mailwarden.core.db import UnitOfWork
from mailwarden.core.ids import format_id, new_id
from mailwarden.core.runtime import Runtime
from mailwarden.deliverability.blocklists.asking import Told
from mailwarden.deliverability.blocklists.models import BlocklistListing, BlocklistStanding
from mailwarden.deliverability.blocklists.plan import Pair, course_of
from mailwarden.deliverability.blocklists.rules.course import Change, Course, advance, next_check
from mailwarden.deliverability.blocklists.rules.reading import Reading
from mailwarden.events.record import record
from mailwarden.events.types import EventType


async def note(rt: Runtime, tx: UnitOfWork, pair: Pair, row: BlocklistStanding, told: Told, now: datetime) -> None:
    before = course_of(row)
    course, change = advance(before, told.reading, told.said, now)
    row.listed, row.definite_at, row.turning_since = course.listed, course.at, course.turning_since
    row.verdict, row.why, row.raw = told.reading.verdict, pair.use.hide(told.reading.why), list(told.reading.raw)
    row.asked_at = now if told.asked else row.asked_at
    row.due_at = next_check(course, told.reading, now, rt.rng)
    if change is Change.BEGAN:
        await _begin(tx, pair, told, before, now)
    elif change is not None:
        await _go_on(tx, pair, told, before, now, ends=change is Change.ENDED)


def new_standing(org_id: UUID, pair: Pair, now: datetime) -> BlocklistStanding:
    kind, asset, list_key = pair.key
    return BlocklistStanding(id=new_id(), org_id=org_id, asset_kind=kind, asset=asset, list_key=list_key, due_at=now)


async def _begin(tx: UnitOfWork, pair: Pair, told: Told, before: Course, now: datetime) -> None:
    earlier = await _times(tx, pair)
    kind, asset, list_key = pair.key
    listing = BlocklistListing(
        id=new_id(),
        org_id=tx.org_id,
        asset_kind=kind,
        asset=asset,
        list_key=list_key,
        operator=pair.use.blocklist.operator,
        first_seen_at=before.turning_since or now,
        confirmed_at=now,
        last_seen_at=now,
        times=earlier + 1,
    )
    _describe(listing, told)
    tx.session.add(listing)
    await tx.session.flush()
    type_ = EventType.BLOCKLIST_RELISTED if earlier else EventType.BLOCKLIST_LISTED
    await record(tx, type_, subject_id=listing.id, data=fact_of(listing, pair))


async def _go_on(tx: UnitOfWork, pair: Pair, told: Told, before: Course, now: datetime, *, ends: bool) -> None:
    listing = await _open(tx, pair)
    if listing is None:
        return
    if not ends:
        listing.last_seen_at = now
        _describe(listing, told)
        return
    listing.ended_at, listing.ending = before.turning_since or now, "delisted"
    await record(tx, EventType.BLOCKLIST_DELISTED, subject_id=listing.id, data=fact_of(listing, pair))


def _describe(listing: BlocklistListing, told: Told) -> None:
    listing.tier = told.reading.tier
    listing.codes = codes_of(told.reading)
    listing.said = told.said or listing.said or ""


def codes_of(reading: Reading) -> list[dict[str, Any]]:
    return [{"code": hit.code, "meaning": hit.meaning, "tier": hit.tier, "cause": hit.cause} for hit in reading.hits]


def fact_of(listing: BlocklistListing, pair: Pair) -> dict[str, Any]:
    """What customers' webhooks carry."""
    return {
        "listing_id": format_id("lst", listing.id),
        "asset_kind": listing.asset_kind,
        "asset": listing.asset,
        "shared": pair.asset.shared,
        "domains": list(pair.asset.domains),
        "list": listing.list_key,
        "list_name": pair.use.blocklist.name,
        "operator": listing.operator,
        "tier": listing.tier,
        "codes": listing.codes,
        "said": listing.said,
        "times": listing.times,
        "first_seen_at": listing.first_seen_at.isoformat(),
        "ended_at": listing.ended_at.isoformat() if listing.ended_at else None,
    }


async def _times(tx: UnitOfWork, pair: Pair) -> int:
    """How often it was taken off that list before."""
    row, (kind, asset, list_key) = BlocklistListing, pair.key
    mine = (row.org_id == tx.org_id, row.asset_kind == kind, row.asset == asset, row.list_key == list_key)
    highest = select(func.max(row.times)).where(*mine, row.ending == "delisted")
    return await tx.session.scalar(highest) or 0


async def _open(tx: UnitOfWork, pair: Pair) -> BlocklistListing | None:
    row, (kind, asset, list_key) = BlocklistListing, pair.key
    mine = (row.org_id == tx.org_id, row.asset_kind == kind, row.asset == asset, row.list_key == list_key)
    return await tx.session.scalar(select(row).where(*mine, row.ended_at.is_(None)).with_for_update())
