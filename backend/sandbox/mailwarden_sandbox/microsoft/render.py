"""A stored message as Graph's JSON."""

import email
import email.policy
import html
import re
from email.message import EmailMessage
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any

from mailwarden_sandbox.call import Call
from mailwarden_sandbox.clock import iso_z
from mailwarden_sandbox.data.mailbox import DRAFT, SEEN, Message
from mailwarden_sandbox.microsoft import ids

_ALWAYS = ("@odata.etag", "id")
_ONLY_IF_ASKED = ("internetMessageHeaders",)


def parsed(raw: bytes) -> EmailMessage:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    if not isinstance(message, EmailMessage):
        raise TypeError("the modern policy makes an EmailMessage")
    return message


def to_json(call: Call, message: Message, wanted: list[str] | None = None) -> dict[str, Any]:
    """``wanted``: of ``$select``; without it everything but the headers."""
    mime = parsed(message.raw)
    told = {**_envelope(call, message, mime), **_content(mime), **_people(mime)}
    if not wanted:
        return {name: value for name, value in told.items() if name not in _ONLY_IF_ASKED}
    return {name: value for name, value in told.items() if name in _ALWAYS or name in wanted}


def _envelope(call: Call, message: Message, mime: EmailMessage) -> dict[str, Any]:
    change = f"CQAAABYAAA{message.changed:06d}"
    at = iso_z(message.at)
    identity = ids.message_id(call, message.key, message.folder)
    return {
        "@odata.etag": f'W/"{change}"',
        "id": identity,
        "createdDateTime": at,
        "lastModifiedDateTime": at,
        "changeKey": change,
        "categories": [],
        "receivedDateTime": at,
        "sentDateTime": _sent(mime) or at,
        "hasAttachments": any(True for _ in mime.iter_attachments()),
        "internetMessageId": str(mime["Message-ID"] or f"<{message.key}@sandbox.test>"),
        "importance": "normal",
        "parentFolderId": ids.folder_id(message.folder),
        "conversationId": f"AAQkADc{message.thread}",
        "isDeliveryReceiptRequested": None,
        "isReadReceiptRequested": False,
        "isRead": SEEN in message.flags,
        "isDraft": DRAFT in message.flags,
        "webLink": f"https://outlook.office365.com/owa/?ItemID={identity}",
        "inferenceClassification": "focused",
        "flag": {"flagStatus": "notFlagged"},
        "internetMessageHeaders": [{"name": name, "value": str(value)} for name, value in mime.items()],
    }


def _sent(mime: EmailMessage) -> str | None:
    try:
        return iso_z(parsedate_to_datetime(str(mime["Date"])).timestamp())
    except (TypeError, ValueError):
        return None


def _content(mime: EmailMessage) -> dict[str, Any]:
    part = mime.get_body(("html", "plain"))
    try:
        text = str(part.get_content()) if part is not None else ""
    except (LookupError, ValueError):
        text = ""
    kind = "html" if part is not None and part.get_content_subtype() == "html" else "text"
    preview = html.unescape(re.sub(r"<[^>]*>", " ", text)) if kind == "html" else text
    return {
        "subject": str(mime["Subject"] or ""),
        "bodyPreview": " ".join(preview.split())[:255],
        "body": {"contentType": kind, "content": text},
    }


def _people(mime: EmailMessage) -> dict[str, Any]:
    sender = _recipients(mime, "Sender") or _recipients(mime, "From")
    author = _recipients(mime, "From")
    return {
        "sender": sender[0] if sender else None,
        "from": author[0] if author else None,
        "toRecipients": _recipients(mime, "To"),
        "ccRecipients": _recipients(mime, "Cc"),
        "bccRecipients": _recipients(mime, "Bcc"),
        "replyTo": _recipients(mime, "Reply-To"),
    }


def _recipients(mime: EmailMessage, header: str) -> list[dict[str, Any]]:
    found = getaddresses([str(value) for value in mime.get_all(header, [])])
    return [{"emailAddress": {"name": name or address, "address": address}} for name, address in found if address]
