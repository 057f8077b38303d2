"""Rows as the wire shows them."""

from collections.abc import Iterable, Mapping
from typing import Any

from mailwarden.connections.models import Connection
from mailwarden.metrics.models import Campaign, Observation
from mailwarden.metrics.rules import RATES, STATED, derives, rate, rates
from mailwarden.metrics.schemas import CampaignOut, DataAge, FiguresOut, ObservationOut
from mailwarden.metrics.settling import is_settled, provisional_until
from mailwarden.providers.base import Figures


def figures_of(observation: Observation, provider: str) -> Figures:
    counts = {name: getattr(observation, name) for name in STATED}
    return Figures(**counts, delivered_derived=observation.delivered_derived, derived=derives(provider))


def figures_out(figures: Figures) -> FiguresOut:
    counts = {name: getattr(figures, name) for name in STATED}
    marks = {"delivered_derived": figures.delivered_derived, "derived": figures.derived}
    return FiguresOut(**counts, **marks, **rates(figures))


def summed_out(sums: Mapping[str, Any]) -> FiguresOut:
    """PostgreSQL sums are numeric; a rate uses only campaigns that state both of its counts."""
    counts = {name: _whole(sums[name]) for name in STATED}
    parts = {name: rate(_whole(sums[f"{name}_part"]), _whole(sums[f"{name}_whole"])) for name in RATES}
    marks = {name: sums[name] for name in ("delivered_derived", "derived")}
    return FiguresOut(**counts, **marks, **parts)


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)


def campaign_out(row: Any) -> CampaignOut:
    campaign: Campaign = row[0]
    observation: Observation | None = row[1]
    until = provisional_until(campaign.sent_at, row[2]) if campaign.sent_at else None
    return CampaignOut(
        id=campaign.id,
        connection_id=campaign.connection_id,
        provider=row[2],
        account_label=row[3],
        external_id=campaign.external_id,
        name=campaign.name,
        subject=campaign.subject,
        status=campaign.status,
        channel=campaign.channel,
        sent_at=campaign.sent_at,
        archived=campaign.archived,
        gone_at=campaign.gone_at,
        figures=figures_out(figures_of(observation, row[2])) if observation else None,
        figures_as_of=campaign.figures_as_of,
        provisional_until=until,
        settled=is_settled(until, campaign.figures_as_of),
    )


def observation_out(row: Observation, provider: str) -> ObservationOut:
    figures = figures_out(figures_of(row, provider))
    return ObservationOut(id=row.id, as_of=row.as_of, sync_id=row.source_run_id, figures=figures)


def data_age(connections: Iterable[Connection]) -> list[DataAge]:
    return [
        DataAge(
            connection_id=one.id,
            provider=one.provider,
            account_label=one.account_label,
            account_time_zone=one.account_time_zone,
            status=one.status,
            data_as_of=one.data_as_of,
            syncing=one.active_sync_id is not None,
        )
        for one in connections
    ]
