"""From a message's rows to what leaves: signature, tracking, and the one message builder."""

import base64
from collections.abc import Sequence
from datetime import datetime

from mailwarden.connections.models import Connection
from mailwarden.connections.sending import address_of, bcc_in_header, takes_messages
from mailwarden.core.crypto import Place
from mailwarden.core.db import UnitOfWork
from mailwarden.core.mail import Attachment, build_message, plain
from mailwarden.core.runtime import Runtime
from mailwarden.mailboxes.settings import MailboxSettings
from mailwarden.providers.outgoing import Outgoing, Recipient
from mailwarden.sending.making import take_thread
from mailwarden.sending.models import Message, MessageFile, MessageRecipient
from mailwarden.sending.prepare import Content, Prepared, prepared
from mailwarden.sending.store import files_of
from mailwarden.sending.tracking.plain_text import to_text


async def outgoing_of(
    rt: Runtime,
    tx: UnitOfWork,
    message: Message,
    row: Connection,
    recipients: Sequence[MessageRecipient],
    settings: MailboxSettings,
    now: datetime,
) -> Outgoing:
    """Raises UnsafeHeader. ``recipients`` are those who get it; nobody else is named in it."""
    await take_thread(tx, message)
    ready = _with_text(await prepared(rt, tx, message, recipients, signed(message, settings)))
    files = tuple(_file(rt, one) for one in await files_of(tx, message))
    whole = takes_messages(row.provider)
    return Outgoing(
        message_id=message.rfc822_id or "",
        sender=address_of(row),
        recipients=tuple(Recipient(one.address, one.name) for one in recipients),
        subject=message.subject,
        ordered_at=now,
        raw=_raw(message, row, recipients, settings, ready, files, now) if whole else b"",
        html=ready.html,
        text=ready.text,
        files=() if whole else files,
        thread=message.provider_thread,
    )


def signed(message: Message, settings: MailboxSettings) -> Content:
    """The signature was cleaned when it was stored. RFC 3676 §4.3 says how a text begins its own."""
    signature = settings.signature_html
    words = f"{message.text}\n\n-- \n{to_text(signature)}" if signature and message.text else message.text
    below = f"<br><div>{signature}</div>" if signature and message.html else ""
    return Content(message.html + below, words)


def _with_text(ready: Prepared) -> Prepared:
    return ready if ready.text or not ready.html else Prepared(ready.html, to_text(ready.html), ready.headers)


def _file(rt: Runtime, file: MessageFile) -> Attachment:
    place = Place(MessageFile.__tablename__, "content", file.org_id, file.id)
    return Attachment(file.name, file.media_type, base64.b64decode(rt.keys.open(file.content, place)))


def _raw(
    message: Message,
    row: Connection,
    recipients: Sequence[MessageRecipient],
    settings: MailboxSettings,
    ready: Prepared,
    files: Sequence[Attachment],
    now: datetime,
) -> bytes:
    named: dict[str, list[str]] = {"to": [], "cc": [], "bcc": []}
    for one in recipients:
        named[one.kind].append(_mailbox(one.name, one.address))
    mail = build_message(
        sender=_mailbox(settings.sender_name, address_of(row)),
        to=named["to"],
        cc=named["cc"],
        bcc=named["bcc"],
        bcc_in_header=bcc_in_header(row.provider),
        subject=plain(message.subject, 900),
        text=ready.text,
        html=ready.html or None,
        message_id=message.rfc822_id or "",
        date=now,
        headers=ready.headers,
        in_reply_to=message.in_reply_to,
        references=message.references_,
        attachments=files,
    )
    return mail.raw


def _mailbox(name: str, address: str) -> str:
    """A name may hold what would end it."""
    shown = plain(name, 120).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{shown}" <{address}>' if shown else address
