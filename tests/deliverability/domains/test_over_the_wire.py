"""The whole check against name servers that misbehave: nothing that is there may ever be called missing."""

import random
from collections.abc import Callable

import dns.message
import dns.rcode
import pytest

from mailwarden.deliverability.dns.resolver import AioDnsResolver, Options
from mailwarden.deliverability.domains.report import DomainReport, check_domain
from mailwarden.deliverability.records.verdict import Check, Verdict
from tests.deliverability.dkim.keys import rsa_key
from tests.support.dns_server import Behaviour, NameServer, Zones, cut_off, fails_with, name_server, silent

KEY = rsa_key(4096)
ZONES: Zones = {
    "shop.example": {"TXT": ['"v=spf1 ip4:192.0.2.25 -all"'], "MX": ["10 mx.shop.example."], "A": ["9.9.9.9"]},
    "mx.shop.example": {"A": ["9.9.9.10"]},
    "s9._domainkey.shop.example": {"TXT": [f'"v=DKIM1; p=" "{KEY[:250]}" "{KEY[250:500]}" "{KEY[500:]}"']},
    "_dmarc.shop.example": {"CNAME": ["shop.dmarc.example."]},
    "shop.dmarc.example": {"TXT": ['"v=DMARC1; p=reject; " "rua=mailto:d@shop.example"']},
    "25.2.0.192.in-addr.arpa": {"PTR": ["out.shop.example."]},
    "out.shop.example": {"A": ["192.0.2.25"]},
    "_smtp._tls.shop.example": {"TXT": ['"v=TLSRPTv1; rua=mailto:t@shop.example"']},
}
THERE = {Check.SPF, Check.DKIM, Check.DMARC, Check.MX, Check.FCRDNS, Check.TLS_RPT}


async def look(server: NameServer) -> DomainReport:
    resolver = AioDnsResolver(Options((server.address,), timeout_s=0.3))
    try:
        return await check_domain(resolver, "shop.example", ["s9"], ["192.0.2.25"], discover=False)
    finally:
        await resolver.close()


async def test_an_alias_to_a_name_that_is_gone_is_told_as_such() -> None:
    zones: Zones = ZONES | {"s9._domainkey.shop.example": {"CNAME": ["s9.left.example."]}}
    async with name_server(zones) as server:
        report = await look(server)
    key = report.of(Check.DKIM, "s9")
    assert key is not None
    assert (key.verdict, key.aliases, key.findings[0].code) == (Verdict.ABSENT, ("s9.left.example",), "dkim.dangling")


async def test_what_is_there_is_found() -> None:
    async with name_server(ZONES) as server:
        report = await look(server)
    assert {one.check: one.verdict for one in report.results if one.check in THERE and not one.part} == dict.fromkeys(
        THERE, Verdict.VALID
    )
    dmarc = report.of(Check.DMARC)
    assert dmarc is not None
    assert dmarc.aliases == ("shop.dmarc.example",)
    assert report.levels["dkim"] == "strong"


@pytest.mark.parametrize(
    "behaviour",
    [silent, fails_with(dns.rcode.SERVFAIL), fails_with(dns.rcode.REFUSED), fails_with(dns.rcode.NOTIMP), cut_off],
    ids=["silence", "servfail", "refused", "notimp", "cut off"],
)
async def test_a_server_that_does_not_answer(behaviour: Behaviour) -> None:
    async with name_server(ZONES, behaviour, tcp=False) as server:
        report = await look(server)
    assert {one.verdict for one in report.results} == {Verdict.UNKNOWN}


@pytest.mark.parametrize("seed", range(6))
async def test_a_server_that_fails_at_random(seed: int) -> None:
    chance = random.Random(seed)
    broken: list[Callable[..., dns.message.Message | None]] = [silent, fails_with(dns.rcode.SERVFAIL)]

    def sometimes(question: dns.message.Message, honest: dns.message.Message) -> dns.message.Message | None:
        return chance.choice(broken)(question, honest) if chance.random() < 0.4 else honest

    async with name_server(ZONES, sometimes) as server:
        report = await look(server)
    found = [one for one in report.results if one.check in THERE]
    assert {one.verdict for one in found} <= {Verdict.VALID, Verdict.UNKNOWN}
