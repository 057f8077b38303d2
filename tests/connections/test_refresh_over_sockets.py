"""Several processes, real sockets, a provider that rotates strictly: one POST per rotation, and no grant is lost."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from mailwarden.embedded import EmbeddedServers
from mailwarden.settings import Settings
from tests.support.database import fresh_database
from tests.support.sandbox import Sandbox
from tests.support.world import Linked, World, open_world, world_settings
from tests.support.world_fixtures import sandbox

__all__ = ["sandbox"]

pytestmark = pytest.mark.timeout(180)
PROCESSES, CALLERS = 3, 20
STATE = """
SELECT c.status, k.version FROM connections c JOIN credentials k ON k.connection_id = c.id WHERE c.id = $1
"""


@pytest_asyncio.fixture(loop_scope="session")
async def world(
    servers: EmbeddedServers, sandbox: Sandbox, worker_id: str, tmp_path: Path
) -> AsyncIterator[tuple[World, Settings]]:
    sandbox.reset()
    with fresh_database(servers, f"refresh_{worker_id}") as database:
        settings = world_settings(servers, database, tmp_path, sandbox)
        async with open_world(servers, database, tmp_path, sandbox) as opened:
            yield opened, settings


def as_json(world: World, settings: Settings) -> str:
    """With the secrets, and our app as the world registered it."""

    def plain(value: Any) -> Any:
        return value.get_secret_value() if hasattr(value, "get_secret_value") else str(value)

    told = json.loads(json.dumps(settings.model_dump(), default=plain))
    for name, ours in world.runtime.config.providers.items():
        told["providers"][name]["client_id"] = ours.client_id
    return json.dumps(told)


async def ask(world: World, settings: Settings, link: Linked, callers: int, *more: str) -> tuple[int, str]:
    """(exit status, the distinct tokens) of a process of its own."""
    command = [sys.executable, "-m", "tests.connections.refresher", as_json(world, settings)]
    command += [str(link.browser.org_id), str(link.id), link.provider, str(callers), *more]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await process.communicate()
    assert process.returncode in (0, -9), err.decode()[-2000:]
    return process.returncode or 0, out.decode()


async def linked(world: World, provider: str) -> Linked:
    account = await asyncio.to_thread(world.sandbox.make_account, provider, campaigns=1)
    await asyncio.to_thread(lambda: world.sandbox.behave(provider, account, rotation="strict"))
    return await world.connect(await world.sign_up(), provider, account)


def posts(world: World, link: Linked) -> int:
    calls = world.sandbox.new_requests()
    return sum(call["grant_type"] == "refresh_token" and call["account"] == link.account for call in calls)


LIFE_S = {"hubspot": 3600, "klaviyo": 3600, "keap": 86_400}


@pytest.mark.parametrize("provider", LIFE_S)
async def test_many_processes_at_once_make_one_post_per_rotation(world: tuple[World, Settings], provider: str) -> None:
    here, settings = world
    link = await linked(here, provider)
    await here.advance(LIFE_S[provider])
    await asyncio.to_thread(posts, here, link)
    answers = await asyncio.gather(*(ask(here, settings, link, CALLERS) for _ in range(PROCESSES)))
    assert len({tokens for _, tokens in answers}) == 1
    assert await asyncio.to_thread(posts, here, link) == 1
    assert (await here.admin.fetchrow(STATE, link.id))["version"] == 2


@pytest.mark.parametrize("provider", ["klaviyo", "keap"])
async def test_a_process_killed_between_answer_and_commit_loses_nothing(
    world: tuple[World, Settings], provider: str
) -> None:
    here, settings = world
    link = await linked(here, provider)
    await here.advance(LIFE_S[provider])
    status, _ = await ask(here, settings, link, 1, "die-before-commit")
    assert status == -9
    assert (await here.admin.fetchrow(STATE, link.id))["version"] == 1

    await here.run_for(120)
    after = await here.admin.fetchrow(STATE, link.id)
    assert (after["status"], after["version"]) == ("connected", 2)
    assert await asyncio.to_thread(posts, here, link) == 1

    await here.advance(LIFE_S[provider])
    await here.run_for(60)
    after = await here.admin.fetchrow(STATE, link.id)
    assert (after["status"], after["version"]) == ("connected", 3)
    history = await here.admin.fetch("SELECT to_status FROM transitions WHERE connection_id = $1", link.id)
    assert [row["to_status"] for row in history] == ["connected"]


async def test_a_process_killed_while_it_waits_costs_a_fixed_grant_nothing(world: tuple[World, Settings]) -> None:
    here, settings = world
    link = await linked(here, "hubspot")
    await asyncio.to_thread(lambda: here.sandbox.behave("hubspot", link.account, rotation="fixed"))
    await asyncio.to_thread(lambda: here.sandbox.fault("hubspot", link.account, "slow", ms=8000, scope="token"))
    await here.advance(1800)
    command = [sys.executable, "-m", "tests.connections.refresher", as_json(here, settings)]
    command += [str(link.browser.org_id), str(link.id), link.provider, "1"]
    process = await asyncio.create_subprocess_exec(*command)
    await _until_claimed(here, link)
    process.kill()
    assert await process.wait() == -9

    await asyncio.to_thread(here.sandbox.lift, "hubspot", link.account)
    await here.advance(46)  # past the lease, for which others would wait in real time
    await here.run_for(30)
    after = await here.admin.fetchrow(STATE, link.id)
    assert (after["status"], after["version"]) == ("connected", 2)


async def _until_claimed(world: World, link: Linked) -> None:
    held = "SELECT lease_until > app_now() FROM credentials WHERE connection_id = $1"
    for _ in range(400):
        if await world.admin.fetchval(held, link.id):
            await asyncio.sleep(0.5)
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the refresh never began")
