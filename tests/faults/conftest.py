from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from mailwarden.embedded import EmbeddedServers
from tests.support.sandbox import Sandbox
from tests.support.world import World
from tests.support.world_fixtures import fresh_world, sandbox

__all__ = ["sandbox"]

# A call that hangs costs real seconds, whatever the clock says.
DEADLINES = {"refresh_deadline_s": 1.5, "api_deadline_s": 2.0}


@pytest_asyncio.fixture(loop_scope="session")
async def world(servers: EmbeddedServers, sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[World]:
    async with fresh_world(servers, sandbox, tmp_path, **DEADLINES) as opened:
        yield opened
