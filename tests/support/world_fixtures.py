"""For modules that want a whole product at a sandbox of their own: import both fixtures."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from mailwarden.embedded import EmbeddedServers
from tests.support.database import fresh_database
from tests.support.sandbox import Sandbox, running_sandbox
from tests.support.world import World, open_world


@asynccontextmanager
async def fresh_world(servers: EmbeddedServers, sandbox: Sandbox, folder: Path, **timing: Any) -> AsyncIterator[World]:
    """Empty: no organization, no account."""
    sandbox.reset()
    with fresh_database(servers, "world") as database:
        async with open_world(servers, database, folder, sandbox, **timing) as opened:
            yield opened


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as started:
        yield started


@pytest_asyncio.fixture(loop_scope="session")
async def world(servers: EmbeddedServers, sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[World]:
    async with fresh_world(servers, sandbox, tmp_path) as opened:
        yield opened
