"""Whichever answers do not come: each verdict and each fact is the true one or unknown, never another one."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from mailwarden.deliverability.dns.answers import Answer, Reason, unknown
from mailwarden.deliverability.dns.memory import MemoryResolver, Zones
from mailwarden.deliverability.domains.report import DomainReport, check_domain
from mailwarden.deliverability.records.verdict import Check, Verdict
from tests.deliverability.dkim.keys import rsa_key

NAME, IPS, SELECTORS = "news.shop.example", ["192.0.2.25", "192.0.2.26", "2001:db8::25"], ["s9", "own"]
SIX = "5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"
# A subdomain under the record of its parent, with includes, aliases and addresses of both kinds: all of it in order.
GOOD: Zones = {
    NAME: {"TXT": ["v=spf1 include:_spf.esp.example a:out.shop.example mx -all"], "MX": [(10, "mx.shop.example")]},
    "_spf.esp.example": {"TXT": ["v=spf1 ip4:192.0.2.26 redirect=_more.esp.example"]},
    "_more.esp.example": {"TXT": ["v=spf1 ip6:2001:db8::/32 ~all"]},
    "mx.shop.example": {"A": ["9.9.9.10"], "AAAA": ["2001:db8::10"]},
    "out.shop.example": {"A": ["192.0.2.25"], "AAAA": ["2001:db8::25"]},
    "out2.shop.example": {"A": ["192.0.2.26"]},
    f"s9._domainkey.{NAME}": {"CNAME": ["key.esp.example"]},
    "key.esp.example": {"TXT": [f"v=DKIM1; p={rsa_key()}"]},
    f"own._domainkey.{NAME}": {"TXT": [f"v=DKIM1; p={rsa_key(1024)}"]},
    "_dmarc.shop.example": {"TXT": ["v=DMARC1; p=reject; sp=quarantine; np=none; rua=mailto:d@reports.example"]},
    "shop.example._report._dmarc.reports.example": {"TXT": ["v=DMARC1"]},
    "reports.example": {"MX": [(10, "mx.reports.example")]},
    "25.2.0.192.in-addr.arpa": {"PTR": ["out.shop.example"]},
    "26.2.0.192.in-addr.arpa": {"PTR": ["gone.shop.example", "out2.shop.example"]},
    SIX: {"PTR": ["out.shop.example"]},
    f"_mta-sts.{NAME}": {"TXT": ["v=STSv1; id=1"]},
    f"_smtp._tls.{NAME}": {"TXT": ["v=TLSRPTv1; rua=mailto:t@shop.example"]},
    f"default._bimi.{NAME}": {"TXT": ["v=BIMI1; l=https://shop.example/l.svg; a=https://shop.example/c.pem"]},
}
# The same with a fault in each: what is wrong may not be called by another name either.
BAD: Zones = {
    **GOOD,
    NAME: {"TXT": ["v=spf1 include:_spf.esp.example -all"], "MX": [(0, "")]},
    "_more.esp.example": {"TXT": ["v=spf1 ip6:2001:db8::/32 -all"]},
    "key.esp.example": {"TXT": ["v=DKIM1; p="]},
    f"own._domainkey.{NAME}": {"TXT": ["hello"]},
    "_dmarc.shop.example": {"TXT": ["v=DMARC1; p=reject; sp=quarantin"]},
    "26.2.0.192.in-addr.arpa": {"PTR": ["gone.shop.example"]},
}
BARE: Zones = {NAME: {"A": ["9.9.9.9"]}}
GONE: Zones = {"_dmarc.shop.example": {"TXT": ["v=DMARC1; p=reject; sp=quarantine; np=none"]}}
WHOLE = ("dkim", "fcrdns")


class Lossy:
    def __init__(self, zones: Zones, lost: dict[int, Reason]) -> None:
        self._dns = MemoryResolver(zones)
        self._lost = lost
        self._count = 0

    async def ask(self, name: str, type: str) -> Answer:
        self._count += 1
        reason = self._lost.get(self._count)
        return unknown(name, type, reason) if reason else await self._dns.ask(name, type)


def look(zones: Zones, lost: dict[int, Reason]) -> DomainReport:
    return asyncio.run(check_domain(Lossy(zones, lost), NAME, SELECTORS, IPS, discover=False))


reasons = st.sampled_from(sorted(set(Reason) - {Reason.BAD_NAME}))
losses = st.dictionaries(st.integers(1, 60), reasons, min_size=1, max_size=12)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([GOOD, BAD, BARE, GONE]), losses)
def test_true_or_unknown(zones: Zones, lost: dict[int, Reason]) -> None:
    truth, found = look(zones, {}), look(zones, lost)
    verdicts = {one.key: one.verdict for one in truth.results}
    for one in found.results:
        allowed = {verdicts[one.key], Verdict.UNKNOWN}
        if one.key in WHOLE and verdicts[one.key] is Verdict.ABSENT:  # one part is missing, of another nobody can tell
            allowed.add(Verdict.FAULT)
        assert one.verdict in allowed, (one.key, one.summary)
    for name, level in found.levels.items():
        assert level in (truth.levels[name], None), name
    dmarc, right = found.of(Check.DMARC), truth.of(Check.DMARC)
    assert dmarc is not None
    assert right is not None
    if dmarc.verdict is not Verdict.UNKNOWN:
        assert dmarc.facts["policy"] == right.facts["policy"]
