"""A message on its way in: base64url within JSON, or as it is in an upload."""

import json
import re
from dataclasses import dataclass
from email import message_from_bytes
from typing import Any

from starlette.responses import Response

from mailwarden_sandbox.call import Call
from mailwarden_sandbox.google import errors
from mailwarden_sandbox.google.mime import from_b64url


@dataclass(frozen=True, slots=True)
class Upload:
    raw: bytes
    thread: str | None


def read_upload(call: Call, inside: str | None = None) -> Upload | Response:
    """``inside``: the field of the JSON that holds the message (drafts)."""
    kind = call.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not call.path.startswith("/upload/"):
        return _from_json(call.body, inside)
    if kind == "message/rfc822":
        return Upload(call.body, None)
    if kind == "multipart/related":
        return _from_related(call, inside)
    return errors.bad_request(f"Media type '{kind}' is not supported. Valid: [message/rfc822]", "badContent")


def _from_json(body: bytes, inside: str | None) -> Upload | Response:
    try:
        asked: Any = json.loads(body)
        message = asked[inside] if inside else asked
        raw, thread = message["raw"], message.get("threadId")
        return Upload(from_b64url(raw), thread or None)
    except (ValueError, KeyError, TypeError, AttributeError):
        return errors.bad_request("'raw' RFC822 payload message string or uploading message via /upload/* URL required")


def _from_related(call: Call, inside: str | None) -> Upload | Response:
    """Two parts: JSON about the message, then the message (RFC 2387)."""
    boundary = message_from_bytes(f"Content-Type: {call.headers['content-type']}\n\n".encode()).get_boundary()
    parts = re.split(rb"(?:\r?\n|^)--" + re.escape((boundary or "").encode()), call.body)
    if not boundary or len(parts) != 4:
        return errors.bad_request("Malformed multipart body.", "badRequest")
    try:
        about: Any = json.loads(_body_of(parts[1]) or b"{}")
        message = about.get(inside, {}) if inside else about
        return Upload(_body_of(parts[2]), message.get("threadId"))
    except (ValueError, AttributeError):
        return errors.bad_request("Malformed multipart body.", "badRequest")


def _body_of(part: bytes) -> bytes:
    return re.split(rb"\r?\n\r?\n", part, maxsplit=1)[-1]
