"""One click goes through the five steps of the checklist, with live calls, and says what to do."""

from typing import Any

import httpx
import pytest
from sqlalchemy import text

from mailwarden.connections.models import Connection, Incident
from mailwarden.core.db import unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.core.runtime import Runtime
from mailwarden.providers.catalog import load
from tests.conftest import MakeConnection
from tests.connections.fakes import DEAD, DETAILS, INTROSPECT, TOKEN, active, connect, healthy, unauthorized
from tests.connections.steps import now
from tests.diagnostics.test_instance import beat
from tests.mailboxes.steps import become
from tests.support.browser import Browser
from tests.support.replies import Replies

QUICK = "/v1/diagnostics/quick"


async def run(browser: Browser) -> dict[str, Any]:
    answer = await browser.post(QUICK)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    assert [one["number"] for one in told["steps"]] == [1, 2, 3, 4, 5]
    return told


def checks(told: dict[str, Any], code: str) -> list[dict[str, Any]]:
    return [one for step in told["steps"] for one in step["checks"] if one["code"] == code]


@pytest.fixture
async def alive(runtime: Runtime) -> None:
    await beat(runtime, "w", runtime.config.version)


async def test_of_a_healthy_organization_finds_nothing(owner: Browser, replies: Replies, alive: None) -> None:
    healthy(replies)
    await connect(owner)
    told = await run(owner)
    assert told["result"] == "ok", told
    assert (told["connections_tested"], told["connections_not_tested"]) == (1, 0)
    (live,) = checks(told, "live_check")
    assert live["evidence"][0].startswith("token: ok")
    (agreement,) = checks(told, "agreement")
    assert agreement["evidence"][0] == "Shown: Connected, usable (ok)"


async def test_of_an_empty_organization_says_to_connect(owner: Browser, alive: None) -> None:
    told = await run(owner)
    assert told["result"] == "trouble"
    (none,) = checks(told, "none")
    assert none["action"]["code"] == "connect"


async def test_without_a_worker_says_so(owner: Browser, replies: Replies) -> None:
    healthy(replies)
    await connect(owner)
    (scheduler,) = checks(await run(owner), "scheduler")
    assert (scheduler["result"], scheduler["action"]["code"]) == ("trouble", "ask_operator")


async def test_of_a_connected_but_dead_account_puts_the_status_right(
    owner: Browser, replies: Replies, runtime: Runtime, alive: None, make_connection: MakeConnection
) -> None:
    healthy(replies)
    row = await make_connection(external_id="4711")
    replies[DETAILS], replies[TOKEN], replies[INTROSPECT] = unauthorized, DEAD, active(is_active=False)
    told = await run(owner)
    assert told["result"] == "trouble"
    (agreement,) = checks(told, "agreement")
    assert agreement["detail"].startswith("What was shown was no longer true")
    assert agreement["evidence"][1:] == ["Real call: does not work", "Shown now: Checking…, not usable"]
    assert checks(told, "none_works")
    (affected,) = checks(told, "affected")
    assert "being checked" in affected["what_to_do"]
    assert (await now(runtime, row)).status == "verifying"


async def test_of_a_provider_in_trouble_blames_no_connection(
    owner: Browser, replies: Replies, runtime: Runtime, alive: None, make_connection: MakeConnection
) -> None:
    healthy(replies)
    row = await make_connection(external_id="4711")
    replies[DETAILS] = httpx.Response(503, text="down")
    told = await run(owner)
    (agreement,) = checks(told, "agreement")
    assert agreement["result"] == "note"
    assert "provider is in trouble" in agreement["detail"]
    assert (await now(runtime, row)).status == "connected"


async def test_of_a_dead_account_says_why_and_how_to_reconnect_without_asking_it_again(
    owner: Browser, replies: Replies, alive: None, make_connection: MakeConnection
) -> None:
    await make_connection(status="inactive", cause="app_uninstalled", evidence=_evidence())
    told = await run(owner)
    assert replies.requests == []
    (affected,) = checks(told, "affected")
    assert "uninstalled in HubSpot" in affected["detail"]
    assert "one click" in affected["what_to_do"]
    assert affected["action"]["code"] == "reconnect"
    assert affected["evidence"][0].endswith("refresh: 400 invalid_grant no")


