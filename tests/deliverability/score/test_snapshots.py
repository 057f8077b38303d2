"""A score a day: taken soon after a sync, stored with its inputs, told when it changed, computed again at will."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from mailwarden.connections.models import Connection
from mailwarden.core.db import UnitOfWork, unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.core.jobs import Job
from mailwarden.core.runtime import Runtime
from mailwarden.deliverability.facts import Authentication, Listing
from mailwarden.deliverability.news import SCORE
from mailwarden.deliverability.score.figures import daily_mail
from mailwarden.deliverability.score.jobs import SPREAD_S, day_end
from mailwarden.deliverability.score.models import ScoreSnapshot
from mailwarden.deliverability.score.queries import latest_snapshot, snapshots
from mailwarden.deliverability.score.rules.facts import Day, spell
from mailwarden.deliverability.score.rules.scoring import dump_result
from mailwarden.deliverability.score.snapshots import recompute, take
from mailwarden.deliverability.score.sources import Sources
from mailwarden.events.models import Event
from mailwarden.events.record import record
from mailwarden.events.types import EventType
from mailwarden.metrics.store import Source, store_campaigns
from mailwarden.providers import base
from tests.conftest import MakeConnection
from tests.deliverability.score.made import NOTHING, PERFECT
from tests.support.jobs import drain
from tests.support.time import TimeMachine


class World:
    """Facts of two domains that a test sets: what the neighbours would answer."""

    def __init__(self) -> None:
        self.domains: dict[str, Authentication] = {}
        self.listed: dict[str, tuple[Listing, ...]] = {}

    async def names(self, _: UnitOfWork, __: UUID) -> Sequence[str]:
        return sorted(self.domains)

    async def authentication(self, _: UnitOfWork, __: UUID, domain: str) -> Authentication:
        return self.domains[domain]

    async def listings(self, _: UnitOfWork, __: UUID, domain: str) -> tuple[Listing, ...] | None:
        return self.listed.get(domain, ())

    @property
    def sources(self) -> Sources:
        return Sources(self.names, self.authentication, self.listings)


@pytest.fixture
async def connection(make_connection: MakeConnection) -> Connection:
    return await make_connection()


async def send(
    rt: Runtime,
    connection: Connection,
    external_id: str = "c1",
    *,
    days_ago: float = 5,
    channel: str = "email",
    **over: Any,
):
    at, now = rt.clock.now() - timedelta(days=days_ago), rt.clock.now()
    counts: dict[str, Any] = {"sent": 10_000, "delivered": 9_900, "opened": 3000, "clicked": 250, "bounced": 100}
    figures = base.Figures(**(counts | {"complaints": 1, "unsubscribes": 15} | over))
    fields: dict[str, Any] = {"name": "News", "subject": "Hello", "status": "SENT", "channel": channel}
    fields |= {"archived": False, "created_at": at, "updated_at": at, "sent_at": at}
    async with unit_of_work(rt.sessions, connection.org_id) as tx:
        source = Source(connection.org_id, connection.id, new_id(), now, now)
        await store_campaigns(tx, source, [base.Campaign(external_id=external_id, figures=figures, **fields)])


async def taken(rt: Runtime, org_id: UUID, world: World, *, days_ago: int = 0) -> None:
    async with unit_of_work(rt.sessions, org_id) as tx:
        await take(tx, org_id, rt.clock.now() - timedelta(days=days_ago), world.sources)


async def mail(rt: Runtime, org_id: UUID) -> tuple[Day, ...]:
    async with unit_of_work(rt.sessions, org_id) as tx:
        return await daily_mail(tx, org_id, rt.clock.now())


async def stored(rt: Runtime, org_id: UUID, domain: str = "") -> Sequence[ScoreSnapshot]:
    async with unit_of_work(rt.sessions, org_id) as tx:
        return await snapshots(tx.session, org_id, domain)


async def told(rt: Runtime, org_id: UUID) -> list[dict[str, Any]]:
    async with unit_of_work(rt.sessions, org_id) as tx:
        asked = select(Event.data).where(Event.type == EventType.SCORE_CHANGED).order_by(Event.sequence)
        return list(await tx.session.scalars(asked))


async def test_mail_is_counted_by_the_utc_day_of_its_send(runtime: Runtime, connection: Connection):
    await send(runtime, connection, "a")
    await send(runtime, connection, "b", bounced=300, delivered=9700)
    await send(runtime, connection, "old", days_ago=95)
    await send(runtime, connection, "text message", channel="sms")
    [day] = await mail(runtime, connection.org_id)
    assert day.day == (runtime.clock.now() - timedelta(days=5)).date()
    assert (day.sent, day.delivered, day.bounced, day.bounce_base) == (20_000, 19_600, 400, 20_000)
    assert (day.complained, day.complaint_base, day.clicked) == (2, 19_600, 500)


async def test_opens_count_only_where_machines_are_told_apart(runtime: Runtime, connection: Connection):
    await send(runtime, connection, "unknown")
    [day] = await mail(runtime, connection.org_id)
    assert (day.opened, day.open_base) == (0, 0)
    await send(runtime, connection, "known", machine_opened=2000, machine_clicked=50)
    [day] = await mail(runtime, connection.org_id)
    assert (day.opened, day.open_base, day.clicked) == (1000, 9_900, 450)


async def test_more_opens_of_machines_change_nothing(runtime: Runtime, connection: Connection):
    await send(runtime, connection, opened=3000, machine_opened=1000, clicked=200, machine_clicked=0)
    before = await mail(runtime, connection.org_id)
    await send(runtime, connection, opened=9000, machine_opened=7000, clicked=900, machine_clicked=700)
    assert await mail(runtime, connection.org_id) == before


async def test_kinds_of_bounces_and_what_nobody_told(runtime: Runtime, connection: Connection):
    await send(runtime, connection, hard_bounced=30, soft_bounced=50, complaints=None)
    [day] = await mail(runtime, connection.org_id)
    assert (day.hard, day.soft, day.bounced) == (30, 50, 20)
    assert (day.complained, day.complaint_base) == (0, 0)


async def test_young_mail_counts_once_it_is_final(runtime: Runtime, connection: Connection):
    await send(runtime, connection, days_ago=1, sent=10_000, delivered=6_000, bounced=50)
    [day] = await mail(runtime, connection.org_id)
    assert day.sent == 6_050


async def test_a_sync_brings_a_score_and_the_day_ends_with_one(
    runtime: Runtime, connection: Connection, time_machine: TimeMachine
):
    await send(runtime, connection)
    async with unit_of_work(runtime.sessions, connection.org_id) as tx:
        await record(tx, EventType.SYNC_SUCCEEDED, connection_id=connection.id)
    await drain(runtime)
    assert not await stored(runtime, connection.org_id)
    await time_machine.advance(timedelta(seconds=30))
    await drain(runtime)
    [row] = await stored(runtime, connection.org_id)
    assert (row.score is not None, row.version, row.day) == (True, "DS-1", runtime.clock.now().date())
    async with unit_of_work(runtime.sessions, connection.org_id) as tx:
        due = await tx.session.scalar(select(Job.due_at).where(Job.kind == SCORE, Job.state == "ready"))
    assert due == day_end(connection.org_id, runtime.clock.now())


async def test_without_mail_and_domains_nothing_is_stored_or_scheduled(runtime: Runtime, connection: Connection):
    async with unit_of_work(runtime.sessions, connection.org_id) as tx:
        await take(tx, connection.org_id, runtime.clock.now(), World().sources)
        assert await tx.session.scalar(select(func.count()).select_from(ScoreSnapshot)) == 0


async def test_account_and_domains_are_stored_once_a_day(
    runtime: Runtime, connection: Connection, time_machine: TimeMachine
):
    org_id, world = connection.org_id, World()
    world.domains = {"a.example": PERFECT, "b.example": NOTHING}
    await send(runtime, connection)
    await taken(runtime, org_id, world)
    await taken(runtime, org_id, world)
    assert [len(await stored(runtime, org_id, name)) for name in ("", "a.example", "b.example")] == [1, 1, 1]
    await time_machine.advance(timedelta(days=1))
    await taken(runtime, org_id, world)
    rows = await stored(runtime, org_id)
    assert [row.day for row in rows] == sorted((row.day for row in rows), reverse=True)
    assert len(rows) == 2


async def test_a_change_is_told_with_from_and_to(runtime: Runtime, connection: Connection):
    org_id, world = connection.org_id, World()
    world.domains = {"a.example": PERFECT}
    await send(runtime, connection)
    await taken(runtime, org_id, world)
    assert await told(runtime, org_id) == []
    world.listed = {"a.example": (Listing("spamhaus", "spamhaus_zen", "192.0.2.1", "ip", "A"),)}
    await taken(runtime, org_id, world)
    account, domain = await told(runtime, org_id)
    assert (account["domain"], domain["domain"]) == (None, "a.example")
    assert (account["to"]["score"], account["to"]["band"]) == (59, "critical")
    assert account["from"]["score"] > 59
    [row] = await stored(runtime, org_id)
    assert (row.score, row.cap) == (59, "listing_a")


async def test_the_past_is_computed_again_to_the_same_bytes(
    runtime: Runtime, connection: Connection, time_machine: TimeMachine
):
    org_id, world = connection.org_id, World()
    world.domains = {"a.example": PERFECT, "b.example": NOTHING}
    await send(runtime, connection)
    await taken(runtime, org_id, world)
    await time_machine.advance(timedelta(days=40))
    await send(runtime, connection, complaints=900)
    for name in ("", "a.example", "b.example"):
        [row] = await stored(runtime, org_id, name)
        again = recompute(row).result
        assert spell(dump_result(again)) == spell(row.result)


async def test_a_bulk_sender_once_is_one_for_ever(runtime: Runtime, connection: Connection, time_machine: TimeMachine):
    org_id, world = connection.org_id, World()
    world.domains = {"a.example": PERFECT}
    await send(runtime, connection)
    await taken(runtime, org_id, world)
    await time_machine.advance(timedelta(days=120))
    await taken(runtime, org_id, world)
    async with unit_of_work(runtime.sessions, org_id) as tx:
        row = await latest_snapshot(tx.session, org_id)
    assert row is not None
    assert row.inputs["mail"] == []
    assert row.inputs["domains"]["a.example"]["bulk"] is True


def test_the_day_ends_within_its_last_hour():
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    for number in (0, 1, SPREAD_S - 1, SPREAD_S):
        end = day_end(UUID(int=number), noon)
        assert end.date() == date(2026, 11, 20)
        assert end.hour == 23
        assert day_end(UUID(int=number), end) == end + timedelta(days=1)
