"""A whole product that the sandbox can call, and Google's pushes set up."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from mailwarden.hooks.receive import close_desk
from mailwarden.main import create_app
from mailwarden.worker import make_runner
from tests.support.listening import address_of, free_socket, listening
from tests.support.world import Linked, World

TOPIC = "projects/ours/topics/mail"
PUSHER = "mail-push@sandbox-project.iam.gserviceaccount.com"


@dataclass
class Reached:
    """A product that the sandbox can call."""

    world: World
    url: str

    async def ask(self, method: str, place: str, body: Any = None, **params: Any) -> Any:
        query = f"?{urlencode(params)}" if params else ""
        return await asyncio.to_thread(self.world.sandbox.ask, method, place + query, body)

    async def fault(self, provider: str, account: str | None, kind: str, **fields: Any) -> None:
        await asyncio.to_thread(self.world.sandbox.fault, provider, account, kind, **fields)

    async def flush(self) -> None:
        await self.ask("POST", "/webhooks/flush")

    async def connected(self, provider: str) -> Linked:
        name = await asyncio.to_thread(self.world.sandbox.make_account, provider)
        linked = await self.world.connect(await self.world.sign_up(), provider, name)
        await self.world.drain()
        return linked

    async def live(self, seconds: float, step: float = 5) -> None:
        for _ in range(max(1, round(seconds / step))):
            await self.world.drain()
            await self.flush()
            await self.world.drain()
            await self.world.advance(step)
        await self.world.drain()

    async def status(self, linked: Linked) -> tuple[str, str | None]:
        seen = await self.world.admin.fetchrow("SELECT status, cause FROM connections WHERE id = $1", linked.id)
        return seen["status"], seen["cause"]

    async def log(self, linked: Linked) -> list[dict[str, Any]]:
        data: list[dict[str, Any]] = (await linked.browser.get("/v1/diagnostics/webhooks")).json()["data"]
        return data

    async def deliveries(self, provider: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.ask("GET", "/webhooks/deliveries", provider=provider))["deliveries"]
        return found


@asynccontextmanager
async def reachable(world: World) -> AsyncIterator[Reached]:
    listener = free_socket()
    _at(world, address_of(listener))
    reached = Reached(world, address_of(listener))
    async with listening(world.app, listener):
        await _register(reached)
        yield reached
    await close_desk(world.app)


def _at(world: World, url: str) -> None:
    """The same product with the address that it can be reached by, and Google's pushes set up."""
    config = world.runtime.config
    known = dict(config.providers)
    known["google"] = replace(known["google"], push_account=PUSHER, push_topic=TOPIC)
    world.runtime = replace(world.runtime, config=replace(config, base_url=url, tracking_url=url, providers=known))
    world.app, world.runner = create_app(world.runtime), make_runner(world.runtime)


async def _register(reached: Reached) -> None:
    url, client = reached.url, reached.world.runtime.config.providers["google"].client_id
    await reached.ask("PUT", "/google/risc", {"client_id": client, "url": f"{url}/hooks/google"})
    address = f"{url}/hooks/google/pubsub"
    await reached.ask("PUT", "/google/pubsub", {"topic": TOPIC, "url": address, "audience": address, "sender": PUSHER})
