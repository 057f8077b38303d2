"""Many connections of one provider refused alike: an incident, nobody flips, and one recovery."""

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Any

from tests.faults.judge import Finding
from tests.faults.mail_rows import REFUSED_LOGIN
from tests.faults.play import SOFT_LIFE_S, settle
from tests.support.world import MAIL, Linked, World

CONNECTIONS, STRUCK = 20, 8
LASTS_S = 900
INCIDENTS = "SELECT count(*) AS n, count(ended_at) AS ended FROM incidents WHERE provider = $1"
FLIPPED = "SELECT count(*) FROM transitions WHERE connection_id = ANY($1) AND to_status = 'inactive'"
BACK = "SELECT count(*) FROM connections WHERE id = ANY($1) AND status = 'connected' AND degraded_reason IS NULL"
ALERTS = "SELECT count(*) FROM alerts WHERE connection_id = ANY($1) AND kind LIKE 'integration_%'"  # no rule of figures


async def play_incident(world: World, provider: str) -> Finding:
    """The provider refuses refreshes of 40 % of the connections for a quarter of an hour, then thinks better of it."""
    links = await _connect(world, provider)
    await settle(world)
    struck = links[:STRUCK]
    for link in struck:
        await asyncio.to_thread(partial(world.sandbox.fault, provider, link.account, **_refusal(provider)))
    await world.run_for(LASTS_S, widest=5)
    during = await world.admin.fetchrow(INCIDENTS, provider)
    for link in struck:
        await asyncio.to_thread(world.sandbox.lift, provider, link.account)
    await world.run_for(LASTS_S, widest=5)
    return await _judge(world, provider, links, during["n"])


def _refusal(provider: str) -> Mapping[str, Any]:
    """Of what is good: a refresh token, or a password."""
    if provider == MAIL:
        return REFUSED_LOGIN
    return {"kind": "random_invalid_grant", "rate": 1.0}


async def _connect(world: World, provider: str) -> list[Linked]:
    accounts = [await asyncio.to_thread(world.sandbox.make_account, provider, campaigns=2) for _ in range(CONNECTIONS)]
    await asyncio.to_thread(lambda: world.sandbox.behave(provider, None, access_ttl_s=SOFT_LIFE_S))
    return await world.people(2, {provider: accounts}, sync_frequency="daily")


async def _judge(world: World, provider: str, links: list[Linked], opened: int) -> Finding:
    ids = [link.id for link in links]
    after = await world.admin.fetchrow(INCIDENTS, provider)
    flipped = await world.admin.fetchval(FLIPPED, ids)
    back = await world.admin.fetchval(BACK, ids)
    alerts = await world.admin.fetchval(ALERTS, ids)
    expected = "1 incident, 1 end, 0 inactive, 0 alerts, all back"
    got = f"{after['n']} incident, {after['ended']} end, {flipped} inactive, {alerts} alerts, "
    got += "all back" if back == len(ids) else f"{back}/{len(ids)} back"
    name = f"incident: {STRUCK} of {CONNECTIONS} refused alike"
    return Finding(provider, name, expected, got, None, got == expected and opened == 1, flipped > 0)
