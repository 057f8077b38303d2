"""What somebody else left in our queue: it goes, and the work, which lies in PostgreSQL, is woken again."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from redis.asyncio import Redis
from sqlalchemy import select

from mailwarden.connections.transitions import PROBE
from mailwarden.core.db import unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.core.jobs import Job, enqueue
from mailwarden.core.queue import QUEUES
from mailwarden.core.runtime import Runtime
from mailwarden.settings import Settings
from mailwarden.worker import Pool, running_pool
from tests import factories
from tests.support.waiting import soon

FOREIGN = b"\xff\xfe not ours"
KEY = QUEUES["fast"]
Damage = Callable[[Any], Awaitable[None]]


@pytest_asyncio.fixture(loop_scope="session")
async def pool(rt: Runtime, with_redis: Settings) -> AsyncIterator[Pool]:
    async with running_pool(rt, with_redis) as running:
        yield running


@pytest.fixture
def rt(runtime: Runtime) -> Runtime:
    """No provider is set up, so that nothing that runs here asks one."""
    return replace(runtime, config=replace(runtime.config, providers={}))


async def ask(rt: Runtime, org_id: UUID) -> UUID:
    """For a probe of a connection that is gone: done as soon as it runs."""
    async with unit_of_work(rt.sessions, org_id) as tx:
        gone = new_id()
        await enqueue(tx, PROBE, gone)
    return gone


async def is_done(rt: Runtime, org_id: UUID, key: UUID) -> bool:
    async with unit_of_work(rt.sessions, org_id) as tx:
        return await tx.session.scalar(select(Job.state).where(Job.key == str(key))) == "done"


async def ends(rt: Runtime, org_id: UUID, key: UUID) -> bool:
    return await soon(partial(is_done, rt, org_id, key))


async def put_another_type(redis: Redis) -> None:
    await redis.delete(KEY)
    await redis.set(KEY, b"somebody's note")


async def put_a_member(redis: Redis) -> None:
    await redis.zadd(KEY, {FOREIGN: 0})


async def is_ours(redis: Redis) -> bool:
    if await redis.type(KEY) not in (b"zset", b"none"):
        return False
    return FOREIGN not in await redis.zrange(KEY, 0, -1)


@pytest.mark.parametrize("damage", [put_another_type, put_a_member])
async def test_a_damaged_queue_is_emptied_and_the_work_goes_on(
    rt: Runtime, pool: Pool, redis: Redis, damage: Damage
) -> None:
    org_id, _ = await factories.make_organization(rt)
    assert await ends(rt, org_id, await ask(rt, org_id))
    await damage(redis)
    assert await ends(rt, org_id, await ask(rt, org_id))
    assert await soon(partial(is_ours, redis))
    assert await ends(rt, org_id, await ask(rt, org_id))
    assert not pool.relay.direct_mode


async def test_what_waited_in_the_other_queue_stays(rt: Runtime, pool: Pool, redis: Redis) -> None:
    later = (time.time() + 3600) * 1000
    await redis.zadd(QUEUES["bulk"], {"a wake-up of later": later})
    await put_another_type(redis)
    assert await soon(partial(is_ours, redis))
    assert await redis.zscore(QUEUES["bulk"], "a wake-up of later") == later
