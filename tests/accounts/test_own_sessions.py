"""Where am I signed in, and out with the others."""

from datetime import timedelta

import httpx

from tests.conftest import NewClient
from tests.support.browser import PASSWORD, Browser, sign_up
from tests.support.time import TimeMachine


async def sign_in(http: httpx.AsyncClient, browser: str = "Firefox") -> None:
    body = {"email": "owner@example.com", "password": PASSWORD}
    answer = await http.post("/v1/auth/sign-in", json=body, headers={"User-Agent": browser})
    http.headers["x-csrf"] = answer.json()["csrf_token"]


async def listed(browser: Browser) -> list[dict[str, object]]:
    return list((await browser.get("/v1/me/sessions")).json()["data"])


async def test_every_browser_is_listed_with_when_and_where(owner: Browser, new_client: NewClient) -> None:
    await sign_in(new_client())
    newest, mine = await listed(owner)
    assert (newest["user_agent"], newest["address"], newest["current"]) == ("Firefox", "127.0.0.1", False)
    assert (mine["current"], mine["organization"]) == (True, "Acme")
    assert str(mine["id"]).startswith("ses_")


async def test_one_is_ended_at_once(owner: Browser, new_client: NewClient) -> None:
    other = new_client()
    await sign_in(other)
    newest, _ = await listed(owner)
    assert (await owner.delete(f"/v1/me/sessions/{newest['id']}")).status_code == 204
    assert (await other.get("/v1/me")).status_code == 401
    assert (await owner.delete(f"/v1/me/sessions/{newest['id']}")).status_code == 404


async def test_all_others_are_ended(owner: Browser, new_client: NewClient) -> None:
    others = [new_client() for _ in range(3)]
    for other in others:
        await sign_in(other)
    assert (await owner.delete("/v1/me/sessions")).status_code == 204
    assert [(await other.get("/v1/me")).status_code for other in others] == [401] * 3
    assert len(await listed(owner)) == 1


async def test_nobody_ends_a_session_of_others(owner: Browser, new_client: NewClient) -> None:
    theirs = await sign_up(new_client(), "other@example.com", "Theirs")
    (session,) = await listed(theirs)
    assert (await owner.delete(f"/v1/me/sessions/{session['id']}")).status_code == 404
    assert (await theirs.get("/v1/me")).status_code == 200


async def test_what_has_ended_is_not_listed(owner: Browser, new_client: NewClient, time_machine: TimeMachine) -> None:
    await sign_in(new_client())
    for _ in range(2):
        await time_machine.advance(timedelta(hours=7))
        await owner.get("/v1/me")
    assert len(await listed(owner)) == 1
