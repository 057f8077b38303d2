"""Row D3: whoever uses up the connections of a process, a provider's event and a token refresh still find one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import text

from mailwarden.compose import open_runtime
from mailwarden.connections.refresh import Result
from mailwarden.core.db import make_engine, make_sessions, unit_of_work
from mailwarden.core.roles import Role
from mailwarden.core.runtime import Runtime
from mailwarden.embedded.servers import EmbeddedServers
from mailwarden.hooks.receive import close_desk
from mailwarden.main import create_app
from mailwarden.settings import DatabaseSettings, RedisSettings, Settings
from tests.conftest import MakeConnection
from tests.connections.fakes import TOKEN, granted
from tests.connections.token_steps import DUE, refresh
from tests.hooks.conftest import OURS
from tests.hooks.steps import Hooks
from tests.support.replies import Replies
from tests.support.time import TimeMachine

POOL = 2
EVENTS = 30


@asynccontextmanager
async def all_taken(rt: Runtime) -> AsyncIterator[None]:
    """Every ordinary connection of this process is in the middle of something."""
    async with AsyncExitStack() as held:
        for _ in range(POOL):
            tx = await held.enter_async_context(unit_of_work(rt.sessions))
            await tx.session.execute(text("SELECT 1"))
        yield


@pytest.fixture
def small(servers: EmbeddedServers, database: str, tmp_path: Path) -> Settings:
    dsns = {"url": servers.dsn(Role.APP, database), "system_url": servers.dsn(Role.SYSTEM, database)}
    where = DatabaseSettings.model_validate(dsns | {"pool_size": POOL})
    redis = RedisSettings(url=SecretStr(servers.redis_url))
    return Settings(_env_file=None, environment="test", database=where, redis=redis, data_dir=tmp_path)


async def test_events_are_taken_while_the_api_has_no_connection_left(
    runtime: Runtime, small: Settings, time_machine: TimeMachine
) -> None:
    async with open_runtime(small, application="test-reserved") as opened:
        rt = replace(opened, config=replace(opened.config, providers={"hubspot": OURS}))
        app = create_app(rt)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=rt.config.base_url) as http:
            hooks = Hooks(rt, app, http, time_machine)
            async with all_taken(rt):
                given = {"email": "a@example.com", "password": "x" * 12}
                person = asyncio.create_task(http.post("/v1/auth/sign-in", json=given))
                told = await asyncio.gather(*(hooks.send(hooks.hubspot(hooks.item(one))) for one in range(EVENTS)))
                assert (await person).status_code == 503
                assert set(told) == {204}
                assert await hooks.send(hooks.hubspot(hooks.item(99), secret="forged")) == 401
            assert await hooks.rows() == (EVENTS, EVENTS)
            assert await hooks.refused() == {("hubspot", "signature"): 1}
        await close_desk(app)


async def test_a_token_is_refreshed_while_the_worker_has_no_connection_left(
    runtime: Runtime,
    make_connection: MakeConnection,
    replies: Replies,
    time_machine: TimeMachine,
    servers: EmbeddedServers,
    database: str,
) -> None:
    replies[TOKEN] = granted()
    row = await make_connection()
    await time_machine.advance(DUE)
    url = servers.database_url(Role.APP, database)
    engine = make_engine(url, pool_size=POOL, statement_timeout_ms=1000, application="test", pool_timeout_s=1)
    rt = replace(runtime, sessions=make_sessions(engine), reserved=runtime.sessions)
    async with all_taken(rt):
        assert (await refresh(rt, row)).result is Result.REFRESHED
    await engine.dispose()
