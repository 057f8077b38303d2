"""Items of docs/security.md that no other test shows."""

import logging
import re

import pytest

from mailwarden.core.runtime import Runtime
from mailwarden.main import create_app
from tests.accounts.steps import prove_address
from tests.conftest import NewClient
from tests.developers.oauth.steps import Program, tokens_for
from tests.organizations.steps import join
from tests.support.browser import Browser
from tests.support.routes import operations

LEAD_AWAY = {"oauth_callback", "identity_callback"}
LONG = "Één lang wachtwoord " * 11 + "dat hier ophoudt "  # 237 letters, a space at its end


async def test_a_password_counts_to_its_last_letter(new_client: NewClient) -> None:
    body = {"email": "long@example.com", "password": LONG}
    more = {"name": "Pat", "organization_name": "Acme"}
    assert (await new_client().post("/v1/auth/sign-up", json=body | more)).status_code == 201
    for other in (LONG.strip(), LONG[:72], LONG[:-2] + "? ", LONG.lower()):
        answer = await new_client().post("/v1/auth/sign-in", json=body | {"password": other})
        assert answer.status_code == 401, other
    assert (await new_client().post("/v1/auth/sign-in", json=body)).status_code == 200


async def test_the_consent_page_says_who_gets_what(owner: Browser, new_client: NewClient) -> None:
    page = await owner.get(Program(new_client()).request(scope="status:read connections:write"))
    told = re.sub(r"<[^>]+>", " ", page.text)
    for word in ("Mailwarden command line", "workstation", "Acme", "owner@example.com"):
        assert word in told
    assert "See the organization, its integrations and their state" in told
    assert "Connect, reconnect, change and disconnect integrations" in told
    assert "Read campaigns" not in told


async def test_a_device_knows_its_person_whatever_their_address(
    runtime: Runtime, owner: Browser, new_client: NewClient
) -> None:
    program = Program(new_client())
    headers = {"Authorization": f"Bearer {(await tokens_for(program, owner))['access_token']}"}
    await prove_address(runtime, owner, "renamed@example.com")
    user = (await program.http.get("/v1/me", headers=headers)).json()["user"]
    assert (user["id"], user["email"]) == (owner.me["user"]["id"], "renamed@example.com")


async def test_a_refused_role_is_logged(
    runtime: Runtime, owner: Browser, new_client: NewClient, caplog: pytest.LogCaptureFixture
) -> None:
    member = await join(runtime, owner, new_client)
    with caplog.at_level(logging.WARNING):
        assert (await member.get("/v1/members")).status_code == 403
    seen = [vars(one) for one in caplog.records if one.message == "refused"]
    assert [(one["status"], one["problem"], one["route"]) for one in seen] == [(403, "role_required", "/v1/members")]


async def test_no_operation_leads_anywhere_but_to_a_providers_page(owner: Browser, runtime: Runtime) -> None:
    """Over plain http, too: a program that forgot the s is refused or answered, never sent on."""
    for one in operations(create_app(runtime)):
        if one.method == "GET" and one.name not in LEAD_AWAY | {"stream_sync"}:
            answer = await owner.get(one.example_path())
            assert answer.status_code < 300 or answer.status_code >= 400, one
