"""What is said about a DMARC record. Pure; severities follow the demands of large receivers."""

import re
from collections.abc import Iterable

from mailwarden.deliverability.dmarc.record import KNOWN, POLICIES, DmarcRecord
from mailwarden.deliverability.dmarc.rules import Effective
from mailwarden.deliverability.records.verdict import Finding, Severity

_TYPO = re.compile(r"^(p|sp|np|rua|ruf|adkim|aspf|pct)\s*[:\s]", re.IGNORECASE)
_FO = frozenset({"0", "1", "d", "s"})


def start_with(domain: str) -> str:
    return f"v=DMARC1; p=none; rua=mailto:dmarc@{domain}"


def findings_of(record: DmarcRecord, *, is_own: bool) -> tuple[Finding, ...]:
    """``is_own``: it stands at the domain itself and not at one above."""
    found = [*_policy(record), *_typos(record), *_strength(record), *_reports(record)]
    found += [*_subdomains(record, is_own=is_own), *_older_receivers(record), *_small(record)]
    return tuple(found)


def _policy(record: DmarcRecord) -> Iterable[Finding]:
    for name in ("p", "sp", "np"):
        if name in record.invalid:
            text = f"{name}={record.invalid[name]} is not valid; {_instead(record)}."
            yield Finding("dmarc.invalid_policy", Severity.CRITICAL, text)
    if "p" not in record.valid and "p" not in record.invalid:
        severity = Severity.HIGH if record.reports else Severity.CRITICAL
        yield Finding("dmarc.no_policy", severity, f"The record has no p=; {_instead(record)}.")


def _instead(record: DmarcRecord) -> str:
    if record.void:
        return "without a rua= that works receivers ignore the whole record: your policy is void"
    return "receivers act as if it said p=none, and older ones ignore the whole record"


def _typos(record: DmarcRecord) -> Iterable[Finding]:
    for part in record.tags.broken:
        meant = "a policy" if _TYPO.match(part) else "a tag"
        severity = Severity.HIGH if _TYPO.match(part) else Severity.MEDIUM
        yield Finding("dmarc.typo", severity, f"“{part[:60]}” is not {meant}: write name=value; it is ignored.")
    for name in record.tags.doubled:
        yield Finding("dmarc.doubled", Severity.MEDIUM, f"{name}= stands there twice; only the first may count.")
    for tag in record.tags.all:
        if tag.name not in KNOWN:
            yield Finding("dmarc.unknown_tag", Severity.LOW, f"{tag.name}= is not known to DMARC and is ignored.")
        if "," in tag.value and tag.name not in ("rua", "ruf"):
            text = f"“{tag.name}={tag.value[:60]}”: tags are separated by semicolons, not by commas."
            yield Finding("dmarc.typo", Severity.HIGH, text)


def _strength(record: DmarcRecord) -> Iterable[Finding]:
    published = record.policy()
    if record.void:
        return
    if published == "none":
        text = (
            "p=none only watches: forged mail is delivered. Receivers are satisfied; go on to quarantine once reports"
        )
        yield Finding("dmarc.p_none", Severity.MEDIUM, f"{text} show that your own mail passes.")
    elif record.testing:
        text = f"t=y takes one step off: {published} becomes {POLICIES[POLICIES.index(published) - 1]}."
        yield Finding("dmarc.testing", Severity.MEDIUM, f"{text} Older receivers do not know t and apply {published}.")


def _reports(record: DmarcRecord) -> Iterable[Finding]:
    if not record.rua:
        text = "No rua=: nobody tells you who sends in your name, and whose mail fails."
        yield Finding("dmarc.no_rua", Severity.MEDIUM, text)
    for tag, uris in (("rua", record.rua), ("ruf", record.ruf)):
        for uri in uris:
            if uri.domain is None:
                text = f"{tag}: “{uri.text[:80]}” is no mailto: address, so no reports go there."
                yield Finding("dmarc.bad_uri", Severity.MEDIUM, text)
            if uri.sized:
                text = f"{tag}: the size in “{uri.text[:80]}” is a thing of the past and ignored. Remove it."
                yield Finding("dmarc.obsolete_uri", Severity.LOW, text)


def _subdomains(record: DmarcRecord, *, is_own: bool) -> Iterable[Finding]:
    order = POLICIES.index
    for name in ("sp", "np"):
        if name in record.valid and order(record.policy(name)) < order(record.policy()):
            text = f"{name}={record.valid[name]} leaves subdomains weaker than p={record.policy()}: they can be forged."
            yield Finding("dmarc.sp_weaker", Severity.MEDIUM, text)
    if is_own and record.psd == "y":
        text = "psd=y says that this domain is a public suffix, as com is. Remove it, unless others register below you."
        yield Finding("dmarc.psd", Severity.HIGH, text)


def _older_receivers(record: DmarcRecord) -> Iterable[Finding]:
    """Where RFC 7489, by which many still go, would decide otherwise."""
    percent = record.tags.get("pct")
    if percent is not None:
        less = percent.isdigit() and int(percent) < 100
        effect = f"older receivers apply your policy to {percent} % only" if less else "it has no effect"
        text = f"pct={percent[:20]} is not part of DMARC any more: {effect}. Remove it; to test, use t=y."
        yield Finding("dmarc.pct", Severity.MEDIUM if less else Severity.LOW, text)
    for name in ("rf", "ri"):
        if record.tags.get(name) is not None:
            yield Finding(f"dmarc.{name}", Severity.LOW, f"{name}= is not part of DMARC any more. Remove it.")
    if "p" in record.valid and len(record.tags.all) > 1 and record.tags.all[1].name != "p":
        text = "p= is not the second tag. That is allowed now; some older receivers wanted it there."
        yield Finding("dmarc.order", Severity.LOW, text)


def _small(record: DmarcRecord) -> Iterable[Finding]:
    for name in ("adkim", "aspf", "psd", "t"):
        if name in record.invalid:
            text = f"{name}={record.invalid[name]} is not valid and is ignored."
            yield Finding("dmarc.invalid_tag", Severity.LOW, text)
    options = {one.strip() for one in record.valid.get("fo", "0").split(":")}
    if not options <= _FO or {"0", "1"} <= options:
        yield Finding("dmarc.invalid_tag", Severity.LOW, f"fo={record.valid['fo']} is not valid and is ignored.")
    elif "fo" in record.valid and not record.ruf:
        yield Finding("dmarc.fo_alone", Severity.INFO, "fo= has no effect without ruf=.")


def summary_of(domain: str, found: Effective) -> str:
    if found.policy is None:
        return "The policy is void"
    where = "" if found.found_at == domain else f", from {found.found_at}"
    tested = f" (t=y; published: {found.published})" if found.policy != found.published else ""
    return f"Policy {found.policy}{tested}{where}"


def broken_version(text: str, name: str) -> Finding:
    shown = text[:60]
    why = "the record must begin with exactly v=DMARC1;"
    if re.match(r"\s*v\s*=\s*dmarc1\b", text, re.IGNORECASE) and "DMARC1" not in text[:14]:
        why = "DMARC1 must be written in capitals"
    elif any(sign in text for sign in "“”\"'\\"):
        why = "quotation marks do not belong into the record"
    elif re.match(r"\s*v\s*=\s*DMARC1\s*,", text):
        why = "tags are separated by semicolons, not by commas"
    return Finding("dmarc.version", Severity.CRITICAL, f"“{shown}” at {name} is ignored by receivers: {why}.")
