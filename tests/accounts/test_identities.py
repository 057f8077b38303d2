"""Signing in with an account elsewhere: the sandbox's Google and Microsoft over real sockets."""

import asyncio
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from mailwarden.main import create_app
from tests.accounts.steps import mails, prove_address
from tests.accounts.test_second_factor import code, turn_on
from tests.faults.conftest import sandbox, world  # noqa: F401 - fixtures
from tests.organizations.steps import audit_rows
from tests.support.browser import PASSWORD, Browser
from tests.support.world import World

BASE = "http://127.0.0.1:8000"


@pytest.fixture
def stranger(world: World) -> httpx.AsyncClient:  # noqa: F811
    return httpx.AsyncClient(transport=httpx.ASGITransport(create_app(world.runtime)), base_url=BASE, timeout=60)


async def account(world: World, provider: str, name: str | None = None) -> str:  # noqa: F811
    """Its address is made of its name."""
    fields = {"name": name} if name else {}
    return await asyncio.to_thread(partial(world.sandbox.make_account, provider, **fields))


async def consent(world: World, http: httpx.AsyncClient, url: str, who: str, **over: str) -> str:  # noqa: F811
    """Where the provider leads the browser back to."""
    there = await world.outside.get(world.sandbox.decided(url, who, **over))
    assert there.status_code == 302, there.text[:300]
    return str(there.headers["location"])


async def sign_in(world: World, http: httpx.AsyncClient, provider: str, who: str, **over: str) -> str:  # noqa: F811
    going_on = {"next": over.pop("next")} if "next" in over else None
    started = await http.post(f"/v1/auth/identity/{provider}", json=going_on)
    assert started.status_code == 200, started.text
    back = await consent(world, http, started.json()["authorize_url"], who, **over)
    return str((await http.get(back)).headers["location"])


async def link(world: World, browser: Browser, provider: str, who: str) -> str:  # noqa: F811
    started = await browser.post(f"/v1/me/identities/{provider}", {"current_password": PASSWORD})
    assert started.status_code == 200, started.text
    back = await consent(world, browser.http, started.json()["authorize_url"], who)
    return str((await browser.get(back)).headers["location"])


async def me(http: httpx.AsyncClient) -> dict[str, Any]:
    found: dict[str, Any] = (await http.get("/v1/me")).json()
    return found


async def test_what_is_set_up_is_offered(world: World, stranger: httpx.AsyncClient) -> None:  # noqa: F811
    offered = (await stranger.get("/v1/auth/identity-providers")).json()["data"]
    assert [one["provider"] for one in offered] == ["google", "microsoft"]
    assert (await stranger.post("/v1/auth/identity/hubspot")).status_code == 404


@pytest.mark.parametrize(("provider", "vouches"), [("google", True), ("microsoft", False)])
async def test_who_comes_back_unknown_gets_an_account_and_the_same_one_again(
    world: World,  # noqa: F811
    stranger: httpx.AsyncClient,
    provider: str,
    vouches: bool,
) -> None:
    who = await account(world, provider)
    assert await sign_in(world, stranger, provider, who) == "/"
    first = await me(stranger)
    assert (first["role"], first["user"]["email_verified"]) == ("owner", vouches)
    stranger.cookies.clear()
    assert await sign_in(world, stranger, provider, who) == "/"
    assert (await me(stranger))["user"] == first["user"]


async def test_the_same_address_elsewhere_joins_nothing(world: World, stranger: httpx.AsyncClient) -> None:  # noqa: F811
    other = httpx.AsyncClient(transport=httpx.ASGITransport(create_app(world.runtime)), base_url=BASE)
    await sign_in(world, other, "google", await account(world, "google", "One Firm"))
    first = (await me(other))["user"]
    assert (first["email"], first["email_verified"]) == ("admin@one-firm.test", True)
    assert await sign_in(world, stranger, "microsoft", await account(world, "microsoft", "One Firm")) == "/"
    second = (await me(stranger))["user"]
    assert (second["email"], second["email_verified"]) == ("admin@one-firm.test", False)
    assert second["id"] != first["id"]
    assert (await mails(world.runtime, "admin@one-firm.test"))[-1]["Subject"] == "You already have an account"
    await other.aclose()


