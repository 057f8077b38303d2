"""Who may ask for a comparison, when it comes by itself, and what it does when the provider gives no totals."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from mailwarden.connections.models import Connection
from mailwarden.core.db import unit_of_work
from mailwarden.core.ids import format_id, new_id
from mailwarden.core.runtime import Runtime
from mailwarden.events.record import record
from mailwarden.events.types import EventType
from mailwarden.metrics.reconciliation.models import Reconciliation
from mailwarden.metrics.store import Source, store_campaigns
from mailwarden.providers import base
from tests.conftest import MakeConnection, NewClient
from tests.support.browser import Browser, sign_up
from tests.support.jobs import drain
from tests.support.replies import Replies
from tests.support.time import TimeMachine

STATISTICS = "GET /marketing/emails/2026-09/statistics/list"
PATH = "/v1/metrics/reconciliation"


@pytest.fixture
async def connection(runtime: Runtime, make_connection: MakeConnection) -> Connection:
    row = await make_connection(
        history_range="all", backfilled_range="all", data_as_of=runtime.clock.now(), life_s=10**8
    )
    at = runtime.clock.now() - timedelta(days=20)
    figures = base.Figures(1000, 950, 400, 40, 50, 0, 3)
    one = base.Campaign("e1", "News", None, "SENT", "email", at, at, at, False, figures)
    async with unit_of_work(runtime.sessions, row.org_id) as tx:
        source = Source(row.org_id, row.id, new_id(), runtime.clock.now(), at)
        await store_campaigns(tx, source, [one])
    return row


def stated(at_days: float, runtime: Runtime, **counters: int) -> Any:
    """The totals of a portal with one e-mail."""
    sent = runtime.clock.now() - timedelta(days=at_days)
    told = {"sent": 1000, "delivered": 950, "open": 400, "click": 40, "bounce": 50, "spamreport": 0, "unsubscribed": 3}

    def answer(request: httpx.Request) -> httpx.Response:
        start, end = request.url.params["startTimestamp"], request.url.params["endTimestamp"]
        here = start <= sent.isoformat() < end
        body = {"emails": [1] if here else [], "aggregate": {"counters": told | counters if here else {}}}
        body["emails"] = ["e1"] if here else []
        return httpx.Response(200, json=body)

    return answer


async def compare(owner: Browser, connection: Connection) -> httpx.Response:
    return await owner.post(PATH, {"connection_id": format_id("conn", connection.id)})


async def listed(owner: Browser, query: str = "") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = (await owner.get(f"{PATH}{query}")).json()["data"]
    return rows


async def test_equal_totals_are_normal(runtime: Runtime, owner: Browser, connection: Connection, replies: Replies):
    replies[STATISTICS] = stated(20, runtime)
    started = await compare(owner, connection)
    assert (started.status_code, started.json()["status"]) == (202, "queued")
    assert (await compare(owner, connection)).json()["id"] == started.json()["id"]  # never a second beside it
    await drain(runtime)
    [found] = await listed(owner)
    assert (found["status"], found["verdict"], found["part"], found["trigger"]) == ("done", "normal", None, "manual")
    assert {one["difference"] for one in found["metrics"]} == {0}
    assert found["calls_made"] == replies.count(STATISTICS) > 10
    assert (await owner.get(f"{PATH}/{found['id']}")).json() == found


async def test_a_deviation_is_told_as_an_event(
    runtime: Runtime, owner: Browser, connection: Connection, replies: Replies
):
    replies[STATISTICS] = stated(20, runtime, open=450)
    await compare(owner, connection)
    await drain(runtime)
    [found] = await listed(owner)
    assert (found["verdict"], found["metric"], found["part"]) == ("alarm", "opened", "unexplained")
    events = (await owner.get("/v1/events?limit=100")).json()["data"]
    [event] = [one for one in events if one["type"] == "figures.deviating"]
    assert event["subject_id"] == found["id"]
    assert event["data"]["difference"] == -50


async def test_a_provider_that_gives_no_totals_ends_it_honestly(
    runtime: Runtime, owner: Browser, connection: Connection, replies: Replies
):
    replies[STATISTICS] = httpx.Response(404, json={"message": "nothing here"})
    await compare(owner, connection)
    await drain(runtime)
    [found] = await listed(owner)
    assert (found["status"], found["verdict"], found["error"]["code"]) == ("failed", "unknown", "provider_failed")
    assert (await owner.get(f"/v1/connections/{format_id('conn', connection.id)}")).json()["status"] == "connected"


async def test_it_comes_by_itself_once_a_day(
    runtime: Runtime, owner: Browser, connection: Connection, replies: Replies, time_machine: TimeMachine
):
    replies[STATISTICS] = stated(20, runtime)
    for _ in range(3):
        async with unit_of_work(runtime.sessions, connection.org_id) as tx:
            await record(tx, EventType.SYNC_SUCCEEDED, connection_id=connection.id, data={"provider": "hubspot"})
        await drain(runtime)
    assert await listed(owner) == []  # not at once: a sync has just asked a lot
    await time_machine.advance(3 * 3600)
    await drain(runtime)
    assert [one["trigger"] for one in await listed(owner)] == ["auto"]
    await time_machine.advance(86_400)
    await drain(runtime)
    async with unit_of_work(runtime.sessions, connection.org_id) as tx:
        assert len((await tx.session.scalars(select(Reconciliation))).all()) == 2


async def test_an_account_that_cannot_be_asked_is_not(owner: Browser, make_connection: MakeConnection):
    dead = await make_connection(status="inactive", cause="access_revoked")
    assert (await compare(owner, dead)).status_code == 409
    mailbox = await make_connection(provider="google")
    assert (await compare(owner, mailbox)).status_code == 409


async def test_nothing_read_is_nothing_to_compare(runtime: Runtime, owner: Browser, make_connection: MakeConnection):
    await compare(owner, await make_connection())
    await drain(runtime)
    [found] = await listed(owner)
    assert (found["status"], found["error"]["code"]) == ("failed", "nothing_to_compare")


async def test_another_organization_sees_and_starts_nothing(
    runtime: Runtime, owner: Browser, connection: Connection, replies: Replies, new_client: NewClient
):
    replies[STATISTICS] = stated(20, runtime)
    made = (await compare(owner, connection)).json()["id"]
    other = await sign_up(new_client(), "other@example.com", "Other")
    assert (await compare(other, connection)).status_code == 404
    assert (await other.get(f"{PATH}/{made}")).status_code == 404
    assert await listed(other) == []


async def test_the_log_comes_in_pages(runtime: Runtime, owner: Browser, connection: Connection):
    async with unit_of_work(runtime.sessions, connection.org_id) as tx:
        for _ in range(5):
            row = Reconciliation(id=new_id(), org_id=connection.org_id, connection_id=connection.id, trigger="auto")
            row.status, row.verdict, row.finished_at = "done", "normal", runtime.clock.now()
            tx.session.add(row)
    async with unit_of_work(runtime.sessions, connection.org_id) as tx:
        assert len((await tx.session.scalars(select(Reconciliation))).all()) == 5
    first = (await owner.get(f"{PATH}?limit=3")).json()
    rest = (await owner.get(f"{PATH}?limit=3&cursor={first['next_cursor']}")).json()
    assert len({one["id"] for one in first["data"] + rest["data"]}) == 5
    mine = format_id("conn", connection.id)
    assert len(await listed(owner, f"?connection_id={mine}")) == 5
    assert await listed(owner, f"?connection_id={format_id('conn', new_id())}") == []
