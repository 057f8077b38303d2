from collections.abc import AsyncIterator, Sequence
from typing import Any

from sqlalchemy import func

from mailwarden.alerts.models import Alert
from mailwarden.alerts.queries import alerts_asked, mailed_to
from mailwarden.alerts.routes import alert_out, list_alerts
from mailwarden.alerts.schemas import AlertOut, AlertQuery
from mailwarden.core.ids import format_id
from mailwarden.exports.chart import Chart, Series, make_chart
from mailwarden.exports.columns import Cell, Column, Unit
from mailwarden.exports.filters import filter_model, values_of
from mailwarden.exports.report import Reading, count_of, day_of, streamed
from mailwarden.exports.rules import ReportName
from mailwarden.exports.words import told

AlertsFilters = filter_model("AlertsFilters", list_alerts)


def _account(row: AlertOut) -> Cell:
    return (row.card or {}).get("account_label")


class AlertsReport:
    name: ReportName = "alerts"
    title, permission = "Alerts", "alerts:read"
    filters = AlertsFilters
    columns: Sequence[Column] = (
        Column("At", Unit.TIME, lambda row: row.created_at, 1.1),
        Column("Kind", Unit.TEXT, lambda row: row.kind.replace("_", " "), 1.2),
        Column("Title", Unit.TEXT, lambda row: row.title, 1.8),
        Column("Text", Unit.TEXT, lambda row: row.body, 3.2),
        Column("Provider", Unit.WORD, lambda row: row.provider, 0.8),
        Column("Account", Unit.TEXT, _account, 1.2),
        Column("Read at", Unit.TIME, lambda row: row.read_at, 1.1),
        Column("Mailed to", Unit.TEXT, lambda row: ", ".join(row.mailed_to), csv_only=True),
        Column("Id", Unit.WORD, lambda row: format_id("alrt", row.id), csv_only=True),
    )

    def _asked(self, reading: Reading, wanted: Any) -> Any:
        return alerts_asked(reading.org_id, AlertQuery(**values_of(wanted)))

    async def count(self, reading: Reading, wanted: Any) -> int:
        return await count_of(reading, self._asked(reading, wanted).with_only_columns(Alert.id))

    async def batches(self, reading: Reading, wanted: Any) -> AsyncIterator[Sequence[AlertOut]]:
        newest = self._asked(reading, wanted).order_by(Alert.created_at.desc(), Alert.id.desc())
        async for rows in streamed(reading, newest):
            found = [row[0] for row in rows]
            mailed = await mailed_to(reading.tx, reading.org_id, [one.id for one in found])
            yield [alert_out(one, mailed.get(one.id, [])) for one in found]

    async def chart(self, reading: Reading, wanted: Any) -> Chart | None:
        day = day_of(reading, Alert.created_at.expression)
        grouped = self._asked(reading, wanted).with_only_columns(day, func.count()).group_by(day)
        rows = (await reading.tx.session.execute(grouped)).all()
        return make_chart("Alerts", [Series("Alerts", {row[0]: float(row[1]) for row in rows})])

    async def told(self, reading: Reading, wanted: Any) -> list[tuple[str, str]]:
        return await told(reading, wanted, spanned=False)
