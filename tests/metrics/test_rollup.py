"""Whatever is stored, in whatever order, and however far the roll-up is: sums are those of the observations."""

import random
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, text, update

from mailwarden.accounts.models import Organization
from mailwarden.connections.models import Connection
from mailwarden.core.db import reader, unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.core.runtime import Runtime
from mailwarden.metrics.coverage import span_of
from mailwarden.metrics.days import DAY, Days, Interval, buckets, day_of, start_of
from mailwarden.metrics.figure_models import FigureDay, StaleFigures
from mailwarden.metrics.rollup import roll_up_some
from mailwarden.metrics.rules import RATES, STATED
from mailwarden.metrics.store import Source, store_campaigns, store_figures
from mailwarden.metrics.sums import add
from mailwarden.metrics.totals import Question, ask
from mailwarden.providers import base
from tests.conftest import MakeConnection

FIRST, LAST = date(2026, 3, 20), date(2026, 4, 8)  # with a change of clocks in Berlin and Havana


@dataclass
class Seen:
    """What was told of one campaign, in order: the oracle."""

    sent_at: datetime
    told: list[tuple[datetime, base.Figures | None]] = field(default_factory=list)

    def at(self, until: datetime) -> base.Figures | None:
        return next((one for when, one in reversed(self.told) if when < until and one is not None), None)

    def told_by(self, until: datetime) -> bool:
        return any(when < until for when, _ in self.told)


@dataclass
class Teller:
    """Stores random pages and remembers them."""

    rt: Runtime
    connection: Connection
    rng: random.Random
    seen: dict[str, Seen] = field(default_factory=dict)
    now: datetime = datetime(2026, 3, 22, tzinfo=UTC)

    async def page(self) -> None:
        self.now += timedelta(hours=self.rng.choice([0, 1, 5, 30]), minutes=self.rng.randrange(60))
        source = Source(self.connection.org_id, self.connection.id, new_id(), self.now, self.now)
        async with unit_of_work(self.rt.sessions, self.connection.org_id) as tx:
            if self.seen and self.rng.random() < 0.4:
                names = self.rng.sample(sorted(self.seen), min(3, len(self.seen)))
                figures = {name: self.figures(name) for name in names}
                await store_figures(tx, source, figures)
            else:
                names = [str(self.rng.randrange(40)) for _ in range(6)]
                await store_campaigns(tx, source, [self.campaign(name) for name in dict.fromkeys(names)])
            # the database's own clock is not moved here; rows are as old as what they say
            backdate = text("UPDATE campaigns SET created_at = :now WHERE created_at > :now AND connection_id = :c")
            await tx.session.execute(backdate, {"now": self.now, "c": self.connection.id})

    def figures(self, name: str) -> base.Figures:
        numbers: dict[str, Any] = {
            one: self.rng.randrange(50) if self.rng.random() < 0.8 else None
            for one in ("delivered", "opened", "clicked", "complaints", "hard_bounced", "machine_opened")
        }
        made = base.Figures(sent=self.rng.randrange(1, 100), bounced=self.rng.randrange(9), **numbers)
        self.seen[name].told.append((self.now, kept(made, self.seen[name].at(datetime.max.replace(tzinfo=UTC)))))
        return made

    def campaign(self, name: str) -> base.Campaign:
        if name not in self.seen or self.rng.random() < 0.1:  # new, or sent at another time than we thought
            told = self.seen[name].told if name in self.seen else []
            minutes = self.rng.randrange((LAST - FIRST).days * 1440)
            self.seen[name] = Seen(datetime(2026, 3, 20, tzinfo=UTC) + timedelta(minutes=minutes), told)
        figures = self.figures(name) if self.rng.random() < 0.9 else None
        if figures is None:
            self.seen[name].told.append((self.now, None))
        at = self.seen[name].sent_at
        return base.Campaign(name, name, None, "SENT", "email", at, at, at, False, figures)

    def expected(self, days: Days, zone: ZoneInfo, until: datetime) -> dict[str, Any]:
        start, end = start_of(days.first, zone), start_of(days.last + DAY, zone)
        rows = [one.at(until) for one in self.seen.values() if start <= one.sent_at < end and one.told_by(until)]
        return summed([one for one in rows if one is not None], len(rows))


