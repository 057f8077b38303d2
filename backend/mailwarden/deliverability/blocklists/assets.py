"""What is watched: an organization's own domains and the addresses that they send from, and nothing else."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from mailwarden.core.db import UnitOfWork
from mailwarden.deliverability.blocklists.registry import Kind
from mailwarden.deliverability.blocklists.rules.names import asset_of
from mailwarden.deliverability.domains.models import Domain


@dataclass(frozen=True, slots=True)
class Asset:
    """``shared``: an address that a provider's other customers send from, too. ``domains``: for which it is asked."""

    kind: Kind
    name: str
    shared: bool
    domains: tuple[str, ...]


def gather(domains: Iterable[str], addresses: Iterable[tuple[str, str, bool]]) -> tuple[Asset, ...]:
    """``addresses``: domain, address, shared. What cannot be anybody's is left out; own by one word is own."""
    found: dict[tuple[Kind, str], Asset] = {}
    rows = [(Kind.DOMAIN, name, name, False) for name in domains]
    rows += [(Kind.IP, domain, name, shared) for domain, name, shared in addresses]
    for kind, domain, text, shared in rows:
        try:
            name = asset_of(kind, text)
        except ValueError:
            continue
        there = found.get((kind, name))
        held = there.domains if there else ()
        shares = shared and (there is None or there.shared)
        found[kind, name] = Asset(kind, name, shares, tuple(dict.fromkeys((*held, domain))))
    return tuple(found[key] for key in sorted(found))


async def assets_of(tx: UnitOfWork, org_id: UUID) -> tuple[Asset, ...]:
    asked = select(Domain.name, Domain.sending_ips).where(Domain.org_id == org_id).order_by(Domain.name)
    rows = list(await tx.session.execute(asked))
    addresses = [(name, ip["address"], bool(ip.get("shared"))) for name, ips in rows for ip in ips]
    return gather([name for name, _ in rows], addresses)
