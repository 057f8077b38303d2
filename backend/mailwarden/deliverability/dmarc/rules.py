"""Whose policy counts for a domain (RFC 9989 4.10). Pure: what the DNS said comes in as a map."""

from collections.abc import Mapping
from dataclasses import dataclass

from mailwarden.deliverability.dmarc.record import POLICIES, DmarcRecord, Policy, is_dmarc, read_record

PREFIX = "_dmarc."
MOST_LABELS, SHORTENED = 8, 7  # 4.10: names of more labels are cut to seven, so nobody asks more than eight times

# The TXT records at _dmarc.<name> for every name of the walk; None where nobody could tell.
RecordMap = Mapping[str, tuple[str, ...] | None]


class CannotTell(Exception):
    """An answer is missing that the decision hangs on."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True, slots=True)
class Effective:
    """What a receiver does with mail from a domain that fails. ``policy`` None: there is no DMARC for it.

    ``found_at``: whose record it is; ``published`` is its policy before t=y took one step off.
    """

    policy: Policy | None
    published: Policy | None = None
    found_at: str | None = None
    tag: str | None = None
    record: DmarcRecord | None = None


def walk(domain: str) -> list[str]:
    """The names whose _dmarc is asked, from the domain itself upwards."""
    labels = domain.split(".")
    parents = labels[1:] if len(labels) <= MOST_LABELS else labels[-SHORTENED:]
    return [domain, *(".".join(parents[at:]) for at in range(len(parents)))]


def record_of(name: str, records: RecordMap) -> DmarcRecord | None:
    """The one record that counts at a name: of several none does (4.10 step 2)."""
    texts = records[name]
    if texts is None:
        raise CannotTell(name)
    found = [text for text in texts if is_dmarc(text)]
    return read_record(found[0]) if len(found) == 1 else None


def found_by_walk(domain: str, records: RecordMap) -> dict[str, DmarcRecord]:
    """From the longest name to the shortest. Raises CannotTell."""
    found: dict[str, DmarcRecord] = {}
    for name in walk(domain):
        record = record_of(name, records)
        if record is not None:
            found[name] = record
            if record.psd != "u":
                break
    return found


def organizational_domain(domain: str, records: RecordMap) -> str:
    """4.10.2. No list of public suffixes is used; a domain without any record is its own. Raises CannotTell."""
    found = found_by_walk(domain, records)
    for name, record in found.items():
        if record.psd == "n":
            return name
        if record.psd == "y" and name != domain:
            return below(name, domain)
    return min(found, key=lambda name: name.count("."), default=domain)


def below(parent: str, domain: str) -> str:
    """One label below the parent, on the way to the domain."""
    labels = domain.split(".")
    return ".".join(labels[-(parent.count(".") + 2) :])


def effective(domain: str, records: RecordMap, *, exists: bool = True) -> Effective:
    """``exists``: the domain has any record at all, in the sense of RFC 8020. Raises CannotTell."""
    own = record_of(domain, records)
    if own is not None:
        return _applied(own, domain, "p")
    found = found_by_walk(domain, records)
    if not found:
        return Effective(None)
    top = organizational_domain(domain, records)
    source = top if top in found else next(name for name, record in found.items() if record.psd == "y")
    return _applied(found[source], source, "sp" if exists else "np")


def _applied(record: DmarcRecord, name: str, tag: str) -> Effective:
    if record.void:
        return Effective(None, None, name, tag, record)
    published = record.policy(tag)
    policy = lowered(published) if record.testing else published
    return Effective(policy, published, name, tag, record)


def lowered(policy: Policy) -> Policy:
    """What t=y makes of it (4.7)."""
    return POLICIES[max(0, POLICIES.index(policy) - 1)]


def are_aligned(author: str, other: str, records: RecordMap, *, strict: bool) -> bool:
    """Whether a domain that SPF or DKIM proved speaks for the author's (4.4). Raises CannotTell."""
    if author == other:
        return True
    return not strict and organizational_domain(author, records) == organizational_domain(other, records)
