"""An aggregate report as its sender wrote it (RFC 9990; RFC 7489 appendix C before it)."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Signature:
    """A result for DKIM: of the domain d= under the selector s=, which reporters may leave out."""

    domain: str
    selector: str
    result: str


@dataclass(frozen=True, slots=True)
class Record:
    """Messages of one source that were alike. ``dkim``, ``spf``: whether that passed for an aligned domain."""

    address: str
    messages: int
    dkim: bool
    spf: bool
    header_from: str
    signatures: tuple[Signature, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """As the receiver found it at ``domain``. None: not said, or not in words that the RFCs know."""

    domain: str
    p: str | None = None
    sp: str | None = None
    np: str | None = None
    adkim: str | None = None
    aspf: str | None = None
    testing: bool | None = None
    pct: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    reporter: str
    email: str | None
    report_id: str
    begins_at: datetime
    ends_at: datetime
    policy: Policy
    records: tuple[Record, ...]
