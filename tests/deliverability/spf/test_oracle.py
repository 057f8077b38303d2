"""Thousands of generated zones, judged as the reference implementation judges them."""

from ipaddress import ip_address

from mailwarden.deliverability.dns.asking import Asking
from mailwarden.deliverability.dns.memory import MemoryResolver
from mailwarden.deliverability.spf.client import Client
from mailwarden.deliverability.spf.evaluate import check_host
from mailwarden.deliverability.spf.outcome import Limits, SpfResult
from tests.deliverability.spf import generated, oracle

CASES = 2500
# Where pyspf is stricter than the RFC: it counts a redirect that is not followed, and calls an include of the domain
# itself an error even where the evaluation never gets there.
STRICTER = ("Too many DNS lookups", "include has trivial recursion")


async def test_verdicts_and_explanations_are_those_of_the_reference():
    spf = oracle.load()
    excused, seen = 0, set()
    for seed in range(CASES):
        case = generated.case(seed)
        client = Client(case.ip, case.sender, case.helo)
        ours = await check_host(Asking(MemoryResolver(case.zones)), client, Limits(voids=1_000_000))
        result, said = oracle.verdict(spf, case)
        seen.add(ours.result)
        if result != ours.result and result == "permerror" and any(one in said for one in STRICTER):
            excused += 1
            continue
        assert result == ours.result, (seed, said, ours)
        if result == "fail":
            assert said == (ours.explanation if ours.explanation is not None else spf.EXPLANATIONS["fail"]), seed
    assert seen == set(SpfResult)
    assert excused < CASES / 200


async def test_an_address_in_the_clothes_of_ipv6_is_judged_alike():
    for seed in range(200):
        case = generated.case(seed)
        if ip_address(case.ip).version == 4:
            plain, mapped = (Client(ip, case.sender, case.helo) for ip in (case.ip, f"::ffff:{case.ip}"))
            zones = MemoryResolver(case.zones)
            assert await check_host(zones, plain) == await check_host(zones, mapped)
