"""A stored message as Gmail's API shows it."""

import base64
import binascii
from email import message_from_bytes
from email.message import Message as Mime
from email.utils import getaddresses
from typing import Any

from mailwarden_sandbox.data.mailbox import DRAFT, DRAFTS, INBOX, JUNK, SEEN, SENT, TRASH, Message

SYSTEM = ("INBOX", "SENT", "DRAFT", "TRASH", "SPAM", "UNREAD", "STARRED", "IMPORTANT")
_FOLDERS = {INBOX: "INBOX", SENT: "SENT", DRAFTS: "DRAFT", TRASH: "TRASH", JUNK: "SPAM"}
_BY_LABEL = {label: folder for folder, label in _FOLDERS.items()}
ARCHIVE = "Archive"
FLAGGED = "\\Flagged"


def b64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode()


def from_b64url(text: str) -> bytes:
    """With or without padding. Raises ValueError."""
    try:
        return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("not base64url") from error


def label_of(folder: str) -> str | None:
    """Folders that IMAP made are labels here; the archive is no label at all."""
    return None if folder == ARCHIVE else _FOLDERS.get(folder, f"Label_{folder}")


def folder_of(label: str) -> str:
    return _BY_LABEL.get(label, label.removeprefix("Label_"))


def labels(message: Message) -> list[str]:
    found = [label] if (label := label_of(message.folder)) else []
    if SEEN not in message.flags and DRAFT not in message.flags and message.folder not in (SENT, DRAFTS):
        found.append("UNREAD")
    if FLAGGED in message.flags:
        found.append("STARRED")
    return found


def ids(message: Message) -> dict[str, Any]:
    return {"id": message.key, "threadId": message.thread}


def shown(message: Message, form: str, only: list[str]) -> dict[str, Any]:
    """``form``: minimal, metadata, full or raw; ``only``: the headers that metadata should hold."""
    mime = message_from_bytes(message.raw)
    said: dict[str, Any] = ids(message) | {
        "labelIds": labels(message),
        "snippet": _snippet(mime),
        "historyId": str(message.changed),
        "internalDate": str(int(message.at * 1000)),
        "sizeEstimate": len(message.raw),
    }
    if form == "raw":
        said["raw"] = b64url(message.raw)
    elif form == "metadata":
        said["payload"] = {"mimeType": mime.get_content_type(), "headers": _headers(mime, only)}
    elif form == "full":
        said["payload"] = _part(mime, "", [])
    return said


def _headers(mime: Mime, only: list[str]) -> list[dict[str, str]]:
    wanted = {name.lower() for name in only}
    return [{"name": n, "value": str(v)} for n, v in mime.items() if not wanted or n.lower() in wanted]


def _part(mime: Mime, number: str, only: list[str]) -> dict[str, Any]:
    said: dict[str, Any] = {
        "partId": number, "mimeType": mime.get_content_type(), "filename": mime.get_filename() or "",
        "headers": _headers(mime, only), "body": {"size": 0},
    }  # fmt: skip
    if mime.is_multipart():
        children = [p for p in mime.get_payload() if isinstance(p, Mime)]
        said["parts"] = [_part(p, f"{number}.{n}" if number else str(n), []) for n, p in enumerate(children)]
    else:
        content = _content(mime)
        said["body"] = {"size": len(content), "data": b64url(content)}
    return said


def _content(mime: Mime) -> bytes:
    found = mime.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""


def _snippet(mime: Mime) -> str:
    first = next((p for p in mime.walk() if p.get_content_type() == "text/plain"), None)
    text = _content(first).decode("utf-8", "replace") if first is not None else ""
    return " ".join(text.split())[:200]


def recipients(mime: Mime) -> list[str]:
    found = [str(v) for name in ("To", "Cc", "Bcc") for v in mime.get_all(name, [])]
    return [address for _, address in getaddresses(found) if address]
