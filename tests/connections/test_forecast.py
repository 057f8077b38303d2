"""The end of a grant, foretold: kept away where a renewal helps, told in good time where it does not."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from mailwarden.connections.grant_life import FORECAST
from mailwarden.connections.models import Connection
from mailwarden.connections.transitions import REFRESH
from mailwarden.core.db import reader, unit_of_work
from mailwarden.core.jobs import cancel, enqueue
from mailwarden.core.runtime import Runtime
from mailwarden.events.models import Event
from tests.conftest import MakeConnection
from tests.connections.fakes import connect, healthy, start, state_of
from tests.connections.steps import events, now
from tests.connections.token_steps import KLAVIYO_TOKEN, credential
from tests.support.browser import Browser
from tests.support.jobs import SURELY, drain
from tests.support.replies import Replies
from tests.support.time import TimeMachine

pytestmark = pytest.mark.usefixtures("quiet_journal")

DAY = timedelta(days=1)
FRESH = {"access_token": "access-2", "refresh_token": "refresh-2", "expires_in": 3600}


async def foresee(rt: Runtime, row: Connection) -> None:
    async with unit_of_work(rt.sessions, row.org_id) as tx:
        await enqueue(tx, FORECAST, row.id, due_at=rt.clock.now() - SURELY, replace=True)
    await drain(rt)


async def warnings(rt: Runtime, row: Connection) -> list[int]:
    async with reader(rt.sessions, row.org_id) as tx:
        asked = select(Event).where(Event.connection_id == row.id, Event.type == "connection.expiring")
        return [one.data["days"] for one in await tx.session.scalars(asked.order_by(Event.sequence))]


async def pass_days(rt: Runtime, row: Connection, time_machine: TimeMachine, days: int) -> None:
    for _ in range(days):
        await time_machine.advance(DAY)
        await foresee(rt, row)


async def test_a_grant_that_dies_of_disuse_lives_for_a_hundred_days_and_nobody_is_warned(
    runtime: Runtime, make_connection: MakeConnection, replies: Replies, time_machine: TimeMachine
) -> None:
    """Nothing but the forecast's own job renews it: the access token outlives the whole test."""
    replies[KLAVIYO_TOKEN] = httpx.Response(200, json=FRESH | {"expires_in": 31 * 86400})
    row = await make_connection(provider="klaviyo", life_s=200 * 86400)
    await pass_days(runtime, row, time_machine, 100)
    seen = await now(runtime, row)
    assert seen.status == "connected"
    assert seen.grant_dies_why == "unused"
    assert seen.grant_dies_at is not None
    assert seen.grant_dies_at - runtime.clock.now() > 88 * DAY
    assert await warnings(runtime, row) == []
    assert 90 <= replies.count(KLAVIYO_TOKEN) <= 100


async def test_a_rarely_used_one_is_renewed_a_day_after_the_last_time(
    runtime: Runtime, make_connection: MakeConnection, replies: Replies, time_machine: TimeMachine
) -> None:
    replies[KLAVIYO_TOKEN] = httpx.Response(200, json=FRESH)
    row = await make_connection(provider="klaviyo", life_s=200 * 86400)
    await time_machine.advance(timedelta(hours=23))
    await foresee(runtime, row)
    assert replies.count(KLAVIYO_TOKEN) == 0
    await time_machine.advance(timedelta(hours=2))
    await foresee(runtime, row)
    assert replies.count(KLAVIYO_TOKEN) == 1


async def test_a_grant_that_cannot_be_renewed_is_told_three_times(
    runtime: Runtime, make_connection: MakeConnection, replies: Replies, time_machine: TimeMachine
) -> None:
    replies[KLAVIYO_TOKEN] = httpx.Response(503)
    row = await make_connection(provider="klaviyo")
    await pass_days(runtime, row, time_machine, 100)
    assert await warnings(runtime, row) == [30, 7, 1]


async def test_a_renewal_moves_the_forecast_and_the_notices_begin_anew(
    runtime: Runtime, make_connection: MakeConnection, replies: Replies, time_machine: TimeMachine
) -> None:
    replies[KLAVIYO_TOKEN] = httpx.Response(503)
    row = await make_connection(provider="klaviyo")
    await pass_days(runtime, row, time_machine, 61)
    assert await warnings(runtime, row) == [30]
    replies[KLAVIYO_TOKEN] = httpx.Response(200, json=FRESH)
    await pass_days(runtime, row, time_machine, 1)
    replies[KLAVIYO_TOKEN] = httpx.Response(503)
    await pass_days(runtime, row, time_machine, 62)
    assert await warnings(runtime, row) == [30, 30]


