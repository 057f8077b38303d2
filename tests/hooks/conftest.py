from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
import pytest_asyncio

from mailwarden.core.runtime import Runtime
from mailwarden.hooks.receive import close_desk
from mailwarden.main import create_app
from mailwarden.providers.settings import ProviderSettings
from tests.hooks.steps import Hooks
from tests.support.replies import Replies
from tests.support.time import TimeMachine

OURS = ProviderSettings("our-client", "our-secret", push_account="push@project.example.test")


@pytest.fixture
def rt(runtime: Runtime) -> Runtime:
    """Every provider that pushes is set up here."""
    known = dict.fromkeys(("hubspot", "klaviyo", "keap", "google", "microsoft"), OURS)
    return replace(runtime, config=replace(runtime.config, providers={**known, **runtime.config.providers}))


@pytest_asyncio.fixture(loop_scope="session")
async def hooks(rt: Runtime, time_machine: TimeMachine, replies: Replies) -> AsyncIterator[Hooks]:
    app = create_app(rt)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=rt.config.base_url) as http:
        yield Hooks(rt, app, http, time_machine)
    await close_desk(app)
