"""Questions of one check: asked once, also where the one who asked first gives up."""

import asyncio

import pytest

from mailwarden.deliverability.dns.answers import Answer, Exchange, Reason, State, reverse_name
from mailwarden.deliverability.dns.asking import Asking
from mailwarden.deliverability.dns.memory import MemoryResolver, Zones

ZONES: Zones = {
    "d.example": {"A": ["192.0.2.1"], "MX": [(10, "mx.d.example.")], "TXT": ["x", b"\xff"]},
    "half.example": {"A": ["192.0.2.1"], "TXT": Reason.SERVFAIL},
    "slow.example": Reason.TIMEOUT,
    "alias.example": {"CNAME": ["d.example."]},
    "loop.example": {"CNAME": ["loop.example"]},
    "dangling.example": {"CNAME": ["gone.example"]},
    "*.wild.example": {"A": ["127.0.0.2"]},
    "a.b.wild.example": {"A": ["127.0.0.3"]},
}


class Gate(MemoryResolver):
    """Answers once it is opened."""

    def __init__(self) -> None:
        super().__init__(ZONES)
        self.open = asyncio.Event()

    async def ask(self, name: str, type: str) -> Answer:
        answer = await super().ask(name, type)
        await self.open.wait()
        return answer


async def test_those_who_ask_the_same_wait_for_one_answer():
    gate = Gate()
    asking = Asking(gate)
    waiting = [asyncio.create_task(asking.ask(name, "A")) for name in ("d.example", "D.example.", "d.example")]
    await asyncio.sleep(0)
    assert (gate.asked, asking.trace, asking.known("d.example", "A")) == ([("d.example", "A")], (), None)
    gate.open.set()
    first, *others = await asyncio.gather(*waiting)
    assert all(one is first for one in others)
    assert asking.trace == (first,)


async def test_who_gives_up_takes_nobody_along():
    gate = Gate()
    asking = Asking(gate)
    first, second, third = (asyncio.create_task(asking.ask("d.example", "A")) for _ in range(3))
    await asyncio.sleep(0)
    first.cancel()
    third.cancel()
    await asyncio.sleep(0)
    gate.open.set()
    assert (await second).found
    with pytest.raises(asyncio.CancelledError):
        await first
    assert asking.queries == 1


async def test_answers_of_a_dns_in_memory():
    resolver = MemoryResolver(ZONES)

    async def state(name: str, type: str) -> tuple[State, Reason | None]:
        answer = await resolver.ask(name, type)
        return answer.state, answer.reason

    assert (await resolver.ask("D.example.", "MX")).exchanges == (Exchange(10, "mx.d.example"),)
    assert [one.is_ascii for one in (await resolver.ask("d.example", "TXT")).texts] == [True, False]
    assert await state("d.example", "AAAA") == (State.NODATA, None)
    assert await state("example", "A") == (State.NODATA, None)
    assert await state("gone.example", "A") == (State.NXDOMAIN, None)
    assert await state("half.example", "TXT") == (State.UNKNOWN, Reason.SERVFAIL)
    assert await state("slow.example", "A") == (State.UNKNOWN, Reason.TIMEOUT)
    assert await state("loop.example", "A") == (State.UNKNOWN, Reason.SERVFAIL)
    assert await state("a..b", "A") == (State.UNKNOWN, Reason.BAD_NAME)
    alias = await resolver.ask("alias.example", "A")
    assert (alias.strings, alias.aliases) == (("192.0.2.1",), ("d.example",))
    assert (await resolver.ask("dangling.example", "A")).state is State.NXDOMAIN


async def test_wildcards_in_memory():
    resolver = MemoryResolver(ZONES)
    assert (await resolver.ask("x.wild.example", "A")).strings == ("127.0.0.2",)
    assert (await resolver.ask("y.x.wild.example", "A")).strings == ("127.0.0.2",)
    assert (await resolver.ask("b.wild.example", "A")).state is State.NODATA
    assert (await resolver.ask("c.b.wild.example", "A")).state is State.NXDOMAIN


async def test_zones_change():
    resolver = MemoryResolver(ZONES)
    resolver.put({"new.example": {"TXT": ["y"]}})
    resolver.remove("d.example")
    assert (await resolver.ask("new.example", "TXT")).found
    async with resolver.fresh() as fresh:
        assert (await fresh.ask("d.example", "A")).state is State.NXDOMAIN


def test_reverse_names():
    assert reverse_name("192.0.2.1") == "1.2.0.192.in-addr.arpa"
    assert reverse_name("2001:db8::1").endswith(".8.b.d.0.1.0.0.2.ip6.arpa")
