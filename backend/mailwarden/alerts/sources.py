"""Where rules get their history from: the tables of the features below, as plain facts."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Date, cast, func, select, true

from mailwarden.alerts.usable_times import usable_times
from mailwarden.alerts.watching.catalogue import BASELINE_DAYS, TIERS, WINDOW_DAYS, RuleKind
from mailwarden.alerts.watching.history import (
    Day,
    Days,
    History,
    Listings,
    Read,
    Reads,
    Run,
    Runs,
    Score,
    Scores,
    Span,
    Subject,
)
from mailwarden.connections.models import Connection
from mailwarden.connections.present import provider_label
from mailwarden.core.db import UnitOfWork
from mailwarden.deliverability.blocklists.models import BlocklistListing
from mailwarden.deliverability.blocklists.registry import registry
from mailwarden.deliverability.score.models import ACCOUNT, ScoreSnapshot
from mailwarden.metrics.models import Campaign
from mailwarden.metrics.queries import LATEST, Latest
from mailwarden.sync.models import SyncRun

BEFORE = timedelta(days=BASELINE_DAYS + WINDOW_DAYS + 1)  # what the first evaluation of a span looks back at
LOOK_BACK = timedelta(days=31)  # for runs
LATEST_RUNS = 60  # of a connection: more than any rule counts in a row
# What the connection's own alert tells already, or nobody here can mend.
NOT_OF_THE_RUN = frozenset({"access_refused", "misconfigured", "unreadable", "figures_pending"})
ENDED = "connection_"  # codes of runs that ended with their connection


@dataclass(frozen=True, slots=True)
class Scope:
    """What is asked for: enough to evaluate every moment from ``since`` to ``until``."""

    org_id: UUID
    since: datetime
    until: datetime
    zone: ZoneInfo


Source = Callable[[UnitOfWork, Scope], Awaitable[History]]


async def _connections(tx: UnitOfWork, org_id: UUID) -> dict[UUID, Connection]:
    rows = await tx.session.scalars(select(Connection).where(Connection.org_id == org_id))
    return {row.id: row for row in rows}


def _subject(row: Connection) -> Subject:
    return Subject(f"conn_{row.id.hex}", f"{provider_label(row.provider)} – {row.account_label}", row.id)


async def read_scores(tx: UnitOfWork, scope: Scope) -> History:
    """The organization's score, and those of its domains where it has several. Days without a score are left out."""
    asked = select(ScoreSnapshot.domain, ScoreSnapshot.day, ScoreSnapshot.score).where(
        ScoreSnapshot.org_id == scope.org_id,
        ScoreSnapshot.score.is_not(None),
        ScoreSnapshot.day >= (scope.since - BEFORE).date(),
    )
    found: dict[str, list[Score]] = defaultdict(list)
    for domain, day, score in await tx.session.execute(asked.order_by(ScoreSnapshot.day)):
        found[domain].append(Score(day, score or 0))
    several = len(found.keys() - {ACCOUNT}) > 1
    tracks = [
        (Subject(f"domain:{domain}" if domain else "account", domain or "all domains"), Scores(tuple(points)))
        for domain, points in found.items()
        if domain == ACCOUNT or several
    ]
    return History(tuple(tracks), scope.zone)


async def read_bounces(tx: UnitOfWork, scope: Scope) -> History:
    return await _rates(tx, scope, Latest.bounced, Latest.sent)


async def read_complaints(tx: UnitOfWork, scope: Scope) -> History:
    return await _rates(tx, scope, Latest.complaints, Latest.delivered)


async def _rates(tx: UnitOfWork, scope: Scope, bad: Any, volume: Any) -> History:
    """By day of sending and connection; campaigns that do not state both counts are left out."""
    day = cast(func.timezone(scope.zone.key, Campaign.sent_at), Date)
    asked = (
        select(Campaign.connection_id, day, func.sum(bad), func.sum(volume))
        .join(LATEST, true())
        .where(Campaign.org_id == scope.org_id, Campaign.sent_at >= scope.since - BEFORE)
        .where(Campaign.sent_at <= scope.until, bad.is_not(None), volume.is_not(None))
        .group_by(Campaign.connection_id, day)
        .order_by(Campaign.connection_id, day)
    )
    found: dict[UUID, list[Day]] = defaultdict(list)
    for connection_id, at, part, whole in await tx.session.execute(asked):
        found[connection_id].append(Day(at, int(part), int(whole)))
    known = await _connections(tx, scope.org_id)
    return History(tuple((_subject(known[one]), Days(tuple(days))) for one, days in found.items()), scope.zone)


