from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from mailwarden.core.runtime import Billing, Runtime
from mailwarden.main import create_app
from mailwarden_sandbox.app import Sandbox, create_sandbox
from mailwarden_sandbox.config import SandboxConfig
from tests.accounts.steps import prove_address
from tests.billing.steps import Desk
from tests.support.browser import Browser, sign_up
from tests.support.time import TimeMachine

SECRET = "whsec_test"
BILLING = Billing(
    stripe_key="sk_test_key",
    webhook_secrets=(SECRET,),
    api_base="http://stripe.test/stripe",
    prices={plan: f"price_{plan}" for plan in ("starter", "team", "business")},
)


@pytest.fixture
def sandbox(runtime: Runtime) -> Sandbox:
    return create_sandbox(SandboxConfig(accounts=0, wall=runtime.clock.timestamp))


@pytest_asyncio.fixture(loop_scope="session")
async def paid(runtime: Runtime, sandbox: Sandbox) -> AsyncIterator[Runtime]:
    """The runtime of an instance where organizations pay; Stripe is the sandbox, by the same clock."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(sandbox)) as http:
        yield replace(runtime, http=http, config=replace(runtime.config, billing=BILLING))


@pytest_asyncio.fixture(loop_scope="session")
async def payer(paid: Runtime) -> AsyncIterator[Browser]:
    """The owner of an organization of that instance, in its trial; the address is proved."""
    transport = httpx.ASGITransport(create_app(paid), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as http:
        browser = await sign_up(http, "payer@example.com")
        await prove_address(paid, browser)
        yield browser


@pytest_asyncio.fixture(loop_scope="session")
async def desk(paid: Runtime, payer: Browser, sandbox: Sandbox, time_machine: TimeMachine, tmp_path: Path) -> Desk:
    desk = Desk(paid, payer, sandbox, time_machine, tmp_path / "mail")
    await desk.declare_endpoint(SECRET)
    return desk
