"""A password reset by mail ends what a thief may hold of this person, and nothing that is an organization's."""

from mailwarden.core.runtime import Runtime
from tests.accounts.steps import newest_token, prove_address
from tests.conftest import NewClient
from tests.developers.oauth.steps import Program, tokens_for
from tests.developers.oauth.test_attacks import revoked
from tests.developers.steps import as_program, make_key
from tests.organizations.steps import join
from tests.support.browser import Browser

NEW = "a quite different passphrase"


async def reset(rt: Runtime, browser: Browser, new_client: NewClient) -> None:
    await prove_address(rt, browser)
    email = browser.me["user"]["email"]
    assert (await new_client().post("/v1/auth/forgot-password", json={"email": email})).is_success
    body = {"token": await newest_token(rt, email), "password": NEW}
    assert (await new_client().post("/v1/auth/reset-password", json=body)).status_code == 204


async def test_sessions_and_devices_end_in_every_organization(
    runtime: Runtime, owner: Browser, program: Program, new_client: NewClient
) -> None:
    here = await tokens_for(program, owner)
    made = await owner.post("/v1/organizations", {"name": "Second", "time_zone": "UTC"})
    there = await tokens_for(program, Browser(owner.http, made.json()))
    await reset(runtime, owner, new_client)
    assert (await owner.get("/v1/me")).status_code == 401
    for tokens in (here, there):
        assert await program.me(tokens["access_token"]) == 401
        assert (await program.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"
    assert await revoked(runtime, owner) == ["password_reset"]


async def test_api_keys_and_other_people_go_on(
    runtime: Runtime, owner: Browser, program: Program, new_client: NewClient
) -> None:
    key = as_program(new_client(), (await make_key(owner))["secret"])
    kim = await join(runtime, owner, new_client)
    theirs = await tokens_for(program, kim)
    await reset(runtime, owner, new_client)
    assert (await key.get("/v1/connections")).status_code == 200
    assert await program.me(theirs["access_token"]) == 200
    assert (await kim.get("/v1/me")).status_code == 200
