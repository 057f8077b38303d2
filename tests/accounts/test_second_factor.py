"""A second factor: on with the password and a code, asked for at every way in, each code once."""

import asyncio
import re
from datetime import timedelta
from typing import Any

import httpx
import pyotp
from sqlalchemy import select

from mailwarden.accounts.factor_models import SecondFactor
from mailwarden.accounts.totp import RECOVERY_CODES, new_recovery_codes, plain_code
from mailwarden.core.db import unit_of_work
from mailwarden.core.runtime import Runtime
from tests.accounts.steps import mails, newest_token, prove_address
from tests.conftest import NewClient
from tests.support.browser import PASSWORD, Browser
from tests.support.time import TimeMachine

ADDRESS = "owner@example.com"


def code(rt: Runtime, key: str, steps: int = 0) -> str:
    return pyotp.TOTP(key).at(rt.clock.now() + timedelta(seconds=30 * steps))


async def turn_on(rt: Runtime, browser: Browser) -> tuple[str, list[str]]:
    """(the app's key, the recovery codes)."""
    made = await browser.post("/v1/me/second-factor", {"current_password": PASSWORD})
    assert made.status_code == 201, made.text
    key = made.json()["setup_key"]
    confirmed = await browser.post("/v1/me/second-factor/confirm", {"code": code(rt, key, -1)})
    assert confirmed.status_code == 200, confirmed.text
    return key, confirmed.json()["recovery_codes"]


async def sign_in(http: httpx.AsyncClient, typed: str | None = None, password: str = PASSWORD) -> tuple[int, Any]:
    body = {"email": ADDRESS, "password": password} | ({"code": typed} if typed else {})
    answer = await http.post("/v1/auth/sign-in", json=body)
    return answer.status_code, answer.json().get("code")


