"""Which e-mails a listing means: filters, order, page."""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass

from mailwarden_sandbox.call import Call
from mailwarden_sandbox.clock import parse_time
from mailwarden_sandbox.data.book import CampaignBook, Status

MAX_LIMIT = 100
_PUBLISH_DELAY_S = 5


class BadQuery(ValueError):
    def __init__(self, message: str, name: str) -> None:
        super().__init__(message)
        self.name = name


Bounds = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class EmailQuery:
    """Hashable: the index list of a query is remembered under it."""

    at: int
    archived: bool
    published: bool | None
    bounds: Bounds
    """Pairs like (``createdAfter``, seconds)."""
    type: str | None
    campaign: str | None
    sort: tuple[str, ...]


def published_at(book: CampaignBook, index: int, at: float) -> int | None:
    return book.columns.send[index] + _PUBLISH_DELAY_S if book.status(index, at) is Status.SENT else None


def email_type(book: CampaignBook, index: int) -> str:
    lot = book.draw(index, 3) % 20
    return "LOCALTIME_EMAIL" if lot == 0 else "FOLLOWUP_EMAIL" if lot == 1 else "BATCH_EMAIL"


def campaign_guid(book: CampaignBook, index: int) -> str:
    """E-mails are grouped into some dozens of campaigns."""
    number = book.draw(book.draw(index, 4) % 24, 5)
    text = f"{number:016x}{number ^ book.seed:016x}"
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:32]}"


def read_query(call: Call) -> EmailQuery:
    bounds = []
    for subject in ("created", "updated", "published"):
        for relation in ("At", "After", "Before"):
            if (text := call.one(subject + relation)) is not None:
                bounds.append((subject + relation, _time(text, subject + relation)))
    sort = tuple(call.many("sort")) or ("createdAt",)
    if bad := [s for s in sort if s.removeprefix("-") not in _SORT_KEYS]:
        raise BadQuery(f"cannot sort by {bad[0]}", "sort")
    return EmailQuery(
        call.figures_at, call.flag("archived") or False, call.flag("isPublished"), tuple(bounds),
        call.one("type"), call.one("campaign"), sort,
    )  # fmt: skip


def _time(text: str, name: str) -> float:
    try:
        return parse_time(text)
    except ValueError as error:
        raise BadQuery(f"{text!r} is not a date-time", name) from error


def matching(book: CampaignBook, query: EmailQuery) -> list[int]:
    def make() -> list[int]:
        tests = [_bound(book, query.at, name, limit) for name, limit in query.bounds] + _other_tests(book, query)
        archived = int(query.archived)
        found = [i for i, flag in enumerate(book.columns.archived) if flag == archived and all(t(i) for t in tests)]
        for key in reversed(query.sort):
            found.sort(key=_sort_key(book, query.at, key.removeprefix("-")), reverse=key.startswith("-"))
        return found

    return book.listed(query, make)


def _other_tests(book: CampaignBook, query: EmailQuery) -> list[Callable[[int], bool]]:
    tests: list[Callable[[int], bool]] = []
    if query.published is not None:
        tests.append(lambda i: (book.status(i, query.at) is Status.SENT) == query.published)
    if query.type is not None:
        tests.append(lambda i: email_type(book, i) == query.type)
    if query.campaign is not None:
        tests.append(lambda i: campaign_guid(book, i) == query.campaign)
    return tests


def _bound(book: CampaignBook, at: float, name: str, limit: float) -> Callable[[int], bool]:
    moment = _moment(book, at, name)
    if name.endswith("At"):
        return lambda i: moment(i) == int(limit)
    if name.endswith("After"):
        return lambda i: (when := moment(i)) is not None and when > limit
    return lambda i: (when := moment(i)) is not None and when < limit


def _moment(book: CampaignBook, at: float, name: str) -> Callable[[int], int | None]:
    if name.startswith("created"):
        return book.columns.created.__getitem__
    if name.startswith("updated"):
        return lambda i: book.updated(i, at)
    return lambda i: published_at(book, i, at)


_SORT_KEYS = frozenset({"name", "createdAt", "updatedAt", "createdBy", "updatedBy"})


def _sort_key(book: CampaignBook, at: float, name: str) -> Callable[[int], str | int]:
    if name == "name":
        return book.name
    if name == "createdAt":
        return book.columns.created.__getitem__
    if name == "updatedAt":
        return lambda i: book.updated(i, at)
    return lambda _: 0  # one user made and changed everything


@dataclass(frozen=True, slots=True)
class PageOf:
    start: int
    limit: int


def read_page(call: Call) -> PageOf:
    text = call.one("limit") or str(MAX_LIMIT)
    if not text.isdigit() or not 1 <= int(text) <= MAX_LIMIT:
        raise BadQuery(f"limit must be between 1 and {MAX_LIMIT}", "limit")
    return PageOf(_offset(call.one("after")), int(text))


def _offset(after: str | None) -> int:
    if not after:
        return 0
    try:
        return int(base64.b64decode(after, validate=True))
    except (binascii.Error, ValueError) as error:
        raise BadQuery("the value of after is not a paging token", "after") from error


def paging_token(offset: int) -> str:
    return base64.b64encode(str(offset).encode()).decode()
