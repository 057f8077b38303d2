import pytest_asyncio

from mailwarden.core.runtime import Runtime
from tests.accounts.steps import prove_address
from tests.conftest import NewClient
from tests.connections.conftest import quiet_journal  # noqa: F401 - a fixture
from tests.support.browser import Browser, sign_up
from tests.support.jobs import drain


@pytest_asyncio.fixture(loop_scope="session")
async def owner(runtime: Runtime, new_client: NewClient) -> Browser:
    """With a proved address; the mail of their sign-up has left before anything is told."""
    browser = await sign_up(new_client(), "owner@example.com")
    await drain(runtime)
    await prove_address(runtime, browser)
    return browser
