from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mailwarden.exports.chart import Chart
from mailwarden.exports.columns import Column, Unit
from mailwarden.exports.filters import filter_model, values_of
from mailwarden.exports.report import Reading
from mailwarden.exports.reports.campaigns import chart_of
from mailwarden.exports.reports.figures import figure_columns
from mailwarden.exports.rules import ReportName
from mailwarden.exports.words import told
from mailwarden.metrics.output import summed_out
from mailwarden.metrics.queries import CampaignFilter, connections_shown, sum_figures
from mailwarden.metrics.routes import get_metrics_summary
from mailwarden.metrics.schemas import FiguresOut

DashboardFilters = filter_model("DashboardFilters", get_metrics_summary)
EVERYTHING = "All accounts"


@dataclass(frozen=True, slots=True)
class Line:
    account: str
    provider: str | None
    campaigns: int
    figures: FiguresOut
    data_as_of: datetime | None


class DashboardReport:
    """The sum of everything first, then what each account adds to it."""

    name: ReportName = "dashboard"
    title, permission = "Dashboard", "data:read"
    filters = DashboardFilters
    columns: Sequence[Column] = (
        Column("Account", Unit.TEXT, lambda row: row.account, 1.8),
        Column("Provider", Unit.WORD, lambda row: row.provider, 0.8),
        Column("Campaigns", Unit.COUNT, lambda row: row.campaigns, 0.8),
        *figure_columns(lambda row: row.figures),
        Column("Data as of", Unit.TIME, lambda row: row.data_as_of, 1.15),
    )

    async def count(self, reading: Reading, wanted: Any) -> int:
        asked = self._asked(wanted)
        return 1 + len(await connections_shown(reading.tx.session, reading.org_id, asked))

    async def batches(self, reading: Reading, wanted: Any) -> AsyncIterator[Sequence[Line]]:
        asked = self._asked(wanted)
        shown = await connections_shown(reading.tx.session, reading.org_id, asked)
        known = [one.data_as_of for one in shown if one.data_as_of is not None]
        yield [await self._line(reading, asked, EVERYTHING, None, min(known, default=None))]
        for one in shown:
            alone = CampaignFilter((one.id,), (), asked.sent_from, asked.sent_to)
            yield [await self._line(reading, alone, one.account_label, one.provider, one.data_as_of)]

    async def chart(self, reading: Reading, wanted: Any) -> Chart | None:
        return await chart_of(reading, self._asked(wanted))

    async def told(self, reading: Reading, wanted: Any) -> list[tuple[str, str]]:
        return await told(reading, wanted, spanned=True)

    def _asked(self, wanted: Any) -> CampaignFilter:
        values = values_of(wanted)
        connection_id = values.pop("connection_id")
        return CampaignFilter((connection_id,) if connection_id else (), (), **values)

    async def _line(
        self, reading: Reading, asked: CampaignFilter, account: str, provider: str | None, data_as_of: datetime | None
    ) -> Line:
        sums = await sum_figures(reading.tx.session, reading.org_id, reading.now, asked)
        return Line(account, provider, sums["campaigns"], summed_out(sums), data_as_of)
