"""The record, the policy, and what lies between them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwarden.deliverability.dns.answers import Reason
from mailwarden.deliverability.dns.memory import MemoryResolver, Zones
from mailwarden.deliverability.records.mta_sts import (
    Fetch,
    Fetched,
    Trouble,
    check_mta_sts,
    matches,
    policy_url,
    read_policy,
)
from mailwarden.deliverability.records.verdict import Result, Verdict

GOOD = b"version: STSv1\r\nmode: enforce\r\nmx: *.shop.example\r\nmax_age: 604800\r\n"
AT = "_mta-sts.shop.example"
THERE: Zones = {
    AT: {"TXT": ["v=STSv1; id=20261101"]},
    "mta-sts.shop.example": {"A": ["192.0.2.1"]},
    "shop.example": {"MX": [(10, "mx.shop.example")]},
}


def gives(fetched: Fetched) -> Fetch:
    async def fetch(url: str) -> Fetched:
        assert url == policy_url("shop.example")
        return fetched

    return fetch


async def check(zones: Zones, fetched: Fetched | None = None) -> Result:
    dns = MemoryResolver(zones)
    answer, exchanges = await dns.ask(AT, "TXT"), await dns.ask("shop.example", "MX")
    fetch = gives(fetched or Fetched(200, "text/plain; charset=utf-8", GOOD))
    return await check_mta_sts(dns, answer, "shop.example", exchanges, fetch)


async def test_a_good_one() -> None:
    found = await check(THERE)
    assert (found.verdict, found.summary) == (Verdict.VALID, "Mode enforce")


async def test_no_record() -> None:
    assert (await check({})).verdict == Verdict.ABSENT
    assert (await check({AT: Reason.SERVFAIL})).verdict == Verdict.UNKNOWN


async def test_without_a_record_the_policy_is_proposed_before_it() -> None:
    found = await check({"shop.example": THERE["shop.example"]})
    assert [(one.name, one.type) for one in found.publish] == [(policy_url("shop.example"), "file"), (AT, "TXT")]
    assert "mx: mx.shop.example" in found.publish[0].value
    assert (await check({})).publish == ()  # a domain that receives nothing needs none


@pytest.mark.parametrize("texts", [["v=STSv1"], ["v=STSv1; id=1-2"], ["v=STSv1; id=1", "v=STSv1; id=2"]])
async def test_faults_of_the_record(texts: list[str]) -> None:
    found = await check({**THERE, AT: {"TXT": texts}})
    assert found.verdict == Verdict.FAULT
    assert found.publish[0].name == AT


@pytest.mark.parametrize(
    "fetched",
    [
        Fetched(404),
        Fetched(301, "text/plain", GOOD),
        Fetched(200, "text/html", GOOD),
        Fetched(0, trouble=Trouble.CERTIFICATE),
        Fetched(0, trouble=Trouble.TOO_LARGE),
        Fetched(200, "text/plain", GOOD.replace(b"*.shop", b"*.other")),
        Fetched(200, "text/plain", GOOD.replace(b"enforce", b"force")),
        Fetched(200, "text/plain", GOOD.replace(b"604800", b"99999999")),
        Fetched(200, "text/plain", GOOD + b"mode: none\n"),
        Fetched(200, "text/plain", b"version: STSv1\nmode: enforce\nmax_age: 604800\n"),
        Fetched(200, "text/plain", b""),
    ],
)
async def test_faults_of_the_policy(fetched: Fetched) -> None:
    found = await check(THERE, fetched)
    assert found.verdict == Verdict.FAULT
    assert found.publish[0].type == "file"


@pytest.mark.parametrize("fetched", [Fetched(0, trouble=Trouble.NO_ANSWER), Fetched(503)])
async def test_silence_says_nothing(fetched: Fetched) -> None:
    assert (await check(THERE, fetched)).verdict == Verdict.UNKNOWN


async def test_a_host_that_does_not_exist_is_not_asked() -> None:
    without = {name: zone for name, zone in THERE.items() if not name.startswith("mta-sts.")}
    found = await check(without, Fetched(0, trouble=Trouble.NO_ANSWER))
    assert found.verdict == Verdict.FAULT
    assert "does not exist" in found.summary


def test_patterns() -> None:
    assert matches("mx.shop.example", "mx.shop.example")
    assert matches("MX.shop.example", "*.shop.example")
    assert not matches("a.mx.shop.example", "*.shop.example")
    assert not matches("shop.example", "*.shop.example")


@given(st.binary(max_size=300))
def test_any_body_is_read(body: bytes) -> None:
    read_policy(body)
