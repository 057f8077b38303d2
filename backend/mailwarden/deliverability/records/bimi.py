"""BIMI (draft-brand-indicators-for-message-identification): a logo beside the mail. A brand matter, no points."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from mailwarden.deliverability.dns.answers import Answer
from mailwarden.deliverability.records.looking import cannot_tell, texts
from mailwarden.deliverability.records.tags import Tags, read_tags
from mailwarden.deliverability.records.verdict import Check, Finding, Publish, Result, Severity, Verdict

_VERSION = re.compile(r"v[ \t]*=[ \t]*BIMI1[ \t]*(;|$)")
_ENFORCED = ("quarantine", "reject")
PLACES = {"l": "<https address of your logo, SVG Tiny PS>", "a": "<https address of its certificate, VMC or CMC>"}


def check_bimi(answer: Answer, dmarc: Mapping[str, Any]) -> Result:
    """``answer`` of default._bimi.<domain>; ``dmarc``: the facts of that check, since BIMI hangs on its policy.

    Without a ``policy`` among them nobody could tell.
    """
    if answer.unknown:
        return cannot_tell(Check.BIMI, answer)
    found = [text for text in texts(answer) if _VERSION.match(text)]
    if not found:
        return _absent(answer)
    tags = read_tags(found[0])
    if len(found) == 1 and not tags.get("l") and not tags.get("a"):
        text = "The record declines to show a logo."
        return Result(Check.BIMI, answer.name, Verdict.VALID, text, records=texts(answer), aliases=answer.aliases)
    of_record = _several(found) or _addresses(tags)
    wrong = of_record if len(found) > 1 else [*of_record, *_policy(dmarc)]
    if not wrong and "policy" not in dmarc:
        text = "The record itself is right. Whether DMARC lets it count, nobody could tell now; we ask again."
        return Result(Check.BIMI, answer.name, Verdict.UNKNOWN, text, records=texts(answer), aliases=answer.aliases)
    advice = [] if tags.get("a") else [_advice()]
    better = Publish(answer.name, "TXT", _record(tags), instead=True)
    return Result(
        Check.BIMI,
        answer.name,
        Verdict.FAULT if wrong else Verdict.VALID,
        wrong[0].text if wrong else "A logo is published",
        findings=(*wrong, *advice),
        records=texts(answer),
        aliases=answer.aliases,
        publish=(better,) if of_record else (),
        facts={"logo": tags.get("l") or None, "evidence": tags.get("a") or None},
    )


def _absent(answer: Answer) -> Result:
    text = "No BIMI record: no logo of yours is shown. It changes nothing about delivery."
    publish = (Publish(answer.name, "TXT", _record(read_tags(""))),)
    return Result(Check.BIMI, answer.name, Verdict.ABSENT, text, aliases=answer.aliases, publish=publish)


def _record(tags: Tags) -> str:
    """With the addresses that are right; of the others only their owner knows where they lie."""
    kept = {name: value for name in PLACES if (value := tags.get(name)) and not list(_faults(name, value))}
    return "; ".join(["v=BIMI1", *(f"{name}={kept.get(name, place)}" for name, place in PLACES.items())])


def _several(found: list[str]) -> list[Finding]:
    if len(found) < 2:
        return []
    return [_wrong("bimi.multiple", f"{len(found)} BIMI records: all are ignored. Leave exactly one.")]


def _addresses(tags: Tags) -> list[Finding]:
    return [wrong for name in PLACES if (value := tags.get(name)) for wrong in _faults(name, value)]


def _faults(name: str, value: str) -> Iterator[Finding]:
    if not value.lower().startswith("https://"):
        yield _wrong("bimi.address", f"{name}= must be an https address.")
    if name == "l" and not value.lower().partition("?")[0].endswith((".svg", ".svgz")):
        yield _wrong("bimi.logo", "l= must lead to a logo in the format SVG Tiny PS (.svg).")


def _policy(dmarc: Mapping[str, Any]) -> list[Finding]:
    policy = dmarc.get("policy")
    if "policy" not in dmarc or policy in _ENFORCED:
        return []
    text = f"BIMI counts only under a DMARC policy of quarantine or reject; yours is {policy or 'missing'}."
    return [_wrong("bimi.dmarc", text)]


def _advice() -> Finding:
    text = "Without a certificate (a=, a VMC or CMC) Gmail and Apple show no logo."
    return Finding("bimi.no_certificate", Severity.INFO, text)


def _wrong(code: str, text: str) -> Finding:
    return Finding(code, Severity.LOW, text)
