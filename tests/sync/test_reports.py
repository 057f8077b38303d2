"""Figures that come apart from the listing, on a quota of their own (Klaviyo)."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from mailwarden.core.db import unit_of_work
from mailwarden.core.runtime import Runtime
from mailwarden.metrics.models import Observation
from tests.support.jobs import drain
from tests.support.replies import Replies
from tests.support.time import TimeMachine
from tests.sync.conftest import Desk, MakeDesk

REPORT = "POST /api/campaign-values-reports"
TYPES = "POST /api/metric-aggregates"


def campaign(number: int, at: str) -> dict[str, Any]:
    attributes = {"name": f"News {number}", "status": "Sent", "archived": False, "send_time": at}
    return {"type": "campaign", "id": f"k{number}", "attributes": attributes | {"created_at": at, "updated_at": at}}


def report(opened: int) -> httpx.Response:
    counts = {"recipients": 100, "delivered": 98, "opens_unique": opened, "clicks_unique": 5, "bounced": 2}
    named = [{"campaign_id": f"k{n}", "campaign_message_id": f"m{n}"} for n in range(4)]
    results = [{"groupings": one, "statistics": counts} for one in named]
    return httpx.Response(200, json={"data": {"attributes": {"results": results}}, "links": {"next": None}})


def short(seconds: int) -> httpx.Response:
    return httpx.Response(429, headers={"retry-after": str(seconds)}, json={"errors": [{"code": "throttled"}]})


@pytest.fixture
async def desk(runtime: Runtime, replies: Replies, make_desk: MakeDesk) -> Desk:
    at = (runtime.clock.now() - timedelta(days=3)).isoformat()

    def listing(request: httpx.Request) -> httpx.Response:
        live = "equals(archived,false)" in request.url.params["filter"]
        found = [campaign(n, at) for n in range(4)] if live else []
        return httpx.Response(200, json={"data": found, "links": {"next": None}})

    replies["GET /api/campaigns"] = listing
    metric = {"type": "metric", "id": "m1", "attributes": {"name": "Placed Order"}}
    replies["GET /api/metrics"] = httpx.Response(200, json={"data": [metric], "links": {"next": None}})
    replies[REPORT] = report(40)
    return await make_desk(provider="klaviyo", sync_frequency="daily")


async def test_one_report_brings_the_figures_of_all(desk: Desk, replies: Replies):
    run = await desk.sync()
    assert (run.status, run.campaigns_processed, run.campaigns_added, run.campaigns_changed) == ("success", 4, 4, 0)
    assert (run.totals or {})["opened"] == 160
    assert run.figures_pending is False
    assert replies.count(REPORT) == 1


async def test_events_tell_of_which_kind_its_bounces_are(desk: Desk, replies: Replies):
    named = [{"type": "metric", "id": name, "attributes": {"name": name}} for name in ("Placed Order", "Bounced Email")]
    replies["GET /api/metrics"] = httpx.Response(200, json={"data": named, "links": {"next": None}})
    rows = [
        {"dimensions": [f"m{n}", kind], "measurements": {"unique": [1.0]}}
        for n in range(4)
        for kind in ("Hard", "Soft")
    ]
    replies[TYPES] = httpx.Response(200, json={"data": {"attributes": {"dates": [], "data": rows}}})
    await desk.sync()
    assert replies.count(TYPES) == 1
    assert await kinds(desk) == [(2, 1, 1)] * 4
    replies[TYPES] = short(30)
    run = await desk.sync()
    assert (run.status, run.campaigns_changed, await kinds(desk)) == ("success", 0, [(2, 1, 1)] * 4)


async def kinds(desk: Desk) -> list[tuple[Any, Any, Any]]:
    async with unit_of_work(desk.runtime.sessions, desk.connection.org_id) as tx:
        return [
            (one.bounced, one.hard_bounced, one.soft_bounced) for one in await tx.session.scalars(select(Observation))
        ]


async def test_figures_that_moved_are_changes(desk: Desk, replies: Replies):
    await desk.sync()
    replies[REPORT] = report(41)
    run = await desk.sync()
    assert (run.campaigns_added, run.campaigns_changed, (run.totals or {})["opened"]) == (0, 4, 164)


async def test_a_quota_that_is_short_for_a_moment_is_waited_out(
    desk: Desk, replies: Replies, time_machine: TimeMachine
):
    replies[REPORT] = short(30)
    run_id = await desk.start()
    await drain(desk.runtime)
    waiting = await desk.run(run_id)
    assert (waiting.status, waiting.campaigns_processed, waiting.figures_pending) == ("running", 4, True)
    replies[REPORT] = report(40)
    await time_machine.advance(32)
    await drain(desk.runtime)
    assert (await desk.run(run_id)).status == "success"


async def test_without_quota_for_long_campaigns_are_listed_and_figures_keep_their_age(
    desk: Desk, replies: Replies, runtime: Runtime, time_machine: TimeMachine
):
    await desk.sync()
    before = {name: one.figures_as_of for name, one in (await desk.campaigns()).items()}
    age = (await desk.row()).data_as_of
    await desk.set(next_sync_at=runtime.clock.now() + timedelta(hours=23))
    replies[REPORT] = short(3000)
    run = await desk.sync()
    assert (run.status, run.partial, run.figures_pending) == ("failed", True, True)
    assert (run.error or {})["code"] == "figures_pending"
    assert {name: one.figures_as_of for name, one in (await desk.campaigns()).items()} == before
    row = await desk.row()
    assert row.data_as_of == age
    assert row.next_sync_at is not None
    assert row.next_sync_at < runtime.clock.now() + timedelta(minutes=51)
    replies[REPORT] = report(50)
    await time_machine.advance(3010)
    await drain(runtime)
    latest = (await desk.runs())[-1]
    assert (latest.type, latest.status, (latest.totals or {})["opened"]) == ("auto", "success", 200)


async def test_no_call_leaves_during_a_ban(desk: Desk, replies: Replies, runtime: Runtime, time_machine: TimeMachine):
    await desk.set(banned_until=runtime.clock.now() + timedelta(minutes=5))
    run_id = await desk.start()
    await drain(runtime)
    assert replies.requests == []
    await time_machine.advance(301)
    await drain(runtime)
    assert (await desk.run(run_id)).status == "success"
