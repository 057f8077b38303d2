"""Names that more than one module of this part uses; no database and no HTTP."""

from dataclasses import dataclass
from enum import StrEnum

READ = "mailbox.read"


class Kind(StrEnum):
    """What a received mail is. Only whether it is about a mail of ours is not known by it alone."""

    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    REPLY = "reply"
    AUTO_REPLY = "auto_reply"
    OTHER = "other"


class Verdict(StrEnum):
    """What a server's report means for one recipient."""

    HARD = "hard"  # there is no such recipient: nothing is sent there again
    SOFT = "soft"  # not delivered, but the address may be good
    DELAYED = "delayed"  # it is still being tried
    DELIVERED = "delivered"


@dataclass(frozen=True, slots=True)
class Report:
    """What a server says of one recipient. ``action`` and ``status`` are words of RFC 3464 and 3463, or empty.

    ``final`` is whom the failing server was asked for, ``original`` whom the sender wrote to; lower-case, or None.
    """

    final: str | None
    original: str | None = None
    action: str = ""
    status: str = ""
    diagnostic: str = ""


@dataclass(frozen=True, slots=True)
class Complaint:
    """RFC 5965. ``recipients`` is often left out, so that nobody is told who complained."""

    type: str
    recipients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Read:
    """All that we keep in mind of a mail. ``ids``: the Message-IDs that it says it is about, the surest first."""

    kind: Kind
    ids: tuple[str, ...] = ()
    sender: str | None = None
    own_id: str | None = None
    reports: tuple[Report, ...] = ()
    complaint: Complaint | None = None
    reason: str = ""
