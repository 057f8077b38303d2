"""What is tried against authorization servers (RFC 9700), and that none of it works here."""

import asyncio
import itertools
from dataclasses import replace
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import func, select

from mailwarden.accounts.access_end import end_access
from mailwarden.accounts.access_models import Grant, GrantToken
from mailwarden.core.db import unit_of_work
from mailwarden.core.runtime import Runtime
from mailwarden.main import create_app
from tests.conftest import NewClient
from tests.developers.oauth.steps import (
    ISSUER,
    REDIRECT,
    WITHOUT_PKCE,
    Program,
    allow,
    code_for,
    landed,
    tokens_for,
)
from tests.developers.steps import as_program, make_key
from tests.organizations.steps import audit_rows
from tests.support.browser import PASSWORD, Browser, sign_up
from tests.support.time import TimeMachine

EXTENSION = "abcdefghijklmnopabcdefghijklmnop"


async def revoked(rt: Runtime, browser: Browser) -> list[str | None]:
    async with unit_of_work(rt.sessions, browser.org_id) as tx:
        return list(await tx.session.scalars(select(Grant.revoked_why).where(Grant.org_id == browser.org_id)))


@pytest.mark.parametrize("over", WITHOUT_PKCE)
async def test_no_request_without_pkce(owner: Browser, program: Program, over: dict[str, str | None]) -> None:
    answer = await owner.get(program.request(**over))
    assert landed(answer) | {"error_description": ""} == {
        "error": "invalid_request",
        "error_description": "",
        "state": program.state,
        "iss": ISSUER,
    }


@pytest.mark.parametrize("verifier", [None, "", "x" * 43, "x" * 42, "x" * 129, "ü" * 43])
async def test_a_code_is_worth_nothing_without_its_verifier(
    owner: Browser, program: Program, verifier: str | None
) -> None:
    code = await code_for(program, owner)
    for attempt in (verifier, program.verifier):  # and the wrong try has used it up
        answer = await program.redeem(code, code_verifier=attempt)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


async def test_a_verifier_by_itself_is_no_proof(owner: Browser, program: Program) -> None:
    """Downgrade: the challenge was left out of the request, the verifier is sent all the same."""
    assert "code" not in landed(await owner.get(program.request(code_challenge=None, code_challenge_method=None)))
    assert (await program.redeem("mwc_made-up")).json()["error"] == "invalid_grant"


async def test_a_code_that_comes_twice_ends_what_it_gave(runtime: Runtime, owner: Browser, program: Program) -> None:
    code = await code_for(program, owner)
    tokens = (await program.redeem(code)).json()
    assert await program.me(tokens["access_token"]) == 200
    assert (await program.redeem(code)).json()["error"] == "invalid_grant"
    assert await program.me(tokens["access_token"]) == 401
    assert (await program.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"
    assert await revoked(runtime, owner) == ["code_reused"]
    assert await ended(runtime, owner) == ["code_reused"]


async def ended(rt: Runtime, owner: Browser) -> list[str]:
    """Why devices ended, as the audit log tells it."""
    return [(one.after or {})["why"] for one in await audit_rows(rt, owner) if one.action == "device.ended"]


async def test_of_many_at_once_one_gets_tokens_and_they_are_ended(
    runtime: Runtime, owner: Browser, program: Program
) -> None:
    code = await code_for(program, owner)
    answers = await asyncio.gather(*(program.redeem(code) for _ in range(12)))
    given = [one.json() for one in answers if one.status_code == 200]
    assert len(given) == 1
    assert await program.me(given[0]["access_token"]) == 401
    assert await revoked(runtime, owner) == ["code_reused"]


async def test_a_code_lives_for_a_minute(owner: Browser, program: Program, time_machine: TimeMachine) -> None:
    code = await code_for(program, owner)
    await time_machine.advance(61)
    assert (await program.redeem(code)).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "over",
    [
        {"client_id": "mailwarden-extension"},
        {"client_id": None},
        {"redirect_uri": "http://127.0.0.1:49153/callback"},
        {"redirect_uri": None},
        {"redirect_uri": REDIRECT + "/"},
    ],
)
async def test_a_code_belongs_to_one_program_and_one_way_back(
    owner: Browser, program: Program, over: dict[str, str | None]
) -> None:
    answer = await program.redeem(await code_for(program, owner), **over)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


