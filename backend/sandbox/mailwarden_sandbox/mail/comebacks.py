"""What comes back of a sent mail: bounces, complaints, answers, as the recipient's address or the control API wants.

It lies in the sender's inbox at once. Which server's words it has follows from the seed and the address, unless told.
"""

import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from mailwarden_sandbox.accounts import Account
from mailwarden_sandbox.data.mailbox import INBOX
from mailwarden_sandbox.data.mixing import seed_of
from mailwarden_sandbox.mail.comeback_letters import ANSWERS, BOUNCES, REASONS, Occasion, header
from mailwarden_sandbox.world import World

KINDS = (*REASONS, *ANSWERS)
STYLES = tuple(BOUNCES)
REMEMBERED = 5000
_LOCAL = re.compile(rf"(?P<kind>{'|'.join(KINDS)})(-(?P<style>{'|'.join(STYLES)}))?([+.-].*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Wish:
    """``kind`` None: nothing comes back, whatever the address says."""

    kind: str | None
    style: str | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """As the recipient got it; only the headers are kept."""

    sender: Account
    recipient: str
    head: bytes


@dataclass(slots=True)
class Comebacks:
    """The world's part. ``wishes`` by a pattern of addresses; the latest that fits counts."""

    wishes: dict[str, Wish] = field(default_factory=dict)
    sent: deque[Sent] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    count: int = 0


def take(world: World, sender: Account, recipients: Iterable[str], raw: bytes) -> None:
    """For every door that sends: ``raw`` is what recipients get."""
    part, head = world.part(Comebacks), raw.partition(b"\r\n\r\n")[0]
    for recipient in recipients:
        one = Sent(sender, recipient, head)
        part.sent.append(one)
        wish = wish_for(part, recipient)
        if wish is not None and wish.kind is not None:
            come_back(world, one, wish.kind, wish.style)


def wish_for(part: Comebacks, recipient: str) -> Wish | None:
    for pattern, wish in reversed(part.wishes.items()):
        if fnmatchcase(recipient.lower(), pattern):
            return wish
    match = _LOCAL.fullmatch(recipient.rpartition("@")[0])
    return Wish(match["kind"].lower(), (match["style"] or "").lower() or None) if match else None


def latest(world: World, recipient: str) -> Sent | None:
    """The newest mail to this address."""
    wanted = recipient.lower()
    return next((one for one in reversed(world.part(Comebacks).sent) if one.recipient.lower() == wanted), None)


def come_back(world: World, sent: Sent, kind: str, style: str | None = None, folder: str = INBOX) -> str:
    """Into the sender's mailbox; the key of what arrived there."""
    part = world.part(Comebacks)
    part.count += 1
    occasion = Occasion(
        to=header(sent.head, "From") or sent.sender.user_email,
        recipient=sent.recipient,
        head=sent.head.decode("utf-8", "replace"),
        number=part.count,
        at=world.now(),
    )
    if kind in ANSWERS:
        text = ANSWERS[kind](occasion)
    else:
        styles = STYLES if kind != "bounce-delay" else ("postfix", "exim")
        chosen = style or styles[seed_of(f"{world.config.seed}:{sent.recipient.lower()}") % len(styles)]
        text = BOUNCES[chosen](occasion, kind)
    raw = text.lstrip("\n").replace("\r\n", "\n").replace("\n", "\r\n").encode("utf-8", "replace")
    return sent.sender.mailbox.add(folder, raw).key
