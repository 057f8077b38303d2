"""Reading what arrives in a mailbox, page by page. Nothing is changed there, and nothing is marked as read.

Most mails are told by their headers; only of those that ``Wants`` asks for is the body fetched.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from mailwarden.providers.base import Api
from mailwarden.providers.reading import Row, text

Cursor = Mapping[str, Any]  # JSON; each reader has its own, which a later process can go on from
Wants = Callable[[bytes], bool]  # of the header lines; must not raise
PAGE_SIZE = 25
MOST_BYTES = 512 * 1024  # of a mail; a report comes first in it, what it returns last
MOST_HEADERS = 64 * 1024


class RawApi(Api, Protocol):
    """Besides, bodies that are no JSON."""

    async def get_bytes(self, path: str, params: Mapping[str, Any] | None = None) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Arrived:
    """``raw`` is the header lines alone, or the beginning of the whole mail where that was wanted."""

    key: str  # never given to another mail of this mailbox
    at: datetime | None  # when the provider took it
    raw: bytes
    thread: str | None = None  # the provider's id of the conversation


@dataclass(frozen=True, slots=True)
class Found:
    """``lost``: the provider forgot what we had read, so mail was listed anew; some of it may be known."""

    mails: tuple[Arrived, ...]
    cursor: Cursor
    more: bool
    lost: bool = False


class ReadsMail(Protocol):
    async def page(self, cursor: Cursor | None, since: datetime, wants: Wants) -> Found:
        """What arrived since the cursor; without one, or where the provider lost it, what arrived after ``since``."""
        ...


def header_lines(rows: list[Row]) -> bytes:
    """As on the wire, out of a provider's JSON. No value can begin another line."""
    pairs = ((text(row, "name") or "", text(row, "value") or "") for row in rows)
    lines = (f"{' '.join(name.split())}: {' '.join(value.split())}\r\n" for name, value in pairs if name)
    return "".join(lines).encode("utf-8", "replace")[:MOST_HEADERS] + b"\r\n"
