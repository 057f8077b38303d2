"""The receivers of the whole product in this process, and connections that are told of; no provider is asked."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import httpx

from mailwarden.connections.models import Connection
from mailwarden.core.clock import DatabaseClock
from mailwarden.hooks.receive import close_desk
from mailwarden.hooks.words import PROCESS
from mailwarden.main import create_app
from tests import factories
from tests.hooks.steps import Hooks
from tests.reliability.live import living
from tests.reliability.row import Ground
from tests.support.time import TimeMachine
from tests.support.world import World

PUSHER = "push@project.example.test"
WAITING = "SELECT id FROM jobs WHERE kind = $1 AND state = 'ready' AND due_at <= app_now()"


@dataclass
class Door:
    world: World
    hooks: Hooks
    org_id: UUID

    async def connection(self, provider: str, external_id: str) -> Connection:
        return await factories.make_connection(self.hooks.rt, self.org_id, provider=provider, external_id=external_id)

    async def handle(self) -> None:
        """Everything that waits, and nothing that would ask a provider."""
        while rows := await self.world.admin.fetch(WAITING, PROCESS):
            for row in rows:
                await self.world.runner.run(row["id"])

    async def ask(self, query: str, *arguments: Any) -> Any:
        return await self.world.admin.fetchval(query, *arguments)


@asynccontextmanager
async def door(ground: Ground, row: str) -> AsyncIterator[Door]:
    async with living(ground, row) as world:
        config = world.runtime.config
        google = replace(config.providers["google"], push_account=PUSHER)
        rt = replace(world.runtime, config=replace(config, providers={**config.providers, "google": google}))
        assert isinstance(rt.clock, DatabaseClock)
        app = create_app(rt)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=rt.config.base_url) as http:
            org_id, _ = await factories.make_organization(rt)
            yield Door(world, Hooks(rt, app, http, TimeMachine(world.dsn, rt.clock)), org_id)
        await close_desk(app)
