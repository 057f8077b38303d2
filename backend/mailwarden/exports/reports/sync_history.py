from collections.abc import AsyncIterator, Sequence
from typing import Any

from sqlalchemy import func

from mailwarden.core.ids import format_id
from mailwarden.exports.chart import Chart, Series, make_chart
from mailwarden.exports.columns import Cell, Column, Unit
from mailwarden.exports.filters import filter_model, values_of
from mailwarden.exports.report import Reading, count_of, day_of, streamed
from mailwarden.exports.rules import ReportName
from mailwarden.exports.words import told
from mailwarden.metrics.rules import COUNTS
from mailwarden.sync.models import SyncRun
from mailwarden.sync.output import run_out
from mailwarden.sync.queries import RunFilter, runs_asked
from mailwarden.sync.routes import list_syncs
from mailwarden.sync.schemas import SyncRunOut

SyncHistoryFilters = filter_model("SyncHistoryFilters", list_syncs)


def _took(row: SyncRunOut) -> Cell:
    return None if row.duration_ms is None else row.duration_ms / 1000


def _total(name: str) -> Column:
    def value(row: SyncRunOut) -> Cell:
        return getattr(row.totals, name) if row.totals else None

    return Column(f"Total {name}", Unit.COUNT, value, csv_only=True)


class SyncHistoryReport:
    name: ReportName = "sync_history"
    title, permission = "Sync history", "data:read"
    filters = SyncHistoryFilters
    columns: Sequence[Column] = (
        Column("Asked at", Unit.TIME, lambda row: row.created_at, 1.2),
        Column("Provider", Unit.WORD, lambda row: row.provider, 0.8),
        Column("Account", Unit.TEXT, lambda row: row.account_label, 1.6),
        Column("Type", Unit.WORD, lambda row: row.type, 0.7),
        Column("Badge", Unit.WORD, lambda row: row.badge, 0.7),
        Column("Status", Unit.WORD, lambda row: row.status, 0.75),
        Column("Partial", Unit.YES_NO, lambda row: row.partial, csv_only=True),
        Column("Started at", Unit.TIME, lambda row: row.started_at, csv_only=True),
        Column("Finished at", Unit.TIME, lambda row: row.finished_at, csv_only=True),
        Column("Duration", Unit.SECONDS, _took, 0.8),
        Column("Window from", Unit.TIME, lambda row: row.window_from, csv_only=True),
        Column("Window until", Unit.TIME, lambda row: row.window_until, csv_only=True),
        Column("Campaigns", Unit.COUNT, lambda row: row.campaigns_processed, 0.8),
        Column("Campaigns as the provider counts", Unit.COUNT, lambda row: row.campaigns_total, csv_only=True),
        Column("Added", Unit.COUNT, lambda row: row.campaigns_added, 0.6),
        Column("Changed", Unit.COUNT, lambda row: row.campaigns_changed, 0.7),
        *(_total(name) for name in COUNTS),
        Column("Calls", Unit.COUNT, lambda row: row.calls_made, csv_only=True),
        Column("Pages", Unit.COUNT, lambda row: row.pages, csv_only=True),
        Column("Error", Unit.TEXT, lambda row: row.error.title if row.error else None, 2.4),
        Column("Error code", Unit.TEXT, lambda row: row.error.code if row.error else None, csv_only=True),
        Column("Error in detail", Unit.TEXT, lambda row: row.error.detail if row.error else None, csv_only=True),
        Column("Note", Unit.TEXT, lambda row: row.note, csv_only=True),
        Column("Id", Unit.WORD, lambda row: format_id("sync", row.id), csv_only=True),
    )

    def _asked(self, reading: Reading, wanted: Any) -> Any:
        return runs_asked(reading.org_id, RunFilter(**values_of(wanted)))

    async def count(self, reading: Reading, wanted: Any) -> int:
        return await count_of(reading, self._asked(reading, wanted).with_only_columns(SyncRun.id))

    async def batches(self, reading: Reading, wanted: Any) -> AsyncIterator[Sequence[SyncRunOut]]:
        newest = self._asked(reading, wanted).order_by(SyncRun.created_at.desc(), SyncRun.id.desc())
        async for rows in streamed(reading, newest):
            yield [run_out(row) for row in rows]

    async def chart(self, reading: Reading, wanted: Any) -> Chart | None:
        day = day_of(reading, SyncRun.created_at.expression)
        sums = [func.count().filter(SyncRun.status == status) for status in ("success", "failed")]
        grouped = self._asked(reading, wanted).with_only_columns(day, *sums, maintain_column_froms=True).group_by(day)
        rows = (await reading.tx.session.execute(grouped)).all()
        named = enumerate(("Succeeded", "Failed"), start=1)
        return make_chart("Syncs", [Series(name, {row[0]: float(row[n]) for row in rows}) for n, name in named])

    async def told(self, reading: Reading, wanted: Any) -> list[tuple[str, str]]:
        return await told(reading, wanted, spanned=False)
