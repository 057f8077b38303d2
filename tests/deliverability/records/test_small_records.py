"""TLS-RPT and BIMI."""

import pytest

from mailwarden.deliverability.dns.answers import Reason
from mailwarden.deliverability.dns.memory import MemoryResolver, Records
from mailwarden.deliverability.records.bimi import PLACES, check_bimi
from mailwarden.deliverability.records.tls_rpt import check_tls_rpt
from mailwarden.deliverability.records.verdict import Result, Verdict

LOGO = "v=BIMI1; l=https://shop.example/logo.svg; a=https://shop.example/c.pem"


async def tls_rpt(zone: Records | Reason) -> Result:
    name = "_smtp._tls.shop.example"
    return check_tls_rpt(await MemoryResolver({name: zone}).ask(name, "TXT"), "shop.example")


async def bimi(zone: Records | Reason, policy: str | None = "reject") -> Result:
    name = "default._bimi.shop.example"
    return check_bimi(await MemoryResolver({name: zone}).ask(name, "TXT"), {"policy": policy})


@pytest.mark.parametrize(
    ("texts", "verdict"),
    [
        (["v=TLSRPTv1; rua=mailto:a@shop.example"], Verdict.VALID),
        (["v=TLSRPTv1;rua=mailto:a@shop.example,https://r.example/x"], Verdict.VALID),
        (["v=TLSRPTv1"], Verdict.FAULT),
        (["v=TLSRPTv1; rua=a@shop.example"], Verdict.FAULT),
        (["v=TLSRPTv1; rua=mailto:a@b.example", "v=TLSRPTv1; rua=mailto:a@b.example"], Verdict.FAULT),
        (["v=TLSRPTv2; rua=mailto:a@shop.example"], Verdict.ABSENT),
        ([], Verdict.ABSENT),
    ],
)
async def test_tls_rpt(texts: list[str], verdict: Verdict) -> None:
    found = await tls_rpt({"TXT": texts})
    assert found.verdict == verdict
    assert bool(found.publish) is (verdict is not Verdict.VALID)


@pytest.mark.parametrize(
    ("texts", "policy", "verdict"),
    [
        ([LOGO], "reject", Verdict.VALID),
        ([LOGO], "none", Verdict.FAULT),
        ([LOGO], None, Verdict.FAULT),
        (["v=BIMI1; l=; a="], "none", Verdict.VALID),
        (["v=BIMI1; l=http://shop.example/logo.svg"], "reject", Verdict.FAULT),
        (["v=BIMI1; l=https://shop.example/logo.png"], "reject", Verdict.FAULT),
        ([LOGO, LOGO], "reject", Verdict.FAULT),
        ([], "reject", Verdict.ABSENT),
    ],
)
async def test_bimi(texts: list[str], policy: str | None, verdict: Verdict) -> None:
    assert (await bimi({"TXT": texts}, policy)).verdict == verdict


async def test_silence_says_nothing() -> None:
    for reason in (Reason.TIMEOUT, Reason.SERVFAIL):
        assert (await tls_rpt(reason)).verdict == Verdict.UNKNOWN
        assert (await bimi(reason)).verdict == Verdict.UNKNOWN


async def test_bimi_is_not_judged_by_a_policy_that_nobody_could_tell() -> None:
    name = "default._bimi.shop.example"
    for record, verdict in (
        ("l=https://shop.example/l.svg", Verdict.UNKNOWN),
        ("l=http://shop.example", Verdict.FAULT),
    ):
        answer = await MemoryResolver({name: {"TXT": [f"v=BIMI1; {record}"]}}).ask(name, "TXT")
        assert check_bimi(answer, {}).verdict is verdict


async def test_what_is_proposed_for_bimi_keeps_what_is_right_and_invents_nothing() -> None:
    absent = await bimi({"TXT": []})
    assert absent.publish[0].value == f"v=BIMI1; l={PLACES['l']}; a={PLACES['a']}"
    logo = "https://shop.example/logo.svg"
    found = await bimi({"TXT": [f"v=BIMI1; l={logo}; a=http://shop.example/c.pem"]})
    assert found.publish[0].value == f"v=BIMI1; l={logo}; a={PLACES['a']}"
    assert (await bimi({"TXT": [LOGO]}, "none")).publish == ()  # its DMARC policy is what is wrong
