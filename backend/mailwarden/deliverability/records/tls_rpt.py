"""TLS-RPT (RFC 8460): where senders report that they could not reach us encrypted. No points for sending."""

import re

from mailwarden.deliverability.dns.answers import Answer
from mailwarden.deliverability.records.looking import cannot_tell, texts
from mailwarden.deliverability.records.tags import read_tags
from mailwarden.deliverability.records.verdict import Check, Finding, Publish, Result, Severity, Verdict

_VERSION = re.compile(r"v=TLSRPTv1[ \t]*(;|$)")
_PLACE = re.compile(r"(mailto:[^@\s]+@[^@\s]+|https://\S+)", re.IGNORECASE)


def check_tls_rpt(answer: Answer, domain: str) -> Result:
    """``answer`` of _smtp._tls.<domain>."""
    if answer.unknown:
        return cannot_tell(Check.TLS_RPT, answer)
    good = f"v=TLSRPTv1; rua=mailto:tls-reports@{domain}"
    found = [text for text in texts(answer) if _VERSION.match(text)]
    if not found:
        text = "No TLS-RPT record. It brings reports about encrypted delivery to you and costs no points."
        publish = (Publish(answer.name, "TXT", good),)
        return Result(Check.TLS_RPT, answer.name, Verdict.ABSENT, text, aliases=answer.aliases, publish=publish)
    wrong = _wrong(found)
    return Result(
        Check.TLS_RPT,
        answer.name,
        Verdict.FAULT if wrong else Verdict.VALID,
        wrong or "Reports are sent",
        findings=(Finding("tls_rpt.invalid", Severity.LOW, wrong),) if wrong else (),
        records=texts(answer),
        aliases=answer.aliases,
        publish=(Publish(answer.name, "TXT", good, instead=True),) if wrong else (),
    )


def _wrong(found: list[str]) -> str:
    if len(found) > 1:
        return f"{len(found)} records: reporters ignore all of them. Leave exactly one."
    places = [one.strip() for one in (read_tags(found[0]).get("rua") or "").split(",") if one.strip()]
    if not places:
        return "rua= is missing: nobody knows where to report to."
    bad = next((one for one in places if not _PLACE.fullmatch(one)), None)
    return f"“{bad[:80]}” is neither a mailto: nor an https: address." if bad else ""
