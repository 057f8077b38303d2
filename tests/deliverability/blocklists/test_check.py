"""From an answer to a listing and its end, with the jobs and tables of the product."""

from datetime import timedelta

from mailwarden.core.db import unit_of_work
from mailwarden.deliverability.blocklists.plan import AT_ONCE
from mailwarden.deliverability.blocklists.registry import registry
from mailwarden.deliverability.dns.answers import Reason
from mailwarden.deliverability.domains.models import Domain
from tests.deliverability.blocklists.conftest import Watched, add_domain
from tests.deliverability.blocklists.zones import list_of, wildcard
from tests.factories import make_organization

SOON = timedelta(minutes=13)
HOUR = timedelta(minutes=61)
DAY = timedelta(hours=13)


async def verdicts(watched: Watched) -> dict[tuple[str, str], str]:
    return {key: row.verdict for key, row in (await watched.standings()).items()}


async def types(watched: Watched) -> list[str]:
    return [type_ for type_, _ in await watched.events()]


async def test_each_asset_is_asked_of_the_lists_of_its_kind(watched: Watched):
    await watched.check()
    assert await verdicts(watched) == {
        ("192.0.2.7", "psbl"): "clear",
        ("192.0.2.7", "spamcop"): "clear",
        ("192.0.2.7", "spamhaus_zen"): "clear",
        ("mail.example.com", "spamhaus_dbl"): "clear",
    }
    assert await watched.listings() == []


async def test_a_listing_begins_with_the_second_answer_and_ends_with_the_second_no(watched: Watched):
    await watched.check()
    watched.list_("spamcop", "192.0.2.7", "127.0.0.2", "Reported, see https://example.net/why")
    await watched.check(DAY)
    assert await watched.listings() == []
    await watched.check(SOON)
    [listing] = await watched.listings()
    assert (listing.tier, listing.operator, listing.times) == ("B", "spamcop", 1)
    assert listing.said == "Reported, see https://example.net/why"
    assert listing.codes[0]["code"] == "127.0.0.2"
    assert listing.confirmed_at - listing.first_seen_at >= timedelta(minutes=10)
    watched.unlist("spamcop", "192.0.2.7")
    await watched.check(HOUR)
    assert (await watched.listings())[0].ended_at is None
    await watched.check(SOON)
    [listing] = await watched.listings()
    assert listing.ending == "delisted"
    assert await types(watched) == ["blocklist.listed", "blocklist.delisted"]


async def test_a_grave_list_with_a_reason_is_believed_at_once(watched: Watched):
    watched.list_("spamhaus_zen", "192.0.2.7", "127.0.0.4", "https://check.spamhaus.org/query/ip/192.0.2.7")
    await watched.check()
    [(type_, data)] = await watched.events()
    assert type_ == "blocklist.listed"
    assert (data["asset"], data["list"], data["tier"], data["domains"]) == (
        "192.0.2.7",
        "spamhaus_zen",
        "A",
        ["mail.example.com"],
    )


async def test_a_policy_entry_of_a_grave_list_waits_like_any_other(watched: Watched):
    watched.list_("spamhaus_zen", "192.0.2.7", "127.0.0.10", "reason")
    await watched.check()
    assert await watched.listings() == []
    await watched.check(SOON)
    [listing] = await watched.listings()
    assert listing.tier == "C"


async def test_a_domain_is_found_by_its_registered_name(watched: Watched):
    watched.list_("spamhaus_dbl", "example.com", "127.0.1.2", "reason")
    await watched.check()
    [listing] = await watched.listings()
    assert (listing.asset, listing.asset_kind) == ("mail.example.com", "domain")


async def test_a_second_time_is_told_as_such(watched: Watched):
    for _ in range(2):
        watched.list_("spamhaus_zen", "192.0.2.7", "127.0.0.2", "reason")
        await watched.check(DAY)
        watched.unlist("spamhaus_zen", "192.0.2.7")
        await watched.check(HOUR)
        await watched.check(SOON)
    assert await types(watched) == [
        "blocklist.listed",
        "blocklist.delisted",
        "blocklist.relisted",
        "blocklist.delisted",
    ]
    assert [one.times for one in await watched.listings()] == [1, 2]


async def test_a_list_that_turns_bad_neither_begins_nor_ends_anything(watched: Watched):
    watched.list_("spamhaus_zen", "192.0.2.7", "127.0.0.2", "reason")
    await watched.check()
    watched.say(wildcard(list_of("spamcop"), "127.0.0.2"), {f"2.0.0.127.{list_of('spamhaus_zen').zone}": {}})
    watched.unlist("spamhaus_zen", "192.0.2.7")
    for _ in range(5):
        await watched.check(DAY)
    [listing] = await watched.listings()
    assert (listing.list_key, listing.ended_at) == ("spamhaus_zen", None)
    found = await watched.standings()
    assert found["192.0.2.7", "spamhaus_zen"].verdict == "unknown"
    assert "silent" in found["192.0.2.7", "spamhaus_zen"].why
    assert "wildcard" in found["192.0.2.7", "spamcop"].why


async def test_silence_keeps_what_is_known(watched: Watched):
    watched.list_("spamhaus_zen", "192.0.2.7", "127.0.0.2", "reason")
    await watched.check()
    watched.say({f"7.2.0.192.{list_of('spamhaus_zen').zone}": Reason.TIMEOUT})
    for _ in range(4):
        await watched.check(HOUR)
    [listing] = await watched.listings()
    assert listing.ended_at is None
    row = (await watched.standings())["192.0.2.7", "spamhaus_zen"]
    assert (row.listed, row.verdict) == (True, "unknown")


async def test_what_is_watched_no_more_is_forgotten_without_a_word(watched: Watched):
    watched.list_("spamhaus_zen", "192.0.2.7", "127.0.0.2", "reason")
    await watched.check()
    async with unit_of_work(watched.runtime.sessions, watched.org_id) as tx:
        await tx.session.execute(Domain.__table__.delete().where(Domain.org_id == watched.org_id))  # type: ignore[attr-defined]
    await watched.check(HOUR)
    assert await watched.standings() == {}
    [listing] = await watched.listings()
    assert listing.ending == "unwatched"
    assert await types(watched) == ["blocklist.listed"]


async def test_retired_lists_and_those_of_others_are_never_asked(watched: Watched):
    other, _ = await make_organization(watched.runtime)
    await add_domain(watched.runtime, other, "other.example", "198.51.100.9", "127.0.0.2", "10.0.0.1")
    await watched.check()
    zones = {name.split(".", 4)[-1] for name, _ in watched.dns.asked}
    assert not any(registry().retired_of(zone) for zone in zones)
    assert not any("9.100.51.198" in name or name.startswith("1.0.0.10.") for name, _ in watched.dns.asked)


async def test_what_is_clear_is_left_alone_for_hours(watched: Watched):
    await watched.check()
    asked = len(watched.dns.asked)
    await watched.check(timedelta(hours=5))
    assert len([one for one in watched.dns.asked[asked:] if one[0].startswith("7.2.0.192")]) == 0
    await watched.check(timedelta(hours=8))
    assert len([one for one in watched.dns.asked[asked:] if one[0].startswith("7.2.0.192")]) == 3


async def test_a_large_organization_is_checked_in_turns(watched: Watched):
    many = AT_ONCE // 3 + 1  # addresses, each asked of three lists
    await add_domain(watched.runtime, watched.org_id, "many.example", *(f"198.51.100.{n}" for n in range(many)))
    await watched.check()
    found = await verdicts(watched)
    assert len(found) == (many + 1) * 3 + 2
    assert set(found.values()) == {"clear"}
