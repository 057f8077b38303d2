"""Whether who is named in rua and ruf agreed to get reports about somebody else's domain (RFC 9990 3)."""

import asyncio
from collections.abc import Iterable

from mailwarden.deliverability.dmarc.record import DmarcRecord, is_dmarc
from mailwarden.deliverability.dmarc.rules import PREFIX, CannotTell, RecordMap, organizational_domain, walk
from mailwarden.deliverability.dns.answers import Resolver
from mailwarden.deliverability.records.looking import ask_all, texts
from mailwarden.deliverability.records.verdict import Finding, Publish, Severity

MOST_TARGETS = 10  # some ten questions each; a record may name hundreds, and receivers need to send to two (7489 6.2)


async def ask_records(resolver: Resolver, domain: str) -> RecordMap:
    """The map that the rules read, all names at once: a walk of eight must not take eight round trips."""
    names = walk(domain)
    answers = await ask_all(resolver, (PREFIX + name for name in names), "TXT")
    return {name: None if one.unknown else texts(one) for name, one in zip(names, answers, strict=True)}


async def check_targets(
    resolver: Resolver, owner: str, record: DmarcRecord, records: RecordMap
) -> tuple[tuple[Finding, ...], tuple[Publish, ...]]:
    """``owner``: the domain whose record it is. What nobody could tell is not said to be missing."""
    domains = dict.fromkeys(uri.domain for uri in (*record.rua, *record.ruf) if uri.domain)
    outside = [one for one in domains if one != owner and not one.endswith(f".{owner}")][:MOST_TARGETS]
    found = await asyncio.gather(*(_target(resolver, owner, one, records) for one in outside))
    return tuple(finding for one, _ in found for finding in one), tuple(record for _, one in found for record in one)


async def _target(
    resolver: Resolver, owner: str, target: str, records: RecordMap
) -> tuple[list[Finding], list[Publish]]:
    name = f"{owner}._report._dmarc.{target}"
    theirs, agreed, exchanges = await asyncio.gather(
        ask_records(resolver, target), resolver.ask(name, "TXT"), resolver.ask(target, "MX")
    )
    findings: list[Finding] = []
    publish: list[Publish] = []
    if exchanges.absent or (exchanges.found and all(not one.host for one in exchanges.exchanges)):
        text = f"{target} cannot receive mail (no MX), so no reports arrive there."
        findings.append(Finding("dmarc.report_mx", Severity.MEDIUM, text))
    is_silent = not agreed.unknown and not any(_agrees(text) for text in texts(agreed))
    if is_silent and not _is_same(owner, records, target, theirs):
        text = f"{target} has not agreed to receive reports about {owner}, so most receivers send none. It must publish"
        findings.append(Finding("dmarc.external_not_authorized", Severity.MEDIUM, f"{text} {name}."))
        publish.append(Publish(name, "TXT", "v=DMARC1"))
    return findings, publish


def _agrees(text: str) -> bool:
    return is_dmarc(text)


def _is_same(owner: str, records: RecordMap, target: str, theirs: RecordMap) -> bool:
    """True as well where nobody can tell: an accusation needs proof."""
    try:
        return organizational_domain(owner, _from(owner, records)) == organizational_domain(target, theirs)
    except (CannotTell, KeyError):
        return True


def _from(owner: str, records: RecordMap) -> RecordMap:
    """The owner may lie above the domain whose walk this was; its own walk is the rest of that one."""
    names: Iterable[str] = walk(owner)
    return {name: records[name] for name in names}
