"""Guessing is slow for everybody; the rightful owner is never locked out."""

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI

from mailwarden.accounts import gates
from mailwarden.accounts.throttle import Gate, Throttled, Window, count
from mailwarden.core.runtime import Runtime
from mailwarden.main import create_app
from tests.accounts.steps import newest_token
from tests.conftest import NewClient
from tests.support.browser import PASSWORD, Browser
from tests.support.time import TimeMachine

ADDRESS = "owner@example.com"

SLOW_S = 3  # what a guess may take here is already over when the pause is told


async def guess(http: httpx.AsyncClient, email: str = ADDRESS, password: str = "not the password") -> httpx.Response:
    return await http.post("/v1/auth/sign-in", json={"email": email, "password": password})


async def guess_until_refused(http: httpx.AsyncClient, email: str = ADDRESS) -> tuple[int, httpx.Response]:
    """(how many were looked at, the refusal)."""
    for tried in range(30):
        answer = await guess(http, email)
        if answer.status_code == 429:
            return tried, answer
        assert answer.status_code == 401
    raise AssertionError("never refused")


@pytest.mark.parametrize("email", [ADDRESS, "nobody@example.com"])
async def test_after_five_guesses_there_is_a_pause_that_doubles(
    owner: Browser, new_client: NewClient, time_machine: TimeMachine, email: str
) -> None:
    stranger = new_client()
    tried, refused = await guess_until_refused(stranger, email)
    assert tried == 5
    assert refused.json()["code"] == "too_many_attempts"
    waits = []
    for _ in range(10):
        answer = await guess(stranger, email)
        waits.append(int(answer.headers["retry-after"]))
        await time_machine.advance(waits[-1])
        assert (await guess(stranger, email)).status_code == 401
    meant = [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]
    assert all(one - SLOW_S <= told <= one for told, one in zip(waits, meant, strict=True)), waits


async def test_a_thousand_guesses_an_hour_are_a_dozen(
    owner: Browser, new_client: NewClient, time_machine: TimeMachine
) -> None:
    """Whoever asks again the moment it is allowed, and a few times in between."""
    stranger, passed, looked_at = new_client(), 0.0, 0
    while passed < 3600:
        answer = await guess(stranger)
        if answer.status_code == 429:
            wait_s = int(answer.headers["retry-after"])
            await time_machine.advance(wait_s)
            passed += wait_s
        else:
            looked_at += 1
    assert looked_at <= 16


async def test_many_guesses_at_once_are_no_more(owner: Browser, new_client: NewClient) -> None:
    answers = await asyncio.gather(*(guess(new_client()) for _ in range(30)))
    assert [answer.status_code for answer in answers].count(401) == 5


async def test_the_owner_gets_in_where_they_signed_in_before(owner: Browser, new_client: NewClient) -> None:
    tried, _ = await guess_until_refused(new_client())
    assert tried == 5
    assert (await guess(owner.http, password=PASSWORD)).status_code == 200
    assert (await guess(new_client(), password=PASSWORD)).status_code == 429


async def test_a_known_device_may_not_guess_for_ever(owner: Browser, new_client: NewClient) -> None:
    """Five there, then five in line with everybody."""
    tried, _ = await guess_until_refused(owner.http)
    assert tried == 10


async def test_a_device_is_known_to_its_own_people_only(owner: Browser, new_client: NewClient) -> None:
    stranger = new_client()
    body = {"email": "other@example.com", "password": PASSWORD, "name": "O", "organization_name": "O"}
    assert (await stranger.post("/v1/auth/sign-up", json=body)).status_code == 201
    assert (await guess_until_refused(stranger))[0] == 5


async def test_two_people_share_a_browser(owner: Browser, new_client: NewClient) -> None:
    body = {"email": "other@example.com", "password": PASSWORD, "name": "O", "organization_name": "O"}
    assert (await owner.http.post("/v1/auth/sign-up", json=body)).status_code == 201
    for email in (ADDRESS, "other@example.com"):
        await guess_until_refused(new_client(), email)
        assert (await guess(owner.http, email, PASSWORD)).status_code == 200


async def test_a_forged_or_old_device_is_a_stranger(
    owner: Browser, new_client: NewClient, time_machine: TimeMachine
) -> None:
    await guess_until_refused(new_client())
    cookie = owner.http.cookies["device"]
    for forged in (cookie[:-1] + ("0" if cookie[-1] != "0" else "1"), "a.b.c", "...", "é.1.2", "a.zz." + "0" * 64):
        stranger = new_client()
        header = [(b"Cookie", f"device={forged}".encode())]
        answer = await stranger.post("/v1/auth/sign-in", json={"email": ADDRESS, "password": PASSWORD}, headers=header)
        assert answer.status_code == 429, forged
    await time_machine.advance(timedelta(days=181))
    await guess_until_refused(new_client())
    assert (await guess(owner.http, password=PASSWORD)).status_code == 429


