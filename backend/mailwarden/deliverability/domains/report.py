"""All records of a domain at one look, without any database."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from mailwarden.deliverability.dkim.check import Selectors, check_dkim
from mailwarden.deliverability.dmarc.check import check_dmarc
from mailwarden.deliverability.dns.answers import Answer, Resolver
from mailwarden.deliverability.dns.asking import Asking
from mailwarden.deliverability.records.bimi import check_bimi
from mailwarden.deliverability.records.mta_sts import Fetch, check_mta_sts
from mailwarden.deliverability.records.mx import check_mx
from mailwarden.deliverability.records.reverse import check_reverse
from mailwarden.deliverability.records.tls_rpt import check_tls_rpt
from mailwarden.deliverability.records.verdict import Check, Finding, Result, Severity, Verdict
from mailwarden.deliverability.spf.check import check_spf

UNSIGNED = ("weak", "revoked", "none")  # levels of DKIM


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a domain's senders beside its records.

    ``met``: selectors where keys were found once; ``likely``: that may exist, as those with the number of a connected
    account; ``includes``: of services that send for it, for a proposed SPF record.
    """

    met: Sequence[str] = ()
    likely: Sequence[str] = ()
    includes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class DomainReport:
    """``answers``: all that the DNS said, in the order of asking."""

    domain: str
    results: tuple[Result, ...]
    answers: tuple[Answer, ...]
    took_ms: int

    def of(self, check: Check, part: str = "") -> Result | None:
        return next((one for one in self.results if one.check is check and one.part == part), None)

    @property
    def levels(self) -> dict[str, Any]:
        """What the score reads; None where nobody could tell."""
        return levels_of(self.results)


async def check_domain(
    resolver: Resolver,
    domain: str,
    selectors: Sequence[str] = (),
    ips: Sequence[str] = (),
    *,
    discover: bool = True,
    known: Known | None = None,
    fetch: Fetch | None = None,
) -> DomainReport:
    """``domain`` in A-labels. Everything that does not hang on another answer is asked at once.

    ``discover``: look for keys under the selectors of the catalogue, too, some fifty questions more. ``fetch``: for
    the policy of MTA-STS; without it only the record is judged. Raises ValueError for an ip that is none.
    """
    started = time.monotonic()
    asking, known = Asking(resolver), known or Known()
    spf, dmarc, dkim, mx, reverse, transport = await asyncio.gather(
        check_spf(asking, domain, senders=ips, includes=known.includes),
        _dmarc_and_bimi(asking, domain),
        check_dkim(asking, domain, Selectors(selectors, known.met, known.likely, discover)),
        check_mx(asking, domain),
        check_reverse(asking, domain, ips),
        _transport(asking, domain, fetch),
    )
    results = (spf, *_weighed(dkim, dmarc[0]), dmarc[0], mx, *reverse, *transport, dmarc[1])
    took_ms = round((time.monotonic() - started) * 1000)
    return DomainReport(domain, results, asking.trace, took_ms)


def _weighed(dkim: list[Result], dmarc: Result) -> list[Result]:
    """RFC 9989 8: who asks for rejection must not rely on SPF alone, since forwarding breaks it."""
    whole, *keys = dkim
    if dmarc.facts.get("policy") not in ("quarantine", "reject") or whole.facts.get("level") not in UNSIGNED:
        return dkim
    text = f"Under p={dmarc.facts['policy']} your mail rests on SPF alone: what is forwarded will be lost. Sign it."
    finding = Finding("dmarc.spf_only", Severity.HIGH, text)
    return [replace(whole, findings=(*whole.findings, finding)), *keys]


async def _dmarc_and_bimi(resolver: Resolver, domain: str) -> tuple[Result, Result]:
    dmarc, answer = await asyncio.gather(check_dmarc(resolver, domain), resolver.ask(f"default._bimi.{domain}", "TXT"))
    facts = dmarc.facts if dmarc.verdict is not Verdict.UNKNOWN else {}
    return dmarc, check_bimi(answer, facts)


async def _transport(resolver: Resolver, domain: str, fetch: Fetch | None) -> tuple[Result, Result]:
    sts, reports = await asyncio.gather(
        resolver.ask(f"_mta-sts.{domain}", "TXT"), resolver.ask(f"_smtp._tls.{domain}", "TXT")
    )
    exchanges = await resolver.ask(domain, "MX")  # the check of MX asks for them meanwhile
    return await check_mta_sts(resolver, sts, domain, exchanges, fetch), check_tls_rpt(reports, domain)


def levels_of(results: Sequence[Result]) -> dict[str, Any]:
    whole = {one.check: one for one in results if not one.part}
    levels: dict[str, Any] = {"spf": None, "dkim": None, "dmarc": None, "fcrdns": None}
    for check in (Check.SPF, Check.DKIM):
        if found := whole.get(check):
            levels[check] = found.facts.get("level")
    if found := whole.get(Check.FCRDNS):
        levels["fcrdns"] = {"confirmed": True, "none": False}.get(str(found.facts.get("level")))
    dmarc = whole.get(Check.DMARC)
    if dmarc is not None and dmarc.verdict is not Verdict.UNKNOWN:
        levels |= {"dmarc": _dmarc_level(dmarc), "dmarc_testing": bool(dmarc.facts.get("testing"))}
        levels["dmarc_rua"] = bool(dmarc.facts.get("rua"))
    return levels


def _dmarc_level(dmarc: Result) -> str:
    published = dmarc.facts.get("published")
    if dmarc.facts.get("policy") is not None and published is not None:
        return str(published)
    return "absent" if dmarc.verdict is Verdict.ABSENT else "invalid"
