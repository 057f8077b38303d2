"""Klaviyo's campaign values report: one request answers for all campaigns of up to a year, 225 requests a day.

Campaigns are found by their send date, which the report reads in the account's own time zone and we do not know: so
each span is asked for with a day of slack on both sides. A campaign that two spans show has the same figures in both.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from mailwarden.providers.base import Api, Figures, FiguresPage, Window
from mailwarden.providers.klaviyo_bounces import BOUNCED, bounce_types, split
from mailwarden.providers.reading import at, count, garbled, moment, next_cursor, rows, text

REPORTS = "/api/campaign-values-reports"
METRICS = "/api/metrics"
CAMPAIGNS = "/api/campaigns"
_SPAN = timedelta(days=360)
_SLACK = timedelta(days=1)
_LATE = timedelta(days=5)  # for so long mail servers go on trying (RFC 5321 section 4.5.4.1)
_STATISTICS = (
    "recipients",
    "delivered",
    "opens_unique",
    "clicks_unique",
    "bounced",
    "spam_complaints",
    "unsubscribe_uniques",
)
_USUAL_METRIC = "Placed Order"
_METRIC_PAGES = 5


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a report goes on; serialised into the cursor, so that another process can."""

    since: datetime
    until: datetime  # end of the span being read; spans go from new to old
    metric: str
    bounces: str | None = None  # the metric whose events tell hard from soft
    page: str | None = None
    open_id: str | None = None  # the last page ended inside this campaign …
    open_counts: Mapping[str, int] | None = None  # … with these sums so far


async def report_page(api: Api, window: Window, cursor: str | None) -> FiguresPage:
    place = _resume(cursor) if cursor else await _begin(api, window)
    if place is None:
        return FiguresPage({}, None)
    payload = await api.post(REPORTS, _question(place), {"page_cursor": place.page} if place.page else None)
    sums = _sums(payload, place)
    page = next_cursor(payload, "page_cursor", place.page, REPORTS)
    following = _after(place, sums, page)
    if page and following and following.open_id:
        del sums[following.open_id]
    figures = {campaign: to_figures(counts) for campaign, counts in sums.items()}
    if place.page is None and page is None:  # the types of a report of many pages would cost more than its figures
        figures = await _with_types(api, place, payload, figures)
    return FiguresPage(figures, _cursor(following) if following else None)


async def _with_types(api: Api, place: _Place, payload: Any, figures: dict[str, Figures]) -> dict[str, Figures]:
    if place.bounces is None:
        return figures
    some = any(one.bounced for one in figures.values())
    types = await bounce_types(api, place.bounces, _start(place), place.until + _LATE) if some else {}
    if types is None:
        return figures
    messages: dict[str, list[str]] = {}
    for row in rows(at(payload, "data", "attributes"), "results", REPORTS):
        campaign, message = text(row, "groupings", "campaign_id"), text(row, "groupings", "campaign_message_id")
        if campaign and message:
            messages.setdefault(campaign, []).append(message)
    return {campaign: split(one, messages.get(campaign, ()), types) for campaign, one in figures.items()}


async def _begin(api: Api, window: Window) -> _Place | None:
    """None: the account has nothing that a report could be about."""
    since = window.sent_from or await _first_campaign(api)
    metric, bounces = await _metrics(api) if since else (None, None)
    if since is None or metric is None:
        return None
    return _Place(since - _SLACK, window.until + _SLACK, metric, bounces)


async def _first_campaign(api: Api) -> datetime | None:
    created: list[datetime] = []
    for archived in ("false", "true"):
        asked = f"and(equals(messages.channel,'email'),equals(archived,{archived}))"
        payload = await api.get(CAMPAIGNS, {"filter": asked, "sort": "created_at", "page[size]": 1})
        found = (moment(text(row, "attributes", "created_at")) for row in rows(payload, "data", CAMPAIGNS)[:1])
        created.extend(when for when in found if when)
    return min(created, default=None)


async def _metrics(api: Api) -> tuple[str | None, str | None]:
    """A metric of conversions and that of bounces.

    The report demands the former though no conversions are asked for: orders if there are any, else the first.
    """
    known: dict[str, str] = {}
    cursor: str | None = None
    for _ in range(_METRIC_PAGES):
        payload = await api.get(METRICS, {"page[cursor]": cursor} if cursor else None)
        for row in rows(payload, "data", METRICS):
            if id_ := text(row, "id"):
                known.setdefault(text(row, "attributes", "name") or "", id_)
        cursor = next_cursor(payload, "page[cursor]", cursor, METRICS)
        if cursor is None or {_USUAL_METRIC, BOUNCED} <= known.keys():
            break
    return known.get(_USUAL_METRIC) or next(iter(known.values()), None), known.get(BOUNCED)


def _start(place: _Place) -> datetime:
    return max(place.since, place.until - _SPAN)


def _question(place: _Place) -> dict[str, Any]:
    attributes = {
        "statistics": list(_STATISTICS),
        "timeframe": {"start": _iso(_start(place)), "end": _iso(place.until)},
        "conversion_metric_id": place.metric,
        "filter": "equals(send_channel,'email')",
    }
    return {"data": {"type": "campaign-values-report", "attributes": attributes}}


def _sums(payload: Any, place: _Place) -> dict[str, dict[str, int]]:
    """A campaign has a row per message; recipients of its messages are different people, so counts add up."""
    sums: dict[str, dict[str, int]] = {}
    if place.open_id:
        sums[place.open_id] = dict(place.open_counts or {})
    report = at(payload, "data", "attributes")
    for row in rows(report, "results", REPORTS):
        campaign = text(row, "groupings", "campaign_id")
        if campaign is None:
            raise garbled(REPORTS, "a result without campaign")
        counts = sums.setdefault(campaign, {})
        for name in _STATISTICS:
            value = count(at(row, "statistics", name))
            if value is not None:
                counts[name] = counts.get(name, 0) + value
    return sums


def _after(place: _Place, sums: dict[str, dict[str, int]], page: str | None) -> _Place | None:
    """The rows of one campaign come together, but a page may end between them: its last campaign stays open."""
    if page:
        last = next(reversed(sums), None) if sums else None
        return replace(place, page=page, open_id=last, open_counts=sums[last] if last else None)
    start = place.until - _SPAN
    if start <= place.since:
        return None
    return replace(place, until=start + 2 * _SLACK, page=None, open_id=None, open_counts=None)


def _cursor(place: _Place) -> str:
    fields = {**asdict(place), "since": place.since.isoformat(), "until": place.until.isoformat()}
    return json.dumps({name: value for name, value in fields.items() if value is not None}, separators=(",", ":"))


def _resume(cursor: str) -> _Place:
    fields = json.loads(cursor)
    since, until = datetime.fromisoformat(fields.pop("since")), datetime.fromisoformat(fields.pop("until"))
    return _Place(since=since, until=until, **fields)


def to_figures(counts: Mapping[str, int]) -> Figures:
    return Figures(
        sent=counts.get("recipients"),
        delivered=counts.get("delivered"),
        opened=counts.get("opens_unique"),
        clicked=counts.get("clicks_unique"),
        bounced=counts.get("bounced"),
        complaints=counts.get("spam_complaints"),
        unsubscribes=counts.get("unsubscribe_uniques"),
    )


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")
