"""kill -9 of the process that carries a request out: whoever asks again with the same key finds one effect."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from mailwarden.accounts.access_models import ApiKey
from mailwarden.core.db import unit_of_work
from mailwarden.core.roles import Role
from mailwarden.core.runtime import Runtime
from mailwarden.embedded import EmbeddedServers
from mailwarden.organizations.models import Invitation
from mailwarden.settings import Settings
from mailwarden.support.models import SupportRequest
from tests.accounts.steps import mails
from tests.support.browser import Browser

KILLED = -9
KEY = {"Idempotency-Key": "5c1f0d0e-one"}
CASES: dict[str, tuple[Any, dict[str, Any]]] = {
    "/v1/api-keys": (ApiKey, {"name": "Once", "scopes": ["data:read"]}),
    "/v1/invitations": (Invitation, {"email": "kim@example.com", "role": "member"}),
    "/v1/support/requests": (SupportRequest, {"description": "The figures of yesterday are gone."}),
}


@asynccontextmanager
async def dying_api(servers: EmbeddedServers, database: str, settings: Settings, moment: str) -> AsyncIterator[str]:
    """Its address; it must be dead, by the signal, at the end."""
    told = {
        "environment": "test",
        "data_dir": str(settings.data_dir),
        "database": {"url": servers.dsn(Role.APP, database), "system_url": servers.dsn(Role.SYSTEM, database)},
        "redis": {"url": servers.redis_url},
    }
    command = [sys.executable, "-m", "tests.core.idempotency.dying_api", json.dumps(told), moment]
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE)
    assert process.stdout is not None
    try:
        port = (await asyncio.wait_for(process.stdout.readline(), 60)).decode().strip()
        assert port, (await process.communicate())[1].decode()[-2000:]
        yield f"http://127.0.0.1:{port}"
        assert await asyncio.wait_for(process.wait(), 20) == KILLED
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def count(rt: Runtime, browser: Browser, model: Any) -> int:
    async with unit_of_work(rt.sessions, browser.org_id) as tx:
        mine = select(func.count()).select_from(model).where(model.org_id == browser.org_id)
        return await tx.session.scalar(mine) or 0


@pytest.mark.parametrize("path", CASES)
@pytest.mark.parametrize(("moment", "done"), [("before", 0), ("after", 1)])
async def test_a_killed_request_is_done_once(
    runtime: Runtime,
    owner: Browser,
    servers: EmbeddedServers,
    database: str,
    settings: Settings,
    path: str,
    moment: str,
    done: int,
) -> None:
    """``done``: how often its effect is there when nobody has asked again yet."""
    model, body = CASES[path]
    async with dying_api(servers, database, settings, moment) as url:
        headers = KEY | {"x-csrf": owner.http.headers["x-csrf"]}
        async with httpx.AsyncClient(base_url=url, cookies=owner.http.cookies, timeout=30) as http:
            with pytest.raises(httpx.RemoteProtocolError):
                await http.post(path, json=body, headers=headers)
    assert await count(runtime, owner, model) == done
    again = await owner.post(path, body, headers=KEY)
    assert (again.status_code, "idempotency-replayed" in again.headers) == (201, bool(done))
    assert (await owner.post(path, body, headers=KEY)).content == again.content
    assert await count(runtime, owner, model) == 1
    if path == "/v1/invitations":
        assert len(await mails(runtime, "kim@example.com")) == 1
