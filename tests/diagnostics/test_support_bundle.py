"""One button gathers what support asks for; nothing secret is in it, whatever the rows and the person say."""

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import httpx
import pytest

from mailwarden.core.housekeeping import prune_tenants
from mailwarden.core.runtime import Runtime
from mailwarden.diagnostics.retention import KEPT
from tests.conftest import MakeConnection, NewClient
from tests.connections.fakes import DEAD, DETAILS, INTROSPECT, TOKEN, active, connect, healthy, unauthorized
from tests.connections.steps import live
from tests.mailboxes.steps import become
from tests.support.browser import PASSWORD, Browser, sign_up
from tests.support.replies import Replies
from tests.support.time import TimeMachine

PATH = "/v1/diagnostics/support-bundle"


async def make(browser: Browser, **body: Any) -> dict[str, Any]:
    answer = await browser.post(PATH, body)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


@pytest.fixture
async def broken(owner: Browser, replies: Replies, runtime: Runtime, time_machine: TimeMachine) -> str:
    """A connection that was found dead, the whole way."""
    healthy(replies)
    replies["POST /oauth/2026-03/token"] = httpx.Response(200, json={"access_token": "app-1", "expires_in": 1800})
    replies["POST /webhooks-journal/subscriptions/2026-03"] = httpx.Response(201, json={"id": 1})
    replies["GET /webhooks-journal/journal/2026-03/earliest"] = httpx.Response(204)
    connection = await connect(owner)
    replies[DETAILS], replies[TOKEN], replies[INTROSPECT] = unauthorized, DEAD, active(is_active=False)
    await owner.post(f"/v1/connections/{connection}/test")
    await live(runtime, time_machine, 30)
    return connection


async def test_holds_what_support_asks_for(owner: Browser, broken: str) -> None:
    told = await make(owner, what_was_done="I opened the page", request_id="req_" + "0" * 32)
    content = told["content"]
    assert content["organization"]["name"] == "Acme"
    assert (content["reporter"]["email"], content["reporter"]["role"]) == ("owner@example.com", "owner")
    assert (content["provider"], content["environment"]) == ("hubspot", "test")
    assert "HubSpot" in content["error"]["text"]
    assert content["error"]["failed_at"]
    assert content["error"]["evidence"]
    assert content["version"]
    assert content["connections"][0]["connection_id"] == broken
    logs = content["logs"]
    assert logs["authorizations"][0]["result"] == "success"
    assert "refused" in {one["outcome"] for one in logs["refreshes"]}
    assert [one["to_status"] for one in logs["status_changes"]] == ["inactive", "verifying", "connected"]
    assert content["what_was_done"] == "I opened the page"
    assert content["error"]["request_id"] == "req_" + "0" * 32


async def test_takes_the_words_of_the_person_first(owner: Browser, broken: str) -> None:
    told = await make(owner, connection_id=broken, error_text="Boom 17", failed_at="2026-05-01T10:00:00Z")
    assert told["content"]["error"]["text"] == "Boom 17"
    assert told["content"]["error"]["failed_at"].startswith("2026-05-01T10:00:00")


async def test_what_is_shown_is_what_is_downloaded(owner: Browser, broken: str) -> None:
    told = await make(owner)
    for _ in range(2):
        answer = await owner.get(f"{PATH}/{told['id']}/download")
        assert answer.headers["content-type"] == "application/zip"
        assert told["file_name"] in answer.headers["content-disposition"]
        with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
            assert packed.namelist() == ["README.txt", "bundle.json", "redactions.json"]
            assert json.loads(packed.read("bundle.json")) == told["content"]
            assert json.loads(packed.read("redactions.json")) == told["redactions"]
    assert (await owner.get(f"{PATH}/{told['id']}")).json() == told
    again = await owner.get(f"{PATH}/{told['id']}/download")
    assert again.content == answer.content


async def test_what_a_person_pastes_is_redacted_and_the_manifest_says_so(owner: Browser) -> None:
    pasted = "GET /x Authorization: Bearer abcdef123456 as pat@secret.example with password=hunter22"
    told = await make(owner, error_text=pasted, what_was_done="my token=deadbeefdeadbeef and owner@example.com")
    text = json.dumps(told["content"])
    for secret in ("abcdef123456", "pat@secret", "hunter22", "deadbeef"):
        assert secret not in text
    assert "owner@example.com" in told["content"]["what_was_done"]
    lines = {(one["where"], one["action"], one["why"]) for one in told["redactions"]}
    assert ("error.text", "removed", "a cookie or authorization") in lines
    assert ("what_was_done", "removed", "a value named like a secret") in lines
    assert told["redacted"] >= 2


async def test_settings_are_named_without_their_values(owner: Browser) -> None:
    told = await make(owner)
    named = told["content"]["settings_present"]
    assert "MAILWARDEN_PROVIDERS__HUBSPOT__CLIENT_SECRET" in named
    text = json.dumps(told)
    assert "our-secret" not in text
    assert "our-client" not in text
    left_out = {one["where"] for one in told["redactions"] if one["action"] == "left_out"}
    assert {"credentials.access_token", "users.password_hash", "oauth_attempts.verifier"} <= left_out


async def test_of_one_account_tells_of_that_account_alone(
    owner: Browser, broken: str, make_connection: MakeConnection
) -> None:
    other = await make_connection(provider="klaviyo", account_label="other.test")
    told = await make(owner, connection_id=f"conn_{other.id.hex}")
    assert told["content"]["provider"] == "klaviyo"
    assert broken not in json.dumps(told["content"])
    assert broken in json.dumps((await make(owner))["content"])


async def test_bundles_are_listed_deleted_and_forgotten(
    owner: Browser, runtime: Runtime, time_machine: TimeMachine
) -> None:
    made = [(await make(owner))["id"] for _ in range(3)]
    first = (await owner.get(PATH, params={"limit": 2})).json()
    rest = (await owner.get(PATH, params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert [one["id"] for one in first["data"] + rest["data"]] == made[::-1]
    assert (await owner.delete(f"{PATH}/{made[0]}")).status_code == 204
    assert (await owner.delete(f"{PATH}/{made[0]}")).status_code == 404
    assert (await owner.get(f"{PATH}/{made[0]}")).status_code == 404
    await time_machine.advance(timedelta(days=7, hours=1))
    await prune_tenants(runtime, KEPT)
    later = await sign_in_again(owner)
    assert (await later.get(PATH)).json()["data"] == []


async def sign_in_again(browser: Browser) -> Browser:
    body = {"email": "owner@example.com", "password": PASSWORD}
    answer = await browser.http.post("/v1/auth/sign-in", json=body)
    browser.http.headers["x-csrf"] = answer.json()["csrf_token"]
    return browser


async def test_nobody_elses_business(owner: Browser, runtime: Runtime, new_client: NewClient) -> None:
    bundle = (await make(owner))["id"]
    stranger = await sign_up(new_client(), "stranger@example.com", "Other")
    for method, path in (
        ("GET", f"{PATH}/{bundle}"),
        ("GET", f"{PATH}/{bundle}/download"),
        ("DELETE", f"{PATH}/{bundle}"),
    ):
        assert (await stranger.http.request(method, path)).status_code == 404
    await become(runtime, owner, "member")
    assert (await owner.post(PATH, {})).status_code == 403
    assert (await owner.get(f"{PATH}/{bundle}/download")).status_code == 403
