"""Pure decisions about what comes back: what a report means, whom it is about, and how often we look."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from mailwarden.sending.receiving.words import Complaint, Report, Verdict

# RFC 3463. Of class 5 these say that there is no such recipient; 5.7.x, 5.2.2 and their like speak of policy, room or
# size, and say nothing about the address. 5.1.7 and 5.1.8 are about the sender's.
NO_SUCH_RECIPIENT = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.4", "5.4.310"})
VAGUE = frozenset({"", "5.0.0", "5.1.0", "5.4.1", "5.5.0", "4.0.0"})  # the server's words say more
COMPLAINTS = frozenset({"abuse", "fraud", "opt-out"})  # RFC 5965: the others are no recipient's wish

_ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?!\.?\d)")
_REPLY = re.compile(r"(?<![\d.])([245]\d\d)(?=[ -])")
_UNKNOWN = re.compile(
    r"(unknown|no such|invalid|unrecogni[sz]ed) (local )?(user|recipient|mailbox|address|account)"
    r"|(user|recipient|mailbox|address|account)( name)?( \S{1,80})?"
    r" (is )?(unknown|not found|unavailable|disabled|inactive|invalid|(was )?not recogni[sz]ed)"
    r"|(does not|doesn't|doesn.t|did not) exist|no mailbox here|no longer (exists|active|available)"
    r"|recipient address rejected|domain not found|host not found|can't be found|couldn't be found",
    re.IGNORECASE,
)
_POLICY = re.compile(
    r"spam|block|blacklist|reputation|policy|greylist|graylist|quota|full|too many|rate limit|limit exceeded"
    r"|try (again|later)|temporar|dmarc|\bspf\b|dkim|sender|authenticat|virus|content|relay",
    re.IGNORECASE,
)
_CLASS = {"2": Verdict.DELIVERED, "4": Verdict.SOFT}
_ACTIONS = {"delayed": Verdict.DELAYED, "delivered": Verdict.DELIVERED, "relayed": Verdict.DELIVERED,
            "expanded": Verdict.DELIVERED}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Judgement:
    """``code``: RFC 3463's, or the three digits of SMTP where there is no other; may be empty."""

    verdict: Verdict
    code: str


def judged(report: Report) -> Judgement:
    """``failed`` with a code of class 4 is a try that was given up: soft. Without any code nothing is proved: soft."""
    code = status_of(report)
    if known := _ACTIONS.get(report.action):
        return Judgement(known, code)
    if report.action == "" and code[:1] in _CLASS:
        return Judgement(_CLASS[code[0]], code)
    return Judgement(Verdict.HARD if _is_gone(code, report.diagnostic) else Verdict.SOFT, code)


def _is_gone(code: str, words: str) -> bool:
    if code in NO_SUCH_RECIPIENT:
        return True
    vague = code in VAGUE or (len(code) == 3 and code[0] == "5")
    return vague and code[:1] != "4" and bool(_UNKNOWN.search(words)) and not _POLICY.search(words)


def status_of(report: Report) -> str:
    """The stated status; where it is vague or missing, what the server's own words hold."""
    stated = enhanced(report.status)
    if stated not in VAGUE:
        return stated
    told = enhanced(report.diagnostic)
    if told and (not stated or told[0] == stated[0]):
        return told
    return stated or reply_code(report.diagnostic)


def enhanced(words: str) -> str:
    """The first ``x.y.z`` of RFC 3463 in it; an IP address is none."""
    match = _ENHANCED.search(words[:2000])
    return ".".join((match[1], str(int(match[2])), str(int(match[3])))) if match else ""


def reply_code(words: str) -> str:
    match = _REPLY.search(words[:2000])
    return match[1] if match else ""


def is_complaint(complaint: Complaint) -> bool:
    return complaint.type in COMPLAINTS


@dataclass(frozen=True, slots=True)
class Ours:
    """A mail that we sent: over which connection, and to whom (lower-case address → the recipient's row)."""

    id: UUID
    connection_id: UUID | None
    recipients: Mapping[str, UUID]


def bounced_recipient(report: Report, ours: Ours, connection_id: UUID) -> UUID | None:
    """None: not believed. Anybody can write a bounce, so it counts only for whom that mail was sent to over this
    very mailbox. ``final`` may be where a forwarder of the recipient's sent it on; the recipient is ``original`` then.
    """
    if ours.connection_id != connection_id:
        return None
    named = [address for address in (report.original, report.final) if address]
    return next((ours.recipients[address] for address in named if address in ours.recipients), None)


def complaining_recipients(complaint: Complaint, ours: Ours, connection_id: UUID) -> tuple[UUID, ...]:
    """Often nobody is named: a mail with one recipient was complained about by that one."""
    if ours.connection_id != connection_id:
        return ()
    if complaint.recipients:
        return tuple({ours.recipients[one]: None for one in complaint.recipients if one in ours.recipients})
    return tuple(ours.recipients.values()) if len(ours.recipients) == 1 else ()


def replying_recipient(sender: str | None, ours: Ours) -> UUID | None:
    """Who answers from another address is still known where only one person was written to."""
    if sender is not None and sender in ours.recipients:
        return ours.recipients[sender]
    return next(iter(ours.recipients.values())) if len(ours.recipients) == 1 else None


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a mailbox is read. Bounces come within minutes, most replies within days."""

    every: timedelta
    while_sent_within: timedelta


PACES: Sequence[Pace] = (
    Pace(timedelta(minutes=2), timedelta(hours=1)),
    Pace(timedelta(minutes=5), timedelta(days=3)),
    Pace(timedelta(minutes=30), timedelta(days=14)),
)
RARELY = timedelta(hours=6)
LONGEST_LOOK_BACK = timedelta(days=45)  # who connects again later than that has lost what came before
OVERLAP = timedelta(hours=1)


def read_every(last_sent_at: datetime | None, now: datetime) -> timedelta:
    """Until the next look, if nothing wakes us before."""
    for pace in PACES:
        if last_sent_at is not None and now - last_sent_at <= pace.while_sent_within:
            return pace.every
    return RARELY


def look_back_to(read_at: datetime | None, began_at: datetime, now: datetime) -> datetime:
    """From when mail is listed anew where the provider forgot what we had read. Seeing a mail twice does no harm."""
    return max((read_at or began_at) - OVERLAP, now - LONGEST_LOOK_BACK)
