"""Whether a sending domain can receive."""

import pytest

from mailwarden.deliverability.dns.answers import Reason
from mailwarden.deliverability.dns.memory import MemoryResolver, Zones
from mailwarden.deliverability.records.mx import check_mx
from mailwarden.deliverability.records.verdict import Result, Verdict

THERE: Zones = {"mx.shop.example": {"A": ["9.9.9.9"], "AAAA": ["2620:fe::fe"]}}


async def check(zones: Zones) -> Result:
    return await check_mx(MemoryResolver({**THERE, **zones}), "shop.example")


async def test_a_good_one() -> None:
    found = await check({"shop.example": {"MX": [(10, "mx.shop.example")]}})
    assert (found.verdict, found.findings) == (Verdict.VALID, ())
    assert found.records == ("10 mx.shop.example.",)


@pytest.mark.parametrize(
    ("zones", "verdict", "code"),
    [
        ({"shop.example": {"MX": [(0, "")]}}, Verdict.FAULT, "mx.null"),
        ({"shop.example": {"MX": [(0, ""), (10, "mx.shop.example")]}}, Verdict.FAULT, "mx.null_and_others"),
        ({"shop.example": {"MX": [(10, "192.0.2.1")]}}, Verdict.FAULT, "mx.address"),
        ({"shop.example": {"MX": [(10, "gone.example")]}}, Verdict.FAULT, "mx.none_exists"),
        ({"shop.example": {"MX": [(10, "gone.example"), (20, "mx.shop.example")]}}, Verdict.VALID, "mx.host_missing"),
        (
            {"shop.example": {"MX": [(10, "a.example")]}, "a.example": {"CNAME": ["mx.shop.example"]}},
            Verdict.VALID,
            "mx.alias",
        ),
        (
            {"shop.example": {"MX": [(10, "a.example")]}, "a.example": {"A": ["10.0.0.1"]}},
            Verdict.VALID,
            "mx.private",
        ),
        ({"shop.example": {"A": ["9.9.9.9"]}}, Verdict.ABSENT, "mx.implicit"),
        ({"shop.example": {"TXT": ["x"]}}, Verdict.ABSENT, "mx.missing"),
        ({}, Verdict.ABSENT, "mx.missing"),
    ],
)
async def test_faults(zones: Zones, verdict: Verdict, code: str) -> None:
    found = await check(zones)
    assert found.verdict == verdict
    assert code in [one.code for one in found.findings]


@pytest.mark.parametrize("reason", [Reason.TIMEOUT, Reason.SERVFAIL, Reason.REFUSED])
async def test_what_nobody_can_tell_is_never_missing(reason: Reason) -> None:
    assert (await check({"shop.example": reason})).verdict == Verdict.UNKNOWN
    assert (await check({"shop.example": {"A": reason}})).verdict == Verdict.UNKNOWN
    silent = await check({"shop.example": {"MX": [(10, "slow.example")]}, "slow.example": reason})
    assert (silent.verdict, silent.findings) == (Verdict.VALID, ())


async def test_what_to_publish() -> None:
    found = await check({"shop.example": {"MX": [(0, ""), (10, "mx.shop.example")]}})
    assert [one.value for one in found.publish] == ["10 mx.shop.example."]
    assert (await check({"shop.example": {"MX": [(0, "")]}})).publish[0].value.startswith("10 <")
    assert (await check({"shop.example": {"MX": [(10, "mx.shop.example")]}})).publish == ()
