import pytest
from redis.asyncio import Redis

from mailwarden.core.roles import Role
from mailwarden.core.runtime import Runtime
from mailwarden.embedded import EmbeddedServers
from mailwarden.settings import RedisSettings, Settings
from tests.core.support import Bench


@pytest.fixture
def bench(runtime: Runtime) -> Bench:
    return Bench(runtime)


@pytest.fixture
def database_url(servers: EmbeddedServers, database: str) -> str:
    """As the app's role."""
    return servers.database_url(Role.APP, database)


@pytest.fixture
def owner_url(servers: EmbeddedServers, database: str) -> str:
    """As the owner of the schema, whom row-level security does not bind."""
    return servers.database_url(Role.OWNER, database)


@pytest.fixture
def with_redis(redis: Redis, servers: EmbeddedServers, settings: Settings) -> Settings:
    """Of a worker, with the Redis of this test."""
    number = redis.connection_pool.connection_kwargs["db"]
    url = f"{servers.redis_url}{'&' if '?' in servers.redis_url else '?'}db={number}"
    return settings.model_copy(update={"redis": RedisSettings(url=url)})
