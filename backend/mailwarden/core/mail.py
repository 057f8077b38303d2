"""The one message builder for all mail, and where messages go."""

import asyncio
import os
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.utils import format_datetime, getaddresses
from pathlib import Path
from typing import Protocol

import aiosmtplib

from mailwarden.core.mime import (
    HARD_LINE,
    Attachment,
    UnsafeHeader,
    address_header,
    body,
    checked_message_id,
    plain,
    safe,
    split_mailbox,
    text_header,
    token_header,
)

__all__ = [
    "Attachment",
    "FileMailer",
    "Mail",
    "MailRefused",
    "MailUnknown",
    "Mailer",
    "SmtpMailer",
    "UnsafeHeader",
    "build_message",
    "plain",
]

HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")
RESERVED = re.compile(
    r"from|to|b?cc|sender|reply-to|subject|date|message-id|return-path|received|(content|mime|resent)-.*"
)
BARE_LINE_END = re.compile(rb"(?<!\r)\n|\r(?!\n)")


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
    reply_to: str | None = None,
    attachments: Sequence[Attachment] = (),
    cc: Sequence[str] = (),
    bcc: Sequence[str] = (),
    bcc_in_header: bool = False,
    in_reply_to: str | None = None,
    references: Sequence[str] = (),
) -> Mail:
    """``sender``, ``to``, ``cc``, ``bcc`` and ``reply_to`` are ``Name <address>`` or bare. Raises UnsafeHeader.

    Blind copies stand in the envelope alone; ``bcc_in_header`` is for providers that know no envelope and remove the
    header themselves.
    """
    targets, copies, blind = _mailboxes(to), _mailboxes(cc), _mailboxes(bcc)
    if not targets + copies + blind:
        raise UnsafeHeader("no recipient")
    shown = blind if bcc_in_header else []
    everybody = {
        "From": [split_mailbox(sender)],
        "To": targets,
        "Cc": copies,
        "Bcc": shown,
        "Reply-To": _mailboxes([reply_to] if reply_to else []),
    }
    people = {name: found for name, found in everybody.items() if found}
    extra = [*_thread(in_reply_to, references), *((_extra_name(name), safe(value)) for name, value in headers)]
    head = [
        *(address_header(name, found) for name, found in people.items()),
        text_header("Subject", safe(subject)),
        token_header("Date", format_datetime(date)),
        f"Message-ID: {checked_message_id(message_id)}",
        *(token_header(name, value) for name, value in extra),
        "MIME-Version: 1.0",
    ]
    raw = "".join(f"{line}\r\n" for line in head).encode("ascii") + body(text, html, attachments).encode("ascii")
    _verify(raw, people, subject, extra)
    envelope = tuple(dict.fromkeys(address for _, address in targets + copies + blind))
    return Mail(people["From"][0][1], envelope, message_id, raw)


def _mailboxes(given: Sequence[str]) -> list[tuple[str, str]]:
    return [split_mailbox(one) for one in given]


def _thread(in_reply_to: str | None, references: Sequence[str]) -> list[tuple[str, str]]:
    """RFC 5322 §3.6.4."""
    answered = [("In-Reply-To", checked_message_id(in_reply_to))] if in_reply_to else []
    chain = " ".join(checked_message_id(one) for one in references)
    return answered + ([("References", chain)] if chain else [])


def domain_of(mailbox: str) -> str:
    """Where its Message-IDs belong."""
    return split_mailbox(mailbox)[1].rpartition("@")[2]


def _extra_name(name: str) -> str:
    if not HEADER_NAME.fullmatch(name) or RESERVED.fullmatch(name.lower()):
        raise UnsafeHeader("not an additional header")
    return name


Mailboxes = list[tuple[str, str]]


def _verify(raw: bytes, people: Mapping[str, Mailboxes], subject: str, extra: Sequence[tuple[str, str]]) -> None:
    """The last wall, whatever the ones before missed: a receiver must read exactly what we meant to write."""
    found = message_from_bytes(raw)
    names = [*people, "subject", "date", "message-id", *(name for name, _ in extra), "mime-version"]
    theirs = [name.lower() for name in found.keys() if not name.lower().startswith("content-")]  # noqa: SIM118
    same = (
        theirs == [name.lower() for name in names]
        and _read(found["Subject"]) == subject
        and all(_addresses(found[name]) == [address for _, address in known] for name, known in people.items())
    )
    too_long = max(map(len, raw.split(b"\r\n"))) > HARD_LINE
    if not same or too_long or BARE_LINE_END.search(raw):
        raise UnsafeHeader("the serialised message differs from the intended one")


def _read(value: str) -> str:
    return str(make_header(decode_header(value.replace("\r\n", ""))))


def _addresses(value: str | None) -> list[str]:
    if value is None:
        return []  # of an empty text Python 3.11.2 makes one empty address, and 3.11.7 none
    return [address for _, address in getaddresses([value.replace("\r\n", "")])]


class MailRefused(Exception):
    """The message was surely not accepted: sending it again cannot make two."""


class MailUnknown(Exception):
    """The connection broke between the end of the message and the answer: it may have been accepted."""


class Mailer(Protocol):
    async def send(self, mail: Mail) -> None:
        """Raises MailRefused or MailUnknown."""
        ...


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
        client = self._client()
        try:
            try:
                async with asyncio.timeout(self.timeout_s):
                    await self._open(client, mail)
            except (aiosmtplib.SMTPException, OSError, ValueError) as exc:
                raise MailRefused(_reason(exc)) from exc
            await self._hand_over(client, mail.raw)
        finally:
            client.close()

    def _client(self) -> aiosmtplib.SMTP:
        return aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            username=self.username,
            password=self.password,
            start_tls=self.start_tls,
            use_tls=self.use_tls,
            timeout=self.timeout_s,
        )

    async def _open(self, client: aiosmtplib.SMTP, mail: Mail) -> None:
        """Everything before the first byte of the message; one refused recipient refuses the whole."""
        await client.connect()
        await client.mail(mail.sender)
        for recipient in mail.recipients:
            await client.rcpt(recipient)

    async def _hand_over(self, client: aiosmtplib.SMTP, raw: bytes) -> None:
        try:
            async with asyncio.timeout(self.timeout_s):
                await client.data(raw)
        except aiosmtplib.SMTPDataError as exc:
            raise MailRefused(_reason(exc)) from exc
        except (aiosmtplib.SMTPException, OSError) as exc:
            raise MailUnknown(_reason(exc)) from exc
        with suppress(aiosmtplib.SMTPException, OSError):
            await client.quit(timeout=2)


def _reason(exc: BaseException) -> str:
    """Short and without the relay's free text, which may repeat addresses."""
    code = getattr(exc, "code", None)
    return f"{type(exc).__name__} {code}" if code else type(exc).__name__


@dataclass(frozen=True)
class FileMailer:
    """For development and the demo: one `.eml` a message, readable by any mail program."""

    folder: Path

    async def send(self, mail: Mail) -> None:
        name = re.sub(r"[^A-Za-z0-9.-]", "_", mail.message_id.strip("<>"))[:150] + ".eml"
        await asyncio.to_thread(self._write, self.folder / name, mail.raw)

    @staticmethod
    def _write(path: Path, raw: bytes) -> None:
        """Under its name only when it is whole, so that a reader never sees half a message."""
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".part")
        draft.write_bytes(raw)
        os.replace(draft, path)
