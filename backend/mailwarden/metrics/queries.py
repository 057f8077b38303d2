"""Reads of campaigns and figures. What lies outside a connection's history range is stored but not shown (C17)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, or_, select, true, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from mailwarden.connections.models import Connection
from mailwarden.connections.rules import HistoryRange, Status
from mailwarden.core.db import app_now
from mailwarden.core.errors import NotFound
from mailwarden.metrics.models import Campaign, Observation
from mailwarden.metrics.rules import COUNTS, RATES, STATED, derives, range_start
from mailwarden.providers.catalog import load

# The current figures of a campaign. LIMIT keeps the planner from joining observations as a whole: while its statistics
# lag behind a large first sync, it would read all of them once for every campaign.
LATEST = (
    select(Observation)
    .where(Observation.org_id == Campaign.org_id, Observation.id == Campaign.latest_observation_id)
    .limit(1)
    .lateral("latest")
)
Latest = aliased(Observation, LATEST)


@dataclass(frozen=True, slots=True)
class CampaignFilter:
    connection_ids: Sequence[UUID] = ()
    providers: Sequence[str] = ()
    sent_from: datetime | None = None
    sent_to: datetime | None = None
    text: str | None = None
    archived: bool | None = None

    def scope(self) -> str:
        """Binds a cursor to the list it came from."""
        return repr((sorted(map(str, self.connection_ids)), sorted(self.providers), *self._rest()))

    def _rest(self) -> tuple[Any, ...]:
        return (self.sent_from, self.sent_to, self.text, self.archived)


def shown(org_id: UUID, now: datetime) -> ColumnElement[bool]:
    """Campaigns without a send date (drafts) belong to every range."""
    starts = {history: range_start(history, now) for history in HistoryRange}
    limits = {str(history): start for history, start in starts.items() if start is not None}
    start = case(limits, value=Connection.history_range, else_=None)
    in_range = or_(start.is_(None), Campaign.sent_at.is_(None), Campaign.sent_at >= start)
    return and_(Campaign.org_id == org_id, Connection.org_id == org_id, in_range)


def _asked(wanted: CampaignFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.connection_ids:
        conditions.append(Campaign.connection_id.in_(wanted.connection_ids))
    if wanted.providers:
        conditions.append(Connection.provider.in_(wanted.providers))
    if wanted.sent_from is not None:
        conditions.append(Campaign.sent_at >= wanted.sent_from)
    if wanted.sent_to is not None:
        conditions.append(Campaign.sent_at < wanted.sent_to)
    if wanted.archived is not None:
        conditions.append(Campaign.archived.is_(wanted.archived))
    if wanted.text:
        conditions.append(_contains(wanted.text))
    return conditions


def _contains(text: str) -> ColumnElement[bool]:
    return or_(
        Campaign.name.icontains(text, autoescape=True),
        Campaign.subject.icontains(text, autoescape=True),
        Campaign.external_id == text,
    )


def _joined(statement: Any, org_id: UUID, now: datetime, wanted: CampaignFilter) -> Any:
    return (
        statement.join(Connection, Connection.id == Campaign.connection_id)
        .outerjoin(LATEST, true())
        .where(shown(org_id, now), *_asked(wanted))
    )


def campaigns(org_id: UUID, now: datetime, wanted: CampaignFilter) -> Any:
    statement = select(Campaign, Latest, Connection.provider, Connection.account_label).select_from(Campaign)
    return _joined(statement, org_id, now, wanted)


def campaign_ids(org_id: UUID, now: datetime, wanted: CampaignFilter, *, figures: bool) -> Any:
    """``figures`` only where they decide the order: they would be looked up for all, and a page shows few."""
    statement = select(Campaign.id).join(Connection, Connection.id == Campaign.connection_id)
    statement = statement.outerjoin(LATEST, true()) if figures else statement
    return statement.where(shown(org_id, now), *_asked(wanted))


def rows_of(ids: Any, org_id: UUID) -> Any:
    """As ``campaigns`` gives them, of a subquery of ids, in no order."""
    return (
        select(Campaign, Latest, Connection.provider, Connection.account_label)
        .select_from(ids)
        .join(Campaign, Campaign.id == ids.c.id)
        .join(Connection, Connection.id == Campaign.connection_id)
        .outerjoin(LATEST, true())
        .where(Campaign.org_id == org_id, Connection.org_id == org_id)
    )


async def count_campaigns(session: AsyncSession, org_id: UUID, now: datetime, wanted: CampaignFilter) -> int:
    statement = select(func.count()).select_from(Campaign).join(Connection, Connection.id == Campaign.connection_id)
    return await session.scalar(statement.where(shown(org_id, now), *_asked(wanted))) or 0


async def get_campaign_row(session: AsyncSession, org_id: UUID, campaign_id: UUID) -> Any:
    """Also one outside the history range: who has its address may follow it."""
    statement = (
        select(Campaign, Latest, Connection.provider, Connection.account_label)
        .join(Connection, Connection.id == Campaign.connection_id)
        .outerjoin(LATEST, true())
        .where(Campaign.org_id == org_id, Campaign.id == campaign_id)
    )
    row = (await session.execute(statement)).first()
    if row is None:
        raise NotFound("There is no such campaign.")
    return row


async def sum_figures(session: AsyncSession, org_id: UUID, now: datetime, wanted: CampaignFilter) -> dict[str, Any]:
    """Sums, and for each rate both sums over the campaigns that state both of its counts."""
    columns: list[Any] = [func.count().label("campaigns")]
    columns.append(func.coalesce(func.bool_or(Latest.delivered_derived), False).label("delivered_derived"))
    counted_by_us = and_(Latest.id.is_not(None), Connection.provider.in_([name for name in load() if derives(name)]))
    columns.append(func.coalesce(func.bool_or(counted_by_us), False).label("derived"))
    columns += [func.sum(getattr(Latest, name)).label(name) for name in STATED]
    for name, (part, whole) in RATES.items():
        of, among = getattr(Latest, part), getattr(Latest, whole)
        both = and_(of.is_not(None), among.is_not(None))
        columns += [
            func.sum(of).filter(both).label(f"{name}_part"),
            func.sum(among).filter(both).label(f"{name}_whole"),
        ]
    statement = _joined(select(*columns).select_from(Campaign), org_id, now, wanted)
    return dict((await session.execute(statement)).mappings().one())


async def sum_of_run(session: AsyncSession, org_id: UUID, connection_id: UUID, run_id: UUID) -> dict[str, int]:
    """Totals of what a sync run read, as last observed (C25)."""
    columns = [func.coalesce(func.sum(getattr(Latest, name)), 0).label(name) for name in COUNTS]
    statement = (
        select(*columns)
        .select_from(Campaign)
        .join(LATEST, true())
        .where(Campaign.org_id == org_id, Campaign.connection_id == connection_id, Campaign.last_seen_run_id == run_id)
    )
    row = (await session.execute(statement)).mappings().one()
    return {name: int(row[name]) for name in COUNTS}


async def connections_shown(session: AsyncSession, org_id: UUID, wanted: CampaignFilter) -> Sequence[Connection]:
    """Whose figures a list or sum may hold; their age is shown beside it (C34)."""
    statement = select(Connection).where(Connection.org_id == org_id, Connection.status != Status.CONNECTING)
    if wanted.connection_ids:
        statement = statement.where(Connection.id.in_(wanted.connection_ids))
    if wanted.providers:
        statement = statement.where(Connection.provider.in_(wanted.providers))
    return (await session.scalars(statement.order_by(Connection.provider, Connection.account_label))).all()


async def count_of_connection(session: AsyncSession, org_id: UUID, connection_id: UUID) -> int:
    """All that is stored, shown or not: what a disconnect keeps."""
    statement = select(func.count()).select_from(Campaign)
    found = await session.scalar(statement.where(Campaign.org_id == org_id, Campaign.connection_id == connection_id))
    return found or 0


async def list_observation_rows(
    session: AsyncSession, org_id: UUID, campaign_id: UUID, limit: int, after: tuple[datetime, UUID] | None
) -> Sequence[Observation]:
    """Newest first."""
    asked = select(Observation).where(Observation.org_id == org_id, Observation.campaign_id == campaign_id)
    if after is not None:
        asked = asked.where(tuple_(Observation.as_of, Observation.id) < after)
    return (await session.scalars(asked.order_by(Observation.as_of.desc(), Observation.id.desc()).limit(limit))).all()


async def bury_missing(
    session: AsyncSession, org_id: UUID, connection_id: UUID, run_id: UUID, sent_from: datetime | None, until: datetime
) -> int:
    """Tombstones for what a complete reading of the window no longer found; the figures stay. How many there are."""
    missing = update(Campaign).where(
        Campaign.org_id == org_id,
        Campaign.connection_id == connection_id,
        Campaign.gone_at.is_(None),
        Campaign.last_seen_run_id.is_distinct_from(run_id),
        Campaign.sent_at <= until,
    )
    if sent_from is not None:
        missing = missing.where(Campaign.sent_at > sent_from)
    buried = await session.execute(missing.values(gone_at=app_now()).returning(Campaign.id))
    return len(buried.all())
