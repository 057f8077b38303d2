"""Access tokens for Outlook's IMAP and SMTP from the grant that Graph uses, against the sandbox over sockets."""

import asyncio

import pytest

from mailwarden.connections.audiences import AudienceTokens
from mailwarden.connections.tokens import StoredTokens
from mailwarden.core.ids import format_id
from mailwarden.providers.base import AccessRevoked, ScopesMissing
from tests.support.world import Linked, World
from tests.support.world_fixtures import sandbox, world

__all__ = ["sandbox", "world"]

pytestmark = pytest.mark.timeout(180)
OUTLOOK = "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send"
STATE = "SELECT c.status, k.version FROM connections c JOIN credentials k ON k.connection_id = c.id WHERE c.id = $1"


async def linked(world: World, *, outlook: bool = True) -> Linked:
    """As if the person had allowed Outlook's services, too."""
    browser = await world.sign_up()
    account = await asyncio.to_thread(world.sandbox.make_account, "microsoft", campaigns=0)
    started = await browser.post("/v1/integrations/microsoft/connect", {})
    url = started.json()["authorize_url"]
    if outlook:
        url = url.replace("scope=", f"scope={OUTLOOK.replace(' ', '%20')}%20")
    landed = await world.consent(browser, url, account)
    assert "connected=" in landed, landed
    row = await world.admin.fetchrow("SELECT id FROM connections WHERE external_id = $1", account)
    return Linked(row["id"], "microsoft", account, browser)


def outlook(world: World, link: Linked) -> AudienceTokens:
    return AudienceTokens(world.runtime, link.browser.org_id, link.id, "microsoft", "outlook")


def graph(world: World, link: Linked) -> StoredTokens:
    return StoredTokens(world.runtime, link.browser.org_id, link.id, "microsoft")


async def state(world: World, link: Linked) -> tuple[str, int]:
    row = await world.admin.fetchrow(STATE, link.id)
    return str(row["status"]), int(row["version"])


async def test_two_services_share_one_chain_of_refresh_tokens(world: World) -> None:
    link = await linked(world)
    before = await graph(world, link).access_token()
    mail = await outlook(world, link).access_token()
    assert mail != before
    assert await outlook(world, link).access_token() == mail
    assert await graph(world, link).access_token() == before  # still good, though its refresh token was spent
    assert await state(world, link) == ("connected", 2)
    again = await graph(world, link).refresh(rejected=before)
    assert again not in (before, mail)
    assert await outlook(world, link).access_token() == mail
    assert await outlook(world, link).refresh(rejected=mail) != mail


async def test_both_at_once_lose_no_token_of_the_chain(world: World) -> None:
    link = await linked(world)
    await asyncio.to_thread(world.sandbox.behave, "microsoft", link.account, rotation="strict")
    held = await graph(world, link).access_token()
    asked = [outlook(world, link).access_token() for _ in range(6)]
    asked += [graph(world, link).refresh(rejected=held) for _ in range(6)]
    tokens = await asyncio.gather(*asked)
    assert len(set(tokens[:6])) == len(set(tokens[6:])) == 1
    await world.run_for(6000)
    assert (await state(world, link))[0] == "connected"
    assert await outlook(world, link).access_token() not in tokens


async def test_a_service_that_was_not_allowed_is_no_dead_grant(world: World) -> None:
    link = await linked(world, outlook=False)
    with pytest.raises(ScopesMissing) as caught:
        await outlook(world, link).access_token()
    assert caught.value.scopes == tuple(OUTLOOK.split())
    calls = len(await asyncio.to_thread(world.sandbox.new_requests))
    with pytest.raises(ScopesMissing):
        await outlook(world, link).access_token()
    assert calls > 0
    assert await asyncio.to_thread(world.sandbox.new_requests) == []
    await world.run_for(600)
    assert (await state(world, link))[0] == "connected"


async def test_a_dead_grant_is_one_and_reported_as_one(world: World) -> None:
    link = await linked(world)
    await asyncio.to_thread(world.sandbox.fault, "microsoft", link.account, "revoke")
    with pytest.raises(AccessRevoked):
        await outlook(world, link).access_token()
    await world.run_for(420)
    assert (await state(world, link))[0] == "inactive"


async def test_a_disconnect_forgets_them(world: World) -> None:
    link = await linked(world)
    await outlook(world, link).access_token()
    answer = await link.browser.delete(f"/v1/connections/{format_id('conn', link.id)}")
    assert answer.is_success, answer.text
    assert await world.admin.fetchval("SELECT count(*) FROM audience_tokens") == 0
