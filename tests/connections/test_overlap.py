"""Where rotation overlaps, the token presented last stays good: it is what must be kept beside its successor."""

import asyncio
from dataclasses import replace
from typing import Any

import httpx
import pytest

from mailwarden.connections.credentials import Stored, journal_of, replay_journal, store
from mailwarden.connections.models import Connection
from mailwarden.connections.refresh import Result
from mailwarden.core.runtime import Runtime
from mailwarden.providers.base import Grant
from mailwarden.providers.settings import ProviderSettings
from tests.conftest import MakeConnection
from tests.connections.fakes import form
from tests.connections.token_steps import answer_of, attempts, credential, force, refresh, secrets
from tests.support.time import TimeMachine

REFUSED = {"error": "invalid_grant", "error_codes": [70000], "error_description": "AADSTS70000: not valid"}


class Overlapping:
    """Of what it gave, good are the token presented last and its newest successor. Answers when it is told to."""

    def __init__(self) -> None:
        self.good = {"refresh-1"}
        self.given = 1
        self.held: list[asyncio.Event] = []  # an answer under way each
        self.is_slow = True

    async def answer(self, request: httpx.Request) -> httpx.Response:
        presented = form(request)["refresh_token"]
        if presented not in self.good:
            return httpx.Response(400, json=REFUSED)
        self.given += 1
        following = f"refresh-{self.given}"
        self.good = {presented, following}
        if self.is_slow:
            self.held.append(asyncio.Event())
            await self.held[-1].wait()
        told: dict[str, Any] = {"access_token": f"access-{self.given}", "refresh_token": following}
        return httpx.Response(200, json=told | {"token_type": "Bearer", "expires_in": 3599, "scope": "User.Read"})

    async def asked(self, times: int) -> None:
        async with asyncio.timeout(10):
            while len(self.held) < times:  # noqa: ASYNC110 - there is no event for it
                await asyncio.sleep(0.01)  # a refresh is at the provider only after it was claimed


async def overtaken(rt: Runtime, row: Connection, provider: Overlapping, time_machine: TimeMachine) -> None:
    """A refresh is stopped with its answer; another begins when its lease is over; the first one's is stored first."""
    provider.held.clear()
    version = (await credential(rt, row)).version
    tasks = []
    for number in (1, 2):
        tasks.append(asyncio.create_task(refresh(rt, row, only_version=version)))
        await provider.asked(number)
        await time_machine.advance(46)
    for task, answer in zip(tasks, provider.held, strict=True):
        answer.set()
        await task


async def test_two_who_overtake_each_other_again_and_again_lose_nothing(
    runtime: Runtime, make_connection: MakeConnection, time_machine: TimeMachine
) -> None:
    row, provider = await make_connection(provider="microsoft"), Overlapping()
    async with httpx.AsyncClient(transport=httpx.MockTransport(provider.answer)) as http:
        known = {**runtime.config.providers, "microsoft": ProviderSettings("our-client", "our-secret")}
        rt = replace(runtime, http=http, config=replace(runtime.config, providers=known))
        for _ in range(3):
            await overtaken(rt, row, provider, time_machine)
        provider.is_slow = False
        assert (await force(rt, row)).result is Result.REFRESHED
    assert "refused" not in await attempts(runtime, row)
    assert (await secrets(runtime, row))[1] in provider.good


@pytest.mark.parametrize(("following", "stored"), [("refresh-3", "refresh-3"), (None, "refresh-1")])
async def test_a_success_with_the_previous_token_keeps_that_one(
    runtime: Runtime, make_connection: MakeConnection, following: str | None, stored: str
) -> None:
    """Through the journal, as if its process had died before the commit."""
    row = await make_connection(provider="microsoft")
    assert await store(runtime, await answer_of(runtime, row)) is Stored.REFRESHED
    late = await answer_of(runtime, row, Grant("access-3", following, 3599, None))
    journal_of(runtime).append(replace(late, of_previous=True))
    assert await replay_journal(runtime) == 1
    assert await secrets(runtime, row) == ("access-3", stored, "refresh-1")
