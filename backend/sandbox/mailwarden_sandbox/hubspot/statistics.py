"""Statistics over a span of send dates: in one sum, in a histogram, and per e-mail."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.responses import Response

from mailwarden_sandbox.call import Call
from mailwarden_sandbox.clock import parse_time
from mailwarden_sandbox.data.book import CampaignBook
from mailwarden_sandbox.hubspot import errors
from mailwarden_sandbox.hubspot.emails import email_base, email_campaign_id, email_index
from mailwarden_sandbox.hubspot.query import BadQuery
from mailwarden_sandbox.hubspot.stats import added, statistics
from mailwarden_sandbox.responses import json_answer

_STEPS = {
    "SECOND": timedelta(seconds=1), "MINUTE": timedelta(minutes=1), "QUARTER_HOUR": timedelta(minutes=15),
    "HOUR": timedelta(hours=1), "DAY": timedelta(days=1), "WEEK": timedelta(weeks=1),
}  # fmt: skip
_MONTHS = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}
_MOST_BUCKETS = 5000


def _span(call: Call) -> tuple[float | None, float | None]:
    limits = []
    for name in ("startTimestamp", "endTimestamp"):
        text = call.one(name)
        try:
            limits.append(parse_time(text) if text else None)
        except ValueError as error:
            raise BadQuery(f"{text!r} is not a date-time", name) from error
    return limits[0], limits[1]


def _sent(call: Call, book: CampaignBook, at: int) -> list[int]:
    """Sent e-mails of the span, of the given ids if there are any."""
    start, end = _span(call)
    found = [i for i in book.sent_between(start, end, at) if not book.columns.archived[i]]
    wanted = {email_index(book, text) for text in call.many("emailIds")}
    return [i for i in found if i in wanted] if wanted else found


def listing(call: Call) -> Response:
    book, at = call.holder.book, call.figures_at
    try:
        found = _sent(call, book, at)
    except BadQuery as bad:
        return errors.invalid(call, str(bad), bad.name)
    body = {
        "aggregate": statistics(added(book.figures(i, at) for i in found)),
        "campaignAggregations": {str(email_campaign_id(book, i)): statistics(book.figures(i, at)) for i in found},
        "emails": [email_base(book) + i for i in found],
    }
    return json_answer(body)


def histogram(call: Call) -> Response:
    book, at = call.holder.book, call.figures_at
    interval = call.one("interval") or "DAY"
    try:
        if interval not in _STEPS and interval not in _MONTHS:
            raise BadQuery(f"unknown interval {interval!r}", "interval")
        found = _sent(call, book, at)
    except BadQuery as bad:
        return errors.invalid(call, str(bad), bad.name)
    buckets = list(_bucketed(book, found, interval))[:_MOST_BUCKETS]
    results = [
        {
            "interval": {"start": _stamp(start), "end": _stamp(end)},
            "aggregations": statistics(added(book.figures(i, at) for i in indices)),
        }
        for start, end, indices in buckets
    ]
    return json_answer({"total": len(results), "results": results})


def _bucketed(book: CampaignBook, found: list[int], interval: str) -> Iterator[tuple[datetime, datetime, list[int]]]:
    """Only buckets in which something was sent. ``found`` comes in order of sending."""
    current: tuple[datetime, datetime, list[int]] | None = None
    for index in found:
        start, end = _bucket(datetime.fromtimestamp(book.columns.send[index], UTC), interval)
        if current and current[0] == start:
            current[2].append(index)
            continue
        if current:
            yield current
        current = (start, end, [index])
    if current:
        yield current


def _bucket(moment: datetime, interval: str) -> tuple[datetime, datetime]:
    if interval in _MONTHS:
        step = _MONTHS[interval]
        start = datetime(moment.year, (moment.month - 1) // step * step + 1, 1, tzinfo=UTC)
        month = start.month - 1 + step
        return start, datetime(start.year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
    width = _STEPS[interval]
    monday = datetime(1970, 1, 5, tzinfo=UTC)
    start = monday + (moment - monday) // width * width
    return start, start + width


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def of_one(call: Call) -> Response:
    """Undocumented at HubSpot, but called by connectors."""
    book = call.holder.book
    index = email_index(book, call.params["email_id"])
    if index is None:
        return errors.not_found(call)
    body: dict[str, Any] = statistics(book.figures(index, call.figures_at))
    return json_answer(body)
