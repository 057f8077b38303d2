"""The provider's own journal of uninstalls: a signal, which the check confirms, and the better cause."""

from datetime import datetime, timedelta

import httpx
import pytest
from sqlalchemy import text

from mailwarden.connections.uninstalls import read_uninstalls
from mailwarden.core.db import reader
from mailwarden.core.ids import format_id
from mailwarden.core.runtime import Runtime
from tests.conftest import MakeConnection
from tests.connections.fakes import DEAD, INTROSPECT, TOKEN, active, healthy
from tests.connections.steps import events, history, kill, live, now
from tests.support.browser import Browser
from tests.support.replies import Replies
from tests.support.time import TimeMachine

pytestmark = pytest.mark.usefixtures("quiet_journal")
JOURNAL = "GET /webhooks-journal/journal/2026-03"
FIRST = "00000000-0000-4000-8000-000000000001"


def uninstalled(replies: Replies, portal: int, at: datetime) -> None:
    """One page, and none after it."""
    link = "https://api.hubapi.com/webhooks-journal/download/1"
    page = {"currentOffset": FIRST, "expiresAt": at.isoformat(), "url": link}
    event = {"action": "APP_UNINSTALL", "portalId": portal, "occurredAt": at.isoformat()}
    replies[f"{JOURNAL}/earliest"] = httpx.Response(200, json=page)
    replies[f"{JOURNAL}/offset/{FIRST}/next"] = httpx.Response(204)
    replies["GET /webhooks-journal/download/1"] = httpx.Response(200, json={"journalEvents": [event]})


async def test_an_uninstall_is_confirmed_and_named_as_such(
    runtime: Runtime, make_connection: MakeConnection, replies: Replies, time_machine: TimeMachine
) -> None:
    row = await make_connection(external_id="4711")
    await time_machine.advance(60)
    healthy(replies)
    replies[TOKEN], replies[INTROSPECT] = DEAD, active(is_active=False)
    uninstalled(replies, 4711, runtime.clock.now())
    await read_uninstalls(runtime, "hubspot")
    assert (await now(runtime, row)).status == "verifying"
    await live(runtime, time_machine, 20)
    seen = await now(runtime, row)
    assert (seen.status, seen.cause) == ("inactive", "app_uninstalled")
    assert seen.evidence is not None
    assert seen.evidence["items"][0]["signal"] == "provider_signal"


async def test_an_uninstall_before_the_latest_refresh_is_old_news(
    runtime: Runtime, make_connection: MakeConnection, replies: Replies
) -> None:
    row = await make_connection(external_id="4711")
    uninstalled(replies, 4711, runtime.clock.now() - timedelta(hours=1))
    await read_uninstalls(runtime, "hubspot")
    assert (await now(runtime, row)).status == "connected"


async def test_an_uninstall_of_a_grant_that_works_after_all_alarms_nobody(
    runtime: Runtime, make_connection: MakeConnection, replies: Replies, time_machine: TimeMachine
) -> None:
    row = await make_connection(external_id="4711")
    await time_machine.advance(60)
    healthy(replies)
    uninstalled(replies, 4711, runtime.clock.now())
    await read_uninstalls(runtime, "hubspot")
    await live(runtime, time_machine, 20)
    assert (await now(runtime, row)).status == "connected"
    assert await events(runtime, row) == ["verifying"]


async def test_news_that_come_after_the_verdict_better_its_cause_and_tell_nobody_twice(
    runtime: Runtime, make_connection: MakeConnection, replies: Replies, time_machine: TimeMachine
) -> None:
    row = await kill(runtime, time_machine, replies, make_connection)
    assert (await now(runtime, row)).cause == "access_revoked"
    uninstalled(replies, 4711, runtime.clock.now())
    await time_machine.advance(10)
    await read_uninstalls(runtime, "hubspot")
    assert (await now(runtime, row)).cause == "app_uninstalled"
    assert (await history(runtime, row))[-1] == ("inactive", "inactive")
    assert (await events(runtime, row)).count("inactive") == 1


async def test_each_page_is_read_once(runtime: Runtime, replies: Replies, time_machine: TimeMachine) -> None:
    uninstalled(replies, 1, runtime.clock.now())
    for _ in range(3):
        await read_uninstalls(runtime, "hubspot")
        await time_machine.advance(10)
    assert replies.count("GET /webhooks-journal/download/1") == 1
    async with reader(runtime.sessions) as tx:
        assert await tx.session.scalar(text("SELECT position FROM journal_positions")) == FIRST


async def test_a_journal_that_cannot_be_read_is_no_connections_trouble(
    runtime: Runtime, make_connection: MakeConnection, replies: Replies
) -> None:
    row = await make_connection(external_id="4711")
    replies["POST /webhooks-journal/subscriptions/2026-03"] = httpx.Response(403, json={"message": "no"})
    await read_uninstalls(runtime, "hubspot")
    seen = await now(runtime, row)
    assert (seen.status, seen.degraded_reason) == ("connected", None)
    assert seen.cause is None


async def test_wrong_journal_permissions_are_told_to_the_operator_until_it_is_read_again(
    runtime: Runtime, owner: Browser, replies: Replies, time_machine: TimeMachine, caplog: pytest.LogCaptureFixture
) -> None:
    replies["POST /webhooks-journal/subscriptions/2026-03"] = httpx.Response(403, json={"message": "no such scope"})
    for _ in range(2):
        await read_uninstalls(runtime, "hubspot")
    told = (await owner.get("/v1/status")).json()
    assert [one["title"] for one in told["misconfigurations"]] == ["HubSpot does not tell us of uninstalls"]
    assert told["incidents"] == []
    assert [r.levelname for r in caplog.records if "check its scopes" in r.message] == ["ERROR"]
    replies["POST /webhooks-journal/subscriptions/2026-03"] = httpx.Response(409)
    uninstalled(replies, 1, runtime.clock.now())
    await time_machine.advance(10)
    await read_uninstalls(runtime, "hubspot")
    assert (await owner.get("/v1/status")).json()["misconfigurations"] == []


@pytest.mark.parametrize("readable", [True, False])
async def test_the_absence_of_an_uninstall_is_only_stated_if_the_journal_was_read(
    runtime: Runtime,
    make_connection: MakeConnection,
    owner: Browser,
    replies: Replies,
    time_machine: TimeMachine,
    readable: bool,
) -> None:
    if not readable:
        replies["POST /webhooks-journal/subscriptions/2026-03"] = httpx.Response(503)
    row = await kill(runtime, time_machine, replies, make_connection)
    card = (await owner.get(f"/v1/connections/{format_id('conn', row.id)}")).json()["card"]
    assert card["cause"] == "access_revoked"
    assert ("reports no uninstall" in card["explanation"]) is readable
    assert ("does not say which" in card["explanation"]) is not readable
