import random
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from mailwarden.core.http import build_http
from mailwarden.providers.app import ProviderApp
from mailwarden.providers.budget import Unlimited
from mailwarden.providers.catalog import load
from mailwarden.providers.settings import ProviderSettings
from tests.providers.over_sockets.linked import IDENTITY, Linked, connect
from tests.providers.support import Naps
from tests.support.sandbox import Sandbox, running_sandbox

PATIENCE_S = 20  # no answer is that late, however busy the machine; who tests a deadline sets his own


@pytest.fixture(scope="package")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    folder = tmp_path_factory.mktemp("sandbox")
    with running_sandbox(folder, options=["--no-quotas"]) as started:
        yield started


@pytest.fixture(autouse=True)
def today(sandbox: Sandbox) -> Iterator[None]:
    """A test that moved the provider's clock leaves it as it was for the next one."""
    yield
    sandbox.ask("POST", "/clock", {"offset_s": 0})


@pytest.fixture(params=sorted(IDENTITY))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with build_http() as client:
        yield client


@pytest.fixture
def app(sandbox: Sandbox, http: httpx.AsyncClient, name: str) -> ProviderApp:
    base = f"{sandbox.url}/{name}"
    client = sandbox.register_client(name)
    settings = ProviderSettings(
        client, "our-secret", base, base, oauth_deadline_s=PATIENCE_S, api_deadline_s=PATIENCE_S
    )
    return ProviderApp(load()[name], settings, http, Unlimited(), sleep=Naps(), rng=random.Random(3))


@pytest.fixture
async def linked(sandbox: Sandbox, app: ProviderApp) -> Linked:
    return await connect(sandbox, app)
