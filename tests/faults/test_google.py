"""Google end to end: what people untick, who they turn out to be, and one account in two organizations."""

import asyncio
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.browser import Browser
from tests.support.world import Linked, World

pytestmark = pytest.mark.timeout(200)
GMAIL = "https://www.googleapis.com/auth/gmail."
SEND, COMPOSE, READONLY, FULL = f"{GMAIL}send", f"{GMAIL}compose", f"{GMAIL}readonly", "https://mail.google.com/"


async def account_of(world: World) -> str:
    return await asyncio.to_thread(world.sandbox.make_account, "google")


async def connect_url(browser: Browser) -> str:
    answer = await browser.post("/v1/integrations/google/connect", {})
    assert answer.status_code in (200, 201), answer.text
    return str(answer.json()["authorize_url"])


async def shown(link: Linked) -> dict[str, Any]:
    found: dict[str, Any] = (await link.browser.get(f"/v1/connections/conn_{link.id.hex}")).json()
    return found


async def attempt(browser: Browser, landed: str) -> dict[str, Any]:
    named = parse_qs(urlsplit(landed).query)["attempt"][0]
    found: dict[str, Any] = (await browser.get(f"/v1/oauth/attempts/{named}")).json()
    return found


async def reconnect_url(link: Linked) -> str:
    answer = await link.browser.post(f"/v1/connections/conn_{link.id.hex}/reconnect", {})
    assert answer.status_code in (200, 201), answer.text
    return str(answer.json()["authorize_url"])


async def test_a_mailbox_is_known_by_subject_and_shown_by_address(world: World) -> None:
    browser, account = await world.sign_up(), await account_of(world)
    asked = parse_qs(urlsplit(await connect_url(browser)).query)
    assert (asked["access_type"], asked["prompt"]) == (["offline"], ["select_account consent"])
    assert len(asked["nonce"][0]) == 64
    link = await world.connect(browser, "google", account)
    row = await shown(link)
    assert (row["external_id"], row["status"], row["missing_scopes"]) == (account, "connected", [])
    assert "@" in row["account_label"]
    assert f"login_hint={row['account_label'].replace('@', '%40')}" in await reconnect_url(link)


async def test_an_unticked_permission_is_named_and_asked_for_again(world: World) -> None:
    browser, account = await world.sign_up(), await account_of(world)
    landed = await world.consent(browser, await connect_url(browser), account, _sandbox_scopes=f"{SEND} {COMPOSE}")
    assert "connected=" in landed
    connections = (await browser.get("/v1/connections")).json()["data"]
    assert [one["missing_scopes"] for one in connections] == [sorted([READONLY, FULL])]
    assert (connections[0]["status"], connections[0]["label"]) == ("connected", "Permission missing")
    again = await browser.post(f"/v1/connections/{connections[0]['id']}/reconnect", {})
    url = again.json()["authorize_url"]
    asked = parse_qs(urlsplit(url).query)
    assert READONLY in asked["scope"][0]
    assert asked["prompt"] == ["consent"]
    assert "connected=" in await world.consent(browser, url, account)
    after = (await browser.get(f"/v1/connections/{connections[0]['id']}")).json()
    assert (after["missing_scopes"], after["label"]) == ([], "Connected")


async def test_without_sending_nothing_is_connected(world: World) -> None:
    browser, account = await world.sign_up(), await account_of(world)
    landed = await world.consent(browser, await connect_url(browser), account, _sandbox_scopes=READONLY)
    ended = await attempt(browser, landed)
    assert ended["outcome"] == "partial"
    assert SEND in str(ended)
    assert (await browser.get("/v1/connections")).json()["data"] == []


async def test_another_account_at_the_reconnect_changes_nothing(world: World) -> None:
    browser, account, other = await world.sign_up(), await account_of(world), await account_of(world)
    link = await world.connect(browser, "google", account)
    before = await shown(link)
    landed = await world.consent(browser, await reconnect_url(link), other)
    ended = await attempt(browser, landed)
    assert ended["outcome"] == "wrong_account"
    assert {account, other} <= {word for word in str(ended).replace("'", " ").split() if word.isdigit()}
    after = await shown(link)
    assert (after["external_id"], after["status"]) == (before["external_id"], "connected")


async def test_an_administrators_block_is_not_a_connection(world: World) -> None:
    browser, account = await world.sign_up(), await account_of(world)
    await asyncio.to_thread(world.sandbox.fault, "google", account, "admin_block")
    there = await world.outside.get(world.sandbox.decided(await connect_url(browser), account))
    assert there.status_code == 403
    assert "admin_policy_enforced" in there.text
    assert (await browser.get("/v1/connections")).json()["data"] == []


async def test_one_account_in_two_organizations_outlives_the_others_disconnect(world: World) -> None:
    """Revoking would end the grants of both: Google knows one grant per person and app."""
    account = await account_of(world)
    first = await world.connect(await world.sign_up(), "google", account)
    second = await world.connect(await world.sign_up(), "google", account)
    await first.browser.delete(f"/v1/connections/conn_{first.id.hex}")
    await world.run_for(120)
    assert await asyncio.to_thread(world.sandbox.grant_alive, "google", account)
    assert (await shown(second))["status"] == "connected"
    await second.browser.delete(f"/v1/connections/conn_{second.id.hex}")
    await world.run_for(900)
    assert not await asyncio.to_thread(world.sandbox.grant_alive, "google", account)
