"""One person's Gmail: sending, drafts, what changed, and being told of changes."""

import base64
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from mailwarden.providers.base import Api, ObjectGone, ProviderError, WritingApi
from mailwarden.providers.google import PROFILE
from mailwarden.providers.reading import at, dig, garbled, moment, text

_ME = "/gmail/v1/users/me"
MESSAGES, SEND = f"{_ME}/messages", f"{_ME}/messages/send"
DRAFTS, SEND_DRAFT = f"{_ME}/drafts", f"{_ME}/drafts/send"
HISTORY, WATCH, STOP, SENDERS = f"{_ME}/history", f"{_ME}/watch", f"{_ME}/stop", f"{_ME}/settings/sendAs"
PAGE_SIZE = 500
LONGEST_CHAIN = 200  # pages of one question; more would be a loop of the provider's
REPLACED = "X-Google-Original-Message-ID"
CLOCKS_APART = timedelta(minutes=5)
JUST_AFTER = timedelta(minutes=1)
_KINDS = ("messagesAdded", "messagesDeleted", "labelsAdded", "labelsRemoved")


@dataclass(frozen=True, slots=True)
class Profile:
    address: str
    messages: int | None
    history_id: str


@dataclass(frozen=True, slots=True)
class Sent:
    """``message_id`` is the header that recipients see. None: Gmail did not tell it in time; ask again."""

    id: str
    thread_id: str | None
    message_id: str | None


@dataclass(frozen=True, slots=True)
class Draft:
    id: str
    message: str
    thread_id: str | None


@dataclass(frozen=True, slots=True)
class Sender:
    """An address that the account may send from."""

    address: str
    name: str | None
    signature: str | None  # HTML
    default: bool


@dataclass(frozen=True, slots=True)
class Changes:
    """Since a history id. ``complete`` False: it is too old, only a full listing helps."""

    history_id: str | None
    added: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    relabelled: tuple[str, ...] = ()
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Watching:
    history_id: str
    until: datetime


async def profile(api: Api) -> Profile:
    me = await api.get(PROFILE)
    address, history = text(me, "emailAddress"), text(me, "historyId")
    if address is None or history is None:
        raise garbled(PROFILE, "no address or history in the answer")
    total = at(me, "messagesTotal")
    return Profile(address, total if isinstance(total, int) else None, history)


async def send(api: WritingApi, raw: bytes, thread_id: str | None = None) -> Sent:
    """``raw``: RFC 5322. Unavailable with ``sent`` means that it may have gone out: look for it, do not repeat it."""
    said = await api.write("POST", SEND, _message(raw, thread_id))
    return await _sent(api, said, SEND)


async def message_id(api: Api, key: str) -> str | None:
    """Gmail puts a Message-ID of its own into what the API sends, so it is read back."""
    path = f"{MESSAGES}/{key}"
    try:
        said = await api.get(path, {"format": "metadata", "metadataHeaders": "Message-ID"})
    except ObjectGone:
        return None
    return _headers(said).get("message-id") or None


async def find_message(api: Api, rfc822_id: str) -> str | None:
    """The key of a message by its Message-ID, wherever it lies: how a send of unknown outcome is cleared up."""
    asked = {"q": f"rfc822msgid:{rfc822_id.strip('<> ')}", "maxResults": 1, "includeSpamTrash": "true"}
    return next((text(row, "id") for row in dig(await api.get(MESSAGES, asked), "messages.*")), None)


async def find_replaced(api: Api, rfc822_id: str, since: datetime, most: int) -> Sent | None:
    """Among sent ones the message that was given to Gmail under this Message-ID and has another one now.

    No search finds the header that keeps the old one, so each is looked at: those of just after ``since``, however
    many came later, and, should clocks differ, the newest.
    """
    around = {"q": f"after:{_seconds(since - JUST_AFTER)} before:{_seconds(since + 3 * JUST_AFTER)}"}
    for narrower in (around, {}):
        found = await _replaced(api, rfc822_id, since, {"labelIds": "SENT", "maxResults": most, **narrower})
        if found is not None:
            return found
    return None


