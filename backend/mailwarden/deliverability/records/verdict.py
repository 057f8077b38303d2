"""What a check found: four-valued, with the exact text for people and the record to publish."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Json = Any  # what json.dumps takes


class Check(StrEnum):
    SPF = "spf"
    DKIM = "dkim"
    DMARC = "dmarc"
    MX = "mx"
    FCRDNS = "fcrdns"
    MTA_STS = "mta_sts"
    TLS_RPT = "tls_rpt"
    BIMI = "bimi"


class Verdict(StrEnum):
    VALID = "valid"
    FAULT = "fault"
    ABSENT = "absent"
    UNKNOWN = "unknown"  # nobody could tell; never the same as absent


class Severity(StrEnum):
    """Critical: mail is refused or anybody may forge it; high: a large receiver's stated demand is missed."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"


FAULTS = frozenset({Severity.CRITICAL, Severity.HIGH})


@dataclass(frozen=True, slots=True)
class Publish:
    """A record to put into the DNS. ``instead``: in the place of what is there now."""

    name: str
    type: str
    value: str
    instead: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    code: str
    severity: Severity
    text: str


@dataclass(frozen=True, slots=True)
class Result:
    """Of one record. ``part``: the selector or the address, where a domain has several; "" is the whole of them.

    ``records`` stand as the DNS gave them; ``facts`` are JSON, for programs.
    """

    check: Check
    name: str
    verdict: Verdict
    summary: str
    part: str = ""
    findings: tuple[Finding, ...] = ()
    records: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    publish: tuple[Publish, ...] = ()
    facts: Mapping[str, Json] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return f"{self.check}:{self.part}" if self.part else str(self.check)

    @property
    def is_definite(self) -> bool:
        return self.verdict is not Verdict.UNKNOWN


def judged(findings: Iterable[Finding]) -> Verdict:
    """Of a record that is there: what is only advice leaves it valid."""
    return Verdict.FAULT if any(one.severity in FAULTS for one in findings) else Verdict.VALID


def worst(findings: Sequence[Finding]) -> Finding | None:
    order = list(Severity)
    return min(findings, key=lambda one: order.index(one.severity), default=None)
