"""Which bounces are for good. No report of Klaviyo's says it, but each bounce event has a type: hard or soft.

Events are counted by message (metric aggregates), whenever they came; the report says how many bounces there are.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from mailwarden.providers.base import Api, Figures, ObjectGone, RateLimited, Rejected, Unavailable
from mailwarden.providers.reading import at, count, garbled, next_cursor, rows

AGGREGATES = "/api/metric-aggregates"
BOUNCED = "Bounced Email"
HARD, SOFT = "hard", "soft"
_PAGES = 10  # of 500 rows; a report that needs more goes without
Types = Mapping[str, Counter[str]]


async def bounce_types(api: Api, metric: str, start: datetime, end: datetime) -> Types | None:
    """By message: how many of each type. None: Klaviyo does not tell now, or in more pages than this is worth.

    No failure but that of the grant stops the figures themselves: the scarce report was spent on them.
    """
    try:
        return await _read(api, metric, start, end)
    except (ObjectGone, RateLimited, Rejected, Unavailable):
        return None


async def _read(api: Api, metric: str, start: datetime, end: datetime) -> Types | None:
    found: dict[str, Counter[str]] = {}
    cursor: str | None = None
    for _ in range(_PAGES):
        payload = await api.post(AGGREGATES, _question(metric, start, end, cursor))
        for message, kind, number in _rows(payload):
            found.setdefault(message, Counter())[kind] += number
        cursor = next_cursor(payload, "page_cursor", cursor, AGGREGATES)
        if cursor is None:
            return found
    return None


def split(figures: Figures, messages: Iterable[str], types: Types) -> Figures:
    """Unchanged where events say too little. Soft is the rest: a person whose mail is tried again bounces twice."""
    told: Counter[str] = Counter()
    for message in messages:
        told.update(types.get(message, {}))
    if figures.bounced is None or set(told) - {HARD, SOFT} or (figures.bounced and not told):
        return figures
    hard = min(told[HARD], figures.bounced)
    return replace(figures, hard_bounced=hard, soft_bounced=figures.bounced - hard)


def _question(metric: str, start: datetime, end: datetime, cursor: str | None) -> dict[str, Any]:
    attributes: dict[str, Any] = {
        "metric_id": metric,
        "measurements": ["unique"],
        "interval": "month",
        "by": ["$message", "Bounce Type"],
        "filter": [f"greater-or-equal(datetime,{_utc(start)})", f"less-than(datetime,{_utc(end)})"],
        "timezone": "UTC",
        "page_size": 500,
    }
    if cursor:
        attributes["page_cursor"] = cursor
    return {"data": {"type": "metric-aggregate", "attributes": attributes}}


def _utc(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _rows(payload: Any) -> Iterable[tuple[str, str, int]]:
    for row in rows(at(payload, "data", "attributes"), "data", AGGREGATES):
        dimensions, series = at(row, "dimensions"), at(row, "measurements", "unique")
        if not isinstance(dimensions, list) or len(dimensions) != 2 or not isinstance(series, list):
            raise garbled(AGGREGATES, "a row without dimensions or counts")
        yield str(dimensions[0]), str(dimensions[1]).lower(), sum(count(value) or 0 for value in series)
