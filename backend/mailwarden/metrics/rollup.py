"""Keeps the roll-up: each stale send day is computed anew from its observations, some days in a transaction.

A sync that ends asks for it. Until it is done readers count stale days themselves, so nothing waits for it.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from mailwarden.accounts.models import Organization
from mailwarden.core.db import UnitOfWork, unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.core.jobs import Lease, enqueue
from mailwarden.core.runtime import Runtime
from mailwarden.events.dispatch import Listeners
from mailwarden.events.models import Event
from mailwarden.events.types import EventType
from mailwarden.metrics.days import DAY, day_of, days_of_utc_day, start_of
from mailwarden.metrics.figure_models import FigureZone
from mailwarden.metrics.sums import ADDED, COUNTED

ROLL_UP = "figures_roll_up"
DAYS_AT_ONCE = 8


async def ask_for(tx: UnitOfWork, connection_id: UUID) -> None:
    await enqueue(tx, ROLL_UP, connection_id, queue="bulk")


async def roll_up(rt: Runtime, lease: Lease) -> None:
    """Until nothing of the connection is stale."""
    while True:
        async with unit_of_work(rt.sessions, lease.org_id) as tx:
            await lease.guard(tx)
            if lease.org_id is None or not await roll_up_some(tx, lease.org_id, UUID(lease.key)):
                return


async def roll_up_some(tx: UnitOfWork, org_id: UUID, connection_id: UUID) -> bool:
    """False: nothing was stale, or the connection is gone."""
    zone_name = await tx.session.scalar(select(Organization.time_zone).where(Organization.id == org_id))
    if zone_name is None or not await _prepare(tx, org_id, connection_id, zone_name):
        return False
    zone = ZoneInfo(zone_name)
    given = {"org": org_id, "connection": connection_id, "most": DAYS_AT_ONCE}
    taken = (await tx.session.execute(_TAKE, given)).all()
    since: dict[date, datetime | None] = {}
    for utc_day, changed in taken:
        for day in days_of_utc_day(utc_day, zone):
            before = since.get(day, changed)
            since[day] = min(before, changed) if before and changed else None
    for day, changed in since.items():
        await _compute(tx, _Day(org_id, connection_id, day, zone), changed)
    return bool(taken)


_TAKE = text(
    """
    DELETE FROM stale_figures WHERE id IN (
      SELECT id FROM stale_figures WHERE org_id = :org AND connection_id = :connection
      ORDER BY day DESC LIMIT :most FOR UPDATE
    ) RETURNING day, since"""
)
_MARK_ALL = text(
    """
    INSERT INTO stale_figures (id, org_id, connection_id, day)
    SELECT uuidv7(), :org, :connection, t.day FROM (
      SELECT DISTINCT (sent_at AT TIME ZONE 'UTC')::date AS day FROM campaigns
      WHERE org_id = :org AND connection_id = :connection AND sent_at IS NOT NULL
    ) t ORDER BY t.day DESC ON CONFLICT (connection_id, day) DO UPDATE SET since = NULL"""
)


async def _prepare(tx: UnitOfWork, org_id: UUID, connection_id: UUID, zone_name: str) -> bool:
    """In another zone than before, every day is another one: all begin anew."""
    here = select(FigureZone).where(FigureZone.org_id == org_id, FigureZone.connection_id == connection_id)
    row = await tx.session.scalar(here.with_for_update())
    if row is not None and row.time_zone == zone_name:
        return True
    exists = text("SELECT 1 FROM connections WHERE org_id = :org AND id = :connection FOR KEY SHARE")
    given = {"org": org_id, "connection": connection_id}
    if (await tx.session.execute(exists, given)).first() is None:
        return False
    await tx.session.execute(text("DELETE FROM figure_days WHERE org_id = :org AND connection_id = :connection"), given)
    await tx.session.execute(_MARK_ALL, given)
    fresh = insert(FigureZone).values(id=new_id(), org_id=org_id, connection_id=connection_id, time_zone=zone_name)
    await tx.session.execute(
        fresh.on_conflict_do_update(index_elements=["connection_id"], set_={"time_zone": zone_name})
    )
    return True


@dataclass(frozen=True, slots=True)
class _Day:
    """One send day of one connection."""

    org_id: UUID
    connection_id: UUID
    day: date
    zone: ZoneInfo

    def parameters(self) -> dict[str, Any]:
        return {
            "org": self.org_id,
            "connection": self.connection_id,
            "day": self.day,
            "start": start_of(self.day, self.zone),
            "end": start_of(self.day + DAY, self.zone),
        }


_CAMPAIGNS = "org_id = :org AND connection_id = :connection AND sent_at >= :start AND sent_at < :end"
_LEARNED = text(
    f"""
    SELECT DISTINCT date_bin('15 minutes', x.at, timestamptz '2000-01-01 00:00:00+00') FROM (
      SELECT created_at AS at FROM campaigns WHERE {_CAMPAIGNS} AND created_at >= :since
      UNION ALL
      SELECT o.as_of FROM campaigns c JOIN observations o ON o.campaign_id = c.id
      WHERE c.org_id = :org AND c.connection_id = :connection AND c.sent_at >= :start AND c.sent_at < :end
        AND o.as_of >= :since
    ) x"""  # noqa: S608 - our own constants
)
_FORGET = text("DELETE FROM figure_days WHERE connection_id = :connection AND day = :day AND known_on >= :known_on")
_SUPERSEDE = text(
    "UPDATE figure_days SET superseded_on = :known_on"
    " WHERE connection_id = :connection AND day = :day"
    " AND known_on = (SELECT max(known_on) FROM figure_days WHERE connection_id = :connection AND day = :day)"
)
_WRITE = text(
    f"""
    INSERT INTO figure_days (id, org_id, connection_id, day, known_on, superseded_on,
      campaigns, delivered_derived, {", ".join(ADDED)})
    SELECT uuidv7(), :org, :connection, :day, known_on, lead(known_on) OVER (ORDER BY known_on),
      campaigns, delivered_derived, {", ".join(ADDED)}
    FROM (
      SELECT k.known_on, {COUNTED}
      FROM unnest(cast(:days AS date[]), cast(:ends AS timestamptz[])) AS k(known_on, until)
      JOIN campaigns c ON c.org_id = :org AND c.connection_id = :connection AND c.sent_at >= :start AND c.sent_at < :end
      LEFT JOIN LATERAL (
        SELECT * FROM observations WHERE campaign_id = c.id AND as_of < k.until ORDER BY as_of DESC, id DESC LIMIT 1
      ) o ON true
      WHERE c.created_at < k.until OR o.id IS NOT NULL
      GROUP BY k.known_on
    ) found"""  # noqa: S608
)
EVER = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


async def _compute(tx: UnitOfWork, one: _Day, since: datetime | None) -> None:
    """What was known at the end of each day from ``since`` on. A step of 15 minutes fits every zone's midnight."""
    given = one.parameters()
    known_from = day_of(since, one.zone) if since else None
    begins = start_of(known_from, one.zone) if known_from else EVER
    steps = await tx.session.scalars(_LEARNED, given | {"since": begins})
    days = sorted({max(day_of(at, one.zone), known_from or date.min) for at in steps})
    await tx.session.execute(_FORGET, given | {"known_on": known_from or date(1970, 1, 1)})
    await tx.session.execute(_SUPERSEDE, given | {"known_on": days[0] if days else None})
    ends = [start_of(day + DAY, one.zone) for day in days]
    if days:
        await tx.session.execute(_WRITE, given | {"days": days, "ends": ends})


async def follow_sync(_: Runtime, tx: UnitOfWork, event: Event) -> None:
    """A run that failed stored something, too."""
    if event.connection_id is not None:
        await ask_for(tx, event.connection_id)


LISTENERS: Listeners = {
    EventType.SYNC_SUCCEEDED: [follow_sync],
    EventType.SYNC_FAILED: [follow_sync],
}
