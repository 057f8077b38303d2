import pytest

from mailwarden.core.roles import Role
from mailwarden.embedded import EmbeddedServers


@pytest.fixture
def owner_url(servers: EmbeddedServers, database: str) -> str:
    """As the owner of the schema, whom row-level security does not bind."""
    return servers.database_url(Role.OWNER, database)
