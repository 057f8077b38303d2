"""Whatever the resolver does, nothing is listed that no list lists, and nothing is taken off that a list still has."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Self

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailwarden.deliverability.blocklists.asking import asker
from mailwarden.deliverability.blocklists.models import BlocklistHealth
from mailwarden.deliverability.blocklists.registry import Face
from mailwarden.deliverability.blocklists.rules.health import Health, judge
from mailwarden.deliverability.blocklists.use import Use
from mailwarden.deliverability.dns.answers import Answer, Reason, State, Text, unknown
from mailwarden.deliverability.dns.memory import MemoryResolver
from tests.deliverability.blocklists.conftest import NAMES, Watched
from tests.deliverability.blocklists.zones import first_code, honest, list_of, wildcard

Twist = Callable[[Answer], Answer]


def found(answer: Answer, address: str) -> Answer:
    values = (Text(b"Listed, https://example.net/why"),) if answer.type == "TXT" else (address,)
    return Answer(answer.name, answer.type, State.FOUND, values, 300)


def truthful(answer: Answer) -> Answer:
    return answer


def trouble(reason: Reason) -> Twist:
    return lambda answer: unknown(answer.name, answer.type, reason)


def rewritten(address: str) -> Twist:
    """What does not exist leads to a page of advertisements, or whatever the resolver's owner likes."""
    return lambda answer: found(answer, address) if answer.absent else answer


def everything(address: str) -> Twist:
    return lambda answer: found(answer, address)


def nothing(answer: Answer) -> Answer:
    return Answer(answer.name, answer.type, State.NXDOMAIN)


def cut_short(answer: Answer) -> Answer:
    return Answer(answer.name, answer.type, State.NODATA) if answer.found else answer


codes = sorted({first_code(list_of(name)) for name in NAMES})  # the worst: each is a listing somewhere
odd = [*codes, "127.0.0.1", "127.0.0.4", "127.0.1.4", "127.0.53.53", "203.0.113.9", "0.0.0.0", "::1", ""]
addresses = st.sampled_from(codes) | st.sampled_from([*odd, "127.255.255.252", "127.255.255.254"])
twists = st.one_of(
    st.just(truthful),
    st.just(nothing),
    st.just(cut_short),
    st.sampled_from(Reason).map(trouble),
    addresses.map(rewritten) | addresses.map(everything),
    addresses.map(rewritten) | addresses.map(everything),
)


class Hostile:
    """Turns from one way of lying to another after some questions."""

    def __init__(self, honest: MemoryResolver) -> None:
        self._honest = honest
        self.plan: list[tuple[int, Twist]] = []

    @asynccontextmanager
    async def fresh(self) -> AsyncIterator[Self]:
        yield self

    async def ask(self, name: str, type: str) -> Answer:
        twist: Twist = truthful
        if self.plan:
            left, twist = self.plan[0]
            self.plan[0] = (left - 1, twist)
            if left <= 1 and len(self.plan) > 1:
                self.plan.pop(0)
        return twist(await self._honest.ask(name, type))


# One check: how it begins, after how many questions it changes, and how it goes on; then how long until the next.
checks = st.tuples(twists, st.integers(1, 40), twists, st.sampled_from([5, 11, 13, 61, 400, 800]))
PATIENT = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


async def suffer(watched: Watched, hostile: Hostile, course: list[tuple[Twist, int, Twist, int]]) -> None:
    watched.runtime = replace(watched.runtime, resolver=hostile)
    for first, count, then, minutes in course:
        hostile.plan = [(count, first), (1, then)]
        await watched.check(timedelta(minutes=minutes))
    hostile.plan = []


@pytest.mark.timeout(600)
@PATIENT
@given(course=st.lists(checks, min_size=1, max_size=6))
async def test_nothing_is_listed_that_no_list_lists(watched: Watched, course: list[tuple[Twist, int, Twist, int]]):
    await suffer(watched, Hostile(watched.dns), course)
    assert await watched.listings() == []
    assert await watched.events() == []


@pytest.mark.timeout(600)
@PATIENT
@given(course=st.lists(checks, min_size=1, max_size=6))
async def test_nothing_is_taken_off_that_a_list_still_has(
    watched: Watched, course: list[tuple[Twist, int, Twist, int]]
):
    if not await watched.listings():
        watched.list_("spamhaus_zen", "192.0.2.7", "127.0.0.2", "reason")
        await watched.check()
    await suffer(watched, Hostile(watched.dns), course)
    assert [(one.list_key, one.ended_at) for one in await watched.listings()] == [("spamhaus_zen", None)]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("lasting", [1, 2, 3, 5, 8, 13])
async def test_a_lie_between_two_truths_is_found_out_whenever_it_begins(watched: Watched, lasting: int):
    hostile = Hostile(watched.dns)
    watched.runtime = replace(watched.runtime, resolver=hostile)
    for begin in range(1, 24):
        hostile.plan = [(begin, truthful), (lasting, everything("127.0.0.2")), (1, truthful)]
        await watched.check(timedelta(hours=13))
    assert await watched.listings() == []


async def test_after_the_storm_what_is_true_is_found(watched: Watched):
    hostile = Hostile(watched.dns)
    await suffer(watched, hostile, [(everything("127.0.0.2"), 99, truthful, 13)] * 3)
    watched.list_("spamcop", "192.0.2.7", "127.0.0.2", "reason")
    for _ in range(6):
        await watched.check(timedelta(minutes=61))
    assert [one.list_key for one in await watched.listings()] == ["spamcop"]


STATES = {
    "spamhaus_zen": Health.HEALTHY,
    "spamcop": Health.WILDCARD,
    "psbl": Health.REFUSED,
    "uceprotect_1": Health.BROKEN,
    "virusfree": Health.UNREACHABLE,
    "s5h": Health.SILENT,
}


@pytest.mark.parametrize(("name", "state"), STATES.items())
async def test_the_states_of_lists(watched: Watched, name: str, state: Health):
    zone = list_of(name).zone
    dns = MemoryResolver(honest(list_of("spamhaus_zen")))
    dns.put(honest(list_of("spamcop")) | wildcard(list_of("spamcop"), "127.0.0.2"))
    dns.put({f"*.{list_of('psbl').zone}": {"A": ["127.255.255.254"]}})
    dns.put({f"*.{list_of('uceprotect_1').zone}": {"A": ["203.0.113.9"]}})
    if state is Health.UNREACHABLE:
        dns.put({f"2.0.0.127.{zone}": Reason.TIMEOUT, f"1.0.0.127.{zone}": Reason.TIMEOUT})
    async with asker(replace(watched.runtime, resolver=dns)) as asking:
        round_ = await asking.examine(Use(list_of(name), zone), Face.IPV4)
    assert judge(round_)[0] is state


async def test_beside_its_test_entry_a_wildcard_is_found_by_a_made_up_name(watched: Watched):
    """RFC 4592: below 127 the wildcard of the zone does not count, so 127.0.0.1 alone would prove nothing."""
    dns = MemoryResolver(honest(list_of("spamcop")) | wildcard(list_of("spamcop"), "127.0.0.2"))
    assert (await dns.ask(f"1.0.0.127.{list_of('spamcop').zone}", "A")).absent
    assert (await dns.ask(f"7.2.0.192.{list_of('spamcop').zone}", "A")).found


def test_the_names_of_this_test_exist() -> None:
    assert {list_of(name).key for name in NAMES} == set(NAMES)
    assert BlocklistHealth.__tablename__ == "blocklist_health"
