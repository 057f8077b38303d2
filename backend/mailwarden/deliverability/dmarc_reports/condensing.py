"""What is kept of a report for one domain: totals, its sources, and the selectors of its signatures. Pure."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from mailwarden.deliverability.dmarc_reports.refusing import refused
from mailwarden.deliverability.dmarc_reports.report import Record, Report

MOST_SOURCES = 1000  # of one report; the rest is in its totals only
MOST_SELECTORS = 20
LABEL = r"[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?"
SELECTOR = re.compile(rf"{LABEL}(\.{LABEL})*")


@dataclass(frozen=True, slots=True)
class Counts:
    """``passing``: DMARC, by an aligned DKIM signature, an aligned SPF domain, or both."""

    messages: int = 0
    dkim_aligned: int = 0
    spf_aligned: int = 0
    passing: int = 0

    def with_record(self, one: Record) -> "Counts":
        count = one.messages
        return Counts(
            self.messages + count,
            self.dkim_aligned + count * one.dkim,
            self.spf_aligned + count * one.spf,
            self.passing + count * (one.dkim or one.spf),
        )


@dataclass(frozen=True, slots=True)
class Source:
    address: str
    header_from: str
    counts: Counts


@dataclass(frozen=True, slots=True)
class Condensed:
    """``sources``: those with most mail first. ``all_sources``: how many there were. ``selectors``: likewise."""

    totals: Counts
    records: int
    sources: tuple[Source, ...]
    all_sources: int
    selectors: tuple[str, ...]


def condense(report: Report, name: str) -> Condensed:
    """For the domain ``name``. Raises Invalid for another domain's report."""
    records = records_of(report, name)
    totals, sources = Counts(), dict[tuple[str, str], Counts]()
    for one in records:
        key = (one.address, one.header_from or report.policy.domain)
        sources[key] = sources.get(key, Counts()).with_record(one)
        totals = totals.with_record(one)
    ordered = sorted(sources.items(), key=lambda pair: (-pair[1].messages, pair[0]))
    kept = tuple(Source(*key, counts) for key, counts in ordered[:MOST_SOURCES])
    return Condensed(totals, len(records), kept, len(sources), selectors_of(records, name))


def records_of(report: Report, name: str) -> tuple[Record, ...]:
    """Of a report about a domain above, whose policy holds for ``name``, too, only what was sent as ``name``."""
    published = report.policy.domain
    if published == name:
        return report.records
    found = tuple(one for one in report.records if is_within(one.header_from, name))
    if not is_within(name, published) or not found:
        raise refused(f"This report is about {published}, not about {name}.", "dmarc_report_domain")
    return found


def is_within(name: str, domain: str) -> bool:
    return name == domain or name.endswith(f".{domain}")


def selectors_of(records: Iterable[Record], name: str) -> tuple[str, ...]:
    """Only of signatures that passed, and of ``name`` itself: others name what they like, and a key of a subdomain is
    not looked for at the domain.
    """
    found: Counter[str] = Counter()
    for record in records:
        signed = {one.selector for one in record.signatures if one.domain == name and one.result == "pass"}
        found.update({one: record.messages for one in signed if SELECTOR.fullmatch(one)})
    ordered = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(selector for selector, _ in ordered[:MOST_SELECTORS])
