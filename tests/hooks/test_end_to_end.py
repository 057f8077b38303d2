"""From what happens at the provider to what a member sees: the sandbox pushes over a socket, the product acts."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import pytest_asyncio

from mailwarden.embedded import EmbeddedServers
from mailwarden.hooks.receive import close_desk
from mailwarden.main import create_app
from mailwarden.worker import make_runner
from tests.support.database import fresh_database
from tests.support.listening import address_of, free_socket, listening
from tests.support.sandbox import Sandbox, running_sandbox
from tests.support.world import Linked, World, open_world

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


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as started:
        yield started


@pytest_asyncio.fixture(loop_scope="session")
async def reached(servers: EmbeddedServers, sandbox: Sandbox, worker_id: str, tmp_path: Path) -> AsyncIterator[Reached]:
    sandbox.reset()
    listener = free_socket()
    with fresh_database(servers, f"hooks_{worker_id}") as database:
        async with open_world(servers, database, tmp_path, sandbox, refresh_deadline_s=5) as world:
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
    world.runtime = replace(world.runtime, config=replace(config, base_url=url, providers=known))
    world.app, world.runner = create_app(world.runtime), make_runner(world.runtime)


async def _register(reached: Reached) -> None:
    url, client = reached.url, reached.world.runtime.config.providers["google"].client_id
    await reached.ask("PUT", "/google/risc", {"client_id": client, "url": f"{url}/hooks/google"})
    address = f"{url}/hooks/google/pubsub"
    await reached.ask("PUT", "/google/pubsub", {"topic": TOPIC, "url": address, "audience": address, "sender": PUSHER})


@pytest.mark.parametrize(
    ("fault", "cause"),
    [("revoke", "access_revoked"), ("disable_account", "account_disabled"), ("change_password", "access_revoked")],
)
async def test_what_google_tells_is_a_verdict_within_a_minute(reached: Reached, fault: str, cause: str):
    linked, bystander = await reached.connected("google"), await reached.connected("google")
    await reached.live(60)
    assert (await reached.status(linked))[0] == "connected"
    await reached.fault("google", linked.account, fault)
    await reached.live(60)
    assert await reached.status(linked) == ("inactive", cause)
    assert (await reached.status(bystander))[0] == "connected"
    assert "suspicion" in {one["outcome"] for one in await reached.log(linked)}
    assert "suspicion" not in {one["outcome"] for one in await reached.log(bystander)}


async def test_forged_dropped_doubled_and_reordered_pushes(reached: Reached):
    """Forged ones are turned away, doubled ones count once, and what never comes is found by asking."""
    linked = await reached.connected("google")
    await reached.live(30)
    for kind in ("forge_webhooks", "duplicate_webhooks", "reorder_webhooks"):
        await reached.fault("google", None, kind)
    for _ in range(3):
        await reached.ask("POST", f"/google/accounts/{linked.account}/events", {
            "event": "verification", "client_id": reached.world.runtime.config.providers["google"].client_id,
        })  # fmt: skip
    await reached.live(10)
    sent = await reached.deliveries("google")
    assert {one["attempts"][-1]["status"] for one in sent if one["forged"]} == {400}
    real = [one["attempts"][-1]["status"] for one in sent if not one["forged"] and one["attempts"]]
    assert set(real) <= {202, 204}
    assert (await reached.status(linked))[0] == "connected"


async def test_a_dropped_signal_is_found_by_asking(reached: Reached):
    linked = await reached.connected("google")
    await reached.fault("google", None, "drop_webhooks")
    await reached.fault("google", linked.account, "revoke")
    await reached.live(16 * 60, step=15)
    assert (await reached.status(linked))[0] == "inactive"
    assert [one for one in await reached.log(linked) if one["outcome"] == "suspicion"] == []


async def test_keaps_hooks_are_made_checked_and_become_hints(reached: Reached):
    linked = await reached.connected("keap")
    await reached.live(90)
    hooks = await reached.ask("GET", "/requests", provider="keap", path="/hooks")
    assert sum(one["method"] == "POST" for one in hooks["requests"]) >= 4
    assert await _subscriptions(reached, linked) == {"active"}


async def test_a_new_mail_at_google_is_pushed_and_is_a_look(reached: Reached):
    linked = await reached.connected("google")
    await reached.live(30)
    assert await _subscriptions(reached, linked) == {"active"}
    assert [one for one in await reached.log(linked) if one["topic"] == "mailbox"]


async def _subscriptions(reached: Reached, linked: Linked) -> set[str]:
    rows = await reached.world.admin.fetch("SELECT status FROM hook_subscriptions WHERE connection_id = $1", linked.id)
    return {row["status"] for row in rows}
