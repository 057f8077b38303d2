"""One person's mail, as every door to it sees it: IMAP, Gmail's and Graph's API show the same messages."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

INBOX, SENT, DRAFTS, TRASH = "INBOX", "Sent", "Drafts", "Trash"
JUNK = "Junk"
"""Is there once something lies in it."""
SEEN, DRAFT, DELETED = "\\Seen", "\\Draft", "\\Deleted"


@dataclass(slots=True)
class Message:
    key: str
    """Never changes; APIs make their ids of it."""
    uid: int
    """Of its folder (RFC 9051 §2.3.1.1): a message that is moved gets a new one."""
    folder: str
    raw: bytes
    at: float
    flags: set[str] = field(default_factory=set)
    thread: str = ""
    changed: int = 0
    """The change of the mailbox that touched it last."""


@dataclass(frozen=True, slots=True)
class Change:
    number: int
    kind: str
    """added | removed | flags | moved"""
    key: str
    folder: str
    at: float = 0.0


class Mailbox:
    """Numbers every change, so that each door can tell what happened since."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._messages: dict[str, Message] = {}
        self._next_uid: dict[str, int] = {}
        self.changes: list[Change] = []
        self.watchers: list[Callable[[Change], None]] = []
        """Told of every change at once; for providers that push."""
        self.uid_validity: dict[str, int] = dict.fromkeys((INBOX, SENT, DRAFTS, TRASH), 1)

    @property
    def newest_change(self) -> int:
        return self.changes[-1].number if self.changes else 1

    def folders(self) -> tuple[str, ...]:
        return tuple(self.uid_validity)

    def messages(self, folder: str | None = None) -> list[Message]:
        """Oldest first."""
        return [m for m in self._messages.values() if folder in (None, m.folder)]

    def get(self, key: str) -> Message | None:
        return self._messages.get(key)

    def add(self, folder: str, raw: bytes, flags: set[str] | None = None, thread: str | None = None) -> Message:
        key = secrets.token_hex(8)
        uid = self._uid(folder)
        message = Message(key, uid, folder, raw, self._now(), set(flags or ()), thread or key)
        self._messages[key] = message
        self._note("added", message)
        return message

    def _uid(self, folder: str) -> int:
        self.uid_validity.setdefault(folder, 1)
        uid = self._next_uid.get(folder, 1)
        self._next_uid[folder] = uid + 1
        return uid

    def next_uid(self, folder: str) -> int:
        return self._next_uid.get(folder, 1)

    def replace(self, message: Message, raw: bytes) -> None:
        message.raw = raw
        self._note("flags", message)

    def flag(self, message: Message, flags: set[str]) -> None:
        message.flags = set(flags)
        self._note("flags", message)

    def move(self, message: Message, folder: str) -> None:
        message.folder, message.uid = folder, self._uid(folder)
        self._note("moved", message)

    def remove(self, message: Message) -> None:
        del self._messages[message.key]
        self._note("removed", message)

    def since(self, number: int) -> list[Change]:
        return [change for change in self.changes if change.number > number]

    def _note(self, kind: str, message: Message) -> None:
        message.changed = self.newest_change + 1
        change = Change(message.changed, kind, message.key, message.folder, self._now())
        self.changes.append(change)
        for watcher in list(self.watchers):
            watcher(change)