NOT_CALLBACKS = [
    "http://127.0.0.1:49152/callback/",
    "http://127.0.0.1:49152/Callback",
    "http://127.0.0.1:49152/callback?x=1",
    "http://127.0.0.1:49152/callback#x",
    "http://127.0.0.1:49152/%63allback",
    "http://127.0.0.1:49152/a/../callback",
    "http://127.0.0.1:49152/%2e/callback",
    "http://user@127.0.0.1:49152/callback",
    "http://127.0.0.1:49152@evil.example/callback",
    "http://127.0.0.1.evil.example:49152/callback",
    "http://127.0.0.1/callback",
    "http://127.0.0.1:/callback",
    "http://127.0.0.1:0/callback",
    "http://127.0.0.1:99999/callback",
    "http://127.0.0.1:0080/callback",
    "http://127.0.0.1:٤٢/callback",
    "http://127.0.0.2:49152/callback",
    "http://127.1:49152/callback",
    "http://2130706433:49152/callback",
    "http://localhost:49152/callback",
    "http://[::1]:49152/callback",
    "https://127.0.0.1:49152/callback",
    "HTTP://127.0.0.1:49152/callback",
    "http://127.0.0.1:49152/callback\n",
    " http://127.0.0.1:49152/callback",
    "http://127.0.0.1:49152\\@evil.example/callback",
    "//127.0.0.1:49152/callback",
    "javascript:alert(1)",
    "https://evil.example/callback",
    f"https://{EXTENSION}.chromiumapp.org/cb",
    "",
]


@pytest.mark.parametrize("uri", NOT_CALLBACKS)
async def test_nobody_is_sent_anywhere_else(owner: Browser, program: Program, uri: str) -> None:
    answer = await owner.get(program.request(redirect_uri=uri))
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert "<script" not in answer.text


@pytest.mark.parametrize("port", [1, 1024, 49152, 65535])
async def test_a_program_on_this_computer_may_use_any_port(owner: Browser, program: Program, port: int) -> None:
    """RFC 8252 §7.3."""
    program.redirect_uri = f"http://127.0.0.1:{port}/callback"
    answer = await allow(owner, program.request())
    assert answer.headers["location"].startswith(program.redirect_uri + "?")


async def test_the_extension_has_one_way_back(runtime: Runtime, owner: Browser) -> None:
    config = replace(runtime.config, extension_ids=(EXTENSION,))
    transport = httpx.ASGITransport(create_app(replace(runtime, config=config)))
    mine = f"https://{EXTENSION}.chromiumapp.org/cb"
    async with httpx.AsyncClient(transport=transport, base_url=ISSUER, cookies=owner.http.cookies) as http:
        browser, program = Browser(http, owner.me), Program(http, "mailwarden-extension", mine)
        tokens = await tokens_for(program, browser, scope="status:read messages:send")
        assert tokens["scope"] == "status:read messages:send"
        for scope in ("organization:write", "data:read", "mailboxes:own"):
            assert landed(await browser.get(program.request(scope=scope)))["error"] == "invalid_scope"
        for other in (mine + "/", mine.upper(), mine + "?a=b", REDIRECT, mine.replace("https", "http")):
            answer = await browser.get(program.request(redirect_uri=other))
            assert (answer.status_code, "location" in answer.headers) == (400, False), other


async def test_an_extension_that_is_let_in_no_more_gets_no_new_tokens(
    runtime: Runtime, owner: Browser, program: Program
) -> None:
    config = replace(runtime.config, extension_ids=(EXTENSION,))
    transport = httpx.ASGITransport(create_app(replace(runtime, config=config)))
    async with httpx.AsyncClient(transport=transport, base_url=ISSUER, cookies=owner.http.cookies) as http:
        mine = Program(http, "mailwarden-extension", f"https://{EXTENSION}.chromiumapp.org/cb")
        tokens = await tokens_for(mine, Browser(http, owner.me), scope="status:read")
        refused = await program.refresh(tokens["refresh_token"], client_id=mine.client_id)
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
        assert (await mine.refresh(tokens["refresh_token"])).status_code == 200, "let in again, it goes on"


@pytest.mark.parametrize("name", ["client_id", "redirect_uri", "code_challenge", "state", "scope"])
async def test_a_parameter_given_twice_is_refused(owner: Browser, program: Program, name: str) -> None:
    answer = await owner.get(program.request() + f"&{name}=other")
    assert (answer.status_code, "location" in answer.headers) == (400, False)


async def test_only_codes_are_given(owner: Browser, program: Program) -> None:
    for kind in ("token", "code token", "id_token", None):
        found = landed(await owner.get(program.request(response_type=kind)))
        assert found["error"] == "unsupported_response_type"
    for grant in ("password", "client_credentials", "implicit", "", "authorization_code refresh_token"):
        answer = await program.http.post("/oauth/token", data={"grant_type": grant, "client_id": program.client_id})
        assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


