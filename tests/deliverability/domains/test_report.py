"""A whole domain at one look."""

import time

import pytest

from mailwarden.deliverability.dns.answers import Answer, Reason
from mailwarden.deliverability.dns.memory import MemoryResolver, Zones
from mailwarden.deliverability.domains.report import check_domain
from mailwarden.deliverability.domains.written import of_answer, of_result, worth_keeping
from mailwarden.deliverability.records.verdict import Check, Verdict
from tests.deliverability.dkim.keys import rsa_key

IP = "192.0.2.25"
GOOD: Zones = {
    "shop.example": {"TXT": ["v=spf1 ip4:192.0.2.25 -all"], "MX": [(10, "mx.shop.example")], "A": ["9.9.9.9"]},
    "mx.shop.example": {"A": ["9.9.9.10"]},
    "s9._domainkey.shop.example": {"TXT": [f"v=DKIM1; p={rsa_key()}"]},
    "_dmarc.shop.example": {"TXT": ["v=DMARC1; p=reject; rua=mailto:d@shop.example"]},
    "25.2.0.192.in-addr.arpa": {"PTR": ["out.shop.example"]},
    "out.shop.example": {"A": [IP]},
    "_mta-sts.shop.example": {"TXT": ["v=STSv1; id=1"]},
    "_smtp._tls.shop.example": {"TXT": ["v=TLSRPTv1; rua=mailto:t@shop.example"]},
    "default._bimi.shop.example": {"TXT": ["v=BIMI1; l=https://shop.example/l.svg"]},
}


async def test_a_good_domain() -> None:
    report = await check_domain(MemoryResolver(GOOD), "shop.example", ["s9"], [IP])
    assert {one.check for one in report.results} == set(Check)
    assert {one.key: one.verdict for one in report.results if one.verdict is not Verdict.VALID} == {}
    assert report.levels == {
        "spf": "covers",
        "dkim": "strong",
        "dmarc": "reject",
        "dmarc_testing": False,
        "dmarc_rua": True,
        "fcrdns": True,
    }


async def test_an_empty_domain_is_absent_everywhere() -> None:
    report = await check_domain(MemoryResolver({"shop.example": {"A": ["9.9.9.9"]}}), "shop.example")
    assert {one.verdict for one in report.results} == {Verdict.ABSENT}
    assert report.levels == {
        "spf": "none",
        "dkim": "none",
        "dmarc": "absent",
        "dmarc_testing": False,
        "dmarc_rua": False,
        "fcrdns": None,
    }


async def test_rejecting_on_the_strength_of_spf_alone() -> None:
    without = {name: zone for name, zone in GOOD.items() if "_domainkey" not in name}
    found = (await check_domain(MemoryResolver(without), "shop.example")).of(Check.DKIM)
    assert found is not None
    assert [one.code for one in found.findings] == ["dkim.absent", "dmarc.spf_only"]


class Failing:
    """Everything is in the same kind of trouble."""

    def __init__(self, reason: Reason) -> None:
        self._reason = reason

    async def ask(self, name: str, type: str) -> Answer:
        return await MemoryResolver({name: self._reason}).ask(name, type)


@pytest.mark.parametrize("reason", sorted(set(Reason) - {Reason.BAD_NAME}))
async def test_nothing_is_missing_while_nobody_answers(reason: Reason) -> None:
    report = await check_domain(Failing(reason), "shop.example", ["s9"], [IP])
    assert {one.verdict for one in report.results} == {Verdict.UNKNOWN}
    assert set(report.levels.values()) == {None}


@pytest.mark.parametrize("lost", sorted(GOOD))
async def test_one_answer_that_does_not_come_makes_nothing_missing_or_faulty(lost: str) -> None:
    report = await check_domain(MemoryResolver({**GOOD, lost: Reason.TIMEOUT}), "shop.example", ["s9"], [IP])
    assert {one.verdict for one in report.results} <= {Verdict.VALID, Verdict.UNKNOWN}


async def test_each_question_is_asked_once() -> None:
    dns = MemoryResolver(GOOD)
    report = await check_domain(dns, "shop.example", ["s9"], [IP], discover=False)
    assert len(dns.asked) == len(set(dns.asked)) == len(report.answers)
    assert len(dns.asked) < 30


async def test_what_is_kept_is_json_and_leaves_out_what_was_only_tried() -> None:
    report = await check_domain(MemoryResolver(GOOD), "shop.example", ["s9", "old"], [IP])
    kept = worth_keeping(report.answers, ["s9", "old"])
    assert len(kept) < 40 < len(report.answers)
    assert any(one.name.startswith("old._domainkey.") for one in kept)
    assert [of_answer(one)["name"] for one in kept]
    assert [of_result(one)["check"] for one in report.results]


async def test_a_check_costs_little() -> None:
    started = time.process_time()
    for _ in range(20):
        await check_domain(MemoryResolver(GOOD), "shop.example", ["s9"], [IP], discover=False)
    assert (time.process_time() - started) / 20 < 0.1  # seconds; a tenth of it is usual
