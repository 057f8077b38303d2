"""What arrives at an IMAP server: the inbox and, where it is named, the folder for junk (RFC 6154)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from mailwarden.providers.imap.imap_client import Fetched, Imap, Selected
from mailwarden.providers.imap.mailbox import reading
from mailwarden.providers.imap.servers import MailAccount, Reach
from mailwarden.providers.incoming import MOST_BYTES, MOST_HEADERS, PAGE_SIZE, Arrived, Cursor, Found, Wants

INBOX = "INBOX"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class _Place:
    """Of a folder: up to which UID it is read, and under which validity that means anything (RFC 9051 §2.3.1.1)."""

    validity: int
    next_uid: int


class ImapReader:
    """One login for each page. The cursor holds a place for each folder."""

    def __init__(self, account: MailAccount, reach: Reach) -> None:
        self._account, self._reach = account, reach

    async def page(self, cursor: Cursor | None, since: datetime, wants: Wants) -> Found:
        places, mails = _places(cursor), list[Arrived]()
        more = lost = False
        async with reading(self._account, self._reach) as client:
            for folder in await _folders(client):
                known, room = places.get(folder), PAGE_SIZE - len(mails)
                if room <= 0:
                    more = True
                    break
                at = await client.select(folder)
                lost = lost or (known is not None and known.validity != at.uid_validity)
                uids = await _new(client, at, known, since)
                mails += await _mails(client, f"{folder}/{at.uid_validity}", uids[:room], wants)
                places[folder] = _place(at, known, uids, room)
                more = more or len(uids) > room
        return Found(tuple(mails), {name: [one.validity, one.next_uid] for name, one in places.items()}, more, lost)


def _places(cursor: Cursor | None) -> dict[str, _Place]:
    return {folder: _Place(*place) for folder, place in (cursor or {}).items()}


async def _folders(client: Imap) -> list[str]:
    return [INBOX, *(folder.name for folder in await client.folders() if folder.role == "junk")]


async def _new(client: Imap, at: Selected, known: _Place | None, since: datetime) -> list[int]:
    """Ascending. SINCE knows days of the server's zone only; ``n:*`` names the last message, however old it is."""
    if known is None or known.validity != at.uid_validity:
        day = since - timedelta(days=1)
        return await client.search("SINCE", f"{day.day}-{_MONTHS[day.month - 1]}-{day.year}")
    if at.uid_next is not None and at.uid_next <= known.next_uid:
        return []
    return [uid for uid in await client.search("UID", f"{known.next_uid}:*") if uid >= known.next_uid]


def _place(at: Selected, known: _Place | None, uids: list[int], room: int) -> _Place:
    """Behind what was read; behind everything, if that was all: also behind what is older than what was asked for."""
    if len(uids) > room:
        return _Place(at.uid_validity, uids[room - 1] + 1)
    before = known.next_uid if known and known.validity == at.uid_validity else 1
    return _Place(at.uid_validity, max(before, at.uid_next or 1, uids[-1] + 1 if uids else 1))


async def _mails(client: Imap, place: str, uids: list[int], wants: Wants) -> list[Arrived]:
    heads = await client.fetch(uids, "HEADER", MOST_HEADERS)
    return [await _mail(client, place, one, wants) for one in heads if "\\Draft" not in one.flags and one.uid in uids]


async def _mail(client: Imap, place: str, head: Fetched, wants: Wants) -> Arrived:
    raw = head.body
    if wants(raw):
        whole = await client.fetch([head.uid], "", MOST_BYTES)
        raw = next((one.body for one in whole if one.uid == head.uid), raw)
    return Arrived(f"{place}/{head.uid}", head.at, raw)
