"""One truth, played: faults at the providers over real sockets, and what every surface says while they last."""

import asyncio
from functools import partial
from typing import Any

import pytest

from mailwarden.connections.agreement import check_agreement
from mailwarden.connections.queries import get_connection
from mailwarden.core.db import reader
from tests.faults.conftest import sandbox, world  # noqa: F401 - fixtures
from tests.faults.play import settle
from tests.support.world import Linked, World

pytestmark = pytest.mark.timeout(300)
FAULTS: list[tuple[str, str, dict[str, Any]]] = [
    ("hubspot", "revoke", {}),
    ("hubspot", "remove_scopes", {"scopes": ["crm.objects.contacts.read"]}),
    ("hubspot", "status", {"code": 429, "retry_after": 90, "scope": "api"}),
    ("klaviyo", "revoke", {}),
    ("klaviyo", "status", {"code": 503}),
    ("klaviyo", "random_invalid_grant", {"rate": 1.0}),
]


async def link(world: World, provider: str) -> Linked:  # noqa: F811
    browser = await world.sign_up()
    account = await asyncio.to_thread(world.sandbox.make_account, provider, campaigns=2)
    await asyncio.to_thread(partial(world.sandbox.behave, provider, account, access_ttl_s=300))
    return await world.connect(browser, provider, account, sync_frequency="daily")


async def contradictions(world: World, one: Linked) -> list[str]:  # noqa: F811
    name = f"conn_{one.id.hex}"
    page = (await one.browser.get(f"/v1/connections/{name}")).json()
    cards = (await one.browser.get("/v1/integrations")).json()["data"]
    listed = next(found for card in cards for found in card["connections"] if found["id"] == name)
    told = (await one.browser.get(f"/v1/connections/{name}/usability")).json()
    synced = await one.browser.post(f"/v1/connections/{name}/syncs")
    heard = "ok" if synced.status_code == 202 else synced.json()["code"]
    found = [] if listed == page else ["the card and the page differ"]
    found += [] if heard == told["code"] else [f"the sync gate says {heard}, usability {told['code']}"]
    async with reader(world.runtime.sessions, one.browser.org_id) as tx:
        row = await get_connection(tx, one.browser.org_id, one.id)
        return found + await check_agreement(tx, row, world.now())


async def test_while_faults_come_and_go_all_surfaces_agree(world: World) -> None:  # noqa: F811
    links = [await link(world, provider) for provider, _, _ in FAULTS]
    await settle(world)
    for one, (provider, kind, params) in zip(links, FAULTS, strict=True):
        await asyncio.to_thread(partial(world.sandbox.fault, provider, one.account, kind, **params))
    seen: set[str] = set()
    for _ in range(14):
        await world.run_for(60)
        for one in links:
            assert await contradictions(world, one) == [], one
            seen.add((await one.browser.get(f"/v1/connections/conn_{one.id.hex}")).json()["label"])
    assert {"Inactive", "Connected", "Permission missing"} <= seen


@pytest.mark.parametrize("provider", ["hubspot", "klaviyo"])
async def test_a_disconnect_ends_the_grant_at_the_provider(world: World, provider: str) -> None:  # noqa: F811
    one = await link(world, provider)
    await settle(world)
    assert world.sandbox.grant_alive(provider, one.account)
    await one.browser.delete(f"/v1/connections/conn_{one.id.hex}")
    await world.run_for(10)
    assert not world.sandbox.grant_alive(provider, one.account)
    history = (await one.browser.get(f"/v1/connections/conn_{one.id.hex}/history")).json()["data"]
    assert "given back" in history[0]["note"]


async def test_a_disconnect_here_leaves_the_grant_that_another_organization_uses(world: World) -> None:  # noqa: F811
    one = await link(world, "klaviyo")
    other = await world.connect(await world.sign_up(), "klaviyo", one.account, sync_frequency="daily")
    await one.browser.delete(f"/v1/connections/conn_{one.id.hex}")
    await world.run_for(700)
    assert world.sandbox.grant_alive("klaviyo", one.account)
    assert (await other.browser.get(f"/v1/connections/conn_{other.id.hex}")).json()["status"] == "connected"
