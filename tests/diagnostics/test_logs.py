"""What owners and managers see of the machine room: authorizations, refreshes, connection records."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from mailwarden.connections.models import Connection, RefreshAttempt
from mailwarden.core.db import unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.core.runtime import Runtime
from tests.conftest import MakeConnection, NewClient
from tests.connections.fakes import TOKEN, come_back, connect, healthy, start, state_of
from tests.connections.token_steps import force
from tests.mailboxes.steps import become
from tests.support.browser import Browser, sign_up
from tests.support.replies import Replies
from tests.support.time import TimeMachine

BASE = "/v1/diagnostics"


async def rows(browser: Browser, name: str, **query: Any) -> list[dict[str, Any]]:
    answer = await browser.get(f"{BASE}/{name}", params=query)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


class TestCallbacks:
    async def test_every_outcome_is_told_with_its_reason(
        self, owner: Browser, replies: Replies, time_machine: TimeMachine
    ) -> None:
        healthy(replies)
        await connect(owner)
        await come_back(owner, state_of(await start(owner)), error="access_denied", error_description="User said no")
        replies[TOKEN] = httpx.Response(400, json={"status": "BAD_REDIRECT_URI", "message": "redirect_uri mismatch"})
        await come_back(owner, state_of(await start(owner)))
        await start(owner)
        found = await rows(owner, "callbacks")
        assert [one["result"] for one in found] == ["waiting", "failure", "failure", "success"]
        assert [one["outcome"] for one in found] == [None, "failed", "denied", "connected"]
        assert found[1]["expected_redirect_uri"] == "http://127.0.0.1:8000/v1/oauth/callback/hubspot"
        assert "User said no" in found[2]["provider_error"]
        assert found[3]["account_label"]
        assert found[3]["user_name"] == "Pat"
        await time_machine.advance(timedelta(minutes=11))
        assert (await rows(owner, "callbacks"))[0]["outcome"] == "expired"
        assert [one["outcome"] for one in await rows(owner, "callbacks", result="failure")] == [
            "expired",
            "failed",
            "denied",
        ]
        assert [one["outcome"] for one in await rows(owner, "callbacks", result="success")] == ["connected"]
        assert await rows(owner, "callbacks", result="waiting") == []
        assert await rows(owner, "callbacks", provider="klaviyo") == []

    async def test_never_tells_a_state_or_verifier(self, owner: Browser, replies: Replies) -> None:
        healthy(replies)
        started = await start(owner)
        text = (await owner.get(f"{BASE}/callbacks")).text
        await come_back(owner, state_of(started))
        text += (await owner.get(f"{BASE}/callbacks")).text
        assert state_of(started) not in text
        assert "verifier" not in text


class TestRefreshes:
    async def test_what_came_of_each_is_told(
        self, owner: Browser, runtime: Runtime, make_connection: MakeConnection, replies: Replies
    ) -> None:
        healthy(replies)
        row = await make_connection(external_id="4711")
        await force(runtime, row)
        replies[TOKEN] = httpx.Response(503, json={"message": "down"}, headers={"x-hubspot-correlation-id": "abc-1"})
        await force(runtime, row)
        found = await rows(owner, "refreshes")
        assert [one["outcome"] for one in found] == ["unavailable", "refreshed"]
        assert (found[0]["status"], found[0]["account_label"]) == (503, "acme.test")
        assert await rows(owner, "refreshes", outcome="refused") == []
        assert len(await rows(owner, "refreshes", provider="hubspot", connection_id=f"conn_{row.id.hex}")) == 2
        before = (runtime.clock.now() - timedelta(hours=1)).isoformat()
        assert await rows(owner, "refreshes", until=before) == []
        assert len(await rows(owner, "refreshes", since=before)) == 2

    async def test_page_by_page(self, owner: Browser, runtime: Runtime, make_connection: MakeConnection) -> None:
        await _attempts(runtime, await make_connection(), 7)
        found: list[str] = []
        query: dict[str, Any] = {"limit": 3}
        while True:
            page = (await owner.get(f"{BASE}/refreshes", params=query)).json()
            found += [one["id"] for one in page["data"]]
            if page["next_cursor"] is None:
                break
            query["cursor"] = page["next_cursor"]
        assert len(found) == len(set(found)) == 7
        elsewhere = await owner.get(f"{BASE}/refreshes", params=query | {"provider": "hubspot"})
        assert (elsewhere.status_code, elsewhere.json()["code"]) == (400, "invalid_cursor")


async def _attempts(rt: Runtime, row: Connection, count: int) -> None:
    async with unit_of_work(rt.sessions, row.org_id) as tx:
        for _ in range(count):  # all at the same moment: the order must not depend on the time alone
            attempt = RefreshAttempt(
                id=new_id(),
                org_id=row.org_id,
                connection_id=row.id,
                provider=row.provider,
                outcome="refreshed",
                at=rt.clock.now(),
            )
            tx.session.add(attempt)


async def test_connection_records_say_when_what_happened_last(
    owner: Browser, runtime: Runtime, make_connection: MakeConnection, replies: Replies
) -> None:
    healthy(replies)
    row = await make_connection(external_id="4711")
    await force(runtime, row)
    await owner.post(f"/v1/connections/conn_{row.id.hex}/test")
    await make_connection(provider="klaviyo", status="inactive", cause="access_revoked")
    klaviyo, hubspot = await rows(owner, "connections")
    assert (klaviyo["label"], klaviyo["cause"], klaviyo["last_refresh_at"]) == ("Inactive", "access_revoked", None)
    assert (hubspot["last_refresh_outcome"], hubspot["credential_version"]) == ("refreshed", 2)
    assert hubspot["last_refresh_at"]
    assert hubspot["last_probe_at"]
    assert (hubspot["last_probe_failed"], hubspot["has_credential"]) == (False, True)
    assert [one["provider"] for one in await rows(owner, "connections", status="inactive")] == ["klaviyo"]
    text = (await owner.get(f"{BASE}/connections")).text
    assert "access-" not in text
    assert "refresh-new" not in text


@pytest.mark.parametrize("name", ["callbacks", "refreshes", "connections", "scheduler"])
async def test_members_see_none_of_it(owner: Browser, runtime: Runtime, name: str) -> None:
    assert (await owner.get(f"{BASE}/{name}")).status_code == 200
    await become(runtime, owner, "manager")
    assert (await owner.get(f"{BASE}/{name}")).status_code == 200
    await become(runtime, owner, "member")
    refused = await owner.get(f"{BASE}/{name}")
    assert (refused.status_code, refused.json()["code"]) == (403, "role_required")


async def test_another_organization_has_its_own_logs(
    owner: Browser, runtime: Runtime, make_connection: MakeConnection, replies: Replies, new_client: NewClient
) -> None:
    healthy(replies)
    await connect(owner)
    await _attempts(runtime, await make_connection(), 2)
    stranger = await sign_up(new_client(), "stranger@example.com", "Other")
    for name in ("callbacks", "refreshes", "connections"):
        assert await rows(stranger, name) == []
