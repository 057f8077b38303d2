"""Campaigns, their figures and the age of both, as a browser sees them."""

from datetime import timedelta
from typing import Any

import pytest

from mailwarden.connections.models import Connection
from mailwarden.core.db import unit_of_work
from mailwarden.core.ids import format_id, new_id
from mailwarden.core.runtime import Runtime
from mailwarden.metrics.store import Source, store_campaigns
from mailwarden.providers import base
from tests.conftest import MakeConnection, NewClient
from tests.support.browser import Browser, sign_up


async def store(rt: Runtime, connection: Connection, *campaigns: base.Campaign) -> None:
    now = rt.clock.now()
    async with unit_of_work(rt.sessions, connection.org_id) as tx:
        await store_campaigns(tx, Source(connection.org_id, connection.id, new_id(), now, now), campaigns)


def campaign(rt: Runtime, external_id: str, *, days_ago: float | None = 1, **over: Any) -> base.Campaign:
    at = rt.clock.now() - timedelta(days=days_ago) if days_ago is not None else None
    figures = over.pop("figures", base.Figures(100, 90, 40, 10, 10, 1, 2))
    fields: dict[str, Any] = {"name": f"News {external_id}", "subject": "Hello", "status": "PUBLISHED"}
    fields |= {"channel": "email", "archived": False, "created_at": at, "updated_at": at}
    return base.Campaign(external_id=external_id, sent_at=at, figures=figures, **(fields | over))


async def ids(owner: Browser, query: str = "") -> list[str]:
    answer = await owner.get(f"/v1/campaigns{query}")
    assert answer.status_code == 200, answer.text
    return [one["external_id"] for one in answer.json()["data"]]


@pytest.fixture
async def connection(make_connection: MakeConnection) -> Connection:
    return await make_connection()


async def test_newest_first_with_figures_and_age(runtime: Runtime, owner: Browser, connection: Connection):
    await store(runtime, connection, campaign(runtime, "old", days_ago=9), campaign(runtime, "new"))
    page = (await owner.get("/v1/campaigns")).json()
    assert [one["external_id"] for one in page["data"]] == ["new", "old"]
    assert page["total"] == 2
    figures = page["data"][0]["figures"]
    assert (figures["sent"], figures["delivery_rate"], figures["open_rate"]) == (100, 0.9, 40 / 90)
    assert page["data"][0]["figures_as_of"] is not None
    [age] = page["data_age"]
    assert (age["connection_id"], age["syncing"]) == (format_id("conn", connection.id), False)


async def test_what_lies_outside_the_range_is_hidden_and_comes_back(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection
):
    narrow = await make_connection(history_range="days_30")
    await store(runtime, narrow, campaign(runtime, "in"), campaign(runtime, "out", days_ago=40))
    wide = await make_connection(history_range="all")
    await store(runtime, wide, campaign(runtime, "ancient", days_ago=4000))
    assert await ids(owner) == ["in", "ancient"]
    assert (await owner.get("/v1/metrics/summary")).json()["campaigns"] == 2
    async with unit_of_work(runtime.sessions, narrow.org_id) as tx:
        (await tx.session.get_one(Connection, narrow.id)).history_range = "days_90"
    assert await ids(owner) == ["in", "out", "ancient"]


async def test_filters(runtime: Runtime, owner: Browser, make_connection: MakeConnection, connection: Connection):
    klaviyo = await make_connection(provider="klaviyo")
    await store(runtime, connection, campaign(runtime, "a", name="Spring sale"), campaign(runtime, "b", archived=True))
    await store(runtime, klaviyo, campaign(runtime, "c", subject="100%_sure"), campaign(runtime, "d", days_ago=20))
    assert sorted(await ids(owner, f"?connection_id={format_id('conn', connection.id)}")) == ["a", "b"]
    both = "&".join(f"connection_id={format_id('conn', one.id)}" for one in (connection, klaviyo))
    assert len(await ids(owner, f"?{both}")) == 4
    assert sorted(await ids(owner, "?provider=klaviyo")) == ["c", "d"]
    assert await ids(owner, "?q=SPRING") == ["a"]
    assert await ids(owner, "?q=%25_s") == ["c"]
    assert await ids(owner, "?q=d") == ["d"]
    assert await ids(owner, "?archived=true") == ["b"]
    week = (runtime.clock.now() - timedelta(days=7)).isoformat().replace("+00:00", "Z")
    assert await ids(owner, f"?sent_to={week}") == ["d"]
    assert len(await ids(owner, f"?sent_from={week}")) == 3


