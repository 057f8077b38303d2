"""The limits of section 4.6.4, trouble on the way, and clients that say odd things."""

import asyncio

import pytest

from mailwarden.deliverability.dns.answers import Answer, Reason
from mailwarden.deliverability.dns.asking import Asking
from mailwarden.deliverability.dns.memory import MemoryResolver, Zones
from mailwarden.deliverability.spf.client import Client
from mailwarden.deliverability.spf.evaluate import check_host
from mailwarden.deliverability.spf.outcome import Evaluation, Limits, SpfResult

D = "d.example"


async def ask(record: str, ip: str = "192.0.2.1", more: Zones | None = None, sender: str = f"joe@{D}") -> Evaluation:
    return await check_host(MemoryResolver({D: {"TXT": [record]}, **(more or {})}), Client(ip, sender, "helo.example"))


@pytest.mark.parametrize(("number", "result"), [(10, SpfResult.FAIL), (11, SpfResult.PERMERROR)])
async def test_ten_lookups_are_allowed(number, result):
    found = await ask("v=spf1 " + "a:h.example " * number + "-all", more={"h.example": {"A": ["203.0.113.1"]}})
    assert (found.result, found.lookups) == (result, number)
    assert found.why is None or found.why.startswith("more than 10")


@pytest.mark.parametrize(("number", "result"), [(2, SpfResult.FAIL), (3, SpfResult.PERMERROR)])
async def test_two_void_lookups_are_allowed(number, result):
    more: Zones = {"h.example": {"TXT": ["x"]}}
    for term in ("a:gone.example ", "a:h.example ", "exists:gone.example ", "mx:h.example ", "ptr "):
        found = await ask("v=spf1 " + term * number + "-all", more=more)
        assert (found.result, found.voids) == (result, number), term


async def test_exchanges_without_an_address_of_the_clients_kind_are_no_void_lookups():
    hosts: Zones = {f"m{at}.example": {"A": ["203.0.113.1"]} for at in range(5)}
    more: Zones = {"m.example": {"MX": [(at, f"m{at}.example") for at in range(5)]}, **hosts}
    found = await ask("v=spf1 mx:m.example -all", "2001:db8::1", more)
    assert (found.result, found.voids) == (SpfResult.FAIL, 0)


async def test_eleven_exchanges_are_an_error():
    more: Zones = {"m.example": {"MX": [(at, "m.example") for at in range(11)], "A": ["192.0.2.1"]}}
    assert (await ask("v=spf1 mx:m.example -all", more=more)).result is SpfResult.PERMERROR


async def test_pointers_behind_the_tenth_are_not_looked_at():
    names = [f"p{at}.{D}" for at in range(11)]
    more: Zones = {"1.2.0.192.in-addr.arpa": {"PTR": names}, names[10]: {"A": ["192.0.2.1"]}}
    assert (await ask("v=spf1 ptr -all", more=more)).result is SpfResult.FAIL
    assert (await ask("v=spf1 ptr -all", more={**more, names[9]: {"A": ["192.0.2.1"]}})).result is SpfResult.PASS


@pytest.mark.parametrize("reason", [one for one in Reason if one is not Reason.BAD_NAME])
@pytest.mark.parametrize(
    "record",
    ["v=spf1 a:t.example -all", "v=spf1 mx:t.example -all", "v=spf1 exists:t.example -all",
     "v=spf1 include:t.example -all", "v=spf1 redirect=t.example", "v=spf1 mx:m.example -all"],
)  # fmt: skip
async def test_trouble_is_a_temporary_error(reason, record):
    found = await ask(record, more={"t.example": reason, "m.example": {"MX": [(1, "t.example")]}})
    assert found.result is SpfResult.TEMPERROR
    assert str(reason) in str(found.why)
    assert found.domain in (D, "t.example")


async def test_trouble_with_pointers_or_explanations_changes_nothing():
    more: Zones = {"1.2.0.192.in-addr.arpa": Reason.SERVFAIL, "exp.example": Reason.TIMEOUT}
    found = await ask("v=spf1 ptr -all exp=exp.example", more=more)
    assert (found.result, found.explanation, found.voids) == (SpfResult.FAIL, None, 0)


async def test_what_a_client_says_cannot_break_it():
    odd = [
        "",
        "a..b@d.example",
        "ä@d.example",
        "x" * 300 + "@d.example",
        ".@d.example",
        "%{d}@d.example",
        "\0@d.example",
    ]
    for sender in [*odd, "a@ä.example", "@", "a@", "a@[192.0.2.1]", "a@localhost"]:
        for helo in ("", "ä ö", "x" * 300, "..", "helo.example"):
            client = Client("192.0.2.1", sender, helo)
            zones: Zones = {D: {"TXT": ["v=spf1 exists:%{l}.%{h}.%{s} a:%{L}.x.example -all"]}}
            found = await check_host(MemoryResolver(zones), client)
            assert found.result in (SpfResult.NONE, SpfResult.FAIL)


async def test_an_internationalized_domain_is_asked_in_a_labels():
    zones: Zones = {"xn--bcher-kva.example": {"TXT": ["v=spf1 ip4:192.0.2.1 -all"]}}
    found = await check_host(MemoryResolver(zones), Client("192.0.2.1", "joe@bücher.example", "helo.example"))
    assert found.result is SpfResult.PASS


async def test_no_address_is_the_askers_mistake():
    with pytest.raises(ValueError, match="nonsense"):
        await check_host(MemoryResolver(), Client("nonsense", "joe@d.example"))


class Slow(MemoryResolver):
    async def ask(self, name: str, type: str) -> Answer:
        await asyncio.Event().wait()
        return await super().ask(name, type)


async def test_what_takes_too_long_is_a_temporary_error():
    found = await check_host(Slow(), Client("192.0.2.1", "joe@d.example"), Limits(seconds=0.01))
    assert found.result is SpfResult.TEMPERROR


async def test_one_check_asks_each_question_once():
    resolver = MemoryResolver({D: {"TXT": ["v=spf1 a:h.example a:H.example mx:h.example -all"]}})
    asking = Asking(resolver)
    await asyncio.gather(*(check_host(asking, Client("192.0.2.1", f"joe@{D}")) for _ in range(3)))
    assert sorted(resolver.asked) == sorted(set(resolver.asked))
    assert asking.queries == len(resolver.asked) == 3
    assert {one.type for one in asking.trace} == {"TXT", "A", "MX"}
    known = asking.known("d.example.", "TXT")
    assert known is not None
    assert known.found
