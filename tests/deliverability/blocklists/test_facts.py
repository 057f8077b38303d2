"""What a score reads of blocklists."""

from datetime import timedelta
from typing import Any

from mailwarden.core.db import reader
from mailwarden.deliverability.blocklists.facts import ListingFact, listing_facts
from mailwarden.deliverability.dns.answers import Reason
from tests.deliverability.blocklists.conftest import NAMES, Watched, add_domain
from tests.deliverability.blocklists.zones import list_of

HOUR = timedelta(minutes=61)


async def facts(watched: Watched, domain: str = "mail.example.com") -> Any:
    async with reader(watched.runtime.sessions, watched.org_id) as tx:
        return await listing_facts(tx, watched.org_id, domain)


def named(found: tuple[ListingFact, ...]) -> list[tuple[str, str, str, bool]]:
    return [(one.operator, one.asset, one.tier, one.shared) for one in found]


async def test_before_anybody_answered_nothing_is_assessed(watched: Watched):
    assert await facts(watched) is None
    await watched.check()
    assert await facts(watched) == ()
    assert await facts(watched, "unknown.example") is None


async def test_listings_of_the_domain_and_of_its_addresses_count(watched: Watched):
    await add_domain(watched.runtime, watched.org_id, "other.example", "198.51.100.5", shared=True)
    watched.list_("spamhaus_zen", "192.0.2.7", "127.0.0.2", "reason")
    watched.list_("spamhaus_zen", "198.51.100.5", "127.0.0.4", "reason")
    watched.list_("spamhaus_dbl", "example.com", "127.0.1.2", "reason")
    await watched.check()
    assert named(await facts(watched)) == [
        ("spamhaus", "mail.example.com", "A", False),
        ("spamhaus", "192.0.2.7", "A", False),
    ]
    assert named(await facts(watched, "other.example")) == [("spamhaus", "198.51.100.5", "A", True)]


async def test_what_ended_and_what_is_only_suspected_does_not_count(watched: Watched):
    watched.list_("spamhaus_zen", "192.0.2.7", "127.0.0.2", "reason")
    watched.list_("spamcop", "192.0.2.7", "127.0.0.2", "reason")
    await watched.check()
    assert [one.list for one in await facts(watched)] == ["spamhaus_zen"]
    watched.unlist("spamhaus_zen", "192.0.2.7")
    await watched.check(HOUR)
    await watched.check(timedelta(minutes=13))
    assert [one.list for one in await facts(watched)] == ["spamcop"]


async def test_silence_keeps_the_last_word_for_two_days_and_then_nobody_knows(watched: Watched):
    watched.list_("spamhaus_zen", "192.0.2.7", "127.0.0.2", "reason")
    await watched.check()
    for name in NAMES:
        watched.say({f"*.{list_of(name).zone}": Reason.TIMEOUT, f"2.0.0.127.{list_of(name).zone}": Reason.TIMEOUT})
        watched.say({f"7.2.0.192.{list_of(name).zone}": Reason.TIMEOUT})
    await watched.check(timedelta(hours=47))
    assert len(await facts(watched)) == 1
    await watched.check(timedelta(hours=2))
    assert await facts(watched) is None
    assert (await watched.listings())[0].ended_at is None  # nor was it taken off
