"""A mailbox lives in a numbered slot, which can be emptied and refilled with the same or another account (B44)."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from mailwarden.connections.models import Connection
from mailwarden.connections.slots import take_slot
from mailwarden.core.db import unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.core.runtime import Runtime
from mailwarden.events.types import EventType
from tests.conftest import MakeConnection
from tests.connections.fakes import DEAD, DETAILS, TOKEN, come_back, healthy, start, state_of, unauthorized
from tests.mailboxes.steps import OURS, change, count_slots, link, listed, mailbox, places, stored
from tests.support.browser import Browser
from tests.support.replies import Replies
from tests.support.time import TimeMachine


async def disconnect(browser: Browser, connection: str) -> None:
    assert (await browser.delete(f"/v1/connections/{connection}")).status_code == 200


async def test_a_connected_mailbox_takes_the_lowest_free_slot(owner: Browser, replies: Replies) -> None:
    first, second, _ = [await link(owner, replies, portal) for portal in (1, 2, 3)]
    assert await places(owner) == {1: "1", 2: "2", 3: "3"}
    await disconnect(owner, second)
    await disconnect(owner, first)
    assert await places(owner) == {1: None, 2: None, 3: "3"}
    await link(owner, replies, 4)
    assert await places(owner) == {1: "4", 2: None, 3: "3"}


async def test_an_account_finds_its_own_number_again(owner: Browser, replies: Replies) -> None:
    first, second = [await link(owner, replies, portal) for portal in (1, 2)]
    await disconnect(owner, first)
    await disconnect(owner, second)
    await link(owner, replies, 2)
    assert await places(owner) == {1: None, 2: "2"}


async def test_a_chosen_slot_takes_the_next_mailbox(owner: Browser, replies: Replies) -> None:
    for connection in [await link(owner, replies, portal) for portal in (1, 2, 3)]:
        await disconnect(owner, connection)
    third = (await mailbox(owner, 3))["id"]
    chosen = await owner.post(f"/v1/mailboxes/{third}/reserve")
    assert chosen.status_code == 200
    assert chosen.json()["reserved_until"]
    await link(owner, replies, 9)
    assert await places(owner) == {1: None, 2: None, 3: "9"}
    assert (await mailbox(owner, 3))["reserved_until"] is None
    refused = await owner.post(f"/v1/mailboxes/{third}/reserve")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_empty")


async def test_a_reserved_slot_is_nobody_elses_until_the_time_is_over(
    owner: Browser, replies: Replies, runtime: Runtime, make_connection: MakeConnection, time_machine: TimeMachine
) -> None:
    await disconnect(owner, await link(owner, replies, 1))
    await owner.post(f"/v1/mailboxes/{(await mailbox(owner))['id']}/reserve")
    await _put(runtime, await make_connection(external_id="5", connected_by=new_id()))
    assert await places(owner) == {1: None, 2: "5"}
    await time_machine.advance(16 * 60)
    await _put(runtime, await make_connection(external_id="6", connected_by=new_id()))
    assert await places(owner) == {1: "6", 2: "5"}


async def _put(rt: Runtime, row: Connection) -> None:
    async with unit_of_work(rt.sessions, row.org_id) as tx:
        await take_slot(tx, row)


async def test_mailboxes_connected_at_once_never_share_a_number(
    owner: Browser, runtime: Runtime, make_connection: MakeConnection
) -> None:
    rows = [await make_connection(connected_by=owner.user_id) for _ in range(8)]
    await asyncio.gather(*(_put(runtime, row) for row in rows))
    held = await places(owner)
    assert sorted(held) == list(range(1, 9))
    assert {row.external_id for row in rows} == set(held.values())


async def test_taking_a_slot_twice_changes_nothing(
    owner: Browser, runtime: Runtime, make_connection: MakeConnection
) -> None:
    row = await make_connection()
    for _ in range(3):
        await _put(runtime, row)
    assert await places(owner) == {1: row.external_id}


async def test_what_sends_nothing_gets_no_slot(
    owner: Browser, runtime: Runtime, make_connection: MakeConnection
) -> None:
    await _put(runtime, await make_connection(provider="klaviyo"))
    assert await count_slots(runtime, owner) == 0


async def test_one_click_reconnect_keeps_every_setting_byte_for_byte(
    owner: Browser, replies: Replies, runtime: Runtime
) -> None:
    connection = await link(owner, replies, 4711)
    await change(owner, **OURS)
    before = await stored(runtime, owner)
    for _ in range(2):
        healthy(replies, 4711)
        again = await start(owner, f"/v1/connections/{connection}/reconnect")
        assert "connected=" in await come_back(owner, state_of(again))
    assert await stored(runtime, owner) == before
    assert (await mailbox(owner))["settings"].items() >= OURS.items()


async def test_a_reconnect_by_another_account_changes_no_slot(
    owner: Browser, replies: Replies, runtime: Runtime
) -> None:
    connection = await link(owner, replies, 4711)
    await change(owner, **OURS)
    before = await stored(runtime, owner)
    healthy(replies, 4712)
    landed = await come_back(owner, state_of(await start(owner, f"/v1/connections/{connection}/reconnect")))
    assert "attempt=" in landed
    assert await stored(runtime, owner) == before


@pytest.mark.parametrize("portal", [4711, 4712], ids=["the same account", "another account"])
async def test_two_steps_reset_the_settings_and_keep_the_slot(owner: Browser, replies: Replies, portal: int) -> None:
    connection = await link(owner, replies, 4711)
    await change(owner, **OURS)
    slot = await mailbox(owner)
    await disconnect(owner, connection)
    await link(owner, replies, portal)
    now = await mailbox(owner)
    assert (now["id"], now["number"]) == (slot["id"], slot["number"])
    assert now["settings"] == now["defaults"]
    assert now["changed_settings"] == []
    assert now["connection"]["external_id"] == str(portal)
    assert now["etag"] != slot["etag"]


async def test_an_old_page_cannot_change_the_settings_of_a_refilled_slot(owner: Browser, replies: Replies) -> None:
    connection = await link(owner, replies, 4711)
    old = await mailbox(owner)
    await disconnect(owner, connection)
    await link(owner, replies, 4712)
    answer = await owner.patch(f"/v1/mailboxes/{old['id']}", {"daily_limit": 9}, headers={"If-Match": old["etag"]})
    assert answer.status_code == 412


async def test_filling_and_emptying_are_told_as_events(owner: Browser, replies: Replies, runtime: Runtime) -> None:
    await disconnect(owner, await link(owner, replies, 4711))
    async with unit_of_work(runtime.sessions, owner.org_id) as tx:
        types = (await tx.session.execute(text("SELECT type FROM events ORDER BY sequence"))).scalars().all()
    assert [one for one in types if one.startswith("mailbox")] == [
        EventType.MAILBOX_FILLED,
        EventType.MAILBOX_EMPTIED,
    ]


async def test_disconnecting_twice_resets_once(owner: Browser, replies: Replies, runtime: Runtime) -> None:
    connection = await link(owner, replies, 4711)
    await disconnect(owner, connection)
    before = await stored(runtime, owner)
    await disconnect(owner, connection)
    assert await stored(runtime, owner) == before


async def test_slots_are_listed_page_by_page_and_filtered(
    owner: Browser, runtime: Runtime, make_connection: MakeConnection
) -> None:
    states: list[dict[str, Any]] = [{}, {"status": "inactive", "cause": "unknown"}, {"missing_scopes": ["x"]}]
    for number, columns in enumerate(states):
        await _put(runtime, await make_connection(external_id=str(number), **columns))
    first = (await owner.get("/v1/mailboxes", params={"limit": 2})).json()
    assert [one["number"] for one in first["data"]] == [1, 2]
    rest = (await owner.get("/v1/mailboxes", params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert ([one["number"] for one in rest["data"]], rest["next_cursor"]) == ([3], None)
    assert [one["number"] for one in await listed(owner, status="successful")] == [1]
    assert [one["number"] for one in await listed(owner, status="failed")] == [2, 3]
    assert await listed(owner, status="empty") == []
    assert await listed(owner, provider="klaviyo") == []
    wrong = await owner.get("/v1/mailboxes", params={"cursor": first["next_cursor"], "status": "failed"})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "invalid_cursor")


@pytest.mark.parametrize(
    ("columns", "status"),
    [
        ({}, "successful"),
        ({"degraded_reason": "provider_unavailable"}, "successful"),
        ({"missing_scopes": ["crm.objects.contacts.read"]}, "failed"),
        ({"status": "verifying"}, "failed"),
        ({"status": "inactive", "cause": "password_changed"}, "failed"),
    ],
)
async def test_the_label_of_a_slot_follows_the_one_status(
    owner: Browser, runtime: Runtime, make_connection: MakeConnection, columns: dict[str, Any], status: str
) -> None:
    await _put(runtime, await make_connection(**columns))
    (slot,) = await listed(owner)
    assert slot["status"] == status
    assert (slot["label"], slot["reason"] is None) == (status.capitalize(), status == "successful")
    assert (slot["connection"]["label"] == "Connected") == (status == "successful")


async def test_a_failed_test_shows_in_the_slot_at_once(owner: Browser, replies: Replies) -> None:
    connection = await link(owner, replies, 4711)
    replies[DETAILS], replies[TOKEN] = unauthorized, DEAD
    assert (await owner.post(f"/v1/connections/{connection}/test")).json()["ok"] is False
    slot = await mailbox(owner)
    assert (slot["label"], slot["connection"]["label"]) == ("Failed", "Checking…")
