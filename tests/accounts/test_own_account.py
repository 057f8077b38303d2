"""Changing one's own password and address."""

from datetime import timedelta

import httpx
import pytest_asyncio

from mailwarden.core.runtime import Runtime
from tests.accounts.steps import link, mails, newest_token, prove_address, words
from tests.conftest import NewClient
from tests.organizations.steps import audit_rows
from tests.support.browser import PASSWORD, Browser, sign_up
from tests.support.time import TimeMachine

ADDRESS = "owner@example.com"
NEW = "new@example.com"


@pytest_asyncio.fixture(loop_scope="session")
async def proved(runtime: Runtime, owner: Browser) -> Browser:
    await prove_address(runtime, owner)
    return owner


async def sign_in(http: httpx.AsyncClient, email: str, password: str = PASSWORD) -> httpx.Response:
    return await http.post("/v1/auth/sign-in", json={"email": email, "password": password})


async def ask(browser: Browser, new_email: str = NEW, password: str = PASSWORD) -> httpx.Response:
    return await browser.post("/v1/me/email", {"new_email": new_email, "current_password": password})


async def change_password(browser: Browser, old: str, new: str) -> httpx.Response:
    return await browser.post("/v1/me/password", {"current_password": old, "new_password": new})


async def confirm(http: httpx.AsyncClient, token: str) -> httpx.Response:
    return await http.post("/v1/auth/confirm-email", json={"token": token})


async def test_a_new_password_ends_the_other_sessions(runtime: Runtime, proved: Browser, new_client: NewClient) -> None:
    elsewhere = new_client()
    await sign_in(elsewhere, ADDRESS)
    assert (await change_password(proved, PASSWORD, "a quite different passphrase")).status_code == 204
    assert (await elsewhere.get("/v1/me")).status_code == 401
    assert (await proved.get("/v1/me")).status_code == 200
    assert (await sign_in(new_client(), ADDRESS)).status_code == 401
    assert (await sign_in(new_client(), ADDRESS, "a quite different passphrase")).status_code == 200
    assert (await mails(runtime, ADDRESS))[-1]["Subject"] == "Your password was changed"


async def test_a_wrong_current_password_changes_nothing(proved: Browser, new_client: NewClient) -> None:
    elsewhere = new_client()
    await sign_in(elsewhere, ADDRESS)
    refused = await change_password(proved, "not the password", "a quite different passphrase")
    assert (refused.status_code, refused.json()["code"]) == (422, "wrong_password")
    assert refused.json()["errors"][0]["pointer"] == "#/current_password"
    assert (await elsewhere.get("/v1/me")).status_code == 200
    assert (await sign_in(new_client(), ADDRESS)).status_code == 200


async def test_the_old_address_signs_in_until_the_new_one_is_confirmed(
    runtime: Runtime, proved: Browser, new_client: NewClient
) -> None:
    answer = await ask(proved)
    assert (answer.status_code, answer.json()["pending_email"]) == (202, NEW)
    assert (await sign_in(new_client(), ADDRESS)).status_code == 200
    assert (await sign_in(new_client(), NEW)).status_code == 401
    token = await newest_token(runtime, NEW)
    assert (await confirm(new_client(), token)).json() == {"email": NEW}
    assert "account.address_changed" in [one.action for one in await audit_rows(runtime, proved)]
    assert (await sign_in(new_client(), ADDRESS)).status_code == 401
    assert (await sign_in(new_client(), NEW)).json()["user"]["email_verified"] is True
    assert (await proved.get("/v1/me/email")).json()["pending_email"] is None


async def test_the_old_address_hears_of_the_wish_and_of_the_change(
    runtime: Runtime, proved: Browser, new_client: NewClient
) -> None:
    await ask(proved)
    asked = (await mails(runtime, ADDRESS))[-1]
    assert asked["Subject"] == "Somebody wants to change your e-mail address"
    assert NEW in words(asked)
    await confirm(new_client(), await newest_token(runtime, NEW))
    assert (await mails(runtime, ADDRESS))[-1]["Subject"] == "Your e-mail address was changed"