async def test_it_is_off_until_a_code_was_given(runtime: Runtime, owner: Browser, new_client: NewClient) -> None:
    made = (await owner.post("/v1/me/second-factor", {"current_password": PASSWORD})).json()
    assert re.fullmatch(r"[A-Z2-7]{32}", made["setup_key"])
    assert made["otpauth_uri"].startswith("otpauth://totp/Mailwarden:owner%40example.com?secret=")
    assert (await owner.get("/v1/me/second-factor")).json()["enabled"] is False
    assert await sign_in(new_client()) == (200, None)
    wrong = await owner.post("/v1/me/second-factor/confirm", {"code": "000000"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "wrong_code")


async def test_signing_in_asks_for_a_code(runtime: Runtime, owner: Browser, new_client: NewClient) -> None:
    elsewhere = new_client()
    await sign_in(elsewhere)
    key, codes = await turn_on(runtime, owner)
    assert len(codes) == RECOVERY_CODES
    assert (await elsewhere.get("/v1/me")).status_code == 401
    assert (await owner.get("/v1/me")).status_code == 200
    assert await sign_in(new_client()) == (401, "second_factor_required")
    assert await sign_in(new_client(), "000000") == (401, "wrong_code")
    assert await sign_in(new_client(), code(runtime, key), "not the password") == (401, "wrong_credentials")
    assert await sign_in(new_client(), code(runtime, key)) == (200, None)
    assert (await mails(runtime, ADDRESS))[-1]["Subject"] == "A second factor is on"


async def test_a_code_works_once_and_none_before_it(
    runtime: Runtime, owner: Browser, new_client: NewClient, time_machine: TimeMachine
) -> None:
    key, _ = await turn_on(runtime, owner)
    await time_machine.advance(60)
    now = code(runtime, key)
    answers = await asyncio.gather(*(sign_in(new_client(), now) for _ in range(4)))
    assert sorted(answers, key=str) == [(200, None), *[(401, "wrong_code")] * 3]
    assert await sign_in(new_client(), code(runtime, key, -1)) == (401, "wrong_code")
    await time_machine.advance(60)
    assert await sign_in(new_client(), code(runtime, key)) == (200, None)


async def test_codes_far_off_do_not_fit(runtime: Runtime, owner: Browser, new_client: NewClient) -> None:
    key, _ = await turn_on(runtime, owner)
    for steps in (-10, 10):
        assert await sign_in(new_client(), code(runtime, key, steps)) == (401, "wrong_code")


async def test_a_recovery_code_works_once_however_it_is_typed(
    runtime: Runtime, owner: Browser, new_client: NewClient
) -> None:
    _, codes = await turn_on(runtime, owner)
    assert await sign_in(new_client(), codes[0].upper().replace("-", " ")) == (200, None)
    assert await sign_in(new_client(), codes[0]) == (401, "wrong_code")
    assert (await owner.get("/v1/me/second-factor")).json()["recovery_codes_left"] == RECOVERY_CODES - 1


async def test_codes_are_kept_as_hashes_and_the_key_sealed(runtime: Runtime, owner: Browser) -> None:
    key, codes = await turn_on(runtime, owner)
    async with unit_of_work(runtime.sessions) as tx:
        await tx.act_as(owner.user_id)
        (row,) = await tx.session.scalars(select(SecondFactor))
    assert key.encode() not in row.secret
    assert not {plain_code(one) for one in codes} & set(row.recovery_hashes)


async def test_guessing_codes_is_slow_even_with_the_password(
    runtime: Runtime, owner: Browser, new_client: NewClient
) -> None:
    await turn_on(runtime, owner)
    answers = [await sign_in(owner.http, f"{number:06}") for number in range(7)]
    assert answers[:5] == [(401, "wrong_code")] * 5
    assert answers[5][0] == answers[6][0] == 429


async def test_asking_without_a_code_is_no_failed_attempt(
    runtime: Runtime, owner: Browser, new_client: NewClient
) -> None:
    await turn_on(runtime, owner)
    for _ in range(8):
        assert await sign_in(new_client()) == (401, "second_factor_required")


async def test_a_reset_does_not_go_around_it(runtime: Runtime, owner: Browser, new_client: NewClient) -> None:
    await prove_address(runtime, owner)
    await turn_on(runtime, owner)
    http, new = new_client(), "a quite different passphrase"
    await http.post("/v1/auth/forgot-password", json={"email": ADDRESS})
    await http.post("/v1/auth/reset-password", json={"token": await newest_token(runtime, ADDRESS), "password": new})
    assert (await http.get("/v1/me")).status_code == 401
    assert await sign_in(http, password=new) == (401, "second_factor_required")


async def test_turning_it_off_needs_password_and_code(runtime: Runtime, owner: Browser, new_client: NewClient) -> None:
    _, codes = await turn_on(runtime, owner)

    async def ask(path: str, password: str, typed: str) -> httpx.Response:
        return await owner.post(f"/v1/me/second-factor/{path}", {"current_password": password, "code": typed})

    assert (await ask("disable", "not the password", codes[0])).json()["code"] == "wrong_password"
    assert (await ask("disable", PASSWORD, "000000")).json()["code"] == "wrong_code"
    renewed = (await ask("recovery-codes", PASSWORD, codes[0])).json()["recovery_codes"]
    assert not set(renewed) & set(codes)
    assert (await ask("disable", PASSWORD, codes[1])).json()["code"] == "wrong_code"
    assert (await ask("disable", PASSWORD, renewed[0])).status_code == 204
    assert await sign_in(new_client()) == (200, None)
    assert (await ask("disable", PASSWORD, renewed[1])).json()["code"] == "second_factor_off"


async def test_one_that_is_on_is_not_replaced(runtime: Runtime, owner: Browser) -> None:
    await turn_on(runtime, owner)
    again = await owner.post("/v1/me/second-factor", {"current_password": PASSWORD})
    assert (again.status_code, again.json()["code"]) == (409, "second_factor_on")
    confirmed = await owner.post("/v1/me/second-factor/confirm", {"code": "123456"})
    assert confirmed.json()["code"] == "not_set_up"


def test_recovery_codes_differ() -> None:
    made = [one for _ in range(50) for one in new_recovery_codes()]
    assert len(set(made)) == len(made)
    assert all(re.fullmatch(r"[a-hjkmnp-z2-9]{5}-[a-hjkmnp-z2-9]{5}", one) for one in made)