async def test_a_holder_of_the_address_must_link_first(world: World, stranger: httpx.AsyncClient) -> None:  # noqa: F811
    who, owner = await account(world, "google", "One Firm"), await world.sign_up()
    await prove_address(world.runtime, owner, "admin@one-firm.test")
    assert await sign_in(world, stranger, "google", who) == "/sign-in?error=identity_not_linked"
    assert (await stranger.get("/v1/me")).status_code == 401
    assert await link(world, owner, "google", who) == "/settings/account?linked=google"
    assert "account.identity_linked" in [one.action for one in await audit_rows(world.runtime, owner)]
    assert await sign_in(world, stranger, "google", who) == "/"
    assert (await me(stranger))["user"]["id"] == owner.me["user"]["id"]
    assert (await mails(world.runtime, "admin@one-firm.test"))[-1]["Subject"] == "Google signs you in"


async def test_linking_needs_the_password_and_takes_nobody_elses(world: World) -> None:  # noqa: F811
    who = await account(world, "google")
    first, second = await world.sign_up(), await world.sign_up()
    refused = await first.post("/v1/me/identities/google", {"current_password": "not the password"})
    assert refused.json()["code"] == "wrong_password"
    await link(world, first, "google", who)
    assert await link(world, second, "google", who) == "/settings/account?error=identity_taken"
    assert (await second.get("/v1/me/identities")).json() == {"data": [], "has_password": True}
    (mine,) = (await first.get("/v1/me/identities")).json()["data"]
    assert (mine["provider"], mine["provider_label"]) == ("google", "Google")
    assert (await second.delete(f"/v1/me/identities/{mine['id']}")).status_code == 404
    assert (await first.delete(f"/v1/me/identities/{mine['id']}")).status_code == 204
    assert await link(world, second, "google", who) == "/settings/account?linked=google"


async def test_the_only_way_in_is_not_taken_away(world: World, stranger: httpx.AsyncClient) -> None:  # noqa: F811
    await sign_in(world, stranger, "google", await account(world, "google"))
    stranger.headers["x-csrf"] = (await me(stranger))["csrf_token"]
    listed = (await stranger.get("/v1/me/identities")).json()
    (mine,) = listed["data"]
    assert listed["has_password"] is False
    refused = await stranger.delete(f"/v1/me/identities/{mine['id']}")
    assert (refused.status_code, refused.json()["code"]) == (409, "last_way_in")


async def test_a_second_factor_is_asked_for_here_too(world: World, stranger: httpx.AsyncClient) -> None:  # noqa: F811
    who, owner = await account(world, "google"), await world.sign_up()
    await link(world, owner, "google", who)
    _, codes = await turn_on(world.runtime, owner)
    assert await sign_in(world, stranger, "google", who) == "/sign-in?second_factor=1"
    assert (await stranger.get("/v1/me")).status_code == 401
    wrong = await stranger.post("/v1/auth/second-factor", json={"code": "000000"})
    assert (wrong.status_code, wrong.json()["code"]) == (401, "wrong_code")
    right = await stranger.post("/v1/auth/second-factor", json={"code": codes[0]})
    assert (right.status_code, right.json()["user"]["id"]) == (200, owner.me["user"]["id"])
    assert code(world.runtime, "A" * 32)


async def test_a_way_back_fits_one_browser_one_provider_and_ten_minutes(
    world: World,  # noqa: F811
    stranger: httpx.AsyncClient,
) -> None:
    who, victim = await account(world, "google"), await world.sign_up()
    expired = "/sign-in?error=sign_in_expired"

    async def begun() -> str:
        url = (await stranger.post("/v1/auth/identity/google")).json()["authorize_url"]
        return await consent(world, stranger, url, who)

    back = await begun()
    assert (await victim.get(back)).headers["location"] == expired  # somebody else's browser
    query = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}
    mixed = await stranger.get("/v1/auth/callback/microsoft", params=query)
    assert mixed.headers["location"] == expired
    stranger.cookies.set("sign-in", f"{stranger.cookies.get('sign-in')}0", domain="127.0.0.1", path="/")
    assert (await stranger.get(back)).headers["location"] == expired
    stranger.cookies.clear()
    later = await begun()
    await world.advance(601)
    assert (await stranger.get(later)).headers["location"] == expired
    stranger.cookies.clear()
    once = await begun()
    assert (await stranger.get(once)).headers["location"] == "/"
    assert (await stranger.get(once)).headers["location"] == expired


