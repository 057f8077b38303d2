"""Rows that need the whole product: connected accounts in a database of their own, on a clock that jumps."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any
from uuid import uuid4

from tests.reliability.row import Ground
from tests.support.database import fresh_database
from tests.support.world import Linked, World, open_world

DEADLINES = {"refresh_deadline_s": 1.5, "api_deadline_s": 2.0}
STATES = "SELECT id, status, cause, degraded_reason FROM connections WHERE id = ANY($1)"
EVER = "SELECT count(DISTINCT connection_id) FROM transitions WHERE connection_id = ANY($1) AND to_status = 'inactive'"


@asynccontextmanager
async def living(ground: Ground, row: str, **timing: Any) -> AsyncIterator[World]:
    ground.sandbox.reset()
    label = f"{row.lower()}_{uuid4().hex[:6]}"
    with fresh_database(ground.servers, label) as database:
        async with open_world(
            ground.servers, database, ground.folder / label, ground.sandbox, **DEADLINES | timing
        ) as world:
            yield world


async def connected(
    world: World, count: int, providers: Sequence[str] = ("hubspot", "klaviyo"), **behaviour: Any
) -> list[Linked]:
    """``count`` accounts in all, behaving as told, first syncs done."""
    share = -(-count // len(providers))
    accounts = {
        name: [await asyncio.to_thread(world.sandbox.make_account, name, campaigns=1) for _ in range(share)]
        for name in providers
    }
    if behaviour:
        for name in providers:
            await asyncio.to_thread(partial(world.sandbox.behave, name, None, **behaviour))
    links = await world.people(max(1, count // 20), accounts, sync_frequency="daily", history_range="days_30")
    await world.run_for(30)
    return links[:count]


async def strike(world: World, links: Sequence[Linked], kind: str, **params: Any) -> None:
    for link in links:
        await asyncio.to_thread(partial(world.sandbox.fault, link.provider, link.account, kind, **params))


async def lift(world: World, links: Sequence[Linked], kind: str | None = None) -> None:
    for link in links:
        await asyncio.to_thread(world.sandbox.lift, link.provider, link.account, kind)


async def states(world: World, links: Sequence[Linked]) -> dict[Any, dict[str, Any]]:
    return {row["id"]: dict(row) for row in await world.admin.fetch(STATES, [link.id for link in links])}


async def ever_inactive(world: World, links: Sequence[Linked]) -> int:
    found: int = await world.admin.fetchval(EVER, [link.id for link in links])
    return found