async def test_a_late_look_tells_the_nearest_threshold_only(
    runtime: Runtime, make_connection: MakeConnection, replies: Replies, time_machine: TimeMachine
) -> None:
    replies[KLAVIYO_TOKEN] = httpx.Response(503)
    row = await make_connection(provider="klaviyo")
    await time_machine.advance(85 * DAY)
    for _ in range(2):
        await foresee(runtime, row)
    assert await warnings(runtime, row) == [7]


async def test_an_age_limit_of_our_app_is_the_operators_word(
    runtime: Runtime, make_connection: MakeConnection, replies: Replies, time_machine: TimeMachine
) -> None:
    """As while a consent screen is in testing: seven days after the consent, whatever we renew."""
    providers: Any = runtime.config.providers
    providers["klaviyo"] = replace(providers["klaviyo"], grant_life_days=7)
    replies[KLAVIYO_TOKEN] = httpx.Response(200, json=FRESH)
    row = await make_connection(provider="klaviyo")
    given = (await credential(runtime, row)).created_at
    await pass_days(runtime, row, time_machine, 5)
    seen = await now(runtime, row)
    assert (seen.grant_dies_at, seen.grant_dies_why) == (given + 7 * DAY, "age")
    assert await warnings(runtime, row) == []
    await pass_days(runtime, row, time_machine, 1)
    assert await warnings(runtime, row) == [1]


async def test_a_date_that_the_provider_names_with_the_token_is_believed(owner: Browser, replies: Replies) -> None:
    healthy(replies)
    answer = replies["POST /oauth/2026-09/token"].json() | {"refresh_token_expires_in": 5 * 86400}
    replies["POST /oauth/2026-09/token"] = httpx.Response(200, json=answer)
    shown = (await owner.get(f"/v1/connections/{await connect(owner)}")).json()
    assert shown["forecast"]["reason"] == "announced"
    assert "named this date" in shown["forecast"]["detail"]


async def test_a_provider_without_limits_foretells_nothing(owner: Browser, replies: Replies) -> None:
    healthy(replies)
    assert (await owner.get(f"/v1/connections/{await connect(owner)}")).json()["forecast"] is None


async def test_a_reconnect_begins_a_new_life(
    runtime: Runtime, owner: Browser, replies: Replies, make_connection: MakeConnection, time_machine: TimeMachine
) -> None:
    providers: Any = runtime.config.providers
    providers["hubspot"] = replace(providers["hubspot"], grant_life_days=7)
    healthy(replies)
    identity = await connect(owner)
    await time_machine.advance(timedelta(hours=6))
    again = await start(owner, f"/v1/connections/{identity}/reconnect")
    await owner.get("/v1/oauth/callback/hubspot", params={"state": state_of(again), "code": "c"})
    told = (await owner.get(f"/v1/connections/{identity}")).json()["forecast"]
    left = datetime.fromisoformat(told["dies_at"]) - runtime.clock.now()
    assert timedelta(days=6.9) < left <= 7 * DAY


async def test_a_disconnect_ends_the_forecast(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection, replies: Replies
) -> None:
    replies[KLAVIYO_TOKEN] = httpx.Response(200, json=FRESH)
    row = await make_connection(provider="klaviyo")
    await foresee(runtime, row)
    assert (await now(runtime, row)).grant_dies_at is not None
    await owner.delete(f"/v1/connections/conn_{row.id.hex}")
    seen = await now(runtime, row)
    assert (seen.grant_dies_at, seen.grant_dies_why) == (None, None)


async def test_a_grant_past_its_date_that_is_refused_died_of_that(
    runtime: Runtime, make_connection: MakeConnection, replies: Replies, time_machine: TimeMachine
) -> None:
    """The forecast proves what the provider's generic refusal does not say."""
    providers: Any = runtime.config.providers
    providers["klaviyo"] = replace(providers["klaviyo"], grant_life_days=7)
    replies[KLAVIYO_TOKEN] = httpx.Response(400, json={"error": "invalid_grant"})
    replies["GET /api/accounts"] = httpx.Response(401, json={"errors": [{"code": "not_authenticated"}]})
    row = await make_connection(provider="klaviyo")
    async with unit_of_work(runtime.sessions, row.org_id) as tx:
        await cancel(tx, REFRESH, row.id)
    await time_machine.advance(7 * DAY + timedelta(hours=1))
    async with unit_of_work(runtime.sessions, row.org_id) as tx:
        await enqueue(tx, REFRESH, row.id)
    for _ in range(50):
        await drain(runtime)
        await time_machine.advance(10)
    seen = await now(runtime, row)
    assert (seen.status, seen.cause) == ("inactive", "token_expired")
    assert "verifying" in await events(runtime, row)
