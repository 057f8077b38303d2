from collections.abc import AsyncIterator

import httpx
import pytest_asyncio

from mailwarden.core.roles import Role
from mailwarden.core.runtime import Runtime
from mailwarden.embedded import EmbeddedServers
from tests.isolation.street import Street, open_street
from tests.support.browser import Browser
from tests.support.replies import Replies


@pytest_asyncio.fixture(loop_scope="session")
async def street(
    runtime: Runtime, owner: Browser, replies: Replies, servers: EmbeddedServers, database: str
) -> AsyncIterator[Street]:
    replies["POST /oauth/2026-09/token"] = httpx.Response(400, json={"status": "BAD_REFRESH_TOKEN"})
    replies["GET /account-info/2026-09/details"] = httpx.Response(401)
    async with open_street(runtime, owner, servers.database_url(Role.OWNER, database)) as opened:
        yield opened
