"""Metric aggregates: what happened in a span of time, by message or campaign name, per hour, day, week or month.

Of a person who opens in two intervals only the first counts as ``unique``; at Klaviyo each interval counts them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise, product
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.responses import Response

from mailwarden_sandbox.accounts import Account
from mailwarden_sandbox.call import Call
from mailwarden_sandbox.clock import parse_time
from mailwarden_sandbox.data.columns import SMS
from mailwarden_sandbox.data.figures import GROWTH_S, Figures
from mailwarden_sandbox.klaviyo import errors
from mailwarden_sandbox.klaviyo.errors import BadRequest
from mailwarden_sandbox.klaviyo.filters import parse_filter
from mailwarden_sandbox.klaviyo.ids import MESSAGE, object_id
from mailwarden_sandbox.klaviyo.metrics import metric_name
from mailwarden_sandbox.klaviyo.paging import cursor, cursor_offset

Count = Callable[[Figures], int]
BOUNCED = "Bounced Email"
# By metric: what ``count`` and ``unique`` say.
_COUNTS: dict[str, tuple[Count, Count]] = {
    "Received Email": (lambda f: f.delivered, lambda f: f.delivered),
    "Opened Email": (lambda f: f.opens, lambda f: f.opened),
    "Clicked Email": (lambda f: f.clicks, lambda f: f.clicked),
    BOUNCED: (lambda f: f.bounced, lambda f: f.bounced),
    "Dropped Email": (lambda f: f.failed, lambda f: f.failed),
    "Marked Email as Spam": (lambda f: f.complaints, lambda f: f.complaints),
    "Unsubscribed from Email Marketing": (lambda f: f.unsubscribed, lambda f: f.unsubscribed),
}
_MEASUREMENTS = ("count", "sum_value", "unique")
_BY = frozenset({"$message", "Campaign Name", "$flow", "$campaign_channel", "Bounce Type"})
_TYPE = "Bounce Type"
_TYPES: dict[str, Count] = {"Hard": lambda f: f.hard_bounced, "Soft": lambda f: f.bounced - f.hard_bounced}
_RANGE = {"datetime": frozenset({"greater-or-equal", "less-than"})}
_MOST_DATES = 9000


@dataclass(frozen=True, slots=True)
class _Wanted:
    metric: str
    measurements: tuple[str, ...]
    by: tuple[str, ...]
    edges: tuple[float, ...]
    page_size: int
    offset: int


def metric_aggregates(call: Call) -> Response:
    account, at = call.holder, call.figures_at
    wanted = _read(call, account)
    rows = _rows(account, wanted, at)
    page = rows[wanted.offset : wanted.offset + wanted.page_size]
    links: dict[str, str | None] = {"self": f"{call.base}{call.path}", "next": None}
    if wanted.offset + wanted.page_size < len(rows):
        following = urlencode({"page_cursor": cursor(wanted.offset + wanted.page_size)})
        links["next"] = f"{call.base}{call.path}?{following}"
    dates = [datetime.fromtimestamp(edge, UTC).isoformat() for edge in wanted.edges[:-1]]
    data = {
        "type": "metric-aggregate",
        "id": call.world.new_id(),
        "attributes": {"dates": dates, "data": page},
        "links": {"self": f"{call.base}{call.path}"},
    }
    return errors.answer({"data": data, "links": links})


def _rows(account: Account, wanted: _Wanted, at: int) -> list[dict[str, Any]]:
    """Only what happened has a row. Two campaigns of one name are one row. A week after sending nothing happens."""
    book, found = account.book, dict[tuple[str, ...], list[list[int]]]()
    types = _TYPES if wanted.metric == BOUNCED and _TYPE in wanted.by else {"": None}
    first, last = wanted.edges[0] - GROWTH_S, min(wanted.edges[-1], at + 1)
    for index, kind in product(book.sent_between(first, last, at), types):
        if book.columns.channel[index] == SMS:
            continue
        series = _series(account, wanted, index, at, types[kind])
        if not any(any(one) for one in series):
            continue
        key = tuple(kind if name == _TYPE else _dimension(account, index, name) for name in wanted.by)
        known = found.setdefault(key, [[0] * len(one) for one in series])
        found[key] = [[a + b for a, b in zip(*pair, strict=True)] for pair in zip(known, series, strict=True)]
    return [
        {"dimensions": list(key), "measurements": dict(zip(wanted.measurements, series, strict=True))}
        for key, series in sorted(found.items())
    ]


def _series(account: Account, wanted: _Wanted, index: int, at: int, only: Count | None) -> list[list[int]]:
    """An edge lies before an interval, so a campaign that begins there is not yet sent."""
    known = [account.book.figures(index, min(edge - 1, at)) for edge in wanted.edges]
    series = []
    for name in wanted.measurements:
        count = only or _COUNTS[wanted.metric][name == "unique"]
        values = [0 if name == "sum_value" else count(one) for one in known]
        series.append([after - before for before, after in pairwise(values)])
    return series


def _dimension(account: Account, index: int, name: str) -> str:
    if name == "$message":
        return object_id(account.book, index, MESSAGE)
    if name == "Campaign Name":
        return account.book.name(index)
    return "email" if name == "$campaign_channel" else ""


def _pointer(name: str) -> dict[str, str]:
    return {"pointer": f"/data/attributes/{name}"}


def _read(call: Call, account: Account) -> _Wanted:
    try:
        data = call.json()["data"]
        attributes = data["attributes"]
        if data["type"] != "metric-aggregate":
            raise KeyError("type")
    except (ValueError, KeyError, TypeError) as error:
        raise BadRequest("The body must be a metric-aggregate.", {"pointer": "/data"}) from error
    metric = metric_name(account, str(attributes.get("metric_id")))
    if metric not in _COUNTS:
        raise BadRequest("metric_id is required and must be a metric.", _pointer("metric_id"))
    measurements, by = tuple(attributes.get("measurements") or ()), tuple(attributes.get("by") or ())
    if not measurements or not set(measurements) <= set(_MEASUREMENTS):
        raise BadRequest("One or more measurements are missing or unknown.", _pointer("measurements"))
    if not set(by) <= _BY:
        raise BadRequest("Cannot group by this.", _pointer("by"))
    page = attributes.get("page_cursor") or call.one("page_cursor")
    return _Wanted(
        metric, measurements, by, _edges(attributes), int(attributes.get("page_size") or 500),
        cursor_offset(page, "page_cursor"),
    )  # fmt: skip


def _edges(attributes: dict[str, Any]) -> tuple[float, ...]:
    """The first and last interval are cut by the range."""
    try:
        zone = ZoneInfo(attributes.get("timezone") or "UTC")
    except (KeyError, ValueError) as error:
        raise BadRequest("Unknown timezone.", _pointer("timezone")) from error
    start, end = _range(attributes.get("filter"), zone)
    interval = attributes.get("interval") or "day"
    if interval not in ("hour", "day", "week", "month"):
        raise BadRequest("Unknown interval.", _pointer("interval"))
    edges, at = [start], start
    while (at := _next(at, interval, zone)) < end and len(edges) < _MOST_DATES:
        edges.append(at)
    return (*edges, end)


def _range(filters: Any, zone: ZoneInfo) -> tuple[float, float]:
    """Times without an offset are the zone's."""
    found: dict[str, float] = {}
    for text in filters if isinstance(filters, list) else []:
        for condition in parse_filter(text, _RANGE):
            found[condition.operator] = _moment(str(condition.value), zone)
    if set(found) != {"greater-or-equal", "less-than"} or found["greater-or-equal"] >= found["less-than"]:
        raise BadRequest("A range of datetime is required.", _pointer("filter"))
    if found["less-than"] - found["greater-or-equal"] > timedelta(days=366).total_seconds():
        raise BadRequest("The range cannot be longer than one year.", _pointer("filter"))
    return found["greater-or-equal"], found["less-than"]


def _moment(text: str, zone: ZoneInfo) -> float:
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return parse_time(text)
    return (when if when.tzinfo else when.replace(tzinfo=zone)).timestamp()


def _next(at: float, interval: str, zone: ZoneInfo) -> float:
    here = datetime.fromtimestamp(at, zone)
    if interval == "hour":
        return at // 3600 * 3600 + 3600
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    if interval == "month":
        after = (midnight.replace(day=1) + timedelta(days=32)).replace(day=1)
    else:
        after = midnight + timedelta(days=1 if interval == "day" else 7 - midnight.weekday())
    return after.replace(tzinfo=zone).timestamp()
