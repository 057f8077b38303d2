"""Whether a domain that sends can receive: answers, bounces, complaints (RFC 5321 5.1, RFC 7505, RFC 2181 10.3)."""

import asyncio
from dataclasses import dataclass
from ipaddress import ip_address

from mailwarden.deliverability.dns.answers import Answer, Resolver
from mailwarden.deliverability.records.looking import cannot_tell
from mailwarden.deliverability.records.verdict import Check, Finding, Publish, Result, Severity, Verdict, judged


@dataclass(frozen=True, slots=True)
class Host:
    name: str
    a: Answer
    aaaa: Answer

    @property
    def addresses(self) -> tuple[str, ...]:
        return self.a.strings + self.aaaa.strings

    @property
    def is_missing(self) -> bool:
        return self.a.absent and self.aaaa.absent


async def check_mx(resolver: Resolver, domain: str) -> Result:
    answer = await resolver.ask(domain, "MX")
    if answer.unknown:
        return cannot_tell(Check.MX, answer)
    if answer.absent:
        return await _without(resolver, domain)
    names = [one.host for one in answer.exchanges if one.host]
    hosts = await asyncio.gather(*(_host(resolver, name) for name in dict.fromkeys(names)))
    findings = [*_null(answer, domain), *(finding for host in hosts for finding in _of_host(host))]
    if hosts and all(host.is_missing for host in hosts):
        text = "None of the mail servers named exists: nothing can be delivered to this domain."
        findings.append(Finding("mx.none_exists", Severity.HIGH, text))
    shown = ", ".join(names[:3]) or "null MX: the domain receives no mail"
    facts = {"hosts": names, "null": not names}
    records = tuple(f"{one.preference} {one.host}." for one in answer.exchanges)
    return Result(
        Check.MX,
        domain,
        judged(findings),
        shown,
        findings=tuple(findings),
        records=records,
        aliases=answer.aliases,
        publish=_proposed(answer, domain) if judged(findings) is Verdict.FAULT else (),
        facts=facts,
    )


def _proposed(answer: Answer, domain: str) -> tuple[Publish, ...]:
    """Without the null MX, and without what is an address; a server of their own where nothing is left."""
    kept = [one for one in answer.exchanges if one.host and not _is_address(one.host)]
    if not kept or len(kept) == len(answer.exchanges):
        return (Publish(domain, "MX", "10 <your mail server>", instead=True),)
    return tuple(Publish(domain, "MX", f"{one.preference} {one.host}.", instead=True) for one in kept)


async def _host(resolver: Resolver, name: str) -> Host:
    a, aaaa = await asyncio.gather(resolver.ask(name, "A"), resolver.ask(name, "AAAA"))
    return Host(name, a, aaaa)


async def _without(resolver: Resolver, domain: str) -> Result:
    host = await _host(resolver, domain)
    publish = (Publish(domain, "MX", "10 <your mail server>"),)
    if host.addresses:
        text = f"No MX record: mail for {domain} goes to its own address. Better name the mail server."
        found = Finding("mx.implicit", Severity.LOW, text)
    elif host.is_missing:
        text = f"{domain} can receive no mail: no MX and no address. Receivers may refuse mail from such a domain."
        found = Finding("mx.missing", Severity.HIGH, text)
    else:
        return cannot_tell(Check.MX, host.a if host.a.unknown else host.aaaa)
    return Result(
        Check.MX, domain, Verdict.ABSENT, text, findings=(found,), publish=publish, facts={"hosts": [], "null": False}
    )


def _null(answer: Answer, domain: str) -> list[Finding]:
    nulls = [one for one in answer.exchanges if not one.host]
    if nulls and len(answer.exchanges) > 1:
        text = "A null MX (“0 .”) stands beside other MX records; it must be the only one. Remove it."
        return [Finding("mx.null_and_others", Severity.HIGH, text)]
    if nulls:
        text = f"A null MX says that {domain} receives no mail at all: receivers may refuse what it sends."
        return [Finding("mx.null", Severity.HIGH, text)]
    return []


def _of_host(host: Host) -> list[Finding]:
    if _is_address(host.name):
        text = f"{host.name} is an address; an MX must name a host."
        return [Finding("mx.address", Severity.HIGH, text)]
    found: list[Finding] = []
    if host.a.aliases or host.aaaa.aliases:
        text = f"{host.name} is an alias (CNAME); an MX must name the host itself."
        found.append(Finding("mx.alias", Severity.MEDIUM, text))
    if host.is_missing:
        found.append(Finding("mx.host_missing", Severity.MEDIUM, f"{host.name} does not exist or has no address."))
    private = [one for one in host.addresses if not ip_address(one).is_global]
    if private:
        text = f"{host.name} leads to {private[0]}, which cannot be reached from the internet."
        found.append(Finding("mx.private", Severity.MEDIUM, text))
    return found


def _is_address(name: str) -> bool:
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True
