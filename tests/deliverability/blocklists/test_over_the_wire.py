"""Lists asked over the wire, through name servers that misbehave: nothing is listed that no list lists."""

import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest

from mailwarden.deliverability.dns.resolver import AioDnsResolver, Options
from tests.deliverability.blocklists.conftest import NAMES, Watched
from tests.deliverability.blocklists.zones import first_code, honest, list_of
from tests.support.dns_server import Behaviour, Zones, cut_off, fails_with, name_server, silent

Message = dns.message.Message
TRUE: Zones = {
    name: {"A": [str(one) for one in records["A"]]}
    for key in NAMES
    for name, records in honest(list_of(key)).items()
    if isinstance(records, dict)
}
LISTED = f"7.2.0.192.{list_of('psbl').zone}"


def everything(address: str) -> Behaviour:
    def behave(question: Message, honest: Message) -> Message:
        reply = dns.message.make_response(question)
        asked = question.question[0]
        if asked.rdtype == dns.rdatatype.A:
            reply.answer.append(dns.rrset.from_text(asked.name, 60, "IN", "A", address))
        return reply

    return behave


def rewritten(address: str) -> Behaviour:
    """What does not exist leads to a page of its owner's."""
    lie = everything(address)
    return lambda question, honest: lie(question, honest) if honest.rcode() == dns.rcode.NXDOMAIN else honest


def now_and_then(*broken: Behaviour) -> Behaviour:
    chance = random.Random(7)
    return lambda question, honest: chance.choice(broken)(question, honest) if chance.random() < 0.4 else honest


TROUBLE: dict[str, Behaviour] = {
    "silence": silent,
    "servfail": fails_with(dns.rcode.SERVFAIL),
    "refused": fails_with(dns.rcode.REFUSED),
    "cut off": cut_off,
    "not of this list": everything("127.255.255.254"),
    "everything is listed": everything(first_code(list_of("psbl"))),
    "nothing is missing": rewritten("203.0.113.9"),
    "what is missing is listed": rewritten(first_code(list_of("spamcop"))),
}
TROUBLE["all of it"] = now_and_then(*TROUBLE.values())


@asynccontextmanager
async def through(watched: Watched, zones: Zones, behaviour: Behaviour | None) -> AsyncIterator[Callable[[], int]]:
    async with name_server(zones, behaviour, tcp=False) as server:
        resolver = AioDnsResolver(Options((server.address,), timeout_s=0.2))
        watched.runtime = replace(watched.runtime, resolver=resolver)
        try:
            yield lambda: len(server.asked)
        finally:
            await resolver.close()


@pytest.mark.parametrize("behaviour", TROUBLE.values(), ids=TROUBLE)
async def test_nothing_is_listed_that_no_list_lists(watched: Watched, behaviour: Behaviour) -> None:
    async with through(watched, TRUE, behaviour) as asked:
        for minutes in (0, 13, 800):
            await watched.check(timedelta(minutes=minutes))
        assert asked()
    assert (await watched.listings(), await watched.events()) == ([], [])


async def test_what_is_listed_is_found(watched: Watched) -> None:
    """Or the test above would prove nothing."""
    async with through(watched, TRUE | {LISTED: {"A": [first_code(list_of("psbl"))]}}, None):
        for minutes in (0, 13):
            await watched.check(timedelta(minutes=minutes))
    assert [one.list_key for one in await watched.listings()] == ["psbl"]