async def read_runs(tx: UnitOfWork, scope: Scope) -> History:
    found: dict[UUID, list[Run]] = defaultdict(list)
    for row in await _finished(tx, scope):
        run = _run(row)
        if run is not None:
            found[row.connection_id].append(run)
    known, usable = await _connections(tx, scope.org_id), await usable_times(tx, scope.org_id, scope.since)
    tracks = [(_subject(known[one]), Runs(usable.get(one, ()), tuple(runs))) for one, runs in found.items()]
    return History(tuple(tracks), scope.zone)


async def _finished(tx: UnitOfWork, scope: Scope) -> Sequence[Any]:
    """Oldest first. Live only the latest of each connection: this is asked after every sync."""
    ended = (
        SyncRun.org_id == scope.org_id,
        SyncRun.status.in_(["success", "failed"]),
        SyncRun.finished_at <= scope.until,
    )
    told = (SyncRun.id, SyncRun.connection_id, SyncRun.status, SyncRun.finished_at, SyncRun.error, SyncRun.window_until)
    if scope.since < scope.until:
        asked = select(*told).where(*ended, SyncRun.finished_at >= scope.since - LOOK_BACK)
        return (await tx.session.execute(asked.order_by(SyncRun.finished_at, SyncRun.id))).all()
    newest = select(*told).where(*ended, SyncRun.connection_id == Connection.id)
    latest = newest.order_by(SyncRun.created_at.desc()).limit(LATEST_RUNS).correlate(Connection).lateral()
    asked = select(latest).select_from(Connection).join(latest, true()).where(Connection.org_id == scope.org_id)
    rows = (await tx.session.execute(asked)).all()
    return sorted(rows, key=lambda row: (row.finished_at, row.id))


def _run(row: Any) -> Run | None:
    error = row.error or {}
    code = str(error.get("code", ""))
    if code in NOT_OF_THE_RUN or code.startswith(ENDED):
        return None
    return Run(row.id.hex, row.finished_at, row.status == "success", str(error.get("title", "")))


async def read_ages(tx: UnitOfWork, scope: Scope) -> History:
    """Only of accounts that were synced once: of the others there are no data that could be old."""
    known, usable = await _connections(tx, scope.org_id), await usable_times(tx, scope.org_id, scope.since)
    found: dict[UUID, list[Read]] = {one: [] for one, row in known.items() if row.data_as_of is not None}
    for row in await _finished(tx, scope):
        if row.status == "success" and row.window_until is not None and row.connection_id in found:
            found[row.connection_id].append(Read(row.finished_at, row.window_until))
    for one, reads in found.items():
        as_of = known[one].data_as_of
        if not reads and as_of is not None and as_of <= scope.until:
            reads.append(Read(as_of, as_of))
    tracks = [(_subject(known[one]), Reads(usable.get(one, ()), tuple(reads))) for one, reads in found.items()]
    return History(tuple(tracks), scope.zone)


async def read_listings(tx: UnitOfWork, scope: Scope) -> History:
    """Confirmed ones; what only informs has no tier, and alarms nobody."""
    asked = select(BlocklistListing).where(
        BlocklistListing.org_id == scope.org_id,
        BlocklistListing.tier.in_(list(TIERS)),
        BlocklistListing.confirmed_at <= scope.until,
        func.coalesce(BlocklistListing.ended_at, scope.until) >= scope.since - BEFORE,
    )
    found: dict[tuple[str, str], list[BlocklistListing]] = defaultdict(list)
    for row in await tx.session.scalars(asked.order_by(BlocklistListing.confirmed_at)):
        found[row.list_key, row.asset].append(row)
    return History(tuple(_listed(rows) for rows in found.values()), scope.zone)


def _listed(rows: list[BlocklistListing]) -> tuple[Subject, Listings]:
    last = rows[-1]
    spans = tuple(Span(row.confirmed_at, row.ended_at) for row in rows)
    said = f" The list says: {last.said.rstrip('.')}." if last.said else ""
    again = " It was listed there before." if last.times > 1 else ""
    known = registry().find(last.list_key)
    name = known.name if known else last.list_key
    detail = f"{last.asset} is on the list {name} (tier {last.tier}).{said}{again}"
    track = Listings(TIERS.index(last.tier) + 1, spans, detail, watched=last.ending != "unwatched")
    return Subject(f"{last.list_key}|{last.asset}", f"{last.asset} on {name}"), track


SOURCES: dict[RuleKind, Source] = {
    RuleKind.SCORE_DROP: read_scores,
    RuleKind.BOUNCE_SPIKE: read_bounces,
    RuleKind.COMPLAINT_INCREASE: read_complaints,
    RuleKind.BLOCKLIST_ADDITION: read_listings,
    RuleKind.SYNC_FAILURE: read_runs,
    RuleKind.DATA_STALE: read_ages,
}
