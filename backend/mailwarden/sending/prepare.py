"""What a mail gets besides its words just before it is built: tracking, a way to unsubscribe, headers.

Who does that registers here, at import. Without anybody a mail leaves as it was written.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from mailwarden.core.db import UnitOfWork
from mailwarden.core.runtime import Runtime
from mailwarden.sending.models import Message, MessageRecipient


@dataclass(frozen=True, slots=True)
class Content:
    """With the signature. ``html`` is empty for a mail of plain text; ``text`` is empty where it is yet to be made."""

    html: str
    text: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """``headers`` are additional ones, as the message builder takes them."""

    html: str
    text: str
    headers: tuple[tuple[str, str], ...] = ()


class Prepare(Protocol):
    async def __call__(
        self,
        rt: Runtime,
        tx: UnitOfWork,
        message: Message,
        recipients: Sequence[MessageRecipient],
        content: Content,
    ) -> Prepared:
        """In the transaction that claims the mail. ``recipients`` are those who will get it, in their order."""
        ...


_PREPARE: list[Prepare] = []


def register_prepare(prepare: Prepare) -> Prepare:
    """The last one to register does it."""
    _PREPARE[:] = [prepare]
    return prepare


async def prepared(
    rt: Runtime, tx: UnitOfWork, message: Message, recipients: Sequence[MessageRecipient], content: Content
) -> Prepared:
    for prepare in _PREPARE:
        return await prepare(rt, tx, message, recipients, content)
    return Prepared(content.html, content.text)
