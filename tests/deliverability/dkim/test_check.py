"""Keys of a domain: what is there, what is not, and what nobody can tell."""

from mailwarden.deliverability.dkim.catalogue import known_selectors, selectors_of_account, signer_of
from mailwarden.deliverability.dkim.check import Selectors, check_dkim
from mailwarden.deliverability.dns.answers import Reason
from mailwarden.deliverability.dns.memory import MemoryResolver, Zones
from mailwarden.deliverability.records.verdict import Result, Verdict
from tests.deliverability.dkim.keys import ed25519_key, rsa_key, small_rsa_key

GOOD = f"v=DKIM1; k=rsa; p={rsa_key()}"


def at(selector: str) -> str:
    return f"{selector}._domainkey.shop.example"


async def check(zones: Zones, *named: str, discover: bool = True) -> dict[str, Result]:
    found = await check_dkim(MemoryResolver(zones), "shop.example", Selectors(named, discover=discover))
    return {one.part: one for one in found}


async def test_a_named_key() -> None:
    found = await check({at("s9"): {"TXT": [GOOD]}}, "s9")
    assert found["s9"].verdict == Verdict.VALID
    assert found["s9"].records == (GOOD,)
    assert found[""].verdict == Verdict.VALID
    assert found[""].facts["level"] == "strong"


async def test_a_named_selector_without_a_key_is_absent_and_says_what_to_publish() -> None:
    found = await check({at("s9"): {"TXT": [GOOD]}}, "s9", "old")
    assert found["old"].verdict == Verdict.ABSENT
    assert found["old"].publish[0].name == at("old")
    assert found[""].verdict == Verdict.FAULT


async def test_the_catalogue_finds_keys_that_nobody_named() -> None:
    zones: Zones = {
        at("google"): {"TXT": [GOOD]},
        at("kl"): {"CNAME": ["kl.domainkey.u1.wl.sendgrid.net"]},
        "kl.domainkey.u1.wl.sendgrid.net": {"TXT": [f"p={rsa_key(1024)}"]},
    }
    found = await check(zones)
    assert set(found) == {"", "google", "kl"}
    assert found["kl"].aliases == ("kl.domainkey.u1.wl.sendgrid.net",)
    assert found["kl"].facts["signer"] == "klaviyo"
    assert found[""].verdict == Verdict.VALID
    assert found[""].facts["level"] == "strong"


async def test_a_timeout_is_never_a_missing_key() -> None:
    for reason in (Reason.TIMEOUT, Reason.SERVFAIL, Reason.REFUSED):
        found = await check({at("s9"): reason}, "s9")
        assert found["s9"].verdict == Verdict.UNKNOWN
        assert found[""].verdict == Verdict.UNKNOWN
        assert found[""].facts["level"] is None


async def test_nothing_at_all_is_absent_but_something_unknown_below_is_not() -> None:
    assert (await check({"shop.example": {"A": ["192.0.2.1"]}}))[""].verdict == Verdict.ABSENT
    assert (await check({at("private-name"): {"TXT": [GOOD]}}))[""].verdict == Verdict.UNKNOWN
    assert (await check({at("google"): Reason.TIMEOUT}))[""].verdict == Verdict.UNKNOWN
    assert (await check({"_domainkey.shop.example": Reason.SERVFAIL}))[""].verdict == Verdict.UNKNOWN


async def test_a_wildcard_is_no_key_of_every_provider() -> None:
    revoked: Zones = {"*._domainkey.shop.example": {"TXT": ["v=DKIM1; p="]}}
    assert set(await check(revoked)) == {""}
    spf: Zones = {"*.shop.example": {"TXT": ["v=spf1 -all"]}}
    assert set(await check(spf)) == {""}


async def test_a_revoked_key_that_was_come_upon_is_no_fault() -> None:
    found = await check({at("k1"): {"TXT": ["v=DKIM1; p="]}, at("google"): {"TXT": [GOOD]}})
    assert found["k1"].verdict == Verdict.VALID
    assert not found["k1"].facts["usable"]
    assert found[""].facts["usable"] == ["google"]
    assert (await check({at("k1"): {"TXT": ["v=DKIM1; p="]}}, "k1"))[""].verdict == Verdict.FAULT


async def test_halves_of_a_key_in_two_records() -> None:
    found = await check({at("s9"): {"TXT": [GOOD[:250], GOOD[250:]]}}, "s9")
    assert found["s9"].verdict == Verdict.FAULT
    assert "split" in found["s9"].findings[0].text
    assert found["s9"].publish[0].value == GOOD
    weak = await check({at("s9"): {"TXT": [f"p={small_rsa_key(768)}"]}}, "s9")
    assert weak["s9"].publish[0].value.startswith("A new key")


async def test_a_dangling_alias() -> None:
    found = await check({at("s9"): {"CNAME": ["gone.esp.example"]}}, "s9")
    assert found["s9"].verdict == Verdict.ABSENT
    assert found["s9"].findings[0].code == "dkim.dangling"
    assert "gone.esp.example" in found["s9"].summary


async def test_a_weak_key_counts_as_weak() -> None:
    found = await check({at("s9"): {"TXT": [f"p={small_rsa_key(768)}"]}}, "s9", discover=False)
    assert found[""].verdict == Verdict.FAULT
    assert found[""].facts["level"] == "weak"


async def test_levels() -> None:
    young: Zones = {at("new"): {"TXT": [f"k=ed25519; p={ed25519_key()}"]}}
    old: Zones = {at("old"): {"TXT": [f"p={rsa_key(1024)}"]}}
    assert (await check(young, "new"))[""].facts["level"] == "fair"
    assert (await check(old, "old"))[""].facts["level"] == "fair"
    assert (await check({**young, **old}, "new", "old"))[""].facts["level"] == "strong"
    assert (await check({at("s9"): {"TXT": ["p="]}}, "s9"))[""].facts["level"] == "revoked"
    assert (await check({}, "s9"))[""].facts["level"] == "none"


def test_the_catalogue() -> None:
    assert selectors_of_account("hubspot", "123456") == ("hs1-123456", "hs2-123456")
    assert selectors_of_account("google", "1") == ()
    assert not any("{" in one for one in known_selectors())
    named = signer_of("hs1-123456")
    assert named is not None
    assert named.id == "hubspot"
    moved = signer_of("s1", ("s1.domainkey.u9.wl.sendgrid.net",))
    assert moved is not None
    assert moved.id == "sendgrid"
    assert signer_of("s1", ("s1.elsewhere.example",)) is None


async def test_a_key_that_was_met_once_is_asked_for_and_its_end_is_no_fault() -> None:
    zones: Zones = {at("s9"): {"TXT": [GOOD]}}
    found = {
        one.part: one
        for one in await check_dkim(MemoryResolver(zones), "shop.example", Selectors(["s9"], ["odd"], discover=False))
    }
    assert found["odd"].verdict == Verdict.ABSENT
    assert found[""].verdict == Verdict.VALID


async def test_a_strong_key_that_nobody_could_ask_for_is_not_a_fair_one() -> None:
    """A timeout costs no points."""
    zones: Zones = {
        "a._domainkey.shop.example": Reason.TIMEOUT,
        "b._domainkey.shop.example": {"TXT": [f"v=DKIM1; p={rsa_key(1024)}"]},
    }
    whole, *_ = await check_dkim(MemoryResolver(zones), "shop.example", Selectors(("a", "b"), discover=False))
    assert (whole.verdict, whole.facts["level"]) == (Verdict.VALID, None)
