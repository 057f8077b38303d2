"""Microsoft asks about a token at each call: a revocation shows at the next probe, and what it demands is passed on."""

import asyncio
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import pytest_asyncio

from mailwarden.core.ids import format_id
from tests.support.world import Linked, World
from tests.support.world_fixtures import sandbox, world

__all__ = ["sandbox", "world"]

pytestmark = pytest.mark.timeout(240)
STATE = "SELECT status, cause FROM connections WHERE id = $1"
PROBE_S, VERDICT_S = 600, 60


@pytest_asyncio.fixture(loop_scope="session")
async def link(world: World) -> Linked:
    account = await asyncio.to_thread(world.sandbox.make_account, "microsoft", campaigns=0)
    return await world.connect(await world.sign_up(), "microsoft", account)


async def break_(world: World, link: Linked, kind: str, **params: Any) -> None:
    await asyncio.to_thread(lambda: world.sandbox.fault("microsoft", link.account, kind, **params))


async def state(world: World, link: Linked) -> tuple[Any, ...]:
    return tuple(await world.admin.fetchrow(STATE, link.id))


async def reconnect(link: Linked) -> str:
    started = await link.browser.post(f"/v1/connections/{format_id('conn', link.id)}/reconnect", {})
    return str(started.json()["authorize_url"])


def demanded(url: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(parse_qs(urlsplit(url).query)["claims"][0])["access_token"]
    return found


async def test_a_demand_for_the_person_shows_at_the_next_probe_and_goes_along_to_the_consent(
    world: World, link: Linked
) -> None:
    await break_(world, link, "interaction_required")
    await world.run_for(PROBE_S + VERDICT_S, widest=15)
    assert await state(world, link) == ("inactive", "interaction_required")
    url = await reconnect(link)
    asked = demanded(url)
    assert set(asked) == {"nbf", "polids", "xms_cc"}
    assert asked["xms_cc"] == {"values": ["cp1"]}
    assert "connected=" in await world.consent(link.browser, url, link.account)
    assert (await state(world, link))[0] == "connected"
    assert set(demanded(await reconnect(link))) == {"xms_cc"}  # what was demanded is met


async def test_a_token_for_a_day_does_not_hide_a_consent_taken_back(world: World, link: Linked) -> None:
    """No event that is evaluated: the hourly refresh tells."""
    await break_(world, link, "uninstall")
    await world.run_for(0.85 * 4500 + 6 * 60 + 60, widest=30)
    assert await state(world, link) == ("inactive", "access_revoked")
