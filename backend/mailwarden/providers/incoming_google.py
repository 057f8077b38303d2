"""What arrives at Gmail: the history since an id, and a listing where there is none or Gmail forgot it (a week)."""

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from mailwarden.providers.base import Api, ObjectGone, Rejected
from mailwarden.providers.google_mail import HISTORY, MESSAGES, profile
from mailwarden.providers.incoming import MOST_BYTES, PAGE_SIZE, Arrived, Cursor, Found, Wants, header_lines
from mailwarden.providers.reading import at, dig, garbled, text

_OWN = frozenset({"SENT", "DRAFT", "CHAT"})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class GmailReader:
    """Spam and filtered mail included. The cursor holds the history id, and ``since`` while a listing goes on."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def page(self, cursor: Cursor | None, since: datetime, wants: Wants) -> Found:
        if cursor is None:
            return await self._listed(await self._beginning(since), wants, lost=False)
        if "since" in cursor:
            return await self._listed(cursor, wants, lost=False)
        try:
            said = await self._history(cursor)
        except ObjectGone:
            return await self._listed(await self._beginning(since), wants, lost=True)
        keys = [text(row, "message", "id") for row in dig(said, "history.*.messagesAdded.*") if not _is_own(row)]
        mails = await self._mails([key for key in keys if key], wants)
        if following := text(said, "nextPageToken"):
            return Found(mails, {"history": cursor["history"], "page": following}, more=True)
        return Found(mails, {"history": text(said, "historyId") or cursor["history"]}, more=False)

    async def _beginning(self, since: datetime) -> Cursor:
        """The history goes on from before the listing, so that nothing falls in between."""
        me = await profile(self._api)
        return {"history": me.history_id, "since": int((since - _EPOCH).total_seconds())}

    async def _history(self, cursor: Cursor) -> Any:
        asked = {"startHistoryId": cursor["history"], "maxResults": PAGE_SIZE, "historyTypes": "messageAdded"}
        return await self._page(HISTORY, asked, cursor)

    async def _page(self, path: str, asked: Mapping[str, Any], cursor: Cursor) -> Any:
        """A page token lives shortly; what it was a page of is still there, and is begun anew."""
        if "page" not in cursor:
            return await self._api.get(path, asked)
        try:
            return await self._api.get(path, {**asked, "pageToken": cursor["page"]})
        except Rejected:
            return await self._api.get(path, asked)

    async def _listed(self, cursor: Cursor, wants: Wants, *, lost: bool) -> Found:
        query = f"after:{cursor['since']} -in:sent -in:drafts"
        asked: dict[str, Any] = {"q": query, "maxResults": PAGE_SIZE, "includeSpamTrash": "true"}
        said = await self._page(MESSAGES, asked, cursor)
        mails = await self._mails([key for row in dig(said, "messages.*") if (key := text(row, "id"))], wants)
        following = text(said, "nextPageToken")
        if following is None:
            return Found(mails, {"history": cursor["history"]}, more=False, lost=lost)
        if following == cursor.get("page"):
            raise garbled(MESSAGES, "the next page is the page just read")
        return Found(mails, {**cursor, "page": following}, more=True, lost=lost)

    async def _mails(self, keys: list[str], wants: Wants) -> tuple[Arrived, ...]:
        found = [await self._mail(key, wants) for key in dict.fromkeys(keys)]
        return tuple(mail for mail in found if mail is not None)

    async def _mail(self, key: str, wants: Wants) -> Arrived | None:
        """None: deleted meanwhile, or our own."""
        path = f"{MESSAGES}/{key}"
        try:
            said = await self._api.get(path, {"format": "metadata"})
            if _is_own({"message": said}):
                return None
            head = header_lines([row for row in dig(said, "payload.headers.*") if isinstance(row, Mapping)])
            raw = _raw(await self._api.get(path, {"format": "raw"})) if wants(head) else head
        except ObjectGone:
            return None
        return Arrived(key, _moment(text(said, "internalDate")), raw, text(said, "threadId"))


def _is_own(row: Any) -> bool:
    """What somebody sends to himself is both, and arrives."""
    labels = at(row, "message", "labelIds")
    named = set(labels) if isinstance(labels, list) and all(isinstance(one, str) for one in labels) else set()
    return bool(named & _OWN) and "INBOX" not in named


def _moment(milliseconds: str | None) -> datetime | None:
    if not milliseconds or not milliseconds.isascii() or not milliseconds.isdigit() or len(milliseconds) > 15:
        return None
    return datetime.fromtimestamp(int(milliseconds) // 1000, UTC) if len(milliseconds) < 14 else None


def _raw(said: Any) -> bytes:
    """base64url, with or without padding; only the beginning is decoded."""
    encoded = (text(said, "raw") or "")[: MOST_BYTES * 4 // 3 // 4 * 4]
    try:
        return base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
    except (binascii.Error, ValueError) as exc:
        raise garbled(MESSAGES, "the raw message is no base64") from exc
