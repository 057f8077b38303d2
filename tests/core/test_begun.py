"""What a worker has begun stands in the queue no more: if it dies, nobody stumbles over what it had in hand."""

import asyncpg
from redis.asyncio import Redis

from mailwarden.core.queue import QUEUES
from mailwarden.core.runtime import Runtime
from mailwarden.embedded import EmbeddedServers
from mailwarden.worker import Pool
from tests import factories
from tests.core.test_damaged_queue import ask, ends, pool, rt
from tests.support.database import admin_dsn
from tests.support.waiting import soon

__all__ = ["pool", "rt"]


async def test_a_wake_up_leaves_the_queue_when_its_job_begins(
    rt: Runtime, pool: Pool, redis: Redis, servers: EmbeddedServers, database: str
) -> None:
    org_id, _ = await factories.make_organization(rt)
    admin = await asyncpg.connect(admin_dsn(servers, database))

    async def begun_and_gone() -> bool:
        begun = await admin.fetchval("SELECT count(*) FROM jobs WHERE org_id = $1 AND state = 'leased'", org_id)
        return bool(begun) and not await redis.zcard(QUEUES["fast"])

    async with admin.transaction():
        await admin.execute("LOCK TABLE connections IN ACCESS EXCLUSIVE MODE")  # so that the job cannot end
        key = await ask(rt, org_id)
        assert await soon(begun_and_gone)
    await admin.close()
    assert await ends(rt, org_id, key)
    assert not pool.relay.direct_mode
