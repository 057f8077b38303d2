"""A message out of Graph's JSON, or out of base64-encoded MIME."""

import base64
import binascii
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from typing import Any

from mailwarden_sandbox.call import Call
from mailwarden_sandbox.microsoft.render import parsed

LARGEST = 4 * 1024 * 1024
_HEADERS = {"toRecipients": "To", "ccRecipients": "Cc", "bccRecipients": "Bcc", "replyTo": "Reply-To"}


class BadMessage(ValueError):
    """Answered with 400; the first argument is Graph's code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def is_mime(call: Call) -> bool:
    return call.headers.get("content-type", "").partition(";")[0].strip().lower() == "text/plain"


def from_mime(call: Call) -> bytes:
    try:
        raw = base64.b64decode(call.body, validate=True)
    except (binascii.Error, ValueError):
        raise BadMessage("ErrorMimeContentInvalidBase64String", "Invalid base64 string for MIME content.") from None
    if b"\n" not in raw:
        raise BadMessage("ErrorMimeContentInvalid", "The MIME content is not valid.")
    return _finished(call, parsed(raw))


def from_json(call: Call, told: Any) -> bytes:
    if not isinstance(told, Mapping):
        raise BadMessage("ErrorInvalidRequest", "The message is missing.")
    mime = EmailMessage()
    mime["Subject"] = str(told.get("subject") or "")
    for name, header in _HEADERS.items():
        if addresses := list(_addresses(told.get(name) or [])):
            mime[header] = ", ".join(addresses)
    for one in told.get("internetMessageHeaders") or []:
        _add_header(mime, one)
    body = told.get("body") or {}
    kind = "html" if str(body.get("contentType", "text")).lower() == "html" else "plain"
    mime.set_content(str(body.get("content") or ""), subtype=kind)
    for one in told.get("attachments") or []:
        _attach(mime, one)
    return _finished(call, mime)


def _addresses(told: Iterable[Any]) -> Iterable[str]:
    for one in told:
        found = one.get("emailAddress") if isinstance(one, Mapping) else None
        if not isinstance(found, Mapping) or "@" not in str(found.get("address")):
            raise BadMessage("ErrorInvalidRecipients", "At least one recipient isn't valid.")
        yield formataddr((str(found.get("name") or ""), str(found["address"])))


def _add_header(mime: EmailMessage, told: Mapping[str, Any]) -> None:
    """Own headers only: List-Unsubscribe and the like can be set in MIME alone."""
    name = str(told.get("name"))
    if not name.lower().startswith("x-"):
        text = f"The internet message header name '{name}' should start with 'x-' or 'X-'."
        raise BadMessage("InvalidInternetMessageHeader", text)
    mime[name] = str(told.get("value"))


def _attach(mime: EmailMessage, told: Mapping[str, Any]) -> None:
    main, _, sub = str(told.get("contentType") or "application/octet-stream").partition("/")
    content = base64.b64decode(str(told.get("contentBytes") or ""))
    mime.add_attachment(content, maintype=main, subtype=sub or "octet-stream", filename=str(told.get("name") or "file"))


def _finished(call: Call, mime: EmailMessage) -> bytes:
    """Whose mailbox it is, when, and under which id, where the app did not say."""
    account = call.holder
    if mime["From"] is None:
        mime["From"] = formataddr((account.name, account.user_email))
    if mime["Date"] is None:
        mime["Date"] = format_datetime(datetime.fromtimestamp(int(call.world.now()), UTC))
    if mime["Message-ID"] is None:
        mime["Message-ID"] = f"<{call.world.new_id()}@{account.domain}>"
    return mime.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