async def _replaced(api: Api, rfc822_id: str, since: datetime, asked: Mapping[str, Any]) -> Sent | None:
    for key in (text(row, "id") for row in dig(await api.get(MESSAGES, asked), "messages.*")):
        said = await api.get(f"{MESSAGES}/{key}", {"format": "metadata", "metadataHeaders": (REPLACED, "Message-ID")})
        names = _headers(said)
        if key and rfc822_id in (names.get(REPLACED.lower()), names.get("message-id")):
            return Sent(key, text(said, "threadId"), names.get("message-id"))
        stamp = text(said, "internalDate") or ""
        if stamp.isdigit() and int(stamp) / 1000 < (since - CLOCKS_APART).timestamp():
            return None
    return None


def _seconds(at: datetime) -> int:
    return int(at.timestamp())


def _headers(said: Any) -> dict[str, str]:
    rows = [row for row in dig(said, "payload.headers.*") if isinstance(row, Mapping)]
    return {(text(row, "name") or "").lower(): (text(row, "value") or "").strip() for row in rows}


async def create_draft(api: WritingApi, raw: bytes, thread_id: str | None = None) -> Draft:
    return _draft(await api.write("POST", DRAFTS, {"message": _message(raw, thread_id)}), DRAFTS)


async def update_draft(api: WritingApi, draft: str, raw: bytes) -> Draft:
    path = f"{DRAFTS}/{draft}"
    return _draft(await api.write("PUT", path, {"message": _message(raw, None)}), path)


async def delete_draft(api: WritingApi, draft: str) -> None:
    try:
        await api.write("DELETE", f"{DRAFTS}/{draft}")
    except ObjectGone:
        return


async def send_draft(api: WritingApi, draft: str) -> Sent:
    return await _sent(api, await api.write("POST", SEND_DRAFT, {"id": draft}), SEND_DRAFT)


async def _sent(api: Api, said: Any, path: str) -> Sent:
    """The message is out: whatever happens to the question for its Message-ID, that stays true."""
    key, header = _id(said, path), None
    with suppress(ProviderError):
        header = await message_id(api, key)
    return Sent(key, text(said, "threadId"), header)


async def senders(api: Api) -> tuple[Sender, ...]:
    rows = dig(await api.get(SENDERS), "sendAs.*")
    return tuple(
        Sender(address, text(row, "displayName"), text(row, "signature"), at(row, "isDefault") is True)
        for row in rows
        if (address := text(row, "sendAsEmail"))
    )


async def changes(api: Api, since: str) -> Changes:
    """Everything since, page by page."""
    found: dict[str, dict[str, None]] = {kind: {} for kind in _KINDS}
    asked: dict[str, Any] = {"startHistoryId": since, "maxResults": PAGE_SIZE}
    for _ in range(LONGEST_CHAIN):
        try:
            said = await api.get(HISTORY, asked)
        except ObjectGone:
            return Changes(None, complete=False)
        for kind in _KINDS:
            keys = (text(row, "message", "id") for row in dig(said, f"history.*.{kind}.*"))
            found[kind] |= dict.fromkeys(key for key in keys if key)
        following = text(said, "nextPageToken")
        if following is None:
            moved = tuple(found["labelsAdded"] | found["labelsRemoved"])
            return Changes(
                text(said, "historyId"), tuple(found["messagesAdded"]), tuple(found["messagesDeleted"]), moved
            )
        if following == asked.get("pageToken"):
            break
        asked["pageToken"] = following
    raise garbled(HISTORY, "the pages of the history have no end")


async def watch(api: WritingApi, topic: str) -> Watching:
    """Pushes of every change through Pub/Sub, for seven days; asking again prolongs it."""
    said = await api.write("POST", WATCH, {"topicName": topic})
    history, until = text(said, "historyId"), text(said, "expiration")
    ends = moment(int(until)) if until and until.isdigit() else None
    if history is None or ends is None:
        raise garbled(WATCH, "no history or expiration in the answer")
    return Watching(history, ends.astimezone(UTC))


async def stop_watching(api: WritingApi) -> None:
    await api.write("POST", STOP)


def _message(raw: bytes, thread_id: str | None) -> dict[str, str]:
    said = {"raw": base64.urlsafe_b64encode(raw).decode()}
    return said | ({"threadId": thread_id} if thread_id else {})


def _id(said: Any, path: str) -> str:
    found = text(said, "id")
    if found is None:
        raise garbled(path, "no id in the answer")
    return found


def _draft(said: Any, path: str) -> Draft:
    message = text(said, "message", "id")
    if message is None:
        raise garbled(path, "no message in the draft")
    return Draft(_id(said, path), message, text(said, "message", "threadId"))
