"""An organization with a domain and an address, and lists that answer from memory."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest_asyncio
from sqlalchemy import select

from mailwarden.core.db import reader, unit_of_work
from mailwarden.core.runtime import Blocklists, Runtime
from mailwarden.deliverability.blocklists.check import watch
from mailwarden.deliverability.blocklists.models import BlocklistListing, BlocklistStanding
from mailwarden.deliverability.blocklists.registry import registry
from mailwarden.deliverability.dns.memory import MemoryResolver
from mailwarden.deliverability.domains.models import Domain
from mailwarden.events.models import Event
from tests.deliverability.blocklists.zones import Zone, honest, list_of
from tests.factories import make_organization
from tests.support.jobs import drain
from tests.support.time import TimeMachine

NAMES = ("spamhaus_zen", "spamhaus_dbl", "spamcop", "psbl")


@dataclass
class Watched:
    """``zones``: what the DNS says. Each list of NAMES is honest at first, and asked; all others are off."""

    runtime: Runtime
    dns: MemoryResolver
    org_id: UUID
    time: TimeMachine

    async def check(self, after: timedelta | float = 0) -> None:
        """All that is due by then."""
        if after:
            await self.time.advance(after)
        async with unit_of_work(self.runtime.sessions, self.org_id) as tx:
            await watch(tx, self.org_id)
        await drain(self.runtime)

    def say(self, *zones: Zone) -> None:
        for zone in zones:
            self.dns.put(zone)

    def list_(self, key: str, asset: str, code: str, text: str = "") -> None:
        self.say(honest(list_of(key), {asset: code}, text))

    def unlist(self, key: str, asset: str) -> None:
        for name in set(honest(list_of(key), {asset: "127.0.0.2"})) - set(honest(list_of(key))):
            self.dns.remove(name)

    async def listings(self) -> list[BlocklistListing]:
        asked = select(BlocklistListing).where(BlocklistListing.org_id == self.org_id).order_by(BlocklistListing.id)
        async with reader(self.runtime.sessions, self.org_id) as tx:
            return list(await tx.session.scalars(asked))

    async def standings(self) -> Mapping[tuple[str, str], BlocklistStanding]:
        asked = select(BlocklistStanding).where(BlocklistStanding.org_id == self.org_id)
        async with reader(self.runtime.sessions, self.org_id) as tx:
            return {(row.asset, row.list_key): row for row in await tx.session.scalars(asked)}

    async def events(self) -> list[tuple[str, dict[str, Any]]]:
        asked = select(Event).where(Event.org_id == self.org_id, Event.type.startswith("blocklist."))
        async with reader(self.runtime.sessions, self.org_id) as tx:
            return [(row.type, row.data) for row in await tx.session.scalars(asked.order_by(Event.id))]


def only(runtime: Runtime, *names: str) -> Runtime:
    wishes = Blocklists(
        accepted=tuple(name for name in names if list_of(name).access != "open"),
        off=tuple(one.key for one in registry().lists if one.key not in names),
    )
    return replace(runtime, config=replace(runtime.config, blocklists=wishes))


async def add_domain(rt: Runtime, org_id: UUID, name: str, *addresses: str, shared: bool = False) -> UUID:
    ips = [{"address": one, "shared": shared} for one in addresses]
    row = Domain(org_id=org_id, name=name, registered=name, source="entered", sending_ips=ips)
    async with unit_of_work(rt.sessions, org_id) as tx:
        tx.session.add(row)
    return row.id


@pytest_asyncio.fixture(loop_scope="session")
async def watched(runtime: Runtime, time_machine: TimeMachine) -> Watched:
    dns = MemoryResolver()
    for name in NAMES:
        dns.put(honest(list_of(name)))
    rt = replace(only(runtime, *NAMES), resolver=dns)
    org_id, _ = await make_organization(rt)
    await add_domain(rt, org_id, "mail.example.com", "192.0.2.7")
    return Watched(rt, dns, org_id, time_machine)
