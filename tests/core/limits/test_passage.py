"""Limits at the API: in Redis, and in each process while Redis is away."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
import pytest_asyncio

from mailwarden.compose import make_redis
from mailwarden.core.limiter.counting import Limiter
from mailwarden.core.limiter.rules import Quota
from mailwarden.core.runtime import Limits, Runtime
from mailwarden.main import create_app
from tests.developers.steps import as_program, make_key
from tests.support.browser import Browser

LIMITS = Limits(key=40, user=60, organization=70, address=15, at_once=3)
OPEN_PATHS = ("/v1/campaigns", "/v1/me", "/v1/nothing-here")


def client_of(rt: Runtime) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(create_app(rt), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000")


@pytest_asyncio.fixture(loop_scope="session", params=["together", "alone"])
async def limited(runtime: Runtime, request: Any) -> AsyncIterator[Runtime]:
    """With Redis, and with none."""
    config = replace(runtime.config, limits=LIMITS)
    away = make_redis("redis://127.0.0.1:1")
    yield replace(
        runtime, config=config, limiter=Limiter(), redis=runtime.redis if request.param == "together" else away
    )
    await away.aclose()


async def ask(client: httpx.AsyncClient, times: int, path: str = "/v1/me") -> list[httpx.Response]:
    return [await client.get(path) for _ in range(times)]


def passed(answers: list[httpx.Response]) -> int:
    return sum(one.status_code != 429 for one in answers)


async def test_a_key_has_its_quota_and_says_so(limited: Runtime, owner: Browser) -> None:
    async with client_of(limited) as client:
        answers = await ask(as_program(client, (await make_key(owner))["secret"]), 400)
    assert passed(answers) == pytest.approx(LIMITS.key, rel=0.05)
    left = [int(one.headers["x-ratelimit-remaining"]) for one in answers if one.status_code == 200]
    assert left == sorted(left, reverse=True)
    last = answers[-1]
    assert (last.status_code, last.json()["code"], last.json()["retryable"]) == (429, "rate_limited", True)
    assert 1 <= int(last.headers["retry-after"]) <= 120
    assert last.headers["ratelimit"].startswith('"key";r=0;t=')
    assert last.headers["ratelimit-policy"] == '"key";q=40;w=60, "organization";q=70;w=60'


async def test_keys_of_one_organization_share_what_it_has(limited: Runtime, owner: Browser) -> None:
    async with client_of(limited) as one, client_of(limited) as two:
        answers = [
            *await ask(as_program(one, (await make_key(owner))["secret"]), 60),
            *await ask(as_program(two, (await make_key(owner))["secret"]), 60),
        ]
    assert passed(answers) >= LIMITS.key
    together = [one for one in answers if one.status_code == 200]
    if len({one.headers["x-ratelimit-limit"] for one in together}) == 2:  # one application, or two that meet in Redis
        assert len(together) == pytest.approx(LIMITS.organization, rel=0.05)


async def test_a_key_from_a_wrong_address_is_counted_as_a_stranger(limited: Runtime, owner: Browser) -> None:
    far = (await make_key(owner, allowed_ips=["198.51.100.0/24"]))["secret"]
    async with client_of(limited) as client:
        answers = await ask(as_program(client, far), 40)
    assert [one.status_code for one in answers] == [403] * LIMITS.address + [429] * (40 - LIMITS.address)


async def test_strangers_are_counted_by_address_whatever_they_send(limited: Runtime) -> None:
    async with client_of(limited) as client:
        answers = []
        for number in range(100):
            client.headers["authorization"] = f"Bearer mw_live_{number}"
            answers.append(await client.get("/v1/me", headers={"X-Forwarded-For": f"203.0.113.{number}"}))
    assert [one.status_code for one in answers] == [401] * LIMITS.address + [429] * (100 - LIMITS.address)


async def test_open_doors_are_counted_by_address_too(limited: Runtime, owner: Browser) -> None:
    """A cookie, even a good one, changes nothing: whoever guesses passwords could bring one."""
    async with client_of(limited) as client:
        client.cookies.update(owner.http.cookies)
        body = {"email": "owner@example.com", "password": "wrong"}
        answers = [await client.post("/v1/auth/sign-in", json=body) for _ in range(LIMITS.address + 5)]
    refused = [one.json()["code"] for one in answers if one.status_code == 429]
    assert "rate_limited" in refused
    assert answers[-1].json()["code"] == "rate_limited"


async def test_waiting_as_told_helps(limited: Runtime, owner: Browser, time_machine: Any) -> None:
    async with client_of(limited) as client:
        program = as_program(client, (await make_key(owner))["secret"])
        wait = int((await ask(program, LIMITS.key * 2))[-1].headers["retry-after"])
        await time_machine.advance(wait + 1)
        assert (await program.get("/v1/me")).status_code == 200


async def test_only_so_many_run_at_once(runtime: Runtime) -> None:
    for redis in (runtime.redis, make_redis("redis://127.0.0.1:1")):
        limiter, quota = Limiter(), [Quota("key", "a", 1000)]
        taken = await asyncio.gather(*(limiter.take(redis, quota, 6e7, "live", str(n), 8) for n in range(30)))
        assert sum(not one.busy for one in taken) == 8
        for number, one in enumerate(taken):
            if not one.busy:
                await limiter.leave(redis, "live", str(number))
        assert not (await limiter.take(redis, quota, 6e7, "live", "later", 8)).busy


async def test_who_counts_alone_goes_on_from_what_all_counted(runtime: Runtime) -> None:
    limiter, quota, away = Limiter(), [Quota("key", "a", 50)], make_redis("redis://127.0.0.1:1")
    for _ in range(30):
        await limiter.take(runtime.redis, quota, 6e7, "", "", 0)
    passed_alone = [(await limiter.take(away, quota, 6e7, "", "", 0)).refused is None for _ in range(40)]
    assert sum(passed_alone) == 20


async def test_places_are_given_back(limited: Runtime, owner: Browser) -> None:
    async with client_of(limited) as client:
        program = as_program(client, (await make_key(owner))["secret"])
        for path in (*OPEN_PATHS, "/v1/connections", "/v1/api-keys", "/v1/events?cursor=x"):
            answer = await program.get(path)
            assert answer.json().get("code") != "too_many_at_once", path
        busy = await asyncio.gather(*(program.get("/v1/campaigns") for _ in range(20)))
    assert {one.status_code for one in busy} <= {200, 429}
    assert {one.json()["code"] for one in busy if one.status_code == 429} <= {"too_many_at_once", "rate_limited"}
    assert passed(list(busy)) >= LIMITS.at_once


async def test_a_process_that_died_holds_its_place_for_two_minutes_only(runtime: Runtime) -> None:
    limiter, quota = Limiter(), [Quota("key", "a", 1000)]
    for number in range(8):
        await limiter.take(runtime.redis, quota, 6e7, "live:x", f"dead-{number}", 8)
    assert (await limiter.take(runtime.redis, quota, 6e7 + 60, "live:x", "next", 8)).busy
    assert not (await limiter.take(runtime.redis, quota, 6e7 + 121, "live:x", "next", 8)).busy
