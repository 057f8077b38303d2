import pytest

from mailwarden.core.roles import Role
from mailwarden.core.runtime import Runtime
from mailwarden.embedded import EmbeddedServers
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