@pytest.mark.parametrize("sort", ["sent_at", "-sent_at", "name", "-name", "sent", "-sent", "-clicked", "complaints"])
async def test_every_order_pages_without_loss(runtime: Runtime, owner: Browser, connection: Connection, sort: str):
    some = [
        campaign(
            runtime, f"c{n}", days_ago=n % 3 if n % 4 else None, figures=base.Figures(sent=n % 2) if n % 5 else None
        )
        for n in range(11)
    ]
    await store(runtime, connection, *some)
    found, cursor = [], ""
    while cursor is not None:
        page = (await owner.get(f"/v1/campaigns?sort={sort}&limit=2{cursor and '&cursor=' + cursor}")).json()
        found += [one["external_id"] for one in page["data"]]
        cursor = page["next_cursor"]
    assert found == await ids(owner, f"?sort={sort}&limit=100")
    assert len(set(found)) == 11


async def test_a_cursor_belongs_to_its_list(runtime: Runtime, owner: Browser, connection: Connection):
    await store(runtime, connection, *(campaign(runtime, f"c{n}") for n in range(3)))
    cursor = (await owner.get("/v1/campaigns?limit=1")).json()["next_cursor"]
    assert (await owner.get(f"/v1/campaigns?limit=1&sort=name&cursor={cursor}")).status_code == 400


async def test_the_summary_adds_up(runtime: Runtime, owner: Browser, connection: Connection):
    partly = base.Figures(sent=100, delivered=100)
    await store(runtime, connection, campaign(runtime, "a"), campaign(runtime, "b", figures=partly))
    summary = (await owner.get("/v1/metrics/summary")).json()
    figures = summary["figures"]
    assert (summary["campaigns"], figures["sent"], figures["delivered"], figures["opened"]) == (2, 200, 190, 40)
    assert figures["delivery_rate"] == 0.95
    assert figures["open_rate"] == 40 / 90  # of the one that states both
    assert figures["delivered_derived"] is False


async def test_a_summary_of_nothing_has_no_rates(owner: Browser, connection: Connection):
    summary = (await owner.get("/v1/metrics/summary")).json()
    assert summary["campaigns"] == 0
    assert set(summary["figures"].values()) == {None, False}
    assert len(summary["data_age"]) == 1


async def test_observations_tell_how_figures_grew(runtime: Runtime, owner: Browser, connection: Connection):
    for opened in (1, 2, 2, 3):
        await store(runtime, connection, campaign(runtime, "a", figures=base.Figures(sent=10, opened=opened)))
    [row] = (await owner.get("/v1/campaigns")).json()["data"]
    path = f"/v1/campaigns/{row['id']}/observations"
    first = (await owner.get(f"{path}?limit=2")).json()
    rest = (await owner.get(f"{path}?cursor={first['next_cursor']}")).json()
    assert [one["figures"]["opened"] for one in first["data"] + rest["data"]] == [3, 2, 1]
    assert first["data"][0]["sync_id"].startswith("sync_")
    assert (await owner.get(f"/v1/campaigns/{row['id']}")).json()["figures"]["opened"] == 3


async def test_another_organization_sees_nothing(
    runtime: Runtime, owner: Browser, connection: Connection, new_client: NewClient
):
    await store(runtime, connection, campaign(runtime, "a"))
    [row] = (await owner.get("/v1/campaigns")).json()["data"]
    other = await sign_up(new_client(), "other@example.com", "Other")
    assert (await other.get("/v1/campaigns")).json()["total"] == 0
    assert (await other.get(f"/v1/campaigns/{row['id']}")).status_code == 404
    assert (await other.get(f"/v1/campaigns/{row['id']}/observations")).status_code == 404
    assert (await other.get("/v1/metrics/summary")).json()["campaigns"] == 0


async def test_derived_figures_are_marked_wherever_they_are_shown(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection, connection: Connection
):
    keap = await make_connection(provider="keap")
    counted = base.Figures(sent=10, opened=4, clicked=1, derived=True)
    await store(runtime, connection, campaign(runtime, "stated"))
    assert (await owner.get("/v1/metrics/summary")).json()["figures"]["derived"] is False
    await store(runtime, keap, campaign(runtime, "counted", figures=counted))
    page = (await owner.get("/v1/campaigns")).json()["data"]
    assert {one["external_id"]: one["figures"]["derived"] for one in page} == {"stated": False, "counted": True}
    (mine,) = (one for one in page if one["external_id"] == "counted")
    assert (mine["figures"]["delivered"], mine["figures"]["open_rate"]) == (None, None)
    observed = (await owner.get(f"/v1/campaigns/{mine['id']}/observations")).json()["data"]
    assert [one["figures"]["derived"] for one in observed] == [True]
    assert (await owner.get("/v1/metrics/summary")).json()["figures"]["derived"] is True
    alone = f"/v1/metrics/summary?connection_id={format_id('conn', connection.id)}"
    assert (await owner.get(alone)).json()["figures"]["derived"] is False
