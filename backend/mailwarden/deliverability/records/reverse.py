"""Names of sending addresses, there and back (RFC 1912 2.1): Gmail demands them of everybody."""

import asyncio
import re
from collections.abc import Sequence
from ipaddress import ip_address

from mailwarden.deliverability.dns.answers import Answer, Resolver, reverse_name
from mailwarden.deliverability.records.looking import cannot_tell
from mailwarden.deliverability.records.verdict import Check, Finding, Publish, Result, Severity, Verdict, judged

MOST_NAMES = 10
_GENERIC = re.compile(r"\b(dyn|dynamic|dsl|adsl|pool|dhcp|dialup|ppp|cable|static|unassigned|customer)\b|\bip-?\d")


async def check_reverse(resolver: Resolver, domain: str, addresses: Sequence[str]) -> list[Result]:
    """One for each address behind the one for all; nothing where no address is known."""
    if not addresses:
        return []
    found = list(await asyncio.gather(*(_check(resolver, domain, one) for one in addresses)))
    return [_whole(domain, found), *found]


async def _check(resolver: Resolver, domain: str, address: str) -> Result:
    answer = await resolver.ask(reverse_name(address), "PTR")
    if answer.unknown:
        return cannot_tell(Check.FCRDNS, answer, address)
    names = [name.lower() for name in answer.strings][:MOST_NAMES]
    if not names:
        return _absent(answer, domain, address)
    kind = "AAAA" if ip_address(address).version == 6 else "A"
    back = await asyncio.gather(*(resolver.ask(name, kind) for name in names))
    confirmed = [name for name, one in zip(names, back, strict=True) if _leads_back(one, address)]
    unheard = next((one for one in back if one.unknown), None)
    if not confirmed and unheard is not None:
        return cannot_tell(Check.FCRDNS, unheard, address)
    return _named(answer, address, names, confirmed, kind)


def _leads_back(answer: Answer, address: str) -> bool:
    return any(ip_address(one) == ip_address(address) for one in answer.strings)


def _named(answer: Answer, address: str, names: list[str], confirmed: list[str], kind: str) -> Result:
    findings: list[Finding] = []
    publish: tuple[Publish, ...] = ()
    if not confirmed:
        text = f"{address} is called {names[0]}, but {names[0]} does not lead back to {address}."
        findings.append(Finding("fcrdns.not_confirmed", Severity.HIGH, text))
        publish = (Publish(names[0], kind, address),)
    elif is_generic(confirmed[0], address):
        text = f"{confirmed[0]} looks like the name of a subscriber's line; receivers trust a name of your own more."
        findings.append(Finding("fcrdns.generic", Severity.LOW, text))
    if len(names) > 1:
        findings.append(Finding("fcrdns.several", Severity.LOW, f"{address} has {len(names)} names; one is usual."))
    facts = {"names": names, "confirmed": confirmed}
    summary = f"{address} is {confirmed[0]}, and back" if confirmed else findings[0].text
    verdict = judged(findings)
    return Result(
        Check.FCRDNS,
        answer.name,
        verdict,
        summary,
        address,
        tuple(findings),
        tuple(names),
        answer.aliases,
        publish,
        facts,
    )


def is_generic(name: str, address: str) -> bool:
    ip = ip_address(address)
    if ip.version == 4:
        parts = str(ip).split(".")
        written = {sign.join(order) for sign in ".-_" for order in (parts, parts[::-1])}
        if any(one in name for one in written):
            return True
    return bool(_GENERIC.search(name))


def _absent(answer: Answer, domain: str, address: str) -> Result:
    text = f"{address} has no name in the reverse DNS. Gmail and others refuse or filter mail from such addresses."
    finding = Finding("fcrdns.missing", Severity.HIGH, text)
    publish = Publish(answer.name, "PTR", f"mail.{domain}")
    facts: dict[str, object] = {"names": [], "confirmed": []}
    return Result(
        Check.FCRDNS, answer.name, Verdict.ABSENT, text, address, (finding,), (), answer.aliases, (publish,), facts
    )


def _whole(domain: str, found: Sequence[Result]) -> Result:
    bad = [one for one in found if one.verdict in (Verdict.FAULT, Verdict.ABSENT)]
    findings = tuple(finding for one in bad for finding in one.findings)
    if bad:
        verdict = Verdict.ABSENT if all(one.verdict is Verdict.ABSENT for one in found) else Verdict.FAULT
        return Result(Check.FCRDNS, domain, verdict, bad[0].summary, findings=findings, facts={"level": "none"})
    unknown = next((one for one in found if one.verdict is Verdict.UNKNOWN), None)
    if unknown is not None:
        return Result(Check.FCRDNS, domain, Verdict.UNKNOWN, unknown.summary, facts={"level": None})
    text = f"{len(found)} address{'es' if len(found) > 1 else ''}, there and back"
    return Result(Check.FCRDNS, domain, Verdict.VALID, text, facts={"level": "confirmed"})
