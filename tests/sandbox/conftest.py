from collections.abc import AsyncIterator

import httpx
import pytest

from mailwarden_sandbox.app import Sandbox, create_sandbox
from mailwarden_sandbox.config import SandboxConfig
from tests.sandbox.steps import Control, Wall


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def sandbox(wall: Wall) -> Sandbox:
    return create_sandbox(SandboxConfig(seed=7, accounts=2, campaigns=250, wall=wall))


@pytest.fixture
async def http(sandbox: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(sandbox)
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox.test") as client:
        yield client


@pytest.fixture
def control(http: httpx.AsyncClient) -> Control:
    return Control(http)
