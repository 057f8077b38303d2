"""Storing pages: idempotent, observations only where figures differ, nothing per row."""

from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from mailwarden.connections.models import Connection
from mailwarden.core.db import app_now, unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.core.runtime import Runtime
from mailwarden.metrics.models import Campaign, Observation
from mailwarden.metrics.store import Source, Stored, store_campaigns, store_figures
from mailwarden.providers import base

SENT = datetime(2026, 10, 1, 9, tzinfo=UTC)


def campaign(external_id: str = "c1", **over: Any) -> base.Campaign:
    figures = base.Figures(sent=1000, delivered=None, opened=300, clicked=20, bounced=50, complaints=1, unsubscribes=2)
    fields: dict[str, Any] = {
        "external_id": external_id,
        "name": f"Campaign {external_id}",
        "subject": "News",
        "status": "PUBLISHED",
        "channel": "email",
        "sent_at": SENT,
        "created_at": SENT,
        "updated_at": SENT,
        "archived": False,
        "figures": figures,
    }
    return base.Campaign(**(fields | over))


@pytest.fixture
async def source(runtime: Runtime, make_connection: Any) -> Source:
    connection: Connection = await make_connection()
    return Source(connection.org_id, connection.id, new_id(), runtime.clock.now(), SENT)


async def store(rt: Runtime, source: Source, *campaigns: base.Campaign) -> Stored:
    async with unit_of_work(rt.sessions, source.org_id) as tx:
        return await store_campaigns(tx, source, campaigns)


def counts(stored: Stored) -> dict[str, int]:
    return {name: number for name, number in asdict(stored).items() if number}


async def count(rt: Runtime, source: Source, model: Any) -> int:
    async with unit_of_work(rt.sessions, source.org_id) as tx:
        return (await tx.session.scalars(select(func.count()).select_from(model))).one()


async def latest(rt: Runtime, source: Source) -> Observation:
    async with unit_of_work(rt.sessions, source.org_id) as tx:
        joined = select(Observation).join(Campaign, Campaign.latest_observation_id == Observation.id)
        return (await tx.session.scalars(joined)).one()


async def test_a_page_adds_what_is_new(runtime: Runtime, source: Source):
    assert counts(await store(runtime, source, campaign("a"), campaign("b"))) == {"seen": 2, "added": 2, "fresh": 2}
    assert await count(runtime, source, Campaign) == 2
    assert await count(runtime, source, Observation) == 2


async def test_the_same_page_twice_changes_nothing(runtime: Runtime, source: Source):
    await store(runtime, source, campaign("a"))
    assert counts(await store(runtime, source, campaign("a"))) == {}
    assert await count(runtime, source, Observation) == 1


async def test_the_next_run_meets_it_again_and_confirms_its_age(runtime: Runtime, source: Source):
    await store(runtime, source, campaign("a"))
    later = replace(source, run_id=new_id(), as_of=datetime(2026, 12, 1, tzinfo=UTC))
    assert counts(await store(runtime, later, campaign("a"))) == {"seen": 1, "fresh": 1}
    async with unit_of_work(runtime.sessions, source.org_id) as tx:
        row = (await tx.session.scalars(select(Campaign))).one()
    assert (row.first_seen_run_id, row.last_seen_run_id) == (source.run_id, later.run_id)
    assert row.figures_as_of == later.as_of


async def test_other_figures_are_a_new_observation_and_the_old_one_stays(runtime: Runtime, source: Source):
    await store(runtime, source, campaign("a"))
    grown = base.Figures(sent=1000, opened=301, bounced=50)
    later = replace(source, run_id=new_id())
    assert (await store(runtime, later, campaign("a", figures=grown))).changed == 1
    assert await count(runtime, source, Observation) == 2
    assert (await latest(runtime, source)).opened == 301


async def test_delivered_is_derived_and_marked_where_the_provider_gives_none(runtime: Runtime, source: Source):
    await store(runtime, source, campaign("a"))
    found = await latest(runtime, source)
    assert (found.delivered, found.delivered_derived) == (950, True)


async def test_a_campaign_without_figures_keeps_those_it_has(runtime: Runtime, source: Source):
    await store(runtime, source, campaign("a"))
    await store(runtime, replace(source, run_id=new_id()), campaign("a", figures=None, name="Renamed"))
    assert (await latest(runtime, source)).sent == 1000
    async with unit_of_work(runtime.sessions, source.org_id) as tx:
        assert (await tx.session.scalars(select(Campaign.name))).one() == "Renamed"


