"""Where a slot's next mail comes from: one-off mails are queued, features above make theirs when asked.

Nothing is queued ahead: whoever pauses a campaign stops it with the very next question.
"""

from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from mailwarden.connections.models import Connection
from mailwarden.connections.slot_models import MailboxSlot
from mailwarden.core.db import UnitOfWork
from mailwarden.sending.models import Message


class Outcome(StrEnum):
    """What became of an attempt, as ``send_attempts.outcome`` has it once it is settled."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"
    FOUND = "found"


class Source(Protocol):
    """All in the caller's transaction, which makes no network call and is short."""

    async def next(self, tx: UnitOfWork, slot: MailboxSlot, row: Connection, now: datetime) -> UUID | None:
        """The id of a message of this slot that is due: made now, or found; queued, and locked with SKIP LOCKED.

        None: nothing is due. The message may still be refused by a limit; it then stays queued and is found again.
        """

    async def settled(self, tx: UnitOfWork, message: Message, outcome: Outcome) -> None:
        """An attempt of one of its messages ended, or an unknown outcome was cleared up later."""

    async def due_next(self, tx: UnitOfWork, slot: MailboxSlot, now: datetime) -> datetime | None:
        """When ``next`` should be asked again at the earliest; None: not before somebody wakes the slot."""


_SOURCES: list[Source] = []


def register_source(source: Source) -> Source:
    """At import, by features above this one. Registering twice counts once."""
    if source not in _SOURCES:
        _SOURCES.append(source)
    return source


def unregister_source(source: Source) -> None:
    _SOURCES.remove(source)


def sources() -> tuple[Source, ...]:
    return tuple(_SOURCES)
