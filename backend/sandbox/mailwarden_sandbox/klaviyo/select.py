"""Which campaigns or messages a list means: shared by the classic and the newer shape."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mailwarden_sandbox.data.book import CampaignBook, Status
from mailwarden_sandbox.klaviyo.errors import BadRequest
from mailwarden_sandbox.klaviyo.filters import Condition, contained, holds, seconds

Moment = Callable[[int], float | None]
Text = Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Fields:
    """How each field that can be filtered or sorted by is read."""

    times: dict[str, Moment]
    texts: dict[str, Text]
    sms: bool = False
    """Whether the channel is a filter here; without it every channel is listed."""


def scheduled_at(book: CampaignBook, index: int) -> int | None:
    """When somebody pressed the button, not when it is to be sent."""
    return book.columns.edited[index] + 600 if book.columns.send[index] else None


def times(book: CampaignBook, at: float, created: str, updated: str) -> dict[str, Moment]:
    return {
        created: book.columns.created.__getitem__,
        updated: lambda i: book.updated(i, at),
        "scheduled_at": lambda i: scheduled_at(book, i),
    }


def select(
    book: CampaignBook, at: int, conditions: tuple[Condition, ...], sort: str, fields: Fields, kind: str
) -> list[int]:
    """Indices in order. Archived campaigns come only when asked for."""

    def make() -> list[int]:
        tests = [_test(book, c, fields) for c in conditions]
        archived = any(c.field == "archived" for c in conditions)
        found = [
            i for i in range(len(book)) if (archived or not book.columns.archived[i]) and all(test(i) for test in tests)
        ]
        found.sort(key=_sort_key(sort.removeprefix("-"), fields), reverse=sort.startswith("-"))
        return found

    return book.listed((kind, at, conditions, sort), make)


def _test(book: CampaignBook, condition: Condition, fields: Fields) -> Callable[[int], bool]:
    name = condition.field
    if name == "archived":
        wanted = condition.value is True or condition.value == "true"
        return lambda i: bool(book.columns.archived[i]) == wanted
    if name == "messages.channel":
        sms = _channel(condition)
        return lambda i: book.columns.channel[i] == sms
    if name in fields.times:
        limit, moment = seconds(condition), fields.times[name]
        return lambda i: holds(condition, moment(i), limit)
    text = fields.texts[name]
    return lambda i: contained(condition, text(i))


def _channel(condition: Condition) -> int:
    if condition.value not in ("email", "sms", "mobile_push"):
        raise BadRequest(f"'{condition.value}' is not a valid channel", {"parameter": "filter"})
    return {"email": 0, "sms": 1}.get(str(condition.value), 2)


def _sort_key(name: str, fields: Fields) -> Callable[[int], Any]:
    if name in fields.times:
        moment = fields.times[name]
        return lambda i: moment(i) or 0.0
    return fields.texts[name]


def read_sort(text: str | None, allowed: tuple[str, ...], default: str) -> str:
    sort = text or default
    if sort.removeprefix("-") not in allowed:
        raise BadRequest(f"'{sort}' is not a valid sort field; allowed: {', '.join(allowed)}", {"parameter": "sort"})
    return sort


CLASSIC_STATUS = {
    Status.SENT: "Sent",
    Status.SCHEDULED: "Scheduled",
    Status.DRAFT: "Draft",
    Status.CANCELLED: "Cancelled",
}
