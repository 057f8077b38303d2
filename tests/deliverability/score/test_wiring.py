"""From the neighbours' own tables to a score, and from their checks to a new one."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from mailwarden.connections.models import Connection
from mailwarden.core.db import unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.core.jobs import Job
from mailwarden.core.runtime import Runtime
from mailwarden.deliverability.blocklists.models import BlocklistListing, BlocklistStanding
from mailwarden.deliverability.domains.models import Domain, DomainCheck
from mailwarden.deliverability.facts import Authentication, Listing
from mailwarden.deliverability.news import SCORE, facts_changed
from mailwarden.deliverability.score.rules.facts import Facts
from mailwarden.deliverability.score.rules.rollup import Portfolio
from mailwarden.deliverability.score.sources import gather
from mailwarden.deliverability.score.wiring import SOURCES
from tests.conftest import MakeConnection
from tests.deliverability.score.test_snapshots import send, stored
from tests.support.jobs import drain
from tests.support.time import TimeMachine

LEVELS = {"spf": "covers", "dkim": "fair", "dmarc": "none", "dmarc_rua": True, "fcrdns": True, "own_ip": True}
ADDRESS = "198.51.100.7"


@pytest.fixture
async def connection(make_connection: MakeConnection) -> Connection:
    return await make_connection()


async def known(rt: Runtime, connection: Connection) -> None:
    """A domain that was looked at, with an address of its own that one list names and another does not."""
    org_id, now = connection.org_id, rt.clock.now()
    ips = [{"address": ADDRESS, "shared": False}]
    domain = Domain(id=new_id(), org_id=org_id, name="a.example", registered="a.example", source="entered")
    domain.sending_ips = ips
    looked = {"trigger": "added", "resolver": "fresh", "took_ms": 1, "results": [], "answers": []}
    place: dict[str, Any] = {"org_id": org_id, "asset_kind": "ip", "asset": ADDRESS}
    asked = {"definite_at": now, "asked_at": now, "verdict": "listed", "due_at": now}
    seen = {"first_seen_at": now, "confirmed_at": now, "last_seen_at": now}
    async with unit_of_work(rt.sessions, org_id) as tx:
        tx.session.add(domain)
        await tx.session.flush()
        tx.session.add(DomainCheck(org_id=org_id, domain_id=domain.id, at=now, levels=LEVELS, **looked))
        tx.session.add(BlocklistStanding(list_key="spamhaus_zen", listed=True, **place, **asked))
        tx.session.add(BlocklistStanding(list_key="spamcop", listed=False, **place, **asked))
        tx.session.add(BlocklistStanding(list_key="only_tells", listed=True, **place, **asked))
        tx.session.add(BlocklistListing(list_key="spamhaus_zen", operator="spamhaus", tier="A", **place, **seen))
        tx.session.add(BlocklistListing(list_key="only_tells", operator="somebody", tier="info", **place, **seen))


async def gathered(rt: Runtime, connection: Connection) -> Facts:
    async with unit_of_work(rt.sessions, connection.org_id) as tx:
        found = await gather(tx, connection.org_id, rt.clock.now(), SOURCES, Portfolio())
    return found.domains["a.example"]


async def test_facts_come_from_the_checks(runtime: Runtime, connection: Connection):
    await known(runtime, connection)
    found = await gathered(runtime, connection)
    assert found.authentication == Authentication("covers", "fair", "none", dmarc_rua=True, fcrdns=True, own_ip=True)
    assert found.listings == (Listing("spamhaus", "spamhaus_zen", ADDRESS, "ip", "A"),)


async def test_what_nobody_could_tell_for_two_days_is_left_out(
    runtime: Runtime, connection: Connection, time_machine: TimeMachine
):
    await known(runtime, connection)
    await time_machine.advance(timedelta(hours=47))
    assert (await gathered(runtime, connection)).listings
    await time_machine.advance(timedelta(hours=2))
    found = await gathered(runtime, connection)
    assert (found.authentication.spf, found.listings) == (None, None)


async def test_a_change_of_facts_becomes_the_score(runtime: Runtime, connection: Connection, time_machine: TimeMachine):
    await send(runtime, connection)
    await known(runtime, connection)
    async with unit_of_work(runtime.sessions, connection.org_id) as tx:
        await facts_changed(runtime, tx)
        await facts_changed(runtime, tx)
    async with unit_of_work(runtime.sessions, connection.org_id) as tx:
        jobs = list(await tx.session.scalars(select(Job).where(Job.kind == SCORE)))
    assert len(jobs) == 1
    await time_machine.advance(timedelta(minutes=1))
    await drain(runtime)
    [account], [domain] = [await stored(runtime, connection.org_id, name) for name in ("", "a.example")]
    assert (account.score, account.cap) == (domain.score, domain.cap) == (59, "listing_a")
