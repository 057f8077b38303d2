"""From what happens at the provider to what a member sees: the sandbox pushes over a socket, the product acts."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from mailwarden.embedded import EmbeddedServers
from tests.hooks.reached import Reached, reachable
from tests.support.sandbox import Sandbox
from tests.support.world import Linked
from tests.support.world_fixtures import fresh_world, sandbox

__all__ = ["sandbox"]


@pytest_asyncio.fixture(loop_scope="session")
async def reached(servers: EmbeddedServers, sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[Reached]:
    async with fresh_world(servers, sandbox, tmp_path, refresh_deadline_s=5) as world, reachable(world) as made:
        yield made


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
