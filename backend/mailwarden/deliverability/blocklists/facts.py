"""What a score reads: which list, that proved itself, lists which asset of a domain."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import select

from mailwarden.core.db import UnitOfWork, app_now
from mailwarden.deliverability.blocklists.assets import Asset, assets_of
from mailwarden.deliverability.blocklists.models import BlocklistListing, BlocklistStanding
from mailwarden.deliverability.blocklists.rules.course import REMEMBERED


@dataclass(frozen=True, slots=True, order=True)
class ListingFact:
    """``shared``: an address that others send from, too. ``as_of``: the last definite answer of the list."""

    operator: str
    list: str
    asset: str
    kind: Literal["ip", "domain"]
    tier: Literal["A", "B", "C", "D"]
    shared: bool
    since: datetime
    as_of: datetime


async def listing_facts(tx: UnitOfWork, org_id: UUID, domain: str) -> tuple[ListingFact, ...] | None:
    """Of the domain and the addresses that it sends from. None: no list could be asked within 48 hours.

    An entry counts for as long as its list answered definitely within 48 hours; then nobody knows, and it is left out.
    """
    assets = {(one.kind.value, one.name): one for one in await assets_of(tx, org_id) if domain in one.domains}
    known = await _answered(tx, org_id, {name for _, name in assets})
    if not any((kind, name) in assets for kind, name, _ in known):
        return None
    row = BlocklistListing
    asked = select(row).where(row.org_id == org_id, row.ended_at.is_(None), row.asset.in_({name for _, name in assets}))
    facts = [
        _fact(one, assets[one.asset_kind, one.asset], known[one.asset_kind, one.asset, one.list_key])
        for one in await tx.session.scalars(asked)
        if (one.asset_kind, one.asset, one.list_key) in known and (one.asset_kind, one.asset) in assets
    ]
    return tuple(sorted(facts))


async def _answered(tx: UnitOfWork, org_id: UUID, names: set[str]) -> dict[tuple[str, str, str], datetime]:
    """When each list last said something definite; those left out that have not for two days."""
    row = BlocklistStanding
    asked = select(row.asset_kind, row.asset, row.list_key, row.definite_at).where(
        row.org_id == org_id,
        row.asset.in_(names),
        row.listed.is_not(None),
        row.definite_at >= app_now() - REMEMBERED,
    )
    rows = await tx.session.execute(asked)
    return {(kind, asset, key): at for kind, asset, key, at in rows if at is not None}


def _fact(row: BlocklistListing, asset: Asset, as_of: datetime) -> ListingFact:
    return ListingFact(
        row.operator,
        row.list_key,
        row.asset,
        "ip" if row.asset_kind == "ip" else "domain",
        row.tier,  # type: ignore[arg-type]
        asset.shared,
        row.first_seen_at,
        as_of,
    )
