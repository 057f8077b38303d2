"""DMARC of a domain: the policy that counts, what is wrong with the record, and what to publish."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from mailwarden.deliverability.dmarc.record import DmarcRecord, is_dmarc, is_meant, mended
from mailwarden.deliverability.dmarc.reporting import ask_records, check_targets
from mailwarden.deliverability.dmarc.rules import PREFIX, CannotTell, Effective, effective
from mailwarden.deliverability.dmarc.words import broken_version, findings_of, start_with, summary_of
from mailwarden.deliverability.dns.answers import Answer, Resolver, State
from mailwarden.deliverability.records.looking import ask_all, cannot_tell, texts
from mailwarden.deliverability.records.verdict import Check, Finding, Publish, Result, Severity, Verdict, judged


@dataclass(frozen=True, slots=True)
class Seen:
    """``misplaced``: records at names where no receiver looks."""

    domain: str
    own: Answer
    misplaced: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return PREFIX + self.domain


async def check_dmarc(resolver: Resolver, domain: str) -> Result:
    top, records = await asyncio.gather(resolver.ask(domain, "TXT"), ask_records(resolver, domain))
    own = await resolver.ask(PREFIX + domain, "TXT")  # the first of those records
    try:
        found = effective(domain, records, exists=top.state is not State.NXDOMAIN)
    except CannotTell as reason:
        answer = await resolver.ask(PREFIX + reason.name, "TXT")
        return cannot_tell(Check.DMARC, answer if answer.unknown else own)
    if top.unknown and _hangs_on_existence(found):
        return cannot_tell(Check.DMARC, top)
    if found.record is None or found.found_at is None:
        return _missing(Seen(domain, own, await _misplaced(resolver, domain)))
    targets = await check_targets(resolver, found.found_at, found.record, records)
    return _there(Seen(domain, own), found, found.record, *targets)


def _hangs_on_existence(found: Effective) -> bool:
    """A parent's record says one thing for subdomains that exist (sp), and another for those that do not (np)."""
    record = found.record
    return found.tag in ("sp", "np") and record is not None and record.policy("sp") != record.policy("np")


async def _misplaced(resolver: Resolver, domain: str) -> dict[str, tuple[str, ...]]:
    names = (domain, f"{PREFIX}www.{domain}", f"{PREFIX}{domain}.{domain}")
    answers = await ask_all(resolver, names, "TXT")
    return {one.name: tuple(filter(is_dmarc, texts(one))) for one in answers}


def _missing(seen: Seen) -> Result:
    own = texts(seen.own)
    findings = [*_several(own, seen.name), *(broken_version(text, seen.name) for text in own if is_meant(text))]
    findings += _wrong_places(seen)
    publish = (Publish(seen.name, "TXT", start_with(seen.domain), instead=bool(findings and own)),)
    if findings:
        return _result(seen, Verdict.FAULT, findings[0].text, findings, publish, Effective(None))
    text = f"No DMARC record for {seen.domain} or its parents."
    findings = [Finding("dmarc.missing", Severity.HIGH, text)]
    return _result(seen, Verdict.ABSENT, text, findings, publish, Effective(None))


def _there(
    seen: Seen, found: Effective, record: DmarcRecord, outside: tuple[Finding, ...], theirs: tuple[Publish, ...]
) -> Result:
    own = texts(seen.own)
    findings = [*_several(own, seen.name), *(broken_version(text, seen.name) for text in own if is_meant(text))]
    findings += [*findings_of(record, is_own=found.found_at == seen.domain), *outside]
    verdict = judged(findings)
    publish = theirs
    if verdict is Verdict.FAULT:
        publish = (Publish(PREFIX + (found.found_at or seen.domain), "TXT", mended(record), instead=True), *theirs)
    return _result(seen, verdict, summary_of(seen.domain, found), findings, publish, found)


def _several(own: tuple[str, ...], name: str) -> list[Finding]:
    count = sum(map(is_dmarc, own))
    if count < 2:
        return []
    text = f"{count} DMARC records at {name}: receivers ignore all of them. Leave exactly one."
    return [Finding("dmarc.multiple", Severity.CRITICAL, text)]


def _wrong_places(seen: Seen) -> list[Finding]:
    places = [name for name, found in seen.misplaced.items() if found]
    return [
        Finding("dmarc.wrong_place", Severity.CRITICAL, f"A DMARC record lies at {place}; it must lie at {seen.name}.")
        for place in places
    ]


def _result(
    seen: Seen,
    verdict: Verdict,
    summary: str,
    findings: list[Finding],
    publish: tuple[Publish, ...],
    found: Effective,
) -> Result:
    records = texts(seen.own)
    if found.record is not None and found.record.text not in records:
        records = (*records, found.record.text)
    return Result(
        Check.DMARC,
        seen.name,
        verdict,
        summary,
        findings=tuple(findings),
        records=records,
        aliases=seen.own.aliases,
        publish=publish,
        facts=_facts(found),
    )


def _facts(found: Effective) -> dict[str, object]:
    """``policy`` is the one that is applied; None without a policy that counts."""
    record = found.record
    return {
        "policy": found.policy,
        "published": found.published,
        "tag": found.tag,
        "found_at": found.found_at,
        "testing": bool(record and record.testing),
        "rua": bool(record and record.reports),
        "strict_dkim": bool(record and record.strict["adkim"]),
        "strict_spf": bool(record and record.strict["aspf"]),
    }
