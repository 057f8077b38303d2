from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from tests.sandbox.steps import HUBSPOT, Control, connect_hubspot, hubspot_token, refresh_hubspot

SCOPES = (
    "developer.webhooks_journal.read developer.webhooks_journal.subscriptions.read "
    "developer.webhooks_journal.subscriptions.write"
)
UNINSTALL = {"subscriptionType": "APP_LIFECYCLE_EVENT", "eventTypeId": "4-1916193", "properties": []}
SUBSCRIPTIONS, JOURNAL = "/hubspot/webhooks-journal/subscriptions/2026-03", "/hubspot/webhooks-journal/journal/2026-03"
Ask = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture
async def app(http: httpx.AsyncClient) -> Ask:
    granted = await hubspot_token(http, "2026-03", grant_type="client_credentials", scope=SCOPES)
    headers = {"Authorization": f"Bearer {granted.json()['access_token']}"}

    async def ask(method: str, path: str, body: Any = None) -> httpx.Response:
        return await http.request(method, path, json=body, headers=headers)

    return ask


async def test_an_uninstall_is_found_by_pull(http, control: Control, app: Ask):
    assert (await app("POST", SUBSCRIPTIONS, UNINSTALL)).status_code == 201
    assert (await app("GET", f"{JOURNAL}/earliest")).status_code == 204
    tokens = await connect_hubspot(http)
    await control.break_("hubspot", HUBSPOT, "uninstall")
    pointer = (await app("GET", f"{JOURNAL}/earliest")).json()
    page = (await http.get(pointer["url"])).json()
    assert page["offset"] == pointer["currentOffset"]
    assert page["journalEvents"][0]["portalId"] == int(HUBSPOT)
    assert page["journalEvents"][0]["action"] == "APP_UNINSTALL"
    assert (await app("GET", f"{JOURNAL}/offset/{pointer['currentOffset']}/next")).status_code == 204
    assert (await refresh_hubspot(http, tokens)).json()["status"] == "BAD_REFRESH_TOKEN"


async def test_a_second_subscription_of_a_kind_is_a_conflict(app: Ask):
    first = (await app("POST", SUBSCRIPTIONS, UNINSTALL)).json()
    assert (await app("POST", SUBSCRIPTIONS, UNINSTALL)).status_code == 409
    assert [s["id"] for s in (await app("GET", SUBSCRIPTIONS)).json()["results"]] == [first["id"]]
    assert (await app("DELETE", f"{SUBSCRIPTIONS}/{first['id']}")).status_code == 204
    assert (await app("POST", SUBSCRIPTIONS, UNINSTALL)).status_code == 201


async def test_entries_come_in_order_and_are_forgotten_after_three_days(http, control: Control, app: Ask):
    await app("POST", SUBSCRIPTIONS, UNINSTALL)
    for account in (HUBSPOT, "48000002"):
        await connect_hubspot(http, account)
        await control.break_("hubspot", account, "uninstall")
    first = (await app("GET", f"{JOURNAL}/earliest")).json()
    second = (await app("GET", f"{JOURNAL}/offset/{first['currentOffset']}/next")).json()
    assert (await http.get(second["url"])).json()["journalEvents"][0]["portalId"] == 48000002
    assert (await app("GET", f"{JOURNAL}/latest")).json()["currentOffset"] == second["currentOffset"]
    await control.advance(3 * 86_400 + 1)
    assert (await http.get(first["url"])).status_code == 403


async def test_a_customers_token_does_not_open_the_journal_without_its_scope(http):
    tokens = await connect_hubspot(http)
    answer = await http.get(f"{JOURNAL}/earliest", headers=tokens.headers)
    assert (answer.status_code, answer.json()["category"]) == (403, "MISSING_SCOPES")


async def test_the_address_of_a_page_is_signed(http, control: Control, app: Ask):
    await app("POST", SUBSCRIPTIONS, UNINSTALL)
    await connect_hubspot(http)
    await control.break_("hubspot", HUBSPOT, "uninstall")
    url = httpx.URL((await app("GET", f"{JOURNAL}/earliest")).json()["url"])
    assert (await http.get(url.copy_set_param("signature", "0"))).status_code == 403
    await control.advance(301)
    assert (await http.get(url)).status_code == 403


async def test_an_app_can_remove_itself(http, app: Ask):
    await app("POST", SUBSCRIPTIONS, UNINSTALL)
    tokens = await connect_hubspot(http)
    removed = await http.delete("/hubspot/appinstalls/2026-09/external-install", headers=tokens.headers)
    assert removed.status_code == 204
    assert (await http.get("/hubspot/account-info/v3/details", headers=tokens.headers)).status_code == 401
    assert (await app("GET", f"{JOURNAL}/latest")).status_code == 200
