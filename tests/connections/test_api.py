"""The routes of a connection that read or change it without a consent page."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from mailwarden.billing.gate import SELF_HOSTED
from mailwarden.connections import views
from mailwarden.connections.models import Connection
from mailwarden.connections.rules import Purpose
from mailwarden.connections.usability import may_use
from mailwarden.core.ids import format_id
from mailwarden.core.runtime import Runtime
from mailwarden.providers.catalog import load
from tests.conftest import MakeConnection, NewClient
from tests.connections.fakes import (
    DEAD,
    DETAILS,
    INTROSPECT,
    TOKEN,
    active,
    connect,
    granted,
    healthy,
    unauthorized,
)
from tests.support.browser import Browser, sign_up
from tests.support.replies import Replies
from tests.support.time import TimeMachine


def path(row: Connection, rest: str = "") -> str:
    return f"/v1/connections/conn_{row.id.hex}{rest}"


class TestSettings:
    async def test_change_only_what_is_given(self, owner: Browser, make_connection: MakeConnection) -> None:
        row = await make_connection()
        first = await owner.get(path(row))
        changed = await owner.patch(path(row), {"sync_frequency": "daily"}, headers={"If-Match": first.headers["etag"]})
        assert changed.status_code == 200
        assert (changed.json()["sync_frequency"], changed.json()["history_range"]) == ("daily", "days_90")
        assert changed.headers["etag"] != first.headers["etag"]

    async def test_of_an_older_state_are_refused(self, owner: Browser, make_connection: MakeConnection) -> None:
        row = await make_connection()
        seen = {"If-Match": (await owner.get(path(row))).headers["etag"]}
        assert (await owner.patch(path(row), {"sync_frequency": "daily"}, headers=seen)).status_code == 200
        assert (await owner.patch(path(row), {"sync_frequency": "hourly"}, headers=seen)).status_code == 412
        assert (await owner.patch(path(row), {"sync_frequency": "hourly"})).status_code == 428


class TestLiveTest:
    async def test_of_a_healthy_connection_names_every_step(self, owner: Browser, replies: Replies) -> None:
        healthy(replies)
        told = (await owner.post(f"/v1/connections/{await connect(owner)}/test")).json()
        assert told["ok"] is True
        assert [one["name"] for one in told["checks"]] == ["token", "identity", "permissions", "refresh_token"]
        assert told["connection"]["status"] == "connected"

    async def test_that_fails_shows_the_doubt_at_once(self, owner: Browser, replies: Replies) -> None:
        healthy(replies)
        identity = await connect(owner)
        replies[DETAILS], replies[TOKEN] = unauthorized, DEAD
        told = (await owner.post(f"/v1/connections/{identity}/test")).json()
        assert told["ok"] is False
        assert told["connection"]["status"] == "verifying"
        assert told["connection"]["label"] == "Checking…"
        assert told["connection"]["card"]["evidence"]

    async def test_brings_an_inactive_connection_back_that_works_again(
        self, owner: Browser, make_connection: MakeConnection, replies: Replies
    ) -> None:
        healthy(replies)
        row = await make_connection(external_id="4711", status="inactive", cause="access_revoked")
        told = (await owner.post(path(row, "/test"))).json()
        assert (told["ok"], told["connection"]["status"]) == (True, "connected")

    async def test_of_a_disconnected_one_is_refused(self, owner: Browser, make_connection: MakeConnection) -> None:
        answer = await owner.post(path(await make_connection(status="disconnected"), "/test"))
        assert (answer.status_code, answer.json()["code"]) == (409, "connection_disconnected")

    async def test_tells_of_a_dead_refresh_token_behind_a_living_access_token(
        self, owner: Browser, replies: Replies
    ) -> None:
        healthy(replies)
        identity = await connect(owner)
        replies[INTROSPECT] = active(is_active=False)
        told = (await owner.post(f"/v1/connections/{identity}/test")).json()
        assert [one["name"] for one in told["checks"] if not one["ok"]] == ["refresh_token"]
        assert told["connection"]["status"] == "verifying"


@pytest.mark.parametrize(
    ("columns", "purpose", "code"),
    [
        ({}, "sync", "ok"),
        ({"status": "verifying"}, "sync", "connection_verifying"),
        ({"status": "verifying"}, "test", "ok"),
        ({"status": "inactive", "cause": "access_revoked"}, "sync", "connection_inactive"),
        ({"status": "inactive", "cause": "access_revoked"}, "test", "ok"),
        ({"status": "disconnected"}, "test", "connection_disconnected"),
        ({"degraded_reason": "provider_unavailable"}, "sync", "ok"),
        ({"missing_scopes": ["crm.objects.contacts.read"]}, "sync", "ok"),
        ({}, "send", "not_supported"),
        ({}, "track", "not_supported"),
    ],
)
async def test_one_answer_for_everybody_who_asks_whether_it_may_be_used(
    owner: Browser,
    runtime: Runtime,
    make_connection: MakeConnection,
    columns: dict[str, Any],
    purpose: str,
    code: str,
) -> None:
    row = await make_connection(**columns)
    told = (await owner.get(path(row, "/usability"), params={"purpose": purpose})).json()
    assert (told["code"], told["usable"]) == (code, code == "ok")
    assert may_use(row, Purpose(purpose), runtime.clock.now(), SELF_HOSTED).code == code


async def test_nobody_calls_before_the_ban_ends(
    runtime: Runtime, make_connection: MakeConnection, time_machine: TimeMachine
) -> None:
    row = await make_connection(banned_until=runtime.clock.now() + timedelta(seconds=60))
    assert may_use(row, Purpose.SYNC, runtime.clock.now(), SELF_HOSTED).code == "rate_limited"
    await time_machine.advance(61)
    assert may_use(row, Purpose.SYNC, runtime.clock.now(), SELF_HOSTED).usable


async def test_history_is_told_newest_first_with_who_did_it_page_by_page(owner: Browser, replies: Replies) -> None:
    healthy(replies)
    identity = await connect(owner)
    for _ in range(2):
        await owner.delete(f"/v1/connections/{identity}")
        await connect(owner)
    first = (await owner.get(f"/v1/connections/{identity}/history", params={"limit": 3})).json()
    assert [row["to_status"] for row in first["data"]] == ["connected", "disconnected", "connected"]
    assert first["data"][0]["actor_name"] == "Pat"
    rest = await owner.get(f"/v1/connections/{identity}/history", params={"cursor": first["next_cursor"]})
    assert [row["from_status"] for row in rest.json()["data"]] == ["connected", None]
    assert rest.json()["next_cursor"] is None


async def test_connections_are_listed_page_by_page(owner: Browser, make_connection: MakeConnection) -> None:
    made = [f"conn_{(await make_connection()).id.hex}" for _ in range(5)]
    found: list[str] = []
    cursor: str | None = None
    while True:
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await owner.get("/v1/connections", params=query)).json()
        found += [row["id"] for row in page["data"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert found == made


async def test_another_organization_sees_none_of_it(
    make_connection: MakeConnection, owner: Browser, new_client: NewClient
) -> None:
    row = await make_connection()
    stranger = await sign_up(new_client(), "stranger@example.com", "Other")
    for method, rest in (
        ("GET", ""),
        ("GET", "/history"),
        ("GET", "/receipts"),
        ("GET", "/usability"),
        ("POST", "/test"),
        ("DELETE", ""),
    ):
        answer = await stranger.http.request(method, path(row, rest))
        assert answer.status_code == 404, (method, rest)
    assert (await stranger.get("/v1/connections")).json()["data"] == []


async def test_the_catalogue_is_shown_with_permissions_and_what_consent_means(owner: Browser) -> None:
    cards = {card["provider"]: card for card in (await owner.get("/v1/integrations")).json()["data"]}
    assert cards.keys() == set(load())
    assert "writing" in cards["hubspot"]["consent_note"]
    assert {scope["name"]: scope["required"] for scope in cards["hubspot"]["scopes"]} == {
        "oauth": True,
        "content": True,
        "crm.objects.contacts.read": False,
    }
    assert all(cards[name]["configured"] for name in ("hubspot", "klaviyo", "imap"))


async def test_the_refresh_scheduler_is_seen_alive_or_not(
    owner: Browser, runtime: Runtime, time_machine: TimeMachine
) -> None:
    assert (await owner.get("/v1/status")).json()["refresh_scheduler_alive"] is False
    async with runtime.system.begin() as session:
        await session.execute(text("SELECT worker_beat('w', '1', 0, app_now(), false)"))
    assert (await owner.get("/v1/status")).json()["refresh_scheduler_alive"] is True
    await time_machine.advance(90)
    assert (await owner.get("/v1/status")).json()["refresh_scheduler_alive"] is False


async def test_the_card_names_what_happened_who_must_act_and_one_thing_to_do(
    owner: Browser, make_connection: MakeConnection, replies: Replies
) -> None:
    replies[TOKEN] = granted()
    expected = {
        ("hubspot", "app_uninstalled"): ("uninstalled in HubSpot", "owner_or_manager", "reconnect"),
        ("klaviyo", "access_revoked"): ("Klaviyo does not say which", "owner_or_manager", "reconnect"),
        ("hubspot", "account_disabled"): ("suspended", "provider_admin", "ask_provider_admin"),
        ("klaviyo", "scopes_removed"): ("campaigns:read", "owner_or_manager", "grant_permission"),
    }
    for (provider, cause), (words, who, action) in expected.items():
        evidence = {"items": [], "scopes": ["campaigns:read"]}
        row = await make_connection(provider=provider, status="inactive", cause=cause, evidence=evidence)
        card = (await owner.get(path(row))).json()["card"]
        assert words in card["title"] + card["explanation"], card
        assert (card["who_must_act"], card["action"]["code"]) == (who, action)


async def test_a_provider_the_operator_did_not_set_up_cannot_be_connected(
    owner: Browser, runtime: Runtime, replies: Replies
) -> None:
    mapping: Any = runtime.config.providers
    removed = mapping.pop("klaviyo")
    try:
        answer = await owner.post("/v1/integrations/klaviyo/connect", {})
    finally:
        mapping["klaviyo"] = removed
    assert (answer.status_code, answer.json()["code"]) == (409, "provider_not_configured")
    assert answer.json()["action"] == "ask_operator"


async def test_the_cards_say_how_many_accounts_there_are_and_never_cut_a_broken_one(
    owner: Browser, make_connection: MakeConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "MOST_SHOWN", 2)
    made = [await make_connection() for _ in range(3)]
    broken = await make_connection(status="inactive", cause="access_revoked")
    cards = (await owner.get("/v1/integrations")).json()["data"]
    card = next(one for one in cards if one["provider"] == "hubspot")
    assert card["connections_total"] == 4
    assert [one["id"] for one in card["connections"]] == [format_id("conn", row.id) for row in (made[0], broken)]
