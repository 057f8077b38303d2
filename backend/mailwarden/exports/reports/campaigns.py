from collections.abc import AsyncIterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func

from mailwarden.core.ids import format_id
from mailwarden.exports.chart import Chart, Series, make_chart
from mailwarden.exports.columns import Column, Unit
from mailwarden.exports.filters import filter_model, values_of
from mailwarden.exports.report import Reading, day_of, streamed
from mailwarden.exports.reports.figures import figure_columns
from mailwarden.exports.rules import ReportName
from mailwarden.exports.words import told
from mailwarden.metrics.listing import CampaignSort
from mailwarden.metrics.models import Campaign
from mailwarden.metrics.output import campaign_out
from mailwarden.metrics.queries import CampaignFilter, Latest, campaigns, count_campaigns
from mailwarden.metrics.routes import campaign_filter, list_campaigns
from mailwarden.metrics.schemas import CampaignOut

CampaignsFilters = filter_model("CampaignsFilters", campaign_filter, list_campaigns)


async def asked_of(filters: Any) -> tuple[CampaignFilter, CampaignSort]:
    values = values_of(filters)
    sort = values.pop("sort")
    return await campaign_filter(**values), sort


async def chart_of(reading: Reading, asked: CampaignFilter) -> Chart | None:
    """By the days on which campaigns were sent, whenever their mails were opened."""
    day = day_of(reading, Campaign.sent_at.expression)
    sums = [func.coalesce(func.sum(getattr(Latest, name)), 0) for name in ("sent", "opened", "clicked")]
    statement = campaigns(reading.org_id, reading.now, asked).where(Campaign.sent_at.is_not(None))
    grouped = statement.with_only_columns(day, *sums, maintain_column_froms=True).group_by(day)
    rows = (await reading.tx.session.execute(grouped)).all()
    named = enumerate(("Sent", "Opened", "Clicked"), start=1)
    return make_chart("E-mails", [Series(name, {row[0]: float(row[n]) for row in rows}) for n, name in named])


class CampaignsReport:
    name: ReportName = "campaigns"
    title, permission = "Campaigns", "data:read"
    filters = CampaignsFilters
    columns: Sequence[Column] = (
        Column("Campaign", Unit.TEXT, lambda row: row.name, 2.6),
        Column("Subject", Unit.TEXT, lambda row: row.subject, csv_only=True),
        Column("Provider", Unit.WORD, lambda row: row.provider, 0.75),
        Column("Account", Unit.TEXT, lambda row: row.account_label, 1.2),
        Column("Status", Unit.TEXT, lambda row: row.status, csv_only=True),
        Column("Channel", Unit.TEXT, lambda row: row.channel, csv_only=True),
        Column("Sent at", Unit.TIME, lambda row: row.sent_at, 1.15),
        *figure_columns(lambda row: row.figures),
        Column("Figures as of", Unit.TIME, lambda row: row.figures_as_of, csv_only=True),
        Column("May change until", Unit.TIME, lambda row: row.provisional_until, csv_only=True),
        Column("Settled", Unit.YES_NO, lambda row: row.settled, csv_only=True),
        Column("Archived", Unit.YES_NO, lambda row: row.archived, csv_only=True),
        Column("Gone at the provider since", Unit.TIME, lambda row: row.gone_at, csv_only=True),
        Column("Id", Unit.WORD, lambda row: format_id("camp", row.id), csv_only=True),
        Column("Id at the provider", Unit.TEXT, lambda row: row.external_id, csv_only=True),
    )

    async def count(self, reading: Reading, wanted: Any) -> int:
        asked, _ = await asked_of(wanted)
        return await count_campaigns(reading.tx.session, reading.org_id, reading.now, asked)

    async def batches(self, reading: Reading, wanted: Any) -> AsyncIterator[Sequence[CampaignOut]]:
        asked, sort = await asked_of(wanted)
        order: tuple[ColumnElement[Any], ...] = (sort.key(), Campaign.id.expression)
        statement = campaigns(reading.org_id, reading.now, asked).order_by(
            *(key.desc() if sort.down else key.asc() for key in order)
        )
        async for rows in streamed(reading, statement):
            yield [campaign_out(row) for row in rows]

    async def chart(self, reading: Reading, wanted: Any) -> Chart | None:
        asked, _ = await asked_of(wanted)
        return await chart_of(reading, asked)

    async def told(self, reading: Reading, wanted: Any) -> list[tuple[str, str]]:
        return await told(reading, wanted, spanned=True)
