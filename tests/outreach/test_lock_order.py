"""A mailbox asks for its connection before it holds a campaign: whoever holds the one may always have the other."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio

from mailwarden.embedded import EmbeddedServers
from tests.outreach.test_over_sandbox import begin, open_mailbox
from tests.support.sandbox import Sandbox
from tests.support.waiting import BLOCKED
from tests.support.world import World
from tests.support.world_fixtures import fresh_world, sandbox

__all__ = ["sandbox"]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(
    servers: EmbeddedServers, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    async with fresh_world(servers, sandbox, tmp_path_factory.mktemp("world")) as opened:
        yield opened


async def test_a_mailbox_that_waits_for_its_connection_holds_no_campaign(world: World) -> None:
    box = await open_mailbox(world, await world.sign_up(), "google")
    await box.work()
    await begin(world, [box], ["ada@else.test"])
    other, third = await asyncpg.connect(world.dsn), await asyncpg.connect(world.dsn)
    try:
        async with other.transaction():
            await other.execute("SELECT 1 FROM connections WHERE id = $1 FOR UPDATE", box.linked.id)
            sending = asyncio.create_task(box.work())
            async with asyncio.timeout(20):
                while not await third.fetchval(BLOCKED):  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
            await other.execute("SELECT 1 FROM outreach_campaigns FOR UPDATE NOWAIT")
        await sending
    finally:
        await other.close()
        await third.close()
    assert len(box.sent()) == 1
