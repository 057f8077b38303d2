import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from hypothesis import settings as hypothesis_settings
from redis.asyncio import Redis

from mailwarden.compose import feature_config, keyring, make_redis
from mailwarden.connections.models import Connection
from mailwarden.core.clock import DatabaseClock
from mailwarden.core.db import make_engine, make_sessions
from mailwarden.core.mail import FileMailer
from mailwarden.core.paging import Cursors
from mailwarden.core.roles import Role
from mailwarden.core.runtime import Runtime
from mailwarden.deliverability.dns.memory import MemoryResolver
from mailwarden.embedded import EmbeddedServers
from mailwarden.main import create_app
from mailwarden.providers.budget import Unlimited
from mailwarden.settings import Settings
from tests import factories
from tests.support.browser import Browser, sign_up
from tests.support.database import admin_dsn, empty, fresh_database, test_servers
from tests.support.replies import Replies
from tests.support.time import TimeMachine

# How long one example takes says how busy the machine is, not whether it is right.
hypothesis_settings.register_profile("patient", parent=hypothesis_settings(), deadline=None)
hypothesis_settings.load_profile("patient")

REDIS_DATABASES = 16


@pytest.fixture(scope="session")
def servers() -> Iterator[EmbeddedServers]:
    with test_servers() as started:
        yield started


@pytest.fixture(scope="session")
def database(servers: EmbeddedServers, worker_id: str) -> Iterator[str]:
    with fresh_database(servers, worker_id) as name:
        yield name


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Real providers' addresses; tests that meet the sandbox replace the bases."""
    clients = {"client_id": "our-client", "client_secret": "our-secret"}
    return Settings(
        _env_file=None,
        environment="test",
        data_dir=tmp_path,
        providers={"hubspot": clients, "klaviyo": clients},
    )


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def engines(servers: EmbeddedServers, database: str) -> AsyncIterator[tuple[Any, Any]]:
    app = make_engine(
        servers.database_url(Role.APP, database), pool_size=20, statement_timeout_ms=30_000, application="test"
    )
    system = make_engine(
        servers.database_url(Role.SYSTEM, database), pool_size=10, statement_timeout_ms=30_000, application="test"
    )
    yield app, system
    await app.dispose()
    await system.dispose()


@pytest_asyncio.fixture(loop_scope="session")
async def redis(servers: EmbeddedServers, worker_id: str) -> AsyncIterator[Redis]:
    number = int(worker_id.removeprefix("gw") or 0) if worker_id != "master" else REDIS_DATABASES - 1
    client = make_redis(
        f"{servers.redis_url}?db={number % REDIS_DATABASES}"
        if "?" not in servers.redis_url
        else f"{servers.redis_url}&db={number % REDIS_DATABASES}"
    )
    await client.flushdb()
    yield client
    await client.aclose()


@pytest.fixture
def replies() -> Replies:
    return Replies()


@pytest_asyncio.fixture(loop_scope="session")
async def runtime(
    engines: tuple[Any, Any],
    redis: Redis,
    replies: Replies,
    settings: Settings,
    servers: EmbeddedServers,
    database: str,
    tmp_path: Path,
) -> AsyncIterator[Runtime]:
    """The real thing down to the database; only the providers' answers are the test's."""
    app, system = engines
    clock = DatabaseClock(app)
    await clock.measure()
    keys = keyring(settings)
    async with httpx.AsyncClient(transport=httpx.MockTransport(replies.answer)) as http:
        yield Runtime(
            sessions=make_sessions(app),
            system=make_sessions(system),
            redis=redis,
            http=http,
            clock=clock,
            keys=keys,
            cursors=Cursors(keys.lookup),
            mailer=FileMailer(tmp_path / "mail"),
            budget=Unlimited(),
            rng=random.Random(7),
            config=replace(feature_config(settings), cookie_secure=False),
            resolver=MemoryResolver(),
        )
    await empty(admin_dsn(servers, database))


@pytest.fixture
def time_machine(runtime: Runtime, servers: EmbeddedServers, database: str) -> TimeMachine:
    assert isinstance(runtime.clock, DatabaseClock)
    return TimeMachine(admin_dsn(servers, database), runtime.clock)


NewClient = Callable[[], httpx.AsyncClient]


@pytest_asyncio.fixture(loop_scope="session")
async def new_client(runtime: Runtime) -> AsyncIterator[NewClient]:
    """A browser that is not signed in; each call is another one."""
    app = create_app(runtime)
    opened: list[httpx.AsyncClient] = []

    def open_client() -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        client = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000")
        opened.append(client)
        return client

    yield open_client
    for client in opened:
        await client.aclose()


@pytest_asyncio.fixture(loop_scope="session")
async def owner(new_client: NewClient) -> Browser:
    """The owner of a new organization, signed in."""
    return await sign_up(new_client(), "owner@example.com")


MakeConnection = Callable[..., Awaitable[Connection]]


@pytest.fixture
def make_connection(runtime: Runtime, owner: Browser) -> MakeConnection:
    """A connection of the ``owner``'s organization; keyword arguments set its columns."""

    async def make(**over: Any) -> Connection:
        return await factories.make_connection(runtime, over.pop("org_id", owner.org_id), **over)

    return make
