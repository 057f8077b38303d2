from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from mailwarden.exports.chart import Chart
from mailwarden.exports.columns import Column, Unit
from mailwarden.exports.filters import filter_model, values_of
from mailwarden.exports.report import Reading
from mailwarden.exports.reports.figures import figure_columns
from mailwarden.exports.rules import ReportName
from mailwarden.exports.words import told
from mailwarden.metrics import period_schemas
from mailwarden.metrics.period_routes import get_metrics_series, series_query
from mailwarden.metrics.queries import CampaignFilter
from mailwarden.metrics.schemas import FiguresOut
from mailwarden.metrics.series import read_series

DashboardFilters = filter_model("DashboardFilters", get_metrics_series, series_query)
DRAWN = ("sent", "opened", "clicked")


@dataclass(frozen=True, slots=True)
class Line:
    """``part``: the whole period, the one before it, or a day, week or month of it."""

    part: str
    first: date | None
    last: date | None
    campaigns: int
    figures: FiguresOut
    state: str
    until: datetime | None


async def series_of(reading: Reading, wanted: Any) -> period_schemas.Series:
    values = values_of(wanted)
    connections, providers = (tuple(values.pop(name) or ()) for name in ("connection_id", "provider"))
    asked = await series_query(**values)
    return await read_series(reading.rt, reading.tx, reading.org_id, CampaignFilter(connections, providers), asked)


def _line(part: str, one: period_schemas.Period | period_schemas.Point) -> Line:
    return Line(part, one.first_day, one.last_day, one.campaigns, one.figures, one.state, one.provisional_until)


def lines_of(found: period_schemas.Series) -> list[Line]:
    sums = [_line("whole period", found.total)]
    if found.comparison is not None:
        sums.append(_line("period before", found.comparison.previous))
    return sums + [_line(found.interval, point) for point in found.points]


class DashboardReport:
    """The whole period first, then the one before, then its days, weeks or months."""

    name: ReportName = "dashboard"
    title, permission = "Dashboard", "data:read"
    filters = DashboardFilters
    columns: Sequence[Column] = (
        Column("Part", Unit.WORD, lambda row: row.part, 1.1),
        Column("First day", Unit.WORD, lambda row: row.first.isoformat() if row.first else None, 0.9),
        Column("Last day", Unit.WORD, lambda row: row.last.isoformat() if row.last else None, 0.9),
        Column("Campaigns", Unit.COUNT, lambda row: row.campaigns, 0.85),
        *figure_columns(lambda row: row.figures),
        Column("State", Unit.WORD, lambda row: row.state, 0.9),
        Column("May change until", Unit.TIME, lambda row: row.until, csv_only=True),
    )

    async def count(self, reading: Reading, wanted: Any) -> int:
        """Cheap: a dashboard has at most a few thousand points."""
        return len(lines_of(await series_of(reading, wanted)))

    async def batches(self, reading: Reading, wanted: Any) -> AsyncIterator[Sequence[Line]]:
        yield lines_of(await series_of(reading, wanted))

    async def chart(self, reading: Reading, wanted: Any) -> Chart | None:
        found = await series_of(reading, wanted)
        if len(found.points) < 2:
            return None
        series = [
            (name.capitalize(), [float(getattr(one.figures, name) or 0) for one in found.points]) for name in DRAWN
        ]
        days = [one.first_day for one in found.points]
        return Chart(f"E-mails per {found.interval}", found.interval, days, series)

    async def told(self, reading: Reading, wanted: Any) -> list[tuple[str, str]]:
        found = await series_of(reading, wanted)
        span = f"{found.first_day} to {found.last_day}, by {found.interval}"
        rest = [pair for pair in await told(reading, wanted, spanned=False) if pair[0] not in HIDDEN]
        return [("Range", span), *rest]


HIDDEN = ("First day", "Last day", "Interval")
