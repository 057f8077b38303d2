"""Keap refuses healthy refresh tokens almost daily: that disconnects nobody, and the dead do not pass for alive."""

import asyncio

import pytest

from tests.faults.play import stage
from tests.faults.rows import HOUR_OF_LIFE, REFRESH_LIFE_S, SIX_MINUTES, Definite, Soft
from tests.support.world import World

pytestmark = pytest.mark.timeout(300)
CONNECTIONS, HOURS, LIFE_S = 6, 1, 900
EVER = "SELECT count(*) FROM transitions WHERE to_status = $1"
TOLD = "SELECT status, cause, inactive_since FROM connections WHERE id = $1"


async def test_thirty_percent_of_refused_refreshes_disconnect_nobody(world: World) -> None:
    hourly = [Soft("random_invalid_grant", None, behaviour={"access_ttl_s": LIFE_S})] * CONNECTIONS
    links = await stage(world, "keap", hourly, sync_frequency="daily", history_range="days_30")
    for link in links:
        await asyncio.to_thread(world.sandbox.fault, "keap", link.account, "random_invalid_grant", rate=0.3)
    await world.run_for(HOURS * 3600, finest=15, widest=600)
    calls = await asyncio.to_thread(world.sandbox.new_requests)
    refused = sum(call["grant_type"] == "refresh_token" and call["status"] == 400 for call in calls)
    assert refused >= CONNECTIONS
    assert await world.admin.fetchval(EVER, "inactive") == 0
    for link in links:
        await asyncio.to_thread(world.sandbox.lift, "keap", link.account)
    await world.run_for(600, finest=15)
    assert {(await world.admin.fetchrow(TOLD, link.id))["status"] for link in links} == {"connected"}


async def test_a_revoked_grant_is_inactive_six_minutes_after_its_first_refused_refresh(world: World) -> None:
    (link,) = await stage(
        world, "keap", [Definite("keap", "revoke", "access_revoked", SIX_MINUTES, behaviour=HOUR_OF_LIFE)]
    )
    await asyncio.to_thread(world.sandbox.fault, "keap", link.account, "revoke")
    await world.run_for(REFRESH_LIFE_S + 2 * SIX_MINUTES, widest=600, finest=10)
    told = await world.admin.fetchrow(TOLD, link.id)
    assert (told["status"], told["cause"]) == ("inactive", "access_revoked")
    calls = await asyncio.to_thread(world.sandbox.new_requests)
    first = next(c["time"] for c in calls if c["grant_type"] == "refresh_token" and c["status"] == 400)
    assert 300 <= told["inactive_since"].timestamp() - first <= SIX_MINUTES
