"""From XML to a report. What it is counted by must be right; what nobody needs may be missing or unknown. Pure."""

import re
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address, ip_address

from mailwarden.deliverability.dmarc_reports.names import Names
from mailwarden.deliverability.dmarc_reports.refusing import refused
from mailwarden.deliverability.dmarc_reports.report import Policy, Record, Report, Signature
from mailwarden.deliverability.dmarc_reports.tree import Node, read_tree

MOST_RECORDS = 20_000
MOST_MESSAGES = 1_000_000_000  # of one record
MOST_SIGNATURES = 50  # of one record
LONGEST_SELECTOR = 120  # characters, as where one is entered
LONGEST_NAME = 200  # characters of the reporter's name and of the report's id
LONGEST_SPAN = timedelta(days=92)
EARLIEST = datetime(2012, 1, 1, tzinfo=UTC)  # DMARC began
AHEAD = timedelta(days=2)  # of our clock
NUMBER = re.compile(r"[0-9]{1,12}")
POLICIES = ("none", "quarantine", "reject")
MODES = {"r": "relaxed", "s": "strict", "relaxed": "relaxed", "strict": "strict"}
TESTING = {"y": True, "n": False}


def read_report(xml: bytes, now: datetime) -> Report:
    """Raises Invalid."""
    records: list[Record] = []
    names = Names()

    def keep(node: Node) -> None:
        if len(records) >= MOST_RECORDS:
            raise refused(f"The report has more than {MOST_RECORDS:,} records.")
        records.append(_record(node, len(records) + 1, names))

    root = read_tree(xml, keep)
    if root.name != "feedback":
        raise refused("The XML is no DMARC report: its outermost element is not feedback.")
    about = root.first("report_metadata")
    begins_at, ends_at = _range(about.first("date_range"), now)
    reporter, report_id = _named(about, "org_name"), _named(about, "report_id")
    email = about.word("email")[:LONGEST_NAME] or None
    policy = _policy(root.first("policy_published"), names)
    return Report(reporter, email, report_id, begins_at, ends_at, policy, tuple(records))


def _named(about: Node, name: str) -> str:
    found = " ".join(about.word(name).split())
    if not found or len(found) > LONGEST_NAME:
        raise refused(f"The report's {name} is missing or longer than {LONGEST_NAME} characters.")
    return found


def _range(node: Node, now: datetime) -> tuple[datetime, datetime]:
    begins_at, ends_at = _moment(node, "begin"), _moment(node, "end")
    if not EARLIEST <= begins_at <= ends_at <= now + AHEAD or ends_at - begins_at > LONGEST_SPAN:
        raise refused(f"The report is about an impossible time: {begins_at:%Y-%m-%d} to {ends_at:%Y-%m-%d}.")
    return begins_at, ends_at


def _moment(node: Node, name: str) -> datetime:
    """Seconds since 1970."""
    text = node.word(name)
    try:
        return datetime.fromtimestamp(int(text) if NUMBER.fullmatch(text) else -1, UTC)
    except (ValueError, OverflowError, OSError) as exc:
        raise refused(f"The report's date_range has no {name} that is a time.") from exc


def _policy(node: Node, names: Names) -> Policy:
    domain = names.domain(node.word("domain"))
    if not domain:
        raise refused("The report does not say whose it is: policy_published has no domain.")
    pct = node.word("pct")
    return Policy(
        domain=domain,
        p=_one_of(node.word("p"), POLICIES),
        sp=_one_of(node.word("sp"), POLICIES),
        np=_one_of(node.word("np"), POLICIES),
        adkim=MODES.get(node.word("adkim").lower()),
        aspf=MODES.get(node.word("aspf").lower()),
        testing=TESTING.get((node.word("testing") or node.word("t")).lower()),
        pct=int(pct) if NUMBER.fullmatch(pct) and int(pct) <= 100 else None,
    )


def _one_of(text: str, words: tuple[str, ...]) -> str | None:
    return text.lower() if text.lower() in words else None


def _record(node: Node, number: int, names: Names) -> Record:
    row, found = node.first("row"), node.first("auth_results")
    evaluated = row.first("policy_evaluated")
    identifiers = node.first("identifiers") if node.all("identifiers") else row
    return Record(
        address=_address(row.word("source_ip"), number),
        messages=_count(row.word("count"), number),
        dkim=evaluated.word("dkim").lower() == "pass",
        spf=evaluated.word("spf").lower() == "pass",
        header_from=names.domain(identifiers.word("header_from")),
        signatures=tuple(_signature(one, names) for one in found.all("dkim")[:MOST_SIGNATURES]),
    )


def _address(text: str, number: int) -> str:
    try:
        found = ip_address(text)
    except ValueError as exc:
        raise refused(f"Record {number}: {text[:60]!r} is no address.") from exc
    if isinstance(found, IPv6Address) and found.scope_id is not None:
        raise refused(f"Record {number}: {text[:60]!r} is an address of one host only.")
    return str(found.ipv4_mapped or found) if isinstance(found, IPv6Address) else str(found)


def _count(text: str, number: int) -> int:
    if not NUMBER.fullmatch(text) or int(text) > MOST_MESSAGES:
        raise refused(f"Record {number}: {text[:60]!r} is no count of messages.")
    return int(text)


def _signature(node: Node, names: Names) -> Signature:
    selector = node.word("selector").lower()
    known = selector if len(selector) <= LONGEST_SELECTOR else ""  # a part of it would be another one
    return Signature(names.domain(node.word("domain")), known, node.word("result").lower())
