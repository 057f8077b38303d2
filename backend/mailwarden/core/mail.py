"""The one message builder for all mail, and where messages go.

`email.message` of some Python 3.11 and 3.12 builds turns encoded words in a header value into real header lines
(the CVE-2024-6923 family), so values are checked before, and the serialised header block is parsed again after.
"""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from datetime import datetime
from pathlib import Path
from typing import Protocol

import aiosmtplib

# C0 and C1 controls, DEL and the Unicode line separators: none has a place in a header value.
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
ENCODED_WORD = re.compile(r"=\?[^?\s]+\?[bqBQ]\?", re.ASCII)


class UnsafeHeader(ValueError):
    """A header value that could become another header line or another recipient."""


@dataclass(frozen=True)
class Mail:
    """``recipients`` is the envelope; headers never add to it."""

    sender: str
    recipients: tuple[str, ...]
    message_id: str
    raw: bytes = field(repr=False)


def build_message(
    *,
    sender: str,
    to: Sequence[str],
    subject: str,
    text: str,
    html: str | None,
    message_id: str,
    date: datetime,
    headers: Sequence[tuple[str, str]] = (),
) -> Mail:
    """``sender`` and ``to`` are ``Name <address>`` or bare addresses. Raises UnsafeHeader."""
    message = EmailMessage(policy=SMTP)
    intended = [
        ("From", _mailbox(sender)),
        ("To", ", ".join(_mailbox(one) for one in to)),
        ("Subject", _safe(subject)),
        ("Date", format_datetime(date)),
        ("Message-ID", _safe(message_id)),
        *((_safe(name), _safe(value)) for name, value in headers),
    ]
    for name, value in intended:
        message[name] = value
    message.set_content(text)
    if html is not None:
        message.add_alternative(html, subtype="html")
    raw = message.as_bytes()
    _verify(raw, [name for name, _ in intended])
    return Mail(parseaddr(sender)[1], tuple(parseaddr(one)[1] for one in to), message_id, raw)


def _safe(value: str) -> str:
    if CONTROL.search(value) or ENCODED_WORD.search(value):
        raise UnsafeHeader("control characters and encoded words are not allowed in a header")
    return value


def _mailbox(value: str) -> str:
    name, address = parseaddr(_safe(value))
    if address.count("@") != 1 or not all(address.split("@")):
        raise UnsafeHeader("not one mail address")
    return str(Address(display_name=name, addr_spec=address))


def _verify(raw: bytes, intended: list[str]) -> None:
    """What a receiver will parse must be exactly the headers we meant to write."""
    ours = {"content-type", "content-transfer-encoding", "mime-version"}
    found = [name.lower() for name in message_from_bytes(raw).keys() if name.lower() not in ours]
    if sorted(found) != sorted(name.lower() for name in intended):
        raise UnsafeHeader("the serialised header block differs from the intended one")


class Mailer(Protocol):
    async def send(self, mail: Mail) -> None: ...


@dataclass(frozen=True)
class SmtpMailer:
    """Submission to the operator's own relay."""

    host: str
    port: int
    username: str | None
    password: str | None = field(repr=False)
    start_tls: bool | None = None
    use_tls: bool = False
    timeout_s: float = 20

    async def send(self, mail: Mail) -> None:
        await aiosmtplib.send(
            mail.raw,
            sender=mail.sender,
            recipients=list(mail.recipients),
            hostname=self.host,
            port=self.port,
            username=self.username,
            password=self.password,
            start_tls=self.start_tls,
            use_tls=self.use_tls,
            timeout=self.timeout_s,
        )


@dataclass(frozen=True)
class FileMailer:
    """For development and the demo: one `.eml` a message, readable by any mail program."""

    folder: Path

    async def send(self, mail: Mail) -> None:
        name = re.sub(r"[^A-Za-z0-9.-]", "_", mail.message_id.strip("<>")) + ".eml"
        await asyncio.to_thread(self._write, self.folder / name, mail.raw)

    @staticmethod
    def _write(path: Path, raw: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
