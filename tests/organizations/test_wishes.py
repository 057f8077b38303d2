"""Behind "ask an owner": whoever may not do something asks those who may, once a day for each thing."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from mailwarden.accounts.rules import ALL_PERMISSIONS
from mailwarden.connections.wish_words import MEANING, Wish
from mailwarden.core.runtime import Runtime
from tests.accounts.steps import mails, prove_address, words
from tests.conftest import MakeConnection, NewClient
from tests.organizations.steps import audit_rows, join, sign_in_again
from tests.support.browser import Browser, sign_up
from tests.support.time import TimeMachine

PATH = "/v1/organization/ask"


async def asked(rt: Runtime, address: str) -> list[str]:
    return [str(one["Subject"]) for one in await mails(rt, address) if " asks you to " in str(one["Subject"])]


async def test_those_who_may_are_told_once_a_day(
    runtime: Runtime, owner: Browser, new_client: NewClient, time_machine: TimeMachine
) -> None:
    await prove_address(runtime, owner)
    await join(runtime, owner, new_client, "manager", "Mo")
    kim, lee = [await join(runtime, owner, new_client, "member", name) for name in ("Kim", "Lee")]
    body = {"action": "connect", "provider": "hubspot"}
    first, second = await kim.post(PATH, body), await kim.post(PATH, body)
    assert first.json()["told"] == [{"name": "Pat", "role": "owner"}, {"name": "Mo", "role": "manager"}]
    assert (first.json()["already_asked"], second.json()["already_asked"]) == (False, True)
    at, told_at = (datetime.fromisoformat(one.json()["asked_at"]) for one in (first, second))
    assert abs(at - told_at) < timedelta(seconds=10)
    assert (await lee.post(PATH, body)).json()["already_asked"] is False
    await time_machine.advance(timedelta(hours=24, seconds=1))
    await sign_in_again(kim)
    assert (await kim.post(PATH, body)).json()["already_asked"] is False
    for address in ("owner@example.com", "mo@example.com"):
        assert await asked(runtime, address) == [f"{who} asks you to connect HubSpot" for who in ("Kim", "Lee", "Kim")]
    assert await asked(runtime, "lee@example.com") == []
    await sign_in_again(owner)
    feed = (await owner.get("/v1/alerts", params={"kind": "action_asked"})).json()["data"]
    assert [one["mailed_to"] for one in feed] == [["mo@example.com", "owner@example.com"]] * 3
    rows = [one for one in await audit_rows(runtime, owner) if one.action == "organization.action_asked"]
    assert [one.target_label for one in rows] == ["connect HubSpot"] * 3


async def test_money_is_asked_of_owners_only_by_managers_too(
    runtime: Runtime, owner: Browser, new_client: NewClient
) -> None:
    await prove_address(runtime, owner)
    await join(runtime, owner, new_client, "manager", "Mo")
    lou = await join(runtime, owner, new_client, "manager", "Lou")
    answer = await lou.post(PATH, {"action": "manage_billing"})
    assert answer.json()["told"] == [{"name": "Pat", "role": "owner"}]
    assert await asked(runtime, "mo@example.com") == []
    (mail,) = [one for one in await mails(runtime, "owner@example.com") if "asks you" in str(one["Subject"])]
    assert "http://127.0.0.1:8000/settings/billing" in words(mail)
    assert "as owner of Acme" in words(mail)


async def test_one_connection_is_named_and_led_to(
    runtime: Runtime, owner: Browser, new_client: NewClient, make_connection: MakeConnection
) -> None:
    await prove_address(runtime, owner)
    kim = await join(runtime, owner, new_client)
    row = await make_connection(account_label="acme.test")
    name = f"conn_{row.id.hex}"
    assert (await kim.post(PATH, {"action": "sync", "connection_id": name})).status_code == 200
    (mail,) = [one for one in await mails(runtime, "owner@example.com") if "asks you" in str(one["Subject"])]
    assert mail["Subject"] == "Kim asks you to sync HubSpot – acme.test now"
    assert f"/integrations/hubspot?account={name}" in words(mail)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"action": "sync"}, 422),
        ({"action": "connect", "provider": "nothing"}, 422),
        ({"action": "become_owner"}, 422),
        ({"action": "sync", "connection_id": "conn_" + "0" * 32}, 404),
        ({"action": "connect", "note": "free words"}, 422),
    ],
)
async def test_only_what_there_is_can_be_asked_for(
    runtime: Runtime, owner: Browser, new_client: NewClient, body: dict[str, Any], status: int
) -> None:
    kim = await join(runtime, owner, new_client)
    assert (await kim.post(PATH, body)).status_code == status


async def test_whoever_may_need_not_ask(owner: Browser) -> None:
    for wish in Wish:
        answer = await owner.post(PATH, {"action": wish})
        assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_ask")


async def test_nobody_elses_connection_can_be_named(
    runtime: Runtime, owner: Browser, new_client: NewClient, make_connection: MakeConnection
) -> None:
    row = await make_connection()
    stranger = await sign_up(new_client(), "stranger@example.com", "Elsewhere")
    theirs = await join(runtime, stranger, new_client)
    answer = await theirs.post(PATH, {"action": "sync", "connection_id": f"conn_{row.id.hex}"})
    assert answer.status_code == 404


async def test_a_person_asks_for_five_things_a_day(runtime: Runtime, owner: Browser, new_client: NewClient) -> None:
    kim = await join(runtime, owner, new_client)
    wishes = [
        "connect",
        "manage_members",
        "change_organization",
        "manage_api_keys",
        "manage_webhooks",
        "manage_billing",
    ]
    answers = [await kim.post(PATH, {"action": one}) for one in wishes]
    assert [one.status_code for one in answers] == [200] * 5 + [429]
    assert 86_000 < int(answers[-1].headers["Retry-After"]) <= 86_400
    assert (await kim.post(PATH, {"action": "connect"})).json()["already_asked"] is True


def test_every_wish_names_a_permission() -> None:
    assert set(MEANING) == set(Wish)
    assert {one.permission for one in MEANING.values()} <= ALL_PERMISSIONS
