"""Losses that a provider's list hides are found by its totals, and named: whole syncs and comparisons over sockets."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from mailwarden.core.ids import format_id
from mailwarden.metrics.days import day_of, start_of
from tests.support.browser import Browser
from tests.support.sandbox import Sandbox, running_sandbox
from tests.support.world import Linked, World
from tests.support.world_fixtures import world

__all__ = ["world"]

CAMPAIGNS = 200


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with running_sandbox(tmp_path_factory.mktemp("sandbox"), campaigns=CAMPAIGNS) as started:
        yield started


async def linked(world: World, provider: str, *faults: tuple[str, float], zone: str = "UTC", **fields: Any) -> Linked:
    account = world.sandbox.make_account(provider, campaigns=CAMPAIGNS, time_zone=zone, **fields)
    for kind, share in faults:
        world.sandbox.fault(provider, account, kind, share=share)
    made = await world.connect(await world.sign_up(), provider, account, history_range="all")
    await world.run_for(400)
    return made


async def compare(world: World, one: Linked) -> dict[str, Any]:
    asked = {"connection_id": format_id("conn", one.id)}
    started = await one.browser.post("/v1/metrics/reconciliation", asked)
    assert started.status_code == 202, started.text
    await world.run_for(200)
    answer = await one.browser.get(f"/v1/metrics/reconciliation/{started.json()['id']}")
    found: dict[str, Any] = answer.json()
    assert found["status"] == "done", found
    for metric in found["metrics"]:
        assert sum(part["amount"] for part in metric["parts"]) == metric["difference"]
    return found


def by_metric(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["metric"]: one for one in found["metrics"]}


def parts(metric: dict[str, Any]) -> dict[str, int]:
    return {one["part"]: one["amount"] for one in metric["parts"]}


async def told(browser: Browser) -> list[dict[str, Any]]:
    events = (await browser.get("/v1/events?limit=100")).json()["data"]
    return [one for one in events if one["type"] == "figures.deviating"]


@pytest.mark.parametrize("provider", ["hubspot", "klaviyo", "keap"])
async def test_without_a_loss_nothing_is_missing(world: World, provider: str):
    one = await linked(world, provider)
    found = await compare(world, one)
    for metric in found["metrics"]:
        assert parts(metric).keys() <= {"definition", "late_events"}, metric
        assert not metric["needs_care"]
    assert await told(one.browser) == []
    assert found["calls_made"] > 0


@pytest.mark.parametrize("share", [0.02, 0.1])
@pytest.mark.parametrize("provider", ["hubspot", "klaviyo"])
async def test_campaigns_that_the_list_leaves_out_are_a_missing_page(world: World, provider: str, share: float):
    seed = f"losing-{provider}-{share}"
    one = await linked(world, provider, ("lose_campaigns", share), data_seed=seed)
    answer = await compare(world, one)
    found = by_metric(answer)["delivered"]
    window = {"sent_from": answer["window_from"], "sent_to": answer["window_until"]}
    truth = world.sandbox.truth(provider, one.account, **window, campaigns=1, include_archived=provider != "hubspot")
    ours = await held(world, one)
    lost = [each for each in truth["campaign_list"] if each["external_id"] not in ours]
    assert parts(found).get("missing_page", 0) == -sum(each["delivered"] for each in lost)
    if lost:
        [part] = [each for each in found["parts"] if each["part"] == "missing_page"]
        key = "external_id" if provider == "hubspot" else "name"
        assert set(part["examples"]) == {each[key] for each in lost}


@pytest.mark.parametrize("share", [0.01, 0.1])
@pytest.mark.parametrize("provider", ["hubspot", "klaviyo"])
async def test_figures_that_the_list_understates_are_unexplained(world: World, provider: str, share: float):
    """Nothing but a fault makes figures differ that stand still: no harmless reason is made up for them."""
    one = await linked(world, provider, ("lose_figures", share))
    found = by_metric(await compare(world, one))
    assert not parts(found["delivered"])
    opened = found["opened"]
    unexplained = parts(opened)["unexplained"]
    assert -unexplained == pytest.approx(share * opened["theirs"], rel=0.5)
    if share > 0.05:
        assert opened["needs_care"]
        assert [one["data"]["part"] for one in await told(one.browser)] == ["unexplained"]


async def test_days_of_two_time_zones_differ_at_their_ends(world: World):
    here = ZoneInfo("Pacific/Pago_Pago")
    account = world.sandbox.make_account("hubspot", campaigns=CAMPAIGNS, time_zone="Pacific/Kiritimati")
    late = start_of(day_of(world.now(), here), here) - timedelta(hours=3)  # 25 hours lie between both midnights
    added = {"count": 3, "send_at": late.isoformat()}
    world.sandbox.ask("POST", f"/accounts/hubspot/{account}/campaigns", added)
    one = await world.connect(await world.sign_up(), "hubspot", account, history_range="all")
    await world.run_for(400)
    await world.admin.execute(
        "UPDATE organizations SET time_zone = $2 WHERE id = (SELECT org_id FROM connections WHERE id = $1)",
        one.id,
        here.key,
    )
    found = by_metric(await compare(world, one))["sent"]
    assert list(parts(found)) == ["time_zone"]
    assert not found["needs_care"]


async def held(world: World, one: Linked) -> set[str]:
    rows = await world.admin.fetch("SELECT external_id FROM campaigns WHERE connection_id = $1", one.id)
    return {row["external_id"] for row in rows}
