"""Signing up and in: one neutral error, equal work, a new session each time."""

import json

import httpx
import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from mailwarden.accounts import passwords
from mailwarden.accounts.models import Membership, Session, User
from mailwarden.core.crypto import token_hash
from mailwarden.core.db import unit_of_work
from mailwarden.core.runtime import Runtime
from tests.accounts.steps import prove_address
from tests.conftest import NewClient
from tests.support.browser import PASSWORD, Browser, sign_up

SIGN_UP = {"email": "pat@example.com", "password": PASSWORD, "name": "Pat", "organization_name": "Acme"}


async def sign_in(http: httpx.AsyncClient, email: str, password: str = PASSWORD) -> httpx.Response:
    return await http.post("/v1/auth/sign-in", json={"email": email, "password": password})


async def test_sign_up_makes_a_person_and_the_organization_they_own(new_client: NewClient) -> None:
    browser = await sign_up(new_client(), "pat@example.com", "Acme")
    me = (await browser.get("/v1/me")).json()
    assert (me["user"]["email"], me["organization"]["name"], me["role"]) == ("pat@example.com", "Acme", "owner")
    assert me["is_operator"] is False
    assert me["organizations"] == [{"id": me["organization"]["id"], "name": "Acme", "role": "owner"}]


async def test_the_password_is_kept_as_argon2id_and_the_session_as_a_hash(runtime: Runtime, owner: Browser) -> None:
    async with unit_of_work(runtime.sessions) as tx:
        await tx.act_as(owner.user_id)
        user = await tx.session.get_one(User, owner.user_id)
        session = (await tx.session.scalars(select(Session))).one()
    cookie = owner.http.cookies["session"]
    assert user.password_hash.startswith("$argon2id$v=19$m=47104,t=1,p=1$")
    assert session.token_hash == token_hash(cookie)
    assert len(cookie) >= 43


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(new_client: NewClient) -> None:
    answer = await new_client().post("/v1/auth/sign-up", json=SIGN_UP)
    cookie = answer.headers["set-cookie"].lower()
    assert {"httponly", "path=/", "samesite=lax"} <= {part.strip() for part in cookie.split(";")}
    assert "domain" not in cookie


async def test_a_wrong_address_and_a_wrong_password_look_the_same(owner: Browser, new_client: NewClient) -> None:
    wrong_password = await sign_in(new_client(), "owner@example.com", "not the password")
    wrong_address = await sign_in(new_client(), "nobody@example.com", "not the password")
    assert wrong_password.status_code == wrong_address.status_code == 401
    one, other = wrong_password.json(), wrong_address.json()
    assert one.pop("request_id") != other.pop("request_id")
    assert one == other
    assert one["code"] == "wrong_credentials"
    assert "spelling" in one["detail"]


async def test_an_unknown_address_costs_a_hash_of_the_same_parameters() -> None:
    assert not await passwords.verify_password(None, "whatever it is")
    assert not passwords.needs_rehash(passwords._dummy)


async def test_an_unknown_address_asks_the_database_as_much(
    owner: Browser, new_client: NewClient, statements: list[str]
) -> None:
    await sign_in(new_client(), "owner@example.com", "not the password")
    known = list(statements)
    statements.clear()
    await sign_in(new_client(), "nobody@example.com", "not the password")
    assert statements == known


async def test_the_address_is_found_whatever_its_case(owner: Browser, new_client: NewClient) -> None:
    assert (await sign_in(new_client(), "OWNER@Example.COM")).status_code == 200


@pytest.mark.parametrize("email", ["owner@example.com", "Owner@EXAMPLE.com"])
async def test_signing_up_tells_nothing_about_who_has_the_address(
    runtime: Runtime, owner: Browser, new_client: NewClient, statements: list[str], email: str
) -> None:
    await prove_address(runtime, owner)
    statements.clear()
    taken = await new_client().post("/v1/auth/sign-up", json=SIGN_UP | {"email": email})
    asked_for_taken = list(statements)
    statements.clear()
    free = await new_client().post("/v1/auth/sign-up", json=SIGN_UP | {"email": "free@example.com"})
    assert (taken.status_code, free.status_code) == (201, 201)
    assert statements == asked_for_taken
    assert shape(taken.json()) == shape(free.json())
    assert taken.json()["user"]["id"] != owner.me["user"]["id"]


def shape(value: object) -> object:
    return {name: shape(one) for name, one in value.items()} if isinstance(value, dict) else type(value)


async def test_two_with_one_address_sign_in_each_by_their_own_password(
    runtime: Runtime, owner: Browser, new_client: NewClient
) -> None:
    await prove_address(runtime, owner)
    other = SIGN_UP | {"email": "owner@example.com", "password": "another long password"}
    second = (await new_client().post("/v1/auth/sign-up", json=other)).json()
    first_in = await sign_in(new_client(), "owner@example.com")
    second_in = await sign_in(new_client(), "owner@example.com", "another long password")
    assert first_in.json()["user"]["id"] == owner.me["user"]["id"]
    assert second_in.json()["user"]["id"] == second["user"]["id"]


@pytest.mark.parametrize(
    "change",
    [
        {"password": "short"},
        {"password": "x" * 257},
        {"email": "nonsense"},
        {"email": "a\r\nb@example.com"},
        {"name": "   "},
        {"name": "x" * 121},
        {"name": "a\x00b"},
        {"name": "a\r\nBcc: evil@example.com"},
        {"name": "a\u2028b"},
        {"name": "\ud800"},
        {"organization_name": "\x1b[31m"},
        {"time_zone": "Mars/Olympus"},
        {"is_operator": True},
        {"role": "owner"},
    ],
)
async def test_what_does_not_fit_is_refused(new_client: NewClient, change: dict[str, object]) -> None:
    content = json.dumps(SIGN_UP | change)
    answer = await new_client().post("/v1/auth/sign-up", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"] == f"#/{next(iter(change))}"


async def test_every_sign_in_is_a_new_session(owner: Browser) -> None:
    before = owner.http.cookies["session"]
    await sign_in(owner.http, "owner@example.com")
    assert owner.http.cookies["session"] != before


async def test_a_planted_cookie_is_worth_nothing_after_sign_in(owner: Browser, new_client: NewClient) -> None:
    victim = new_client()
    victim.cookies.set("session", "planted", domain="127.0.0.1")
    await sign_in(victim, "owner@example.com")
    attacker = new_client()
    attacker.cookies.set("session", "planted", domain="127.0.0.1")
    assert (await attacker.get("/v1/me")).status_code == 401


async def test_a_password_of_weaker_parameters_is_hashed_anew(
    runtime: Runtime, owner: Browser, new_client: NewClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def stored() -> str:
        async with unit_of_work(runtime.sessions) as tx:
            await tx.act_as(owner.user_id)
            return (await tx.session.get_one(User, owner.user_id)).password_hash

    before = await stored()
    stronger = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", stronger)
    assert (await sign_in(new_client(), "owner@example.com")).status_code == 200
    after = await stored()
    assert after != before
    assert "t=2" in after


async def test_who_belongs_to_no_organization_any_more_gets_one_of_their_own(
    runtime: Runtime, owner: Browser, new_client: NewClient
) -> None:
    async with unit_of_work(runtime.sessions, owner.org_id) as tx:
        for row in await tx.session.scalars(select(Membership)):
            await tx.session.delete(row)
    answer = await sign_in(new_client(), "owner@example.com")
    assert answer.status_code == 200, answer.text
    assert (answer.json()["organization"]["name"], answer.json()["role"]) == ("Pat’s organization", "owner")
    assert (await owner.get("/v1/me")).status_code == 401