async def test_a_new_name_counts_as_a_change(runtime: Runtime, source: Source):
    await store(runtime, source, campaign("a"))
    later = replace(source, run_id=new_id())
    assert (await store(runtime, later, campaign("a", name="Renamed"))).changed == 1


async def test_a_campaign_named_twice_in_one_page_is_stored_once(runtime: Runtime, source: Source):
    assert (await store(runtime, source, campaign("a"), campaign("a"))).added == 1


async def test_a_report_brings_figures_of_stored_campaigns_only(runtime: Runtime, source: Source):
    await store(runtime, source, campaign("a", figures=None))
    report = {"a": base.Figures(sent=10, delivered=9), "unknown": base.Figures(sent=5)}
    async with unit_of_work(runtime.sessions, source.org_id) as tx:
        assert counts(await store_figures(tx, source, report)) == {"seen": 1, "fresh": 1}
    grown = {"a": base.Figures(sent=11, delivered=9)}
    async with unit_of_work(runtime.sessions, source.org_id) as tx:
        assert (await store_figures(tx, source, grown)).changed == 1
    async with unit_of_work(runtime.sessions, source.org_id) as tx:
        assert (await store_figures(tx, source, grown)).changed == 0
    assert (await latest(runtime, source)).sent == 11
    assert await count(runtime, source, Observation) == 2


async def test_a_campaign_that_comes_back_loses_its_tombstone(runtime: Runtime, source: Source):
    await store(runtime, source, campaign("a"))
    async with unit_of_work(runtime.sessions, source.org_id) as tx:
        (await tx.session.scalars(select(Campaign))).one().gone_at = SENT
    await store(runtime, replace(source, run_id=new_id()), campaign("a"))
    async with unit_of_work(runtime.sessions, source.org_id) as tx:
        assert (await tx.session.scalars(select(Campaign.gone_at))).one() is None


async def test_two_connections_may_hold_campaigns_of_the_same_id(
    runtime: Runtime, source: Source, make_connection: Any
):
    other = await make_connection()
    await store(runtime, source, campaign("a"))
    assert (await store(runtime, replace(source, connection_id=other.id), campaign("a"))).added == 1


async def test_a_figure_that_is_unknown_and_stays_unknown_is_no_change(runtime: Runtime, source: Source):
    unknown = base.Figures(sent=10)
    await store(runtime, source, campaign("a", figures=unknown))
    later = replace(source, run_id=new_id())
    assert (await store(runtime, later, campaign("a", figures=unknown))).changed == 0


async def test_a_second_reading_of_the_listing_counts_its_campaigns_anew(runtime: Runtime, source: Source):
    await store(runtime, source, campaign("a"), campaign("b"))
    async with unit_of_work(runtime.sessions, source.org_id) as tx:
        again = replace(source, since=(await tx.session.scalars(select(app_now()))).one())
    assert counts(await store(runtime, again, campaign("a"))) == {"fresh": 1}
    assert counts(await store(runtime, again, campaign("a"), campaign("b"))) == {"fresh": 1}


async def test_kinds_of_bounces_are_kept_while_there_are_as_many(runtime: Runtime, source: Source):
    """They come by another question, which may fail when the figures come."""
    told = base.Figures(sent=1000, bounced=50, hard_bounced=30, soft_bounced=20)
    await store(runtime, source, campaign(figures=told))
    untold = replace(told, hard_bounced=None, soft_bounced=None)
    async with unit_of_work(runtime.sessions, source.org_id) as tx:
        await store_figures(tx, source, {"c1": untold})
    assert await count(runtime, source, Observation) == 1
    async with unit_of_work(runtime.sessions, source.org_id) as tx:
        await store_figures(tx, source, {"c1": replace(untold, opened=1)})
    assert ((await latest(runtime, source)).hard_bounced, (await latest(runtime, source)).opened) == (30, 1)
    await store(runtime, source, campaign(figures=replace(untold, bounced=51)))
    assert ((await latest(runtime, source)).hard_bounced, (await latest(runtime, source)).bounced) == (None, 51)
