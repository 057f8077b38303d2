from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from mailwarden.core.roles import Role
from mailwarden.core.runtime import Runtime
from mailwarden.embedded import EmbeddedServers
from mailwarden.settings import Settings
from tests.isolation.street import PROVIDER, Street, open_street
from tests.support.browser import Browser
from tests.support.replies import Replies


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    clients = {"client_id": "our-client", "client_secret": "our-secret"}
    return Settings(
        _env_file=None, environment="test", data_dir=tmp_path, providers={"hubspot": clients, PROVIDER: clients}
    )


@pytest_asyncio.fixture(loop_scope="session")
async def street(
    runtime: Runtime, owner: Browser, replies: Replies, servers: EmbeddedServers, database: str
) -> AsyncIterator[Street]:
    replies["POST /oauth/2026-09/token"] = httpx.Response(400, json={"status": "BAD_REFRESH_TOKEN"})
    replies["POST /token"] = httpx.Response(400, json={"error": "invalid_grant"})
    replies["GET /crm/rest/v2/oauth/connect/userinfo"] = httpx.Response(401)
    async with open_street(runtime, owner, servers.database_url(Role.OWNER, database)) as opened:
        yield opened
