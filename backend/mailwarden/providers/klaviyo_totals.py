"""Klaviyo's metric aggregates: events counted by campaign name, which the campaign report has no part in.

They name no campaign's id, and count when something happened, not when the e-mail was sent: so whatever happened since
the span began is asked for, and a campaign that we do not know belongs to the span if it was received within it.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from mailwarden.providers.base import Api, Figures
from mailwarden.providers.reading import at, count, garbled, moment, next_cursor, rows, text
from mailwarden.providers.totals import StatedGroup, StatedTotals, TotalsRequest, TotalsSpan

AGGREGATES = "/api/metric-aggregates"
METRICS = "/api/metrics"
RECEIVED = "Received Email"
_NAMES = {
    "delivered": RECEIVED,
    "opened": "Opened Email",
    "clicked": "Clicked Email",
    "bounced": "Bounced Email",
    "complaints": "Marked Email as Spam",
    "unsubscribes": "Unsubscribed from Email Marketing",
}
REPEATS = frozenset({"opened", "clicked"})
_LONGEST = timedelta(days=365)
_PAGES = 40
_Counted = dict[str, dict[str, int]]


async def klaviyo_totals(api: Api, asked: TotalsRequest) -> StatedTotals:
    metrics = await _metrics(api)
    end = min(asked.start + _LONGEST, asked.end + timedelta(days=40))
    received: dict[str, datetime] = {}
    counted: _Counted = {}
    for name, theirs in _NAMES.items():
        if theirs in metrics:
            found = await _ask(api, asked, metrics[theirs], end, "day" if theirs == RECEIVED else "month")
            for campaign, (value, first) in found.items():
                counted.setdefault(campaign, {})[name] = value
                if theirs == RECEIVED:
                    received[campaign] = first
    stated = tuple(name for name, theirs in _NAMES.items() if theirs in metrics)
    groups = [_group(asked, name, counts, received, stated) for name, counts in counted.items()]
    return StatedTotals(tuple(one for one in groups if one is not None), stated, REPEATS)


def _group(
    asked: TotalsRequest,
    name: str,
    counts: Mapping[str, int],
    received: Mapping[str, datetime],
    stated: tuple[str, ...],
) -> StatedGroup | None:
    told: dict[str, Any] = {metric: counts.get(metric, 0) for metric in stated}
    figures = Figures(**told)
    if name in asked.names:
        return StatedGroup(asked.names[name], figures, asked.spans[0])
    span = _span_at(asked, received.get(name))
    return StatedGroup(frozenset({name}), figures, span) if span is not None else None


def _span_at(asked: TotalsRequest, when: datetime | None) -> TotalsSpan | None:
    """None, too, for late events of what was sent before."""
    return next((one for one in asked.spans if when is not None and one.start <= when < one.end), None)


async def _metrics(api: Api) -> dict[str, str]:
    found: dict[str, str] = {}
    cursor: str | None = None
    for _ in range(_PAGES):
        payload = await api.get(METRICS, {"page[cursor]": cursor} if cursor else None)
        for row in rows(payload, "data", METRICS):
            name, id_ = text(row, "attributes", "name"), text(row, "id")
            if name and id_:
                found.setdefault(name, id_)
        cursor = next_cursor(payload, "page[cursor]", cursor, METRICS)
        if cursor is None:
            break
    return found


async def _ask(
    api: Api, asked: TotalsRequest, metric: str, end: datetime, interval: str
) -> dict[str, tuple[int, datetime]]:
    """By campaign name: how many, and when the first came, to the day."""
    found: dict[str, tuple[int, datetime]] = {}
    cursor: str | None = None
    for _ in range(_PAGES):
        payload = await api.post(AGGREGATES, _question(asked, metric, end, interval, cursor))
        for name, series, dates in _rows(payload):
            first = next((when for when, value in zip(dates, series, strict=False) if value), None)
            if name and first:
                before = found.get(name, (0, first))
                found[name] = (before[0] + sum(series), min(before[1], first))
        cursor = next_cursor(payload, "page_cursor", cursor, AGGREGATES)
        if cursor is None:
            return found
    raise garbled(AGGREGATES, "more pages than we read")


def _question(asked: TotalsRequest, metric: str, end: datetime, interval: str, cursor: str | None) -> dict[str, Any]:
    zone = ZoneInfo(asked.time_zone)
    attributes: dict[str, Any] = {
        "metric_id": metric,
        "measurements": ["unique"],
        "interval": interval,
        "by": ["Campaign Name", "$flow"],
        "filter": [
            f"greater-or-equal(datetime,{_local(asked.start, zone)})",
            f"less-than(datetime,{_local(end, zone)})",
        ],
        "timezone": asked.time_zone,
        "page_size": 500,
    }
    if cursor:
        attributes["page_cursor"] = cursor
    return {"data": {"type": "metric-aggregate", "attributes": attributes}}


def _local(when: datetime, zone: ZoneInfo) -> str:
    return when.astimezone(zone).strftime("%Y-%m-%dT%H:%M:%S")


def _rows(payload: Any) -> list[tuple[str, list[int], list[datetime]]]:
    """Without those of flows, which are no campaigns."""
    attributes = at(payload, "data", "attributes")
    dates = [moment(one) for one in at(attributes, "dates") or []]
    if any(one is None for one in dates):
        raise garbled(AGGREGATES, "a date that is none")
    found = []
    for row in rows(attributes, "data", AGGREGATES):
        dimensions, series = at(row, "dimensions"), at(row, "measurements", "unique")
        if not isinstance(dimensions, list) or len(dimensions) != 2 or not isinstance(series, list):
            raise garbled(AGGREGATES, "a row without dimensions or counts")
        if not dimensions[1]:
            known = [when for when in dates if when is not None]
            found.append((str(dimensions[0]), [count(value) or 0 for value in series], known))
    return found
