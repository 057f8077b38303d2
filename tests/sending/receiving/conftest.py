from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from mailwarden.core.runtime import Runtime
from mailwarden.sending.receiving.effects import register_effect, unregister_effect
from tests.conftest import MakeConnection
from tests.sending.receiving.steps import Desk
from tests.sending.receiving.written import ME
from tests.support.world_fixtures import sandbox, world  # noqa: F401


@pytest_asyncio.fixture(loop_scope="session")
async def desk(runtime: Runtime, make_connection: MakeConnection) -> AsyncIterator[Desk]:
    desk = Desk(runtime, await make_connection(provider="google", account_label=ME))
    register_effect(desk.listen)
    yield desk
    unregister_effect(desk.listen)


@pytest.fixture
def new_connection(make_connection: MakeConnection) -> MakeConnection:
    return make_connection
