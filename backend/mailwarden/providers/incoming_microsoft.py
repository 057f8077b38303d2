"""What arrives at Graph: inbox and junk mail, each by its delta, which tells of new mail only."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from mailwarden.core.http import TOO_LARGE
from mailwarden.providers.base import ObjectGone, Unavailable
from mailwarden.providers.incoming import MOST_BYTES, PAGE_SIZE, Arrived, Cursor, Found, RawApi, Wants, header_lines
from mailwarden.providers.microsoft_mail import MESSAGES
from mailwarden.providers.reading import Row, at, dig, garbled, moment, rows, text

INBOX = "inbox"
FOLDERS = (INBOX, "junkemail")
_HEAD = "internetMessageHeaders,internetMessageId,subject,from,receivedDateTime,isDraft,conversationId"
_NEXT, _DELTA = "$skiptoken", "$deltatoken"


class GraphReader:
    """The cursor holds each folder's token, and under ``turn`` which folder is next."""

    def __init__(self, api: RawApi) -> None:
        self._api = api

    async def page(self, cursor: Cursor | None, since: datetime, wants: Wants) -> Found:
        known = dict(cursor or {})
        folder = FOLDERS[int(known.get("turn", 0)) % len(FOLDERS)]
        try:
            said, lost = await self._changes(folder, known.get(folder), since)
        except ObjectGone:  # not the token: it was asked without one. Not every mailbox has each folder
            if folder == INBOX:
                raise
            return _without(folder, known)
        going_on = _token(said, "@odata.nextLink", _NEXT)
        following = going_on or _token(said, "@odata.deltaLink", _DELTA)
        if following is None or going_on == known.get(folder, ""):  # an unchanged folder may well keep its token
            raise garbled(_path(folder), "no way on from this page")
        mails = await self._mails(rows(said, "value", _path(folder)), wants)
        turn = FOLDERS.index(folder) + (going_on is None)
        after = {**known, folder: following, "turn": turn % len(FOLDERS)}
        return Found(mails, after, more=turn < len(FOLDERS), lost=lost)

    async def _changes(self, folder: str, token: str | None, since: datetime) -> tuple[Any, bool]:
        """The answer, and whether Graph had forgotten the token (410)."""
        begun = {
            "$select": "id,receivedDateTime",
            "$filter": f"receivedDateTime ge {since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "$top": PAGE_SIZE,
            "changeType": "created",
        }
        if token is None:
            return await self._api.get(_path(folder), begun), False
        name, _, value = token.partition("=")
        try:
            return await self._api.get(_path(folder), {name: value}), False
        except ObjectGone:
            return await self._api.get(_path(folder), begun), True

    async def _mails(self, found: list[Row], wants: Wants) -> tuple[Arrived, ...]:
        keys = [key for row in found if "@removed" not in row and (key := text(row, "id"))]
        mails = [await self._mail(key, wants) for key in dict.fromkeys(keys)]
        return tuple(mail for mail in mails if mail is not None)

    async def _mail(self, key: str, wants: Wants) -> Arrived | None:
        """None: deleted meanwhile, or a draft."""
        path = f"{MESSAGES}/{key}"
        try:
            said = await self._api.get(path, {"$select": _HEAD})
            if at(said, "isDraft") is True:
                return None
            head = _head(said)
            raw = await self._body(path, head) if wants(head) else head
        except ObjectGone:
            return None
        return Arrived(key, moment(at(said, "receivedDateTime")), raw, text(said, "conversationId"))

    async def _body(self, path: str, head: bytes) -> bytes:
        """Of what is larger than any answer that we take, the headers must do: it would never become smaller."""
        try:
            return (await self._api.get_bytes(f"{path}/$value"))[:MOST_BYTES]
        except Unavailable as exc:
            if not exc.evidence.message.startswith(TOO_LARGE):
                raise
            return head


def _without(folder: str, known: Mapping[str, Any]) -> Found:
    turn = FOLDERS.index(folder) + 1
    after = {name: value for name, value in known.items() if name != folder} | {"turn": turn % len(FOLDERS)}
    return Found((), after, more=turn < len(FOLDERS))


def _path(folder: str) -> str:
    return f"/v1.0/me/mailFolders/{folder}/messages/delta"


def _token(payload: Any, field: str, name: str) -> str | None:
    """Of a link only the token is kept: it holds wherever the API is reached, and no link is followed."""
    link = at(payload, field)
    found = dict(parse_qsl(link.partition("?")[2])).get(name) if isinstance(link, str) else None
    return f"{name}={found}" if found else None


def _head(said: Any) -> bytes:
    """Mail within one organization may come without internet headers; what Graph knows itself then stands for them."""
    told = [row for row in dig(said, "internetMessageHeaders.*") if isinstance(row, Mapping)]
    named = {(text(row, "name") or "").lower() for row in told}
    own = {
        "Message-ID": text(said, "internetMessageId"),
        "Subject": text(said, "subject"),
        "From": text(said, "from", "emailAddress", "address"),
    }
    added = [{"name": name, "value": value} for name, value in own.items() if value and name.lower() not in named]
    return header_lines([*told, *added])
