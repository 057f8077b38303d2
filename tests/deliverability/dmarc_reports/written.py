"""Reports as receivers write them, in the old shape and in the new one."""

import gzip
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from io import BytesIO
from xml.sax.saxutils import escape

from mailwarden.deliverability.dmarc_reports.report import Policy, Record, Report, Signature

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
DAY = datetime(2026, 3, 3, tzinfo=UTC)
OLD, NEW = "", "urn:ietf:params:xml:ns:dmarc-2.0"
SHORT = {"relaxed": "r", "strict": "s"}
SIGNED = (Signature("shop.example", "s9", "pass"), Signature("esp.example", "", "pass"))
RECORDS = (
    Record("192.0.2.25", 80, True, True, "shop.example", SIGNED),
    Record("2001:db8::7", 15, True, False, "shop.example", SIGNED[:1]),
    Record("198.51.100.9", 5, False, False, "shop.example", (Signature("shop.example", "evil", "fail"),)),
)
POLICY = Policy("shop.example", "reject", "quarantine", "none", "relaxed", "strict", False, 100)
REPORT = Report("receiver.example", "reports@receiver.example", "r-1", DAY, DAY + timedelta(days=1), POLICY, RECORDS)


def a_report(records: Sequence[Record] = RECORDS, domain: str = "shop.example", **over: object) -> Report:
    return replace(REPORT, records=tuple(records), policy=replace(POLICY, domain=domain), **over)  # type: ignore[arg-type]


def _tag(name: str, value: object) -> str:
    return "" if value is None else f"<{name}>{escape(str(value))}</{name}>"


def xml_of(report: Report, namespace: str = OLD, prefix: str = "", *, version: bool = True) -> bytes:
    """``prefix`` before each element's name, as some libraries write it."""
    policy, about = report.policy, report
    testing = None if policy.testing is None else "ny"[policy.testing]
    published = "".join(
        (
            _tag("domain", policy.domain),
            _tag("adkim", SHORT.get(policy.adkim or "")),
            _tag("aspf", SHORT.get(policy.aspf or "")),
            *(_tag(name, getattr(policy, name)) for name in ("p", "sp", "np")),
            _tag("testing", testing),
            _tag("pct", policy.pct),
            _tag("discovery_method", "treewalk" if namespace else None),
        )
    )
    dates = _tag("begin", int(about.begins_at.timestamp())) + _tag("end", int(about.ends_at.timestamp()))
    metadata = (
        _tag("org_name", about.reporter)
        + _tag("email", about.email)
        + _tag("report_id", about.report_id)
        + f"<date_range>{dates}</date_range>"
    )
    body = (
        (_tag("version", "1.0") if version else "")
        + f"<report_metadata>{metadata}</report_metadata><policy_published>{published}</policy_published>"
        + "".join(f"\n  {_record(one)}" for one in report.records)
        + "<extension><thing/></extension>"
    )
    inside = body.replace("</", f"<{prefix}/").replace("<", f"<{prefix}").replace(f"<{prefix}{prefix}/", f"</{prefix}")
    where = f"xmlns{':' + prefix[:-1] if prefix else ''}" if namespace else ""
    named = f' {where}="{namespace}"' if namespace else ""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{prefix}feedback{named}>{inside}</{prefix}feedback>'.encode()


def _record(one: Record) -> str:
    evaluated = "".join(_tag(name, "pass" if good else "fail") for name, good in (("dkim", one.dkim), ("spf", one.spf)))
    signed = "".join(
        f"<dkim>{_tag('domain', sign.domain)}{_tag('selector', sign.selector or None)}"
        f"{_tag('result', sign.result)}</dkim>"
        for sign in one.signatures
    )
    return (
        f"<record><row>{_tag('source_ip', one.address)}{_tag('count', one.messages)}<policy_evaluated>"
        f"{_tag('disposition', 'none')}{evaluated}</policy_evaluated></row>"
        f"<identifiers>{_tag('header_from', one.header_from)}</identifiers>"
        f"<auth_results>{signed}<spf><domain>x</domain><result>pass</result></spf></auth_results></record>"
    )


def gz(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)  # the name of a test must not change with the time


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def mailed(*files: bytes, html: str | None = None) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "reports@receiver.example", "Report Domain: shop.example"
    mail.set_content("This is a report.")
    if html:
        mail.add_alternative(html, subtype="html")
    for file in files:
        mail.add_attachment(file, maintype="application", subtype="octet-stream", filename="report")
    return mail.as_bytes()
