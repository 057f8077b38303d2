"""Mail at Graph: drafts, sending, and what changed in a folder.

Messages go as MIME: in JSON only headers that begin with ``x-`` may be set, so no List-Unsubscribe.
"""

import base64
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from mailwarden.providers.base import Api, ObjectGone, WritingApi
from mailwarden.providers.reading import Row, at, garbled, moment, rows, text, texts

SEND, MESSAGES = "/v1.0/me/sendMail", "/v1.0/me/messages"
PAGE_SIZE = 50
_PEOPLE = ("toRecipients", "ccRecipients", "bccRecipients")
_FIELDS = ",".join(("id,internetMessageId,conversationId,subject,from,receivedDateTime,isRead,isDraft", *_PEOPLE))
_ADDRESSES = tuple(f"{name}.*.emailAddress.address" for name in _PEOPLE)
_MIME = {"Content-Type": "text/plain"}
_NEXT, _DELTA = "$skiptoken", "$deltatoken"


class StateLost(Exception):
    """Graph forgot what we had read: begin again without a cursor."""


@dataclass(frozen=True, slots=True)
class Letter:
    """``external_id`` is the immutable one: it stays when the message is moved or sent."""

    external_id: str
    message_id: str | None  # of RFC 5322
    conversation: str | None
    subject: str | None
    sender: str | None
    received_at: datetime | None
    read: bool
    draft: bool
    recipients: frozenset[str] = frozenset()  # lower-case; of a received one without blind copies


@dataclass(frozen=True, slots=True)
class Changes:
    """``cursor`` goes on where this ended: at once if not ``complete``, later if so."""

    letters: tuple[Letter, ...]
    removed: tuple[str, ...]
    cursor: str
    complete: bool


async def send_mime(api: WritingApi, message: bytes) -> None:
    """Graph took it; it gives no id. Whether it arrives only later mail can tell."""
    await api.write("POST", SEND, base64.b64encode(message), headers=_MIME)


async def create_draft(api: WritingApi, message: bytes) -> Letter:
    return _letter(await api.write("POST", MESSAGES, base64.b64encode(message), headers=_MIME), MESSAGES)


async def send_draft(api: WritingApi, external_id: str) -> None:
    await api.write("POST", f"{MESSAGES}/{external_id}/send")


async def delete_draft(api: WritingApi, external_id: str) -> None:
    """Into the deleted items; what lies there already goes for good."""
    with suppress(ObjectGone):
        await api.write("DELETE", f"{MESSAGES}/{external_id}")


async def find_sent(api: Api, message_id: str) -> tuple[Letter, ...]:
    """By Message-ID, for a sending whose outcome is unknown."""
    quoted = message_id.replace("'", "''")
    found = await api.get(MESSAGES, {"$filter": f"internetMessageId eq '{quoted}'", "$select": _FIELDS})
    return tuple(_letter(row, MESSAGES) for row in rows(found, "value", MESSAGES))


async def changes(api: Api, cursor: str | None, folder: str = "inbox") -> Changes:
    """One page. Without a cursor it begins with everything. Raises StateLost."""
    path = f"/v1.0/me/mailFolders/{folder}/messages/delta"
    try:
        payload = await api.get(path, _asked(cursor))
    except ObjectGone as exc:
        if cursor is None:
            raise
        raise StateLost from exc
    found = rows(payload, "value", path)
    going_on = _token(payload, "@odata.nextLink", _NEXT)
    following = going_on or _token(payload, "@odata.deltaLink", _DELTA)
    if following is None or going_on == (cursor or ""):  # an unchanged folder may well keep its token
        raise garbled(path, "no way on from this page")
    gone = tuple(name for row in found if "@removed" in row and (name := text(row, "id")))
    letters = tuple(_letter(row, path) for row in found if "@removed" not in row)
    return Changes(letters, gone, following, complete=going_on is None)


def _asked(cursor: str | None) -> Mapping[str, Any]:
    if cursor is None:
        return {"$select": _FIELDS, "$top": PAGE_SIZE}
    name, _, token = cursor.partition("=")
    return {name: token}


def _token(payload: Any, field: str, name: str) -> str | None:
    """Of a link only the token is kept: it holds wherever the API is reached, and no link is followed."""
    link = at(payload, field)
    found = dict(parse_qsl(link.partition("?")[2])).get(name) if isinstance(link, str) else None
    return f"{name}={found}" if found else None


def _letter(row: Row, path: str) -> Letter:
    external_id = text(row, "id")
    if external_id is None:
        raise garbled(path, "a message without id")
    return Letter(
        external_id=external_id,
        message_id=text(row, "internetMessageId"),
        conversation=text(row, "conversationId"),
        subject=text(row, "subject"),
        sender=text(row, "from", "emailAddress", "address"),
        received_at=moment(row.get("receivedDateTime")),
        read=row.get("isRead") is True,
        draft=row.get("isDraft") is True,
        recipients=frozenset(one.lower() for one in texts(row, _ADDRESSES)),
    )