async def test_the_page_cannot_be_framed_and_sends_forms_to_two_places_only(owner: Browser, program: Program) -> None:
    page = await owner.get(program.request(device_name="<script>alert(1)</script>"))
    policy = page.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "default-src 'none'" in policy
    assert "form-action 'self' http://127.0.0.1:49152" in policy
    assert page.headers["x-frame-options"] == "DENY"
    assert page.headers["cache-control"] == "no-store"
    assert "<script" not in page.text
    assert "&lt;script&gt;" in page.text


async def test_consent_needs_our_own_form(owner: Browser, program: Program) -> None:
    address = program.request()
    for csrf, headers in itertools.product(
        ("", "x" * 64, owner.me["csrf_token"]), ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"})
    ):
        answer = await owner.http.post(address, data={"csrf": csrf, "decision": "allow"}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")
    for csrf in ("", "x" * 64, "ü"):
        answer = await owner.http.post(address, data={"csrf": csrf, "decision": "allow"})
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")
    answer = await owner.http.post(address, json={"csrf": owner.me["csrf_token"], "decision": "allow"})
    assert (answer.status_code, "location" in answer.headers) == (400, False)


async def test_an_api_key_cannot_consent(owner: Browser, program: Program, new_client: NewClient) -> None:
    answer = await new_client().get(program.request(), headers={"Authorization": "Bearer mw_live_x"})
    assert (answer.status_code, urlsplit(answer.headers["location"]).path) == (303, "/sign-in")


async def test_a_refusal_gives_nothing(runtime: Runtime, owner: Browser, program: Program) -> None:
    found = landed(await allow(owner, program.request(), "deny"))
    assert (found["error"], found["iss"], "code" in found) == ("access_denied", ISSUER, False)
    assert await revoked(runtime, owner) == []


async def test_an_old_refresh_token_ends_the_devices_access(
    runtime: Runtime, owner: Browser, program: Program, time_machine: TimeMachine
) -> None:
    first = await tokens_for(program, owner)
    second = (await program.refresh(first["refresh_token"])).json()
    await time_machine.advance(61)
    third = (await program.refresh(second["refresh_token"])).json()
    assert await program.me(third["access_token"]) == 200
    assert (await program.refresh(first["refresh_token"])).json()["error"] == "invalid_grant"
    assert await program.me(third["access_token"]) == 401
    assert (await program.refresh(third["refresh_token"])).json()["error"] == "invalid_grant"
    assert await revoked(runtime, owner) == ["refresh_reused"]
    assert await ended(runtime, owner) == ["refresh_reused"]


async def test_older_than_the_last_is_a_theft_even_within_the_minute(
    runtime: Runtime, owner: Browser, program: Program
) -> None:
    first = await tokens_for(program, owner)
    second = (await program.refresh(first["refresh_token"])).json()
    third = (await program.refresh(second["refresh_token"])).json()
    assert (await program.refresh(first["refresh_token"])).status_code == 400
    assert await program.me(third["access_token"]) == 401


async def test_a_lost_answer_can_be_asked_for_again(
    owner: Browser, program: Program, time_machine: TimeMachine
) -> None:
    """The same refresh token again, so that two of one program's processes do not end each other."""
    first = await tokens_for(program, owner)
    answers = await asyncio.gather(*(program.refresh(first["refresh_token"]) for _ in range(5)))
    assert [one.status_code for one in answers] == [200] * 5
    assert len({one.json()["refresh_token"] for one in answers}) == 1
    for one in answers:
        assert await program.me(one.json()["access_token"]) == 200
    await time_machine.advance(62)
    assert (await program.refresh(first["refresh_token"])).json()["error"] == "invalid_grant"


async def test_a_refresh_token_is_of_one_program(owner: Browser, program: Program) -> None:
    tokens = await tokens_for(program, owner)
    for over in ({"client_id": "mailwarden-extension"}, {"client_id": ""}):
        assert (await program.refresh(tokens["refresh_token"], **over)).json()["error"] == "invalid_grant"
    for wrong in (tokens["access_token"], "", "mwr_" + "x" * 43):
        assert (await program.refresh(wrong)).json()["error"] == "invalid_grant"
    assert (await program.refresh(tokens["refresh_token"])).status_code == 200


async def test_lives_are_short_and_end(owner: Browser, program: Program, time_machine: TimeMachine) -> None:
    tokens = await tokens_for(program, owner)
    assert tokens["expires_in"] == 900
    await time_machine.advance(901)
    assert await program.me(tokens["access_token"]) == 401
    for _ in range(3):  # used every 29 days it lives on, but not past 90 days
        await time_machine.advance(29 * 86400)
        tokens = (await program.refresh(tokens["refresh_token"])).json()
    assert await program.me(tokens["access_token"]) == 200
    await time_machine.advance(4 * 86400)
    assert (await program.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"


async def test_thirty_days_without_use_end_it(owner: Browser, program: Program, time_machine: TimeMachine) -> None:
    tokens = await tokens_for(program, owner)
    await time_machine.advance(30 * 86400 + 1)
    assert (await program.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"


async def test_a_token_may_what_was_consented_to(owner: Browser, program: Program) -> None:
    access = (await tokens_for(program, owner, scope="data:read"))["access_token"]
    headers = {"Authorization": f"Bearer {access}"}
    assert (await program.http.get("/v1/campaigns", headers=headers)).status_code == 200
    refused = await program.http.get("/v1/connections", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_required")
    for method, path in (("GET", "/v1/api-keys"), ("GET", "/v1/me/devices"), ("POST", "/v1/auth/sign-out")):
        answer = await program.http.request(method, path, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "session_required")


async def test_signing_out_ends_the_device(owner: Browser, program: Program) -> None:
    for name in ("access_token", "refresh_token"):
        tokens = await tokens_for(program, owner)
        foreign = {"token": tokens[name], "client_id": "mailwarden-extension"}
        assert (await program.http.post("/oauth/revoke", data=foreign)).status_code == 200
        assert await program.me(tokens["access_token"]) == 200
        mine = {"token": tokens[name], "client_id": program.client_id}
        for _ in range(2):
            assert (await program.http.post("/oauth/revoke", data=mine)).status_code == 200
        assert await program.me(tokens["access_token"]) == 401


async def test_devices_are_ones_own(runtime: Runtime, owner: Browser, program: Program, new_client: NewClient) -> None:
    tokens = await tokens_for(program, owner)
    await code_for(program, owner)  # never redeemed: no device
    listed = (await owner.get("/v1/me/devices")).json()["data"]
    assert [(one["name"], one["program"]) for one in listed] == [("workstation", "Mailwarden command line")]
    other = await sign_up(new_client(), "other@example.com")
    assert (await other.get("/v1/me/devices")).json()["data"] == []
    path = f"/v1/me/devices/{listed[0]['id']}"
    assert (await other.delete(path)).status_code == 404
    assert await program.me(tokens["access_token"]) == 200
    assert (await owner.delete(path)).status_code == 204
    assert await program.me(tokens["access_token"]) == 401
    assert (await owner.get("/v1/me/devices")).json()["data"] == []
    assert (await owner.delete(path)).status_code == 404


async def test_no_secret_is_stored(runtime: Runtime, owner: Browser, program: Program) -> None:
    code = await code_for(program, owner)
    tokens = (await program.redeem(code)).json()
    async with unit_of_work(runtime.sessions, owner.org_id) as tx:
        rows = await tx.session.scalars(select(GrantToken).where(GrantToken.org_id == owner.org_id))
        kept = str([vars(row) for row in rows])
        assert await tx.session.scalar(select(func.count()).select_from(Grant).where(Grant.org_id == owner.org_id)) == 1
    for secret in (code, tokens["access_token"], tokens["refresh_token"], program.verifier):
        assert secret not in kept


async def test_the_description_of_the_server(program: Program) -> None:
    found = (await program.http.get("/.well-known/oauth-authorization-server")).json()
    assert found["issuer"] == ISSUER
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert found["authorization_response_iss_parameter_supported"] is True
    assert found["grant_types_supported"] == ["authorization_code", "refresh_token"]


async def test_a_new_password_ends_all_devices(runtime: Runtime, owner: Browser, program: Program) -> None:
    tokens = await tokens_for(program, owner)
    body = {"current_password": PASSWORD, "new_password": "another quite long passphrase"}
    assert (await owner.post("/v1/me/password", body)).status_code == 204
    assert await program.me(tokens["access_token"]) == 401
    assert await revoked(runtime, owner) == ["password_changed"]


async def test_who_leaves_takes_their_programs_along(
    runtime: Runtime, owner: Browser, program: Program, new_client: NewClient
) -> None:
    key, tokens = await make_key(owner), await tokens_for(program, owner)
    async with unit_of_work(runtime.sessions, owner.org_id) as tx:
        await end_access(tx, owner.org_id, owner.user_id)
    assert await program.me(tokens["access_token"]) == 401
    assert (await as_program(new_client(), key["secret"]).get("/v1/me")).status_code == 401
    assert await revoked(runtime, owner) == ["left"]
