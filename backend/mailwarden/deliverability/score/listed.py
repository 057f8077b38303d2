"""Which entries of blocklists count against a domain: definite ones of its own name and of where it sends from."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import and_, or_, select

from mailwarden.core.db import UnitOfWork, app_now
from mailwarden.deliverability.blocklists.assets import assets_of
from mailwarden.deliverability.blocklists.models import BlocklistListing, BlocklistStanding
from mailwarden.deliverability.blocklists.registry import Kind
from mailwarden.deliverability.facts import Listing

HELD = timedelta(hours=48)
"""So long a definite answer stands while a list cannot be asked or believed."""


async def listing_facts(tx: UnitOfWork, org_id: UUID, domain: str) -> tuple[Listing, ...] | None:
    """None: no list has said anything definite of late. How much mail goes over which address is not known."""
    assets = {(one.kind, one.name): one for one in await assets_of(tx, org_id) if domain in one.domains}
    if not assets:
        return None
    row, entry = BlocklistStanding, BlocklistListing
    same = (entry.org_id == row.org_id, entry.asset_kind == row.asset_kind, entry.asset == row.asset)
    open_ = and_(*same, entry.list_key == row.list_key, entry.ended_at.is_(None))
    theirs = or_(*(and_(row.asset_kind == kind, row.asset == name) for kind, name in assets))
    asked = (
        select(row.asset_kind, row.asset, row.list_key, row.listed, entry.operator, entry.tier)
        .outerjoin(entry, open_)
        .where(row.org_id == org_id, theirs, row.listed.is_not(None), row.definite_at > app_now() - HELD)
    )
    found = (await tx.session.execute(asked)).all()
    if not found:
        return None
    return tuple(
        Listing(
            one.operator,
            one.list_key,
            one.asset,
            one.asset_kind,
            one.tier,
            shared=assets[Kind(one.asset_kind), one.asset].shared,
        )
        for one in found
        if one.listed and one.operator is not None and one.tier in ("A", "B", "C", "D")
    )
