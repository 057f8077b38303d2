"""An export holds what the page shows: the same rows, in the same order, for every filter of the page."""

from typing import Any

import pytest

from mailwarden.connections.models import Connection
from mailwarden.core.ids import format_id
from mailwarden.core.runtime import Runtime
from tests.conftest import MakeConnection, NewClient
from tests.exports.steps import ask, fill, fill_alerts, fill_runs, listed, read
from tests.support.browser import Browser, sign_up

CAMPAIGNS: list[dict[str, Any]] = [
    {},
    {"sort": "name"},
    {"sort": "-sent"},
    {"sort": "sent_at", "archived": True},
    {"provider": ["klaviyo"]},
    {"q": "=1"},
    {"q": "%"},
    {"archived": False, "provider": ["hubspot", "klaviyo"], "sort": "complaints"},
]
RUNS: list[dict[str, Any]] = [{}, {"status": "failed"}, {"type": "auto"}, {"status": "success", "type": "manual"}]
ALERTS: list[dict[str, Any]] = [{}, {"kind": "integration_recovered"}, {"unread": True}, {"unread": False}]


@pytest.fixture
async def connection(make_connection: MakeConnection) -> Connection:
    return await make_connection(history_range="days_90")


async def same(owner: Browser, report: str, path: str, filters: dict[str, Any]) -> list[dict[str, str]]:
    page = await listed(owner, path, filters)
    rows = read(await ask(owner, report, filters=filters))
    assert [row["Id"] for row in rows] == [one["id"] for one in page]
    return rows


async def test_campaigns(runtime: Runtime, owner: Browser, connection: Connection, make_connection: MakeConnection):
    await fill(runtime, connection, 130)
    await fill(runtime, await make_connection(provider="klaviyo", history_range="days_30"), 60, seed=4)
    for filters in [*CAMPAIGNS, {"connection_id": [format_id("conn", connection.id)]}]:
        await same(owner, "campaigns", "/v1/campaigns", filters)
    page = await listed(owner, "/v1/campaigns", {})
    rows = read(await ask(owner, "campaigns"))
    assert [row["Campaign"] for row in rows] == [one["name"] for one in page]
    for row, one in zip(rows, page, strict=True):
        figures = one["figures"] or {}
        assert row["Sent"] == ("" if figures.get("sent") is None else str(figures["sent"]))
        rate = figures.get("delivery_rate")
        assert row["Delivery rate (%)"] == ("" if rate is None else str(round(rate * 100, 4)))


async def test_sync_history(runtime: Runtime, owner: Browser, connection: Connection, make_connection: MakeConnection):
    await fill_runs(runtime, connection, 120)
    await fill_runs(runtime, await make_connection(), 7)
    for filters in [*RUNS, {"connection_id": format_id("conn", connection.id)}]:
        rows = await same(owner, "sync_history", "/v1/syncs", filters)
        assert {row["Duration (s)"] for row in rows} <= {"1.5"}
    failed = read(await ask(owner, "sync_history", filters={"status": "failed"}))
    assert {row["Error"] for row in failed} == {"=1+1"}


async def test_alerts(runtime: Runtime, owner: Browser, connection: Connection):
    await fill_alerts(runtime, connection, 120)
    for filters in ALERTS:
        rows = await same(owner, "alerts", "/v1/alerts", filters)
        assert {row["Account"] for row in rows} == {"acme.test"}


async def test_the_dashboard(runtime: Runtime, owner: Browser, connection: Connection):
    await fill(runtime, connection, 60)
    for filters in ({}, {"interval": "week", "compare": False}, {"provider": ["klaviyo"]}):
        page = (await owner.get("/v1/metrics/series", params=filters)).json()
        rows = read(await ask(owner, "dashboard", filters=filters))
        total, points = rows[0], [row for row in rows if row["Part"] == page["interval"]]
        assert total["Campaigns"] == str(page["total"]["campaigns"])
        assert [row["First day"] for row in points] == [one["first_day"] for one in page["points"]]
        assert [row["Campaigns"] for row in points] == [str(one["campaigns"]) for one in page["points"]]
        assert [row["Part"] for row in rows[1:2]] == (["period before"] if page["comparison"] else [page["interval"]])


@pytest.mark.parametrize(
    ("report", "path", "filters"),
    [
        ("campaigns", "/v1/campaigns", {"sort": "nothing"}),
        ("campaigns", "/v1/campaigns", {"connection_id": ["conn_1"]}),
        ("campaigns", "/v1/campaigns", {"q": "x" * 201}),
        ("sync_history", "/v1/syncs", {"status": "broken"}),
        ("alerts", "/v1/alerts", {"kind": "none"}),
        ("dashboard", "/v1/metrics/series", {"interval": "hour"}),
        ("dashboard", "/v1/metrics/series", {"first_day": "2026-02-30"}),
        ("dashboard", "/v1/metrics/series", {"first_day": "2026-02-02", "last_day": "2026-02-01"}),
    ],
)
async def test_what_the_page_refuses_is_refused(owner: Browser, report: str, path: str, filters: dict[str, Any]):
    assert (await owner.get(path, params=filters)).status_code == 422
    assert (await ask(owner, report, filters=filters)).status_code == 422


async def test_what_no_page_knows_is_refused(owner: Browser):
    for body in ({"filters": {"nothing": 1}}, {"more": 1}, {"format": "xls"}, {"report": "secrets"}):
        asked = {"report": "campaigns", "format": "csv", **body}
        assert (await owner.post("/v1/exports", asked)).status_code == 422


async def test_another_organization_gets_its_own_rows_only(
    runtime: Runtime, owner: Browser, connection: Connection, new_client: NewClient
):
    await fill(runtime, connection, 5)
    other = await sign_up(new_client(), "other@example.com", "Other")
    named = {"connection_id": [format_id("conn", connection.id)]}
    assert read(await ask(other, "campaigns")) == read(await ask(other, "campaigns", filters=named)) == []


async def test_times_are_those_of_the_organization(runtime: Runtime, owner: Browser, connection: Connection):
    await fill(runtime, connection, 3)
    changed = await owner.patch("/v1/organization", {"time_zone": "Asia/Kolkata"}, headers={"If-Match": '"v1"'})
    assert changed.status_code == 200, changed.text
    rows = read(await ask(owner, "campaigns"))
    assert {row["Sent at"][-6:] for row in rows if row["Sent at"]} == {"+05:30"}