async def test_who_refuses_there_is_back_at_the_sign_in_page(
    world: World,  # noqa: F811
    stranger: httpx.AsyncClient,
) -> None:
    started = (await stranger.post("/v1/auth/identity/google")).json()["authorize_url"]
    state = parse_qs(urlsplit(started).query)["state"][0]
    refused = await stranger.get("/v1/auth/callback/google", params={"state": state, "error": "access_denied"})
    assert refused.headers["location"] == "/sign-in?error=sign_in_cancelled"


async def test_a_made_up_code_signs_nobody_in(world: World, stranger: httpx.AsyncClient) -> None:  # noqa: F811
    started = (await stranger.post("/v1/auth/identity/google")).json()["authorize_url"]
    state = parse_qs(urlsplit(started).query)["state"][0]
    answer = await stranger.get("/v1/auth/callback/google", params={"state": state, "code": "made-up"})
    assert answer.headers["location"] == "/sign-in?error=sign_in_failed"


async def test_a_link_ends_where_another_signed_in_meanwhile(world: World) -> None:  # noqa: F811
    who, first = await account(world, "google"), await world.sign_up()
    started = await first.post("/v1/me/identities/google", {"current_password": PASSWORD})
    back = await consent(world, first.http, started.json()["authorize_url"], who)
    body = {"email": "later@example.com", "password": PASSWORD, "name": "L", "organization_name": "L"}
    assert (await first.http.post("/v1/auth/sign-up", json=body)).status_code == 201
    assert (await first.http.get(back)).headers["location"] == "/sign-in?error=sign_in_expired"


@pytest.mark.parametrize(
    "path", ["/campaigns?q=sale", "/oauth/authorize?redirect_uri=http%3A%2F%2F127.0.0.1%3A5000%2Fcb"]
)
async def test_who_came_from_somewhere_goes_on_there(
    world: World,  # noqa: F811
    stranger: httpx.AsyncClient,
    path: str,
) -> None:
    who = await account(world, "google")
    assert await sign_in(world, stranger, "google", who, next=path) == path
    assert await sign_in(world, stranger, "google", who) == "/"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.test",
        "//evil.test",
        "/\\evil.test",
        "/\t/evil.test",
        "javascript:alert(1)",
        "evil",
        "",
        "/" + "a" * 2000,
    ],
)
async def test_only_a_path_of_ours_is_gone_on_at(
    world: World,  # noqa: F811
    stranger: httpx.AsyncClient,
    elsewhere: str,
) -> None:
    assert await sign_in(world, stranger, "google", await account(world, "google"), next=elsewhere) == "/"


async def test_the_way_on_outlives_a_refusal_and_a_second_factor(
    world: World,  # noqa: F811
    stranger: httpx.AsyncClient,
) -> None:
    who, owner = await account(world, "google"), await world.sign_up()
    started = await stranger.post("/v1/auth/identity/google", json={"next": "/campaigns?q=sale"})
    state = parse_qs(urlsplit(started.json()["authorize_url"]).query)["state"][0]
    refused = await stranger.get("/v1/auth/callback/google", params={"state": state, "error": "access_denied"})
    kept = "&next=%2Fcampaigns%3Fq%3Dsale"
    assert refused.headers["location"] == f"/sign-in?error=sign_in_cancelled{kept}"
    await link(world, owner, "google", who)
    await turn_on(world.runtime, owner)
    asked = await sign_in(world, stranger, "google", who, next="/campaigns?q=sale")
    assert asked == f"/sign-in?second_factor=1{kept}"
