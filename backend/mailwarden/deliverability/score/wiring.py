"""The real sources of facts."""

from typing import get_args
from uuid import UUID

from mailwarden.core.db import UnitOfWork
from mailwarden.deliverability.blocklists.facts import listing_facts
from mailwarden.deliverability.domains.facts import authentication_facts
from mailwarden.deliverability.domains.store import sending_domains
from mailwarden.deliverability.facts import Listing, Tier
from mailwarden.deliverability.score.sources import Sources

TIERS = get_args(Tier)


async def listings(tx: UnitOfWork, org_id: UUID, domain: str) -> tuple[Listing, ...] | None:
    """What a list only informs of is no entry. How much of the mail goes over which address is not known."""
    found = await listing_facts(tx, org_id, domain)
    if found is None:
        return None
    weighed = [one for one in found if one.tier in TIERS]
    return tuple(Listing(one.operator, one.list, one.asset, one.kind, one.tier, one.shared) for one in weighed)


SOURCES = Sources(sending_domains, authentication_facts, listings)
