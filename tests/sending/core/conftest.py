"""One product and one sandbox for all tests of a module: each test has an organization and accounts of its own."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from mailwarden.embedded import EmbeddedServers
from tests.support.sandbox import Sandbox
from tests.support.world import World
from tests.support.world_fixtures import fresh_world, sandbox

__all__ = ["sandbox"]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(
    servers: EmbeddedServers, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    async with fresh_world(servers, sandbox, tmp_path_factory.mktemp("world")) as opened:
        yield opened
