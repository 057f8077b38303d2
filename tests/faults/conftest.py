from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from mailwarden.embedded import EmbeddedServers
from tests.support.database import fresh_database
from tests.support.sandbox import Sandbox, running_sandbox
from tests.support.world import World, open_world

# A call that hangs costs real seconds, whatever the clock says.
DEADLINES = {"refresh_deadline_s": 1.5, "api_deadline_s": 2.0}


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as started:
        yield started


@pytest_asyncio.fixture(loop_scope="session")
async def world(servers: EmbeddedServers, sandbox: Sandbox, worker_id: str, tmp_path: Path) -> AsyncIterator[World]:
    """Empty: no organization, no account."""
    sandbox.reset()
    with fresh_database(servers, f"faults_{worker_id}") as database:
        async with open_world(servers, database, tmp_path, sandbox, **DEADLINES) as opened:
            yield opened