def _evidence() -> dict[str, Any]:
    item = {
        "at": "2026-05-01T10:00:00+00:00",
        "signal": "refresh_refused",
        "operation": "refresh",
        "method": "POST",
        "host": "api.hubapi.com",
        "path": "/oauth/token",
        "status": 400,
        "provider_code": "invalid_grant",
        "message": "no",
        "provider_request_id": None,
    }
    return {"items": [item]}


async def test_says_when_only_the_operator_can_help(
    owner: Browser, runtime: Runtime, alive: None, make_connection: MakeConnection
) -> None:
    await make_connection(status="inactive", cause="unknown")
    async with unit_of_work(runtime.sessions) as tx:
        detail = {"expected": "https://a/callback", "actual": "https://b/callback"}
        tx.session.add(
            Incident(id=new_id(), provider="hubspot", kind="misconfigured", failing=1, tried=1, detail=detail)
        )
    told = await run(owner)
    (ours,) = checks(told, "our_app")
    assert ours["evidence"] == ["Expected: https://a/callback", "Actual: https://b/callback"]
    (affected,) = checks(told, "affected")
    assert (affected["action"]["code"], "cannot work" in affected["what_to_do"]) == ("ask_operator", True)


async def test_a_missing_permission_is_shown_and_agrees(
    owner: Browser, replies: Replies, alive: None, make_connection: MakeConnection
) -> None:
    healthy(replies)
    await make_connection(external_id="4711", missing_scopes=["crm.objects.contacts.read"], scopes=["oauth", "content"])
    replies[INTROSPECT] = active(scopes=["oauth", "content"])
    told = await run(owner)
    (agreement,) = checks(told, "agreement")
    assert (agreement["result"], "Permission missing" in agreement["evidence"][0]) == ("ok", True)
    (affected,) = checks(told, "affected")
    assert affected["action"]["code"] == "grant_permission"


async def test_tests_the_longest_unchecked_and_says_what_it_left_out(
    owner: Browser, replies: Replies, alive: None, make_connection: MakeConnection
) -> None:
    healthy(replies)
    for number in range(13):
        await make_connection(external_id=str(number))
    told = await run(owner)
    assert (told["connections_tested"], told["connections_not_tested"]) == (10, 3)
    (skipped,) = checks(told, "skipped")
    assert skipped["detail"].startswith("3 more")


async def test_workers_of_another_version_are_noticed(owner: Browser, runtime: Runtime) -> None:
    await beat(runtime, "old", "0.0.1")
    (versions,) = checks(await run(owner), "versions")
    assert "0.0.1" in versions["detail"]


async def test_changes_no_setting_and_disconnects_nobody(
    owner: Browser, replies: Replies, runtime: Runtime, alive: None, make_connection: MakeConnection
) -> None:
    healthy(replies)
    rows = [await make_connection(external_id=str(n), status=s) for n, s in enumerate(("connected", "disconnected"))]
    before = [_settings(await now(runtime, row)) for row in rows]
    await run(owner)
    assert [_settings(await now(runtime, row)) for row in rows] == before


def _settings(row: Connection) -> tuple[Any, ...]:
    return (row.status, row.sync_frequency, row.history_range, row.version, row.external_id, row.next_sync_at)


async def test_is_not_for_members(owner: Browser, runtime: Runtime) -> None:
    await become(runtime, owner, "member")
    assert (await owner.post(QUICK)).status_code == 403


async def test_says_when_parts_of_the_product_do_not_agree(
    owner: Browser, replies: Replies, runtime: Runtime, alive: None
) -> None:
    healthy(replies)
    await connect(owner)
    assert [one["result"] for one in checks(await run(owner), "one_truth")] == ["ok"]
    async with unit_of_work(runtime.sessions, owner.org_id) as tx:
        await tx.session.execute(text("DELETE FROM jobs WHERE kind = 'probe'"))
    (wrong,) = checks(await run(owner), "contradiction")
    assert (wrong["result"], wrong["evidence"]) == ("trouble", ["no probe is planned"])


async def test_a_mailbox_is_judged_by_its_own_work(
    owner: Browser, replies: Replies, alive: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = load()["hubspot"]
    mailbox = spec.model_copy(update={"capabilities": frozenset({"mailbox", "sending"})})
    monkeypatch.setitem(load(), "hubspot", mailbox)
    healthy(replies)
    await connect(owner)
    (agreement,) = checks(await run(owner), "agreement")
    assert (agreement["result"], agreement["evidence"][0]) == ("ok", "Shown: Connected, usable (ok)")
