"""The API does what its description says, whatever it is sent. A long run: `python -m tests.api_fuzz --examples 50`."""

import asyncio
from pathlib import Path

import pytest

from mailwarden.embedded import EmbeddedServers
from tests.api_fuzz.ground import open_ground
from tests.api_fuzz.play import Player
from tests.support.sandbox import Sandbox
from tests.support.world_fixtures import sandbox

__all__ = ["sandbox"]

SEED = 7
MOST = 40  # kinds of failure that are told


@pytest.mark.timeout(300)
async def test_every_answer_is_one_of_the_description(
    servers: EmbeddedServers, sandbox: Sandbox, tmp_path: Path
) -> None:
    """No 5xx, no status that is not documented, no body of another shape."""
    async with open_ground(servers, sandbox, tmp_path) as ground:
        played = await asyncio.to_thread(Player(ground, 1, SEED).play)
        described = {one["operationId"] for item in ground.schema["paths"].values() for one in item.values()}
    assert {name for name, _ in played.cases} == described
    assert not played.failures, "\n\n".join(f"{name}: {told}" for name, told in list(played.failures.items())[:MOST])
