"""What is said about a domain's DMARC, and what to publish."""

import pytest

from mailwarden.deliverability.dmarc.check import check_dmarc
from mailwarden.deliverability.dns.answers import Reason
from mailwarden.deliverability.dns.memory import MemoryResolver, Zones
from mailwarden.deliverability.records.verdict import Result, Verdict

AT = "_dmarc.shop.example"
THERE: Zones = {"shop.example": {"A": ["192.0.2.1"], "MX": [(10, "mx.shop.example")]}}


async def check(zones: Zones, domain: str = "shop.example") -> Result:
    return await check_dmarc(MemoryResolver({**THERE, **zones}), domain)


async def one(text: str) -> Result:
    return await check({AT: {"TXT": [text]}})


def codes(result: Result) -> set[str]:
    return {finding.code for finding in result.findings}


async def test_a_good_record() -> None:
    found = await one("v=DMARC1; p=reject; rua=mailto:dmarc@shop.example")
    assert (found.verdict, codes(found)) == (Verdict.VALID, set())
    assert found.summary == "Policy reject"
    assert found.facts["policy"] == "reject"


async def test_none_at_all_says_what_to_publish() -> None:
    found = await check({})
    assert found.verdict == Verdict.ABSENT
    assert found.publish[0].name == AT
    assert found.publish[0].value.startswith("v=DMARC1; p=none; rua=mailto:")


async def test_a_subdomain_takes_the_policy_above_it() -> None:
    text = "v=DMARC1; p=reject; sp=quarantine; np=none; rua=mailto:d@shop.example"
    record: Zones = {AT: {"TXT": [text]}, "m.shop.example": {"A": ["192.0.2.2"]}}
    found = await check(record, "m.shop.example")
    assert (found.facts["policy"], found.facts["found_at"]) == ("quarantine", "shop.example")
    assert found.records == (text,)
    assert (await check(record, "no.shop.example")).facts["policy"] == "none"


@pytest.mark.parametrize("reason", list(Reason))
async def test_what_nobody_can_tell_is_never_missing(reason: Reason) -> None:
    assert (await check({AT: reason})).verdict == Verdict.UNKNOWN
    assert (await check({"_dmarc.example": reason})).verdict == Verdict.UNKNOWN
    kept: Zones = {AT: {"TXT": ["v=DMARC1; p=none; rua=mailto:d@shop.example"]}, "_dmarc.example": reason}
    assert (await check(kept)).verdict == Verdict.VALID


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("v=DMARC1; p=quarantin", "dmarc.invalid_policy"),
        ("v=DMARC1; p=reject; sp=x", "dmarc.invalid_policy"),
        ("v=DMARC1; rua=mailto:d@shop.example", "dmarc.no_policy"),
        ("v=DMARC1; p:none; rua=mailto:d@shop.example", "dmarc.typo"),
        ("v=DMARC1; p=none, rua=mailto:d@shop.example", "dmarc.typo"),
        ("v=dmarc1; p=none", "dmarc.version"),
        ("v=DMARC 1; p=none", "dmarc.version"),
        ("v=DMARC1, p=none", "dmarc.version"),
        ('"v=DMARC1; p=none"', "dmarc.version"),
    ],
)
async def test_faults(text: str, code: str) -> None:
    found = await one(text)
    assert found.verdict == Verdict.FAULT
    assert code in codes(found)
    assert found.publish[0].instead
    assert found.publish[0].value.startswith("v=DMARC1; p=")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("v=DMARC1; p=none; rua=mailto:d@shop.example", "dmarc.p_none"),
        ("v=DMARC1; p=reject; t=y; rua=mailto:d@shop.example", "dmarc.testing"),
        ("v=DMARC1; p=reject", "dmarc.no_rua"),
        ("v=DMARC1; p=reject; rua=d@shop.example", "dmarc.bad_uri"),
        ("v=DMARC1; p=reject; rua=mailto:d@shop.example!10m", "dmarc.obsolete_uri"),
        ("v=DMARC1; p=reject; pct=50; rua=mailto:d@shop.example", "dmarc.pct"),
        ("v=DMARC1; p=reject; rf=afrf; rua=mailto:d@shop.example", "dmarc.rf"),
        ("v=DMARC1; p=reject; ri=3600; rua=mailto:d@shop.example", "dmarc.ri"),
        ("v=DMARC1; p=reject; sp=none; rua=mailto:d@shop.example", "dmarc.sp_weaker"),
        ("v=DMARC1; rua=mailto:d@shop.example; p=reject", "dmarc.order"),
        ("v=DMARC1; p=reject; adkim=strict; rua=mailto:d@shop.example", "dmarc.invalid_tag"),
        ("v=DMARC1; p=reject; fo=0:1; rua=mailto:d@shop.example", "dmarc.invalid_tag"),
    ],
)
async def test_advice_leaves_the_record_valid(text: str, code: str) -> None:
    found = await one(text)
    assert found.verdict == Verdict.VALID
    assert code in codes(found)


async def test_several_records() -> None:
    found = await check({AT: {"TXT": ["v=DMARC1; p=none", "v=DMARC1; p=reject"]}})
    assert found.verdict == Verdict.FAULT
    assert "dmarc.multiple" in codes(found)
    assert found.facts["policy"] is None


@pytest.mark.parametrize("place", ["shop.example", "_dmarc.www.shop.example", "_dmarc.shop.example.shop.example"])
async def test_a_record_where_nobody_looks(place: str) -> None:
    found = await check({place: {"TXT": ["v=DMARC1; p=none"]}})
    assert found.verdict == Verdict.FAULT
    assert codes(found) == {"dmarc.wrong_place"}
    assert place in found.summary


async def test_reports_to_somebody_else_need_their_word() -> None:
    record: Zones = {AT: {"TXT": ["v=DMARC1; p=reject; rua=mailto:a@reports.example"]}}
    theirs: Zones = {"reports.example": {"MX": [(1, "mx.reports.example")]}}
    agreed: Zones = {"*._report._dmarc.reports.example": {"TXT": ["v=DMARC1"]}}
    asked = "shop.example._report._dmarc.reports.example"
    found = await check({**record, **theirs})
    assert codes(found) == {"dmarc.external_not_authorized"}
    assert (found.publish[0].name, found.publish[0].value) == (asked, "v=DMARC1")
    assert codes(await check({**record, **theirs, **agreed})) == set()
    assert codes(await check({**record, **theirs, asked: Reason.TIMEOUT})) == set()
    assert "dmarc.report_mx" in codes(await check({**record, **agreed}))


async def test_the_same_organization_needs_no_word() -> None:
    zones: Zones = {
        "_dmarc.mail.shop.example": {"TXT": ["v=DMARC1; p=reject; rua=mailto:a@ops.shop.example"]},
        AT: {"TXT": ["v=DMARC1; p=reject"]},
        "ops.shop.example": {"MX": [(1, "mx.shop.example")]},
    }
    assert codes(await check(zones, "mail.shop.example")) == set()


async def test_a_delegated_record_shows_its_alias() -> None:
    zones: Zones = {
        AT: {"CNAME": ["shop.dmarc.esp.example"]},
        "shop.dmarc.esp.example": {"TXT": ["v=DMARC1; p=reject"]},
    }
    found = await check(zones)
    assert found.aliases == ("shop.dmarc.esp.example",)
    assert found.facts["policy"] == "reject"