async def test_an_address_of_somebody_else_is_answered_alike_and_never_taken(
    runtime: Runtime, proved: Browser, new_client: NewClient
) -> None:
    other = await sign_up(new_client(), "taken@example.com", "Theirs")
    await prove_address(runtime, other)
    free, taken = await ask(proved), await ask(proved, "taken@example.com")
    same = {"email", "sender"}
    assert free.status_code == taken.status_code == 202
    assert {name: free.json()[name] for name in same} == {name: taken.json()[name] for name in same}
    assert taken.json()["expires_at"] is not None
    told = (await mails(runtime, "taken@example.com"))[-1]
    assert told["Subject"] == "You already have an account"
    assert "#" not in words(told)
    assert (await mails(runtime, ADDRESS))[-1]["Subject"] == "Somebody wants to change your e-mail address"
    state = (await proved.get("/v1/me/email")).json()
    assert (state["pending_email"], bool(state["expires_at"])) == ("taken@example.com", True)


async def test_an_address_that_was_proved_meanwhile_is_not_taken(
    runtime: Runtime, proved: Browser, new_client: NewClient
) -> None:
    await ask(proved)
    token = await newest_token(runtime, NEW)
    await prove_address(runtime, await sign_up(new_client(), NEW, "Theirs"))
    assert (await confirm(new_client(), token)).json()["code"] == "link_invalid"
    assert (await proved.get("/v1/me")).json()["user"]["email"] == ADDRESS


async def test_it_needs_the_password_a_proved_address_and_another_one(owner: Browser, runtime: Runtime) -> None:
    assert (await ask(owner)).json()["code"] == "not_verified"
    await prove_address(runtime, owner)
    assert (await ask(owner, password="not the password")).json()["code"] == "wrong_password"
    assert (await ask(owner, "OWNER@example.com")).json()["code"] == "same_address"


async def test_a_cancelled_or_expired_change_stays_undone(
    runtime: Runtime, proved: Browser, new_client: NewClient, time_machine: TimeMachine
) -> None:
    await ask(proved)
    cancelled = await newest_token(runtime, NEW)
    assert (await proved.delete("/v1/me/email")).status_code == 204
    assert (await confirm(new_client(), cancelled)).json()["code"] == "link_invalid"
    await ask(proved)
    expired = await newest_token(runtime, NEW)
    await time_machine.advance(timedelta(hours=11))
    await time_machine.advance(timedelta(hours=13, seconds=1))
    assert (await confirm(new_client(), expired)).json()["code"] == "link_invalid"


async def test_a_new_password_stops_a_change_of_address(
    runtime: Runtime, proved: Browser, new_client: NewClient
) -> None:
    await ask(proved)
    token = await newest_token(runtime, NEW)
    await change_password(proved, PASSWORD, "a quite different passphrase")
    assert (await confirm(new_client(), token)).json()["code"] == "link_invalid"


async def test_links_to_the_old_address_end_with_it(runtime: Runtime, proved: Browser, new_client: NewClient) -> None:
    await new_client().post("/v1/auth/forgot-password", json={"email": ADDRESS})
    reset = await newest_token(runtime, ADDRESS)
    await ask(proved)
    await confirm(new_client(), await newest_token(runtime, NEW))
    body = {"token": reset, "password": "a quite different passphrase"}
    assert (await new_client().post("/v1/auth/reset-password", json=body)).json()["code"] == "link_invalid"


async def test_five_changes_an_hour(proved: Browser, runtime: Runtime) -> None:
    for number in range(5):
        assert (await ask(proved, f"new{number}@example.com")).status_code == 202
    refused = await ask(proved)
    assert refused.status_code == 429
    assert 3000 < int(refused.headers["retry-after"]) <= 3600
    assert all(link(mail) for mail in await mails(runtime, "new4@example.com"))
