"""Names of sending addresses, there and back."""

import pytest

from mailwarden.deliverability.dns.answers import Reason, reverse_name
from mailwarden.deliverability.dns.memory import MemoryResolver, Zones
from mailwarden.deliverability.records.reverse import check_reverse, is_generic
from mailwarden.deliverability.records.verdict import Result, Verdict

FOUR, SIX = "192.0.2.7", "2001:db8::7"
AT = reverse_name(FOUR)
GOOD: Zones = {
    AT: {"PTR": ["out.shop.example"]},
    reverse_name(SIX): {"PTR": ["out.shop.example"]},
    "out.shop.example": {"A": [FOUR], "AAAA": ["2001:0db8:0::7"]},
}


async def check(zones: Zones, *addresses: str) -> dict[str, Result]:
    found = await check_reverse(MemoryResolver(zones), "shop.example", addresses or (FOUR,))
    return {one.part: one for one in found}


async def test_there_and_back() -> None:
    found = await check(GOOD, FOUR, SIX)
    assert {one.verdict for one in found.values()} == {Verdict.VALID}
    assert found[""].facts["level"] == "confirmed"


async def test_without_addresses_there_is_nothing_to_say() -> None:
    assert await check_reverse(MemoryResolver(GOOD), "shop.example", []) == []


async def test_no_name_and_a_name_that_leads_elsewhere() -> None:
    absent = await check({})
    assert absent[FOUR].verdict == absent[""].verdict == Verdict.ABSENT
    assert absent[FOUR].publish[0].type == "PTR"
    wrong = await check({**GOOD, "out.shop.example": {"A": ["192.0.2.8"]}})
    assert wrong[FOUR].verdict == wrong[""].verdict == Verdict.FAULT
    assert wrong[FOUR].publish[0].value == FOUR


@pytest.mark.parametrize("reason", [Reason.TIMEOUT, Reason.SERVFAIL])
async def test_what_nobody_can_tell_is_never_missing(reason: Reason) -> None:
    for zones in ({AT: reason}, {**GOOD, "out.shop.example": reason}):
        found = await check(zones)
        assert found[FOUR].verdict == found[""].verdict == Verdict.UNKNOWN
        assert found[""].facts["level"] is None


def test_generic_names() -> None:
    for name in ("192-0-2-7.isp.example", "7.2.0.192.isp.example", "dyn.7.isp.example", "ip-7.cloud.example"):
        assert is_generic(name, FOUR), name
    for name in ("out.shop.example", "mail7.shop.example", "dynamo.example"):
        assert not is_generic(name, FOUR), name
