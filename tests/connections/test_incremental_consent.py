"""An unticked permission at Google, over sockets: named at once, asked for alone, and whole again after the consent."""

import asyncio
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.faults.conftest import sandbox, world  # noqa: F401 - fixtures
from tests.support.world import World

pytestmark = pytest.mark.timeout(300)
GMAIL = "https://www.googleapis.com/auth/gmail."


async def test_exactly_what_was_unticked_is_asked_for_again(world: World) -> None:  # noqa: F811
    browser = await world.sign_up()
    account = await asyncio.to_thread(world.sandbox.make_account, "google")
    started = (await browser.post("/v1/integrations/google/connect", {})).json()
    asked = parse_qs(urlsplit(started["authorize_url"]).query)["scope"][0].split()
    ticked = [scope for scope in asked if scope != f"{GMAIL}readonly" and scope != "https://mail.google.com/"]
    landed = await world.consent(browser, started["authorize_url"], account, _sandbox_scopes=" ".join(ticked))
    name = landed.split("connected=")[1].split("&")[0]
    shown = (await browser.get(f"/v1/connections/{name}")).json()
    assert (shown["status"], shown["label"]) == ("connected", "Permission missing")
    assert f"{GMAIL}readonly" in shown["missing_scopes"]
    reading = (await browser.get(f"/v1/connections/{name}/usability", params={"purpose": "read_mailbox"})).json()
    assert (reading["code"], reading["action"]["code"]) == ("permission_missing", "grant_permission")
    sending = (await browser.get(f"/v1/connections/{name}/usability", params={"purpose": "send"})).json()
    assert sending["usable"]

    again = (await browser.post(f"/v1/connections/{name}/reconnect", {})).json()
    query = parse_qs(urlsplit(again["authorize_url"]).query)
    assert set(query["scope"][0].split()) == {"openid", *shown["missing_scopes"]}
    assert f"connected={name}" in await world.consent(browser, again["authorize_url"], account)
    shown = (await browser.get(f"/v1/connections/{name}")).json()
    assert (shown["label"], shown["missing_scopes"]) == ("Connected", [])
    assert shown["forecast"]["reason"] == "unused"
