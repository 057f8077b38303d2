"""What bounces, complaints and replies do to our messages. Told to whoever registered, in the same transaction."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mailwarden.core.db import UnitOfWork
from mailwarden.core.http import redact
from mailwarden.core.ids import format_id
from mailwarden.core.runtime import Runtime
from mailwarden.events.record import record
from mailwarden.events.types import EventType
from mailwarden.sending.models import Message, MessageRecipient
from mailwarden.sending.receiving.rules import judged
from mailwarden.sending.receiving.words import Report, Verdict
from mailwarden.sending.suppression import suppress


class What(StrEnum):
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    REPLIED = "replied"
    AUTO_REPLIED = "auto_replied"  # a program answered: nobody read it


@dataclass(frozen=True, slots=True)
class Happened:
    """``recipient`` None: somebody answered who is none of the message's several recipients.

    ``hard`` and ``code`` (RFC 3463) are of bounces.
    """

    what: What
    message: Message
    recipient: MessageRecipient | None
    at: datetime
    hard: bool = False
    code: str = ""


# Only writes rows and enqueues jobs, in the caller's transaction; the recipient's row is locked.
Effect = Callable[[Runtime, UnitOfWork, Happened], Awaitable[None]]
_EFFECTS: list[Effect] = []
_EVENTS = {
    What.BOUNCED: EventType.MESSAGE_BOUNCED,
    What.COMPLAINED: EventType.MESSAGE_COMPLAINED,
    What.REPLIED: EventType.MESSAGE_REPLIED,
}


def register_effect(effect: Effect) -> Effect:
    """At import, by features above this one. Registering twice counts once."""
    if effect not in _EFFECTS:
        _EFFECTS.append(effect)
    return effect


def unregister_effect(effect: Effect) -> None:
    _EFFECTS.remove(effect)


async def tell(rt: Runtime, tx: UnitOfWork, happened: Happened) -> None:
    """For every change that really happened, once."""
    if type := _EVENTS.get(happened.what):
        message = happened.message
        await record(tx, type, connection_id=message.connection_id, subject_id=message.id, data=_data(happened))
    for effect in _EFFECTS:
        await effect(rt, tx, happened)


def _data(happened: Happened) -> dict[str, object]:
    recipient = happened.recipient
    said: dict[str, object] = {
        "message_id": format_id("msg", happened.message.id),
        "address": recipient.address if recipient else None,
        "at": happened.at.isoformat(),
    }
    if happened.what is What.BOUNCED:
        said |= {"bounce_kind": "hard" if happened.hard else "soft", "code": happened.code}
    return said


async def bounce(
    rt: Runtime, tx: UnitOfWork, message: Message, recipient: MessageRecipient, report: Report, at: datetime
) -> bool:
    """Whether it is news. A hard one comes on top of a soft one; never the other way."""
    said = judged(report)
    hard = said.verdict is Verdict.HARD
    if recipient.bounced_at is not None and not (hard and recipient.bounce_kind == "soft"):
        return False
    recipient.bounced_at, recipient.bounce_kind = at, "hard" if hard else "soft"
    recipient.bounce_code = said.code or None
    recipient.state_detail = redact(report.diagnostic, limit=200) or None
    if recipient.state != "complained":
        recipient.state = "bounced"
    if hard:
        await suppress(tx, message.org_id, recipient.address, "hard_bounce", message_id=message.id)
    await tell(rt, tx, Happened(What.BOUNCED, message, recipient, at, hard, said.code))
    return True


def delay(recipient: MessageRecipient, words: str) -> None:
    """It may still arrive: only what the server says is shown."""
    if recipient.state == "accepted":
        recipient.state_detail = redact(words, limit=200) or None


async def complain(rt: Runtime, tx: UnitOfWork, message: Message, recipient: MessageRecipient, at: datetime) -> bool:
    """Whether it is news."""
    if recipient.complained_at is not None:
        return False
    recipient.complained_at, recipient.state = at, "complained"
    await suppress(tx, message.org_id, recipient.address, "complaint", message_id=message.id)
    await tell(rt, tx, Happened(What.COMPLAINED, message, recipient, at))
    return True


async def reply(
    rt: Runtime, tx: UnitOfWork, message: Message, recipient: MessageRecipient | None, at: datetime
) -> bool:
    """Whether it is news: only the first answer of a recipient is."""
    if recipient is not None:
        if recipient.replied_at is not None:
            return False
        recipient.replied_at = at
    await tell(rt, tx, Happened(What.REPLIED, message, recipient, at))
    return True
