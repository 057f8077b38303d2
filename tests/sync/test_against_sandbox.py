"""Whole syncs of all providers of figures over real sockets: what we hold equals what the sandbox says it holds."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from mailwarden.core.ids import format_id
from mailwarden.metrics.rules import COUNTS
from mailwarden.providers.catalog import load
from tests.support.sandbox import Sandbox, running_sandbox
from tests.support.world import PROVIDERS, Linked, World
from tests.support.world_fixtures import world

__all__ = ["world"]

CAMPAIGNS = 260
ALL_SENT_S = 15 * 86_400
"""After so long no campaign of a new sandbox is still planned, so none is sent at some hour of the test."""
OF_FIGURES = [name for name in PROVIDERS if "campaigns" in load()[name].capabilities]
DERIVED = {"keap": ("sent", "opened", "clicked")}
"""What can be counted where the provider states no figures."""


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with running_sandbox(tmp_path_factory.mktemp("sandbox"), campaigns=CAMPAIGNS) as started:
        yield started


async def log_of(linked: Linked) -> list[dict[str, Any]]:
    answer = await linked.browser.get(f"/v1/connections/{format_id('conn', linked.id)}/syncs")
    runs: list[dict[str, Any]] = answer.json()["data"]
    return runs


def settled(world: World) -> str:
    """Figures grow for a week after sending, with every move of the clock; older ones stand still."""
    return (world.now() - timedelta(days=8)).isoformat().replace("+00:00", "Z")


async def ours(world: World, linked: Linked) -> dict[str, Any]:
    query = {"connection_id": format_id("conn", linked.id), "sent_to": settled(world)}
    summary = (await linked.browser.get("/v1/metrics/summary", params=query)).json()
    return {name: summary["figures"][name] for name in COUNTS}


def truth(world: World, linked: Linked) -> dict[str, Any]:
    told = world.sandbox.truth(linked.provider, linked.account, sent_to=settled(world))["totals"]
    stated = DERIVED.get(linked.provider, COUNTS)
    return {name: told[name] if name in stated else None for name in COUNTS}


async def held(world: World, linked: Linked) -> list[tuple[Any, ...]]:
    rows = await world.admin.fetch(
        "SELECT c.name, c.subject, c.status, c.sent_at, c.archived, o.sent, o.delivered, o.opened, o.clicked,"
        " o.bounced, o.complaints, o.unsubscribes"
        " FROM campaigns c LEFT JOIN observations o ON o.id = c.latest_observation_id"
        " WHERE c.connection_id = $1 AND c.gone_at IS NULL AND c.sent_at < $2 ORDER BY c.sent_at, c.name",
        linked.id,
        world.now() - timedelta(days=8),
    )
    return [tuple(row) for row in rows]


@pytest.mark.parametrize("provider", OF_FIGURES)
async def test_everything_is_read_and_equals_the_truth(world: World, provider: str):
    account = world.sandbox.make_account(provider, campaigns=CAMPAIGNS)
    linked = await world.connect(await world.sign_up(), provider, account, history_range="all")
    await world.run_for(400)
    [run, *_] = await log_of(linked)
    assert run["status"] == "success", run
    assert await ours(world, linked) == truth(world, linked)


@pytest.mark.parametrize("provider", OF_FIGURES)
async def test_a_catch_up_leaves_nothing_that_a_twin_without_outage_has_not(world: World, provider: str):
    await world.advance(ALL_SENT_S)
    seed = {"data_seed": f"twins-{provider}", "campaigns": CAMPAIGNS}
    broken, twin = (world.sandbox.make_account(provider, **seed) for _ in range(2))
    person = await world.sign_up()
    first, second = [await world.connect(person, provider, one) for one in (broken, twin)]
    await world.run_for(400)
    world.sandbox.fault(provider, broken, "revoke", access_survives=False)
    await world.run_for(500, finest=10)
    status = (await person.get(f"/v1/connections/{format_id('conn', first.id)}")).json()["status"]
    assert status == "inactive"
    before = len(await log_of(first))
    sent_at = (world.now() - timedelta(days=10)).isoformat()
    for account in (broken, twin):
        added = {"count": 3, "send_at": sent_at}
        world.sandbox.ask("POST", f"/accounts/{provider}/{account}/campaigns", added)
    await world.run_for(5400, finest=300, widest=600)
    assert len(await log_of(first)) == before
    started = await person.post(f"/v1/connections/{format_id('conn', first.id)}/reconnect", {})
    await world.consent(person, started.json()["authorize_url"], broken)
    await world.run_for(800, finest=20)
    receipts = (await person.get(f"/v1/connections/{format_id('conn', first.id)}/receipts")).json()["data"]
    assert (receipts[0]["status"], receipts[0]["campaigns_added"]) == ("complete", 3)
    mine = await held(world, first)
    assert mine == await held(world, second)
    assert len(mine) > 10