async def test_a_reset_makes_the_browser_known(runtime: Runtime, owner: Browser, new_client: NewClient) -> None:
    await guess_until_refused(new_client())
    elsewhere = new_client()
    await elsewhere.post("/v1/auth/forgot-password", json={"email": ADDRESS})
    body = {"token": await newest_token(runtime, ADDRESS), "password": "a quite different passphrase"}
    assert (await elsewhere.post("/v1/auth/reset-password", json=body)).status_code == 204
    assert (await guess(elsewhere, password="a quite different passphrase")).status_code == 200


async def test_success_is_forgotten(owner: Browser, new_client: NewClient) -> None:
    for _ in range(12):
        assert (await guess(new_client(), password=PASSWORD)).status_code == 200


async def test_one_network_that_guesses_at_many_accounts_is_held_back(
    owner: Browser, new_client: NewClient, monkeypatch: pytest.MonkeyPatch, time_machine: TimeMachine
) -> None:
    monkeypatch.setattr(gates, "FAILURES_OF_NETWORK", Window("network", 4, timedelta(minutes=15)))
    stranger = new_client()
    for number in range(4):
        assert (await guess(stranger, f"person{number}@example.com")).status_code == 401
    refused = await guess(stranger, "person9@example.com")
    assert (refused.status_code, 880 < int(refused.headers["retry-after"]) <= 900) == (429, True)
    assert (await guess(owner.http, password=PASSWORD)).status_code == 200
    await time_machine.advance(int(refused.headers["retry-after"]))
    assert (await guess(stranger, "person9@example.com")).status_code == 401


async def test_what_one_gate_refuses_no_other_counts(
    owner: Browser, new_client: NewClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gates, "FAILURES_OF_ALL", Window("all", 2, timedelta(hours=1)))
    for number in range(2):
        await guess(new_client(), f"person{number}@example.com")
    for _ in range(20):
        assert (await guess(new_client())).status_code == 429
    monkeypatch.setattr(gates, "FAILURES_OF_ALL", Window("all", 300, timedelta(hours=1)))


async def test_an_open_session_cannot_guess_its_password(owner: Browser) -> None:
    body = {"current_password": "not the password", "new_password": "a quite different passphrase"}
    answers = [await owner.post("/v1/me/password", body) for _ in range(7)]
    assert [answer.status_code for answer in answers] == [422] * 5 + [429] * 2


async def test_a_window_opens_again_with_its_end(runtime: Runtime, time_machine: TimeMachine) -> None:
    gate = Gate(Window("some", 3, timedelta(seconds=60)), "x")
    for _ in range(2):
        for _ in range(3):
            await count(runtime, gate)
        with pytest.raises(Throttled):
            await count(runtime, gate)
        await time_machine.advance(60)


async def test_refusals_are_logged_without_secrets(
    owner: Browser, new_client: NewClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        await guess(new_client())
        await new_client().get("/v1/me")
    seen = [(one.status, one.problem, one.route) for one in caplog.records if one.message == "refused"]  # type: ignore[attr-defined]
    assert (401, "wrong_credentials", "/v1/auth/sign-in") in seen
    assert (401, "unauthenticated", "/v1/me") in seen
    assert all(one.peer == "127.0.0.1" for one in caplog.records if one.message == "refused")  # type: ignore[attr-defined]
    assert "not the password" not in caplog.text


async def test_who_gets_in_is_logged(owner: Browser, new_client: NewClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        await guess(new_client(), password=PASSWORD)
    (line,) = [one for one in caplog.records if one.message == "signed in"]
    assert line.user_id == str(owner.user_id)  # type: ignore[attr-defined]
    assert PASSWORD not in caplog.text


async def test_behind_a_proxy_of_ours_each_client_counts_for_itself(
    runtime: Runtime, owner: Browser, new_client: NewClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gates, "FAILURES_OF_NETWORK", Window("network", 3, timedelta(minutes=15)))
    config = replace(runtime.config, trusted_proxies=("127.0.0.0/8",))
    proxied = create_app(replace(runtime, config=config))

    async def status(app: FastAPI, number: int, forwarded: str) -> int:
        client = new_client()
        client._transport.app = app  # type: ignore[attr-defined]
        body = {"email": f"person{number}@example.com", "password": "not the password"}
        answer = await client.post("/v1/auth/sign-in", json=body, headers={"X-Forwarded-For": forwarded})
        return answer.status_code

    assert [await status(proxied, n, "6.6.6.6, 203.0.113.1") for n in range(4)] == [401, 401, 401, 429]
    assert await status(proxied, 9, "198.51.100.7") == 401
    direct = create_app(runtime)
    assert [await status(direct, n, f"192.0.2.{n}") for n in range(20, 24)] == [401, 401, 401, 429]
