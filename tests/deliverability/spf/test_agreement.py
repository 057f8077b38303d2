"""The health of a record and check_host are two views of one thing: over generated zones they never contradict."""

from mailwarden.deliverability.dns.asking import Asking
from mailwarden.deliverability.dns.memory import MemoryResolver, Records, Zones
from mailwarden.deliverability.records.verdict import Result, Verdict
from mailwarden.deliverability.spf.check import check_spf
from mailwarden.deliverability.spf.client import Client
from mailwarden.deliverability.spf.evaluate import check_host
from mailwarden.deliverability.spf.outcome import SpfResult
from tests.deliverability.spf import generated

CERTAIN = {"spf.syntax", "spf.multiple"}
UNREADABLE = {*CERTAIN, "spf.not_recognized", "spf.missing"}


async def _results(zones: Zones, ip: str, domain: str) -> tuple[Result, SpfResult]:
    asking = Asking(MemoryResolver(zones))
    host = await check_host(asking, Client(ip, f"postmaster@{domain}", domain))
    return await check_spf(asking, domain, senders=[ip]), host.result


async def test_they_agree():
    for seed in range(400):
        case = generated.case(seed)
        domain = generated.NAMES[seed % len(generated.NAMES)]
        found, host = await _results(case.zones, case.ip, domain)
        codes = {one.code for one in found.findings}
        if host is SpfResult.PERMERROR:
            assert found.verdict is Verdict.FAULT, (seed, found)
        if host is SpfResult.NONE:
            assert found.verdict is Verdict.ABSENT, (seed, found)
        if found.verdict is Verdict.ABSENT:
            assert host is SpfResult.NONE
        if found.verdict is Verdict.VALID:
            assert host in (SpfResult.PASS, SpfResult.TEMPERROR), (seed, found)
        if codes & CERTAIN:
            assert host is SpfResult.PERMERROR


async def test_a_proposed_record_can_be_read_and_is_never_worse():
    order = [Verdict.ABSENT, Verdict.FAULT, Verdict.UNKNOWN, Verdict.VALID]
    for seed in range(400):
        case = generated.case(seed)
        domain = generated.NAMES[seed % len(generated.NAMES)]
        before, _ = await _results(case.zones, case.ip, domain)
        if before.publish:
            records = case.zones[domain]
            assert isinstance(records, dict)
            better: Records = {**records, "TXT": [before.publish[0].value]}
            after, _ = await _results({**case.zones, domain: better}, case.ip, domain)
            assert not UNREADABLE & {one.code for one in after.findings}, (seed, before.publish, after.findings)
            assert order.index(after.verdict) >= order.index(before.verdict), (seed, before, after)
