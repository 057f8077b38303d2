from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from mailwarden.deliverability.blocklists.models import BlocklistListing
from mailwarden.deliverability.blocklists.queries import ListingFilter, find_listings
from mailwarden.deliverability.blocklists.registry import registry
from mailwarden.deliverability.blocklists.routes import list_blocklist_listings
from mailwarden.deliverability.domains.listing import list_domains_of
from mailwarden.deliverability.domains.output import domain_out
from mailwarden.deliverability.score.models import ACCOUNT, ScoreSnapshot
from mailwarden.deliverability.score.output import day_out
from mailwarden.deliverability.score.queries import snapshots
from mailwarden.deliverability.score.routes import list_deliverability_history
from mailwarden.exports import report
from mailwarden.exports.chart import Chart
from mailwarden.exports.columns import Column, Unit
from mailwarden.exports.filters import filter_model
from mailwarden.exports.report import Reading
from mailwarden.exports.rules import ReportName
from mailwarden.exports.words import told

DeliverabilityFilters = filter_model("DeliverabilityFilters", list_deliverability_history, list_blocklist_listings)
NOT_ASSESSED = "not assessed"


@dataclass(frozen=True, slots=True)
class Line:
    """``part``: score, record or blocklist. ``day`` and ``score``: of scores only."""

    part: str
    subject: str
    item: str
    state: str
    day: date | None = None
    score: float | None = None
    since: datetime | None = None
    until: datetime | None = None
    text: str = ""


class DeliverabilityReport:
    """Scores by day, then the records of each domain as they stand, then the times on blocklists: the latest first."""

    name: ReportName = "deliverability"
    title, permission = "Deliverability", "data:read"
    filters = DeliverabilityFilters
    columns: Sequence[Column] = (
        Column("Part", Unit.WORD, lambda row: row.part, 0.8),
        Column("Of", Unit.TEXT, lambda row: row.subject, 1.8),
        Column("Check or list", Unit.TEXT, lambda row: row.item, 1.3),
        Column("Day", Unit.WORD, lambda row: row.day.isoformat() if row.day else None, 0.9),
        Column("State", Unit.TEXT, lambda row: row.state, 1.1),
        Column("Score", Unit.NUMBER, lambda row: row.score, 0.6),
        Column("Since", Unit.TIME, lambda row: row.since, 1.2),
        Column("Until", Unit.TIME, lambda row: row.until, 1.2),
        Column("Explanation", Unit.TEXT, lambda row: row.text, 3.2),
    )

    async def count(self, reading: Reading, wanted: Any) -> int:
        """By reading: scores go back three years at most, and times on lists are few."""
        return sum([len(rows) async for rows in self.batches(reading, wanted)])

    async def batches(self, reading: Reading, wanted: Any) -> AsyncIterator[Sequence[Line]]:
        async for scores in _scores(reading, wanted):
            yield [_score_line(row) for row in scores]
        yield await _records(reading, wanted)
        async for listings in _listings(reading, wanted):
            yield [_listing_line(row) for row in listings]

    async def chart(self, reading: Reading, wanted: Any) -> Chart | None:
        """Days without a score are left out, since nothing is known of them."""
        known = [(row.day, float(row.score)) async for some in _scores(reading, wanted) for row in some if row.score]
        if len(known) < 2:
            return None
        days, values = zip(*reversed(known), strict=True)
        return Chart("Score by day", "day", days, [("Score", values)])

    async def told(self, reading: Reading, wanted: Any) -> list[tuple[str, str]]:
        rest = await told(reading, wanted, spanned=False)
        scores = [pair for pair in rest if pair[0] in ("First", "Last")]
        span = ", ".join(f"{name.lower()} day {words}" for name, words in scores) or "every day that is kept"
        return [("Range", f"scores: {span}"), *(pair for pair in rest if pair not in scores)]


async def _scores(reading: Reading, wanted: Any) -> AsyncIterator[Sequence[ScoreSnapshot]]:
    last = wanted.last
    session, domain = reading.tx.session, wanted.domain or ACCOUNT
    while True:
        rows = await snapshots(session, reading.org_id, domain, first=wanted.first, last=last, limit=report.BATCH)
        if rows:
            yield rows
        if len(rows) < report.BATCH:
            return
        last = rows[-1].day - timedelta(days=1)


def _score_line(row: ScoreSnapshot) -> Line:
    day = day_out(row)
    told = [f"confidence: {day.confidence}", *([f"held down by: {day.cap}"] if day.cap else [])]
    return Line("score", row.domain or "all mail", "score", day.label, row.day, day.score, text="; ".join(told))


async def _records(reading: Reading, wanted: Any) -> list[Line]:
    lines = []
    for row in await list_domains_of(reading.tx, reading.org_id):
        if wanted.domain in (None, row.name):
            shown = domain_out(row, reading.now)
            lines += [
                Line(
                    "record",
                    shown.display_name,
                    f"{one.check} {one.part}".strip(),
                    one.standing or NOT_ASSESSED,
                    since=one.since,
                    text=one.summary,
                )
                for one in shown.standings
            ]
    return lines


async def _listings(reading: Reading, wanted: Any) -> AsyncIterator[Sequence[BlocklistListing]]:
    asked = ListingFilter(wanted.status, wanted.asset or wanted.domain)
    after: tuple[datetime, Any] | None = None
    while True:
        rows = await find_listings(reading.tx, reading.org_id, asked, report.BATCH, after)
        if rows:
            yield rows
        if len(rows) < report.BATCH:
            return
        after = (rows[-1].first_seen_at, rows[-1].id)


def _listing_line(row: BlocklistListing) -> Line:
    names = {one.key: one.name for one in registry().lists}
    return Line(
        "blocklist",
        row.asset,
        names.get(row.list_key, row.list_key),
        row.ending or "listed",
        since=row.first_seen_at,
        until=row.ended_at,
        text=row.said or "; ".join(str(one.get("meaning", "")) for one in row.codes),
    )