def summed(rows: list[base.Figures], campaigns: int) -> dict[str, Any]:
    full = [one if one.delivered is not None else derived(one) for one in rows]
    total: dict[str, Any] = {"campaigns": campaigns, "delivered_derived": any(one.delivered_derived for one in full)}
    for name in STATED:
        total[name] = some(getattr(one, name) for one in full)
    for rate, (part, whole) in RATES.items():
        both = [one for one in full if getattr(one, part) is not None and getattr(one, whole) is not None]
        total[f"{rate}_part"] = some(getattr(one, part) for one in both)
        total[f"{rate}_whole"] = some(getattr(one, whole) for one in both)
    return total


def kept(made: base.Figures, before: base.Figures | None) -> base.Figures:
    """How many of the bounces are hard, where that is told at times, holds while there are as many."""
    if made.hard_bounced is None and before is not None and before.bounced == made.bounced:
        return replace(made, hard_bounced=before.hard_bounced)
    return made


def derived(one: base.Figures) -> base.Figures:
    return replace(one, delivered=max(0, (one.sent or 0) - (one.bounced or 0)), delivered_derived=True)


def some(values: Any) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


async def asked(rt: Runtime, org_id: UUID, zone: ZoneInfo, days: Days, known_on: date | None) -> list[dict[str, Any]]:
    made = buckets(days, Interval.WEEK)
    async with reader(rt.sessions, org_id) as tx:
        connections = (await tx.session.scalars(select(Connection).where(Connection.org_id == org_id))).all()
        question = Question(
            org_id,
            rt.clock.now(),
            zone,
            connections,
            span_of(start_of(days.first, zone), start_of(days.last + DAY, zone), zone),
            made.firsts,
            known_on,
        )
        pieces = await ask(tx.session, question)
    return [add(one.sums for one in pieces if one.bucket == n + 1) for n in range(len(made.firsts))]


@pytest.mark.parametrize("zone_name", ["UTC", "Europe/Berlin", "America/Havana", "Asia/Kathmandu"])
async def test_sums_equal_those_of_the_observations(runtime: Runtime, make_connection: MakeConnection, zone_name: str):
    connection = await make_connection(history_range="all")
    zone, rng = ZoneInfo(zone_name), random.Random(zone_name)
    async with unit_of_work(runtime.sessions, connection.org_id) as tx:
        await tx.session.execute(
            update(Organization).where(Organization.id == connection.org_id).values(time_zone=zone_name)
        )
    teller = Teller(runtime, connection, rng)
    for _ in range(40):
        await teller.page()
        if rng.random() < 0.4:
            async with unit_of_work(runtime.sessions, connection.org_id) as tx:
                await roll_up_some(tx, connection.org_id, connection.id)
        if rng.random() < 0.5:
            await check(runtime, teller, zone, rng)
    while await rolled(runtime, connection):
        pass
    for _ in range(10):
        await check(runtime, teller, zone, rng)
    async with unit_of_work(runtime.sessions, connection.org_id) as tx:
        assert not (await tx.session.scalars(select(StaleFigures))).all()
        assert (await tx.session.scalars(select(FigureDay))).all()


async def check(rt: Runtime, teller: Teller, zone: ZoneInfo, rng: random.Random) -> None:
    first = FIRST + DAY * rng.randrange(10)
    days = Days(first, first + DAY * rng.randrange(15))
    known_on = rng.choice([None, FIRST + DAY * rng.randrange(3, 30)])
    until = start_of(known_on + DAY, zone) if known_on else teller.now + DAY
    expected = [teller.expected(one, zone, until) for one in buckets(days, Interval.WEEK).spans()]
    assert await asked(rt, teller.connection.org_id, zone, days, known_on) == expected


async def rolled(rt: Runtime, connection: Connection) -> bool:
    async with unit_of_work(rt.sessions, connection.org_id) as tx:
        return await roll_up_some(tx, connection.org_id, connection.id)


async def test_another_time_zone_begins_anew(runtime: Runtime, make_connection: MakeConnection):
    connection = await make_connection(history_range="all")
    teller = Teller(runtime, connection, random.Random(5))
    for _ in range(8):
        await teller.page()
    for name in ("UTC", "Asia/Kathmandu"):
        async with unit_of_work(runtime.sessions, connection.org_id) as tx:
            await tx.session.execute(
                update(Organization).where(Organization.id == connection.org_id).values(time_zone=name)
            )
        await check(runtime, teller, ZoneInfo(name), random.Random(1))  # before the roll-up follows
        while await rolled(runtime, connection):
            pass
        await check(runtime, teller, ZoneInfo(name), random.Random(2))
        async with unit_of_work(runtime.sessions, connection.org_id) as tx:
            days = set(await tx.session.scalars(select(FigureDay.day)))
        assert days == {day_of(one.sent_at, ZoneInfo(name)) for one in teller.seen.values()}
