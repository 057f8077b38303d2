"""What one answer means, and what is never read as a listing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwarden.deliverability.blocklists.registry import Blocklist, Tier, registry
from mailwarden.deliverability.blocklists.rules.reading import Reading, Verdict, read, read_test_entry, together
from mailwarden.deliverability.blocklists.rules.texts import LONGEST, clean
from mailwarden.deliverability.dns.answers import Answer, Reason, State, Text, unknown
from tests.deliverability.blocklists.zones import list_of

LISTS = st.sampled_from(registry().lists)
octet = st.integers(0, 255)
ADDRESSES = st.tuples(octet, octet, octet, octet).map(lambda parts: ".".join(map(str, parts)))
STATEMENTS = st.tuples(octet, octet, octet).map(lambda parts: "127." + ".".join(map(str, parts)))


def found(*addresses: str) -> Answer:
    return Answer("q.example", "A", State.FOUND, addresses)


def verdict(key: str, *addresses: str) -> Verdict:
    return read(list_of(key), found(*addresses)).verdict


@pytest.mark.parametrize(
    ("key", "addresses", "expected"),
    [
        ("spamhaus_zen", ["127.0.0.2"], Verdict.LISTED),
        ("spamhaus_zen", ["127.0.0.4", "127.0.0.10"], Verdict.LISTED),
        ("spamhaus_zen", ["127.255.255.252"], Verdict.REFUSED),
        ("spamhaus_zen", ["127.255.255.254"], Verdict.REFUSED),
        ("spamhaus_zen", ["127.255.255.255", "127.0.0.2"], Verdict.REFUSED),
        ("spamhaus_zen", ["127.0.0.1"], Verdict.UNCLEAR),
        ("spamhaus_zen", ["127.0.0.5"], Verdict.UNCLEAR),  # reserved
        ("spamhaus_zen", ["203.0.113.9"], Verdict.BROKEN),
        ("spamhaus_zen", ["127.0.0.2", "203.0.113.9"], Verdict.BROKEN),
        ("spamhaus_zen", ["not an address"], Verdict.BROKEN),
        ("spamhaus_zen", ["127.0.0.2"] * 40, Verdict.BROKEN),
        ("spamhaus_dbl", ["127.0.1.2"], Verdict.LISTED),
        ("spamhaus_dbl", ["127.0.1.255"], Verdict.REFUSED),
        ("spamhaus_dbl", ["127.0.0.2"], Verdict.UNCLEAR),
        ("surbl", ["127.0.0.80"], Verdict.LISTED),
        ("surbl", ["127.0.0.1"], Verdict.REFUSED),
        ("surbl", ["127.0.0.65"], Verdict.REFUSED),  # refused and listed at once: nobody can tell
        ("surbl", ["127.0.0.2"], Verdict.UNCLEAR),  # a bit that it does not use
        ("surbl", ["127.0.0.66"], Verdict.UNCLEAR),
        ("surbl", ["127.0.1.64"], Verdict.UNCLEAR),
        ("uribl", ["127.0.0.1"], Verdict.REFUSED),
        ("uribl", ["127.0.0.14"], Verdict.LISTED),
        ("validity_rpbl", ["127.255.255.255"], Verdict.REFUSED),
        ("validity_rpbl", ["127.0.0.1"], Verdict.LISTED),  # here it is documented: botnet
        ("barracuda", ["127.0.0.1"], Verdict.UNCLEAR),
        ("mailspike", ["127.0.0.15"], Verdict.CLEAR),  # neutral
        ("mailspike", ["127.0.0.10"], Verdict.LISTED),
        ("spamcop", ["127.0.53.53"], Verdict.UNCLEAR),  # a name collision
    ],
)
def test_answers(key: str, addresses: list[str], expected: Verdict) -> None:
    assert verdict(key, *addresses) is expected


@pytest.mark.parametrize("reason", Reason)
def test_trouble_on_the_way_is_neither_listed_nor_clear(reason: Reason) -> None:
    assert read(list_of("spamhaus_zen"), unknown("q.example", "A", reason)).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize("state", [State.NODATA, State.NXDOMAIN])
def test_what_is_not_there_is_not_listed(state: State) -> None:
    assert read(list_of("spamhaus_zen"), Answer("q.example", "A", state)).verdict is Verdict.CLEAR


def test_what_was_found_without_an_address_is_no_answer() -> None:
    assert verdict("spamhaus_zen") is Verdict.BROKEN


def test_a_listing_names_its_codes_and_the_gravest_counts() -> None:
    reading = read(list_of("spamhaus_zen"), found("127.0.0.10", "127.0.0.4"))
    assert {hit.code for hit in reading.hits} == {"127.0.0.4", "127.0.0.10"}
    assert reading.tier is Tier.A
    policy = read(list_of("spamhaus_zen"), found("127.0.0.10"))
    assert policy.tier is Tier.C


def test_bits_are_told_one_by_one() -> None:
    reading = read(list_of("surbl"), found("127.0.0.80"))
    assert [hit.code for hit in reading.hits] == ["bit 16", "bit 64"]


def test_beside_a_documented_code_an_undocumented_one_is_shown() -> None:
    reading = read(list_of("spamhaus_zen"), found("127.0.0.2", "127.0.0.77"))
    assert (reading.verdict, reading.undocumented) == (Verdict.LISTED, ("127.0.0.77",))


def documented(blocklist: Blocklist, address: str) -> bool:
    """Said anew, from the tables alone."""
    parts = [int(one) for one in address.split(".")]
    grave = [one for one in blocklist.codes if one.tier is not Tier.INFO]
    if parts[:3] == [127, 255, 255] or address in {str(one.code) for one in blocklist.errors}:
        return False
    if not blocklist.by_bits:
        return address in {str(one.code) for one in grave}
    bits = {one.bit for one in grave}
    said = {1 << n for n in range(8) if parts[3] >> n & 1}
    return parts[:3] == [127, 0, 0] and bool(said) and said <= bits


@given(LISTS, st.lists(ADDRESSES | STATEMENTS, min_size=1, max_size=5))
def test_nothing_is_listed_but_by_a_documented_code(blocklist: Blocklist, addresses: list[str]) -> None:
    reading = read(blocklist, found(*addresses))
    if reading.verdict is Verdict.LISTED:
        assert any(documented(blocklist, one) for one in addresses)
        assert all(one.startswith("127.") and not one.startswith("127.255.255.") for one in addresses)


@given(LISTS, STATEMENTS)
def test_every_documented_code_alone_is_a_listing(blocklist: Blocklist, address: str) -> None:
    assert (read(blocklist, found(address)).verdict is Verdict.LISTED) == documented(blocklist, address)


@given(LISTS, st.lists(STATEMENTS, max_size=4), st.integers(0, 255))
def test_an_error_code_among_others_spoils_the_answer(blocklist: Blocklist, others: list[str], last: int) -> None:
    reading = read(blocklist, found(f"127.255.255.{last}", *others))
    assert reading.verdict is Verdict.REFUSED


@given(LISTS, st.lists(STATEMENTS, max_size=4), ADDRESSES.filter(lambda one: not one.startswith("127.")))
def test_an_address_of_the_world_among_others_spoils_the_answer(
    blocklist: Blocklist, others: list[str], strange: str
) -> None:
    assert read(blocklist, found(*others, strange)).verdict is Verdict.BROKEN


@given(LISTS, st.text(max_size=40))
def test_any_text_as_an_address_is_no_listing_and_no_crash(blocklist: Blocklist, text: str) -> None:
    assert read(blocklist, found(text)).verdict in Verdict


def test_of_several_names_distrust_comes_first_then_the_listing() -> None:
    readings = {one: Reading(one, one.value, raw=(one.value,)) for one in Verdict}
    assert together(readings.values()).verdict is Verdict.BROKEN
    assert together([readings[Verdict.CLEAR], readings[Verdict.LISTED]]).verdict is Verdict.LISTED
    assert together([readings[Verdict.UNKNOWN], readings[Verdict.LISTED]]).verdict is Verdict.LISTED
    assert together([readings[Verdict.CLEAR], readings[Verdict.UNKNOWN]]).verdict is Verdict.UNKNOWN
    assert together([readings[Verdict.REFUSED], readings[Verdict.LISTED]]).verdict is Verdict.REFUSED


@given(st.lists(st.binary(max_size=600), max_size=4))
def test_what_a_list_says_to_people_is_one_harmless_line(raws: list[bytes]) -> None:
    said = clean(Text(raw) for raw in raws)
    assert len(said) <= LONGEST
    assert said.isprintable()
    assert not set(said) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u200b\n\r\t\x1b")


def test_what_a_list_says_is_kept_readable() -> None:
    assert clean([Text(b"Listed,  see\n https://example.net/x?ip=192.0.2.1 ")]) == (
        "Listed, see https://example.net/x?ip=192.0.2.1"
    )


@pytest.mark.parametrize(
    ("key", "said", "verdict"),
    [
        ("surbl", ["127.0.0.254"], Verdict.LISTED),  # every bit but that of a refusal
        ("surbl", ["127.0.0.64"], Verdict.LISTED),
        ("surbl", ["127.0.0.2"], Verdict.UNCLEAR),  # none that means anything
        ("surbl", ["127.0.0.255"], Verdict.REFUSED),
        ("surbl", ["127.0.1.254"], Verdict.UNCLEAR),
        ("surbl", ["192.0.2.254"], Verdict.BROKEN),
        ("spamcop", ["127.0.0.2"], Verdict.LISTED),
        ("spamcop", ["127.0.0.254"], Verdict.UNCLEAR),
    ],
)
def test_a_test_entry_may_have_bits_that_mean_nothing(key: str, said: list[str], verdict: Verdict):
    reading = read_test_entry(list_of(key), found(*said))
    assert (reading.verdict, reading.raw) == (verdict, tuple(said))
    assert not (verdict is Verdict.LISTED and reading.undocumented)
