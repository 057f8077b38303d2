"""How one mail leaves over a provider, and how to find out later whether it did.

``hand_over`` is called once. What it raises says what is known:

- Unavailable with ``sent``: it may have gone out. Look for it; never send it again.
- MessageRefused and any other Rejected: it did not go out, and would not the next time either.
- everything else: it did not go out, but may the next time.

An HTTP 5xx of a send API is always the first of these: it says nothing about the mail (an SMTP 5yz does).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar

from mailwarden.core.mime import Attachment
from mailwarden.providers.base import Evidence, ProviderError, Rejected, Unavailable

MOST_FILES, LARGEST_FILES = 20, 25 << 20  # of one mail; bytes together, as most receivers take
Way_contra = TypeVar("Way_contra", contravariant=True)


@dataclass(frozen=True, slots=True)
class Recipient:
    """``name`` may be empty."""

    address: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """``recipients`` is everybody who gets it; for providers that take no message of ours, its parts stand apart."""

    message_id: str
    sender: str
    recipients: tuple[Recipient, ...]
    subject: str
    ordered_at: datetime  # when the attempt began: whatever is found from before is another mail
    raw: bytes = field(default=b"", repr=False)
    html: str = field(default="", repr=False)
    text: str = field(default="", repr=False)
    files: tuple[Attachment, ...] = field(default=(), repr=False)
    thread: str | None = None  # the provider's own name of the conversation
    provider_id: str | None = None  # once it is known
    again: bool = False  # an earlier attempt surely sent nothing, but may have left a draft
    anew: bool = False  # somebody sent it once more, perhaps changed: such a draft is another mail

    @property
    def addresses(self) -> tuple[str, ...]:
        return tuple(one.address for one in self.recipients)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Of one recipient, while others were taken. ``code`` is the enhanced status code (RFC 3463) or the plain one."""

    code: str
    detail: str
    permanent: bool


@dataclass(frozen=True, slots=True)
class Handed:
    """It is out. ``seen_id``: the Message-ID that recipients see; None: not told yet. ``found``: it was out before."""

    provider_id: str | None = None
    thread: str | None = None
    seen_id: str | None = None
    refused: Mapping[str, Refusal] = field(default_factory=dict)
    found: bool = False


class MessageRefused(Rejected):
    """The mail or all of its recipients were judged: another try would hear the same. ``refused``: by address."""

    def __init__(self, evidence: Evidence, refused: Mapping[str, Refusal] | None = None) -> None:
        super().__init__(evidence)
        self.refused = dict(refused or {})


class Deferred(ProviderError):
    """This mail is not taken now (greylisting, a full mailbox, …); other mail may well be."""


class SendingCapped(ProviderError):
    """The account sent as much as its provider allows in a day. Nothing else is wrong with it."""


class SendsMail(Protocol[Way_contra]):
    """``bcc_in_header``: the provider takes recipients from headers, and removes this one before anybody sees it.

    ``takes_messages`` False: it takes the parts of a mail and makes the message itself. ``most_files``,
    ``largest_file`` and ``largest_together`` (bytes) are what it takes of files.
    """

    bcc_in_header: bool
    takes_messages: bool
    most_files: int
    largest_file: int
    largest_together: int

    async def hand_over(self, way: Way_contra, outgoing: Outgoing) -> Handed: ...

    async def look_up(self, way: Way_contra, outgoing: Outgoing) -> Handed | None:
        """Whether it went out after all. None: nothing of it is to be found, which is no proof."""
        ...


@contextmanager
def nothing_left() -> Iterator[None]:
    """Around the calls that come before the decisive one: whatever fails here, no mail is out."""
    try:
        yield
    except Unavailable as exc:
        raise Unavailable(exc.evidence, sent=False, retry_after_s=exc.retry_after_s) from exc


@contextmanager
def decisive() -> Iterator[None]:
    """Around the one call that sends. A token that could not be renewed kept the request from leaving at all."""
    try:
        yield
    except Unavailable as exc:
        if exc.sent and exc.evidence.operation != "api":
            raise Unavailable(exc.evidence, sent=False, retry_after_s=exc.retry_after_s) from exc
        raise
