"""J4: whoever may not reconnect an account asks those who may, once an hour."""

from datetime import datetime, timedelta

import pytest

from mailwarden.core.runtime import Runtime
from tests.accounts.steps import mails, prove_address, words
from tests.conftest import MakeConnection, NewClient
from tests.organizations.steps import audit_rows, join
from tests.support.browser import Browser, sign_up
from tests.support.time import TimeMachine


async def test_owners_and_managers_are_told_once_an_hour(
    runtime: Runtime,
    owner: Browser,
    new_client: NewClient,
    make_connection: MakeConnection,
    time_machine: TimeMachine,
) -> None:
    await prove_address(runtime, owner)
    await join(runtime, owner, new_client, "manager", "Mo")
    kim, lee = [await join(runtime, owner, new_client, "member", name) for name in ("Kim", "Lee")]
    row = await make_connection(status="inactive", cause="app_uninstalled", account_label="acme.test")
    path = f"/v1/connections/conn_{row.id.hex}/ask-reconnect"
    first, second = await kim.post(path), await kim.post(path)
    assert (first.json()["already_asked"], second.json()["already_asked"]) == (False, True)
    at, told_at = (datetime.fromisoformat(one.json()["asked_at"]) for one in (first, second))
    assert abs(at - told_at) < timedelta(seconds=10)
    assert first.json()["told"] == [{"name": "Pat", "role": "owner"}, {"name": "Mo", "role": "manager"}]
    assert (await lee.post(path)).json()["already_asked"] is False  # another person
    await time_machine.advance(timedelta(minutes=61))
    assert (await kim.post(path)).json()["already_asked"] is False
    for address in ("owner@example.com", "mo@example.com"):
        asked = [one for one in await mails(runtime, address) if "asks you to reconnect" in one["Subject"]]
        assert [one["Subject"].split()[0] for one in asked] == ["Kim", "Lee", "Kim"]
        assert "Open the connection" in words(asked[0]) or "Reconnect" in words(asked[0])
    feed = (await owner.get("/v1/alerts", params={"kind": "reconnect_asked"})).json()["data"]
    assert [one["title"] for one in feed][-1] == "Kim asks you to reconnect HubSpot – acme.test"
    told = [one for one in await audit_rows(runtime, owner) if one.action == "connection.reconnect_asked"]
    assert len(told) == 3


@pytest.mark.parametrize(
    ("columns", "status"),
    [
        ({"status": "connected"}, 409),
        ({"status": "verifying"}, 409),
        ({"status": "disconnected"}, 200),
        ({"status": "connected", "missing_scopes": ["crm.objects.contacts.read"]}, 200),
    ],
)
async def test_only_what_is_broken_can_be_asked_for(
    owner: Browser, make_connection: MakeConnection, columns: dict[str, object], status: int
) -> None:
    row = await make_connection(**columns)
    answer = await owner.post(f"/v1/connections/conn_{row.id.hex}/ask-reconnect")
    assert answer.status_code == status, answer.text
    assert status == 200 or answer.json()["code"] == "nothing_to_ask"


async def test_strangers_cannot_ask(owner: Browser, new_client: NewClient, make_connection: MakeConnection) -> None:
    row = await make_connection(status="inactive", cause="app_uninstalled")
    stranger = await sign_up(new_client(), "stranger@example.com", "Elsewhere")
    assert (await stranger.post(f"/v1/connections/conn_{row.id.hex}/ask-reconnect")).status_code == 404
