"""Refreshes without a verdict: unsent, unknown, limited, or our own fault (token-refresh R7)."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select, text

from mailwarden.connections.models import Connection
from mailwarden.connections.refresh import Result
from mailwarden.core.db import reader
from mailwarden.core.runtime import Runtime
from mailwarden.providers.base import Unavailable
from tests.conftest import MakeConnection
from tests.connections.fakes import TOKEN, granted
from tests.connections.token_steps import KLAVIYO_TOKEN, credential, dropped, force, unreachable
from tests.support.replies import Replies
from tests.support.time import TimeMachine


def with_deadline(rt: Runtime, seconds: float, lease_s: float = 45) -> Runtime:
    timing = replace(rt.config.timing, refresh_deadline_s=seconds, refresh_lease_s=lease_s)
    patience = {name: replace(one, oauth_deadline_s=seconds) for name, one in rt.config.providers.items()}
    return replace(rt, config=replace(rt.config, timing=timing, providers=patience))


class Crowded:
    """A budget whose turn comes once, after so long."""

    def __init__(self, seconds: float) -> None:
        self._waits = [seconds]

    async def take(self, _: Any) -> float:
        return self._waits.pop() if self._waits else 0

    async def ban(self, _: Any, __: float) -> None:
        raise AssertionError("nobody asked for it")


class TestTransient:
    async def test_an_unsent_request_is_repeated_soon(
        self, runtime: Runtime, make_connection: MakeConnection, replies: Replies
    ) -> None:
        replies[TOKEN] = unreachable
        row = await make_connection()
        assert isinstance((await force(runtime, row)).error, Unavailable)
        held = await credential(runtime, row)
        assert (held.refusals, held.failures, held.lease_until) == (0, 1, None)
        assert held.next_try_at is not None
        assert held.next_try_at - runtime.clock.now() < timedelta(seconds=5)

    async def test_an_unknown_outcome_is_repeated_after_2_and_10_seconds(
        self, runtime: Runtime, make_connection: MakeConnection, replies: Replies, time_machine: TimeMachine
    ) -> None:
        replies[TOKEN] = dropped
        row = await make_connection()
        for wait_s in (2, 10):
            await force(runtime, row)
            held = await credential(runtime, row)
            assert held.next_try_at is not None
            left = (held.next_try_at - runtime.clock.now()).total_seconds()
            assert wait_s - 1 < left <= wait_s
            await time_machine.advance(wait_s + 0.5)

    async def test_under_strict_rotation_it_waits_for_the_end_of_the_lease(
        self, runtime: Runtime, make_connection: MakeConnection, replies: Replies
    ) -> None:
        replies[KLAVIYO_TOKEN] = dropped
        row = await make_connection(provider="klaviyo")
        await force(runtime, row)
        held = await credential(runtime, row)
        assert held.next_try_at is not None
        assert (held.next_try_at - runtime.clock.now()).total_seconds() == pytest.approx(45, abs=1)

    @pytest.mark.parametrize(
        "answer",
        [
            httpx.Response(500),
            httpx.Response(503, headers={"Retry-After": "7"}),
            httpx.Response(200, text="<html>maintenance</html>"),
            httpx.Response(200, json={"no": "token"}),
            httpx.Response(429, headers={"Retry-After": "90"}),
        ],
    )
    async def test_trouble_never_counts_as_a_refusal(
        self, runtime: Runtime, make_connection: MakeConnection, replies: Replies, answer: httpx.Response
    ) -> None:
        replies[TOKEN] = answer
        row = await make_connection()
        await force(runtime, row)
        held = await credential(runtime, row)
        assert (held.refusals, held.version) == (0, 1)
        async with reader(runtime.sessions, row.org_id) as tx:
            assert (await tx.session.get_one(Connection, row.id)).status == "connected"

    async def test_retry_after_is_kept(
        self, runtime: Runtime, make_connection: MakeConnection, replies: Replies
    ) -> None:
        replies[TOKEN] = httpx.Response(429, headers={"Retry-After": "90"})
        row = await make_connection()
        await force(runtime, row)
        held = await credential(runtime, row)
        assert held.next_try_at is not None
        assert (held.next_try_at - runtime.clock.now()).total_seconds() == pytest.approx(90, abs=1)

    async def test_a_slow_answer_is_cut_at_the_deadline(
        self, runtime: Runtime, make_connection: MakeConnection
    ) -> None:
        row = await make_connection()

        async def slow(_: httpx.Request) -> httpx.Response:
            await asyncio.sleep(5)
            return granted()

        async with httpx.AsyncClient(transport=httpx.MockTransport(slow)) as http:
            error = (await force(with_deadline(replace(runtime, http=http), 0.2), row)).error
        assert isinstance(error, Unavailable)
        assert error.sent

    async def test_an_answer_has_the_whole_deadline_however_long_the_turn_took(
        self, runtime: Runtime, make_connection: MakeConnection, replies: Replies
    ) -> None:
        """A strict provider gives it only once: who waited for its turn must not hang up in the middle of it."""
        replies[TOKEN] = granted()
        row = await make_connection()
        rt = replace(with_deadline(runtime, 0.2), budget=Crowded(0.4), sleep=asyncio.sleep)
        assert (await force(rt, row)).result is Result.REFRESHED

    async def test_whose_turn_comes_too_late_sends_nothing(
        self, runtime: Runtime, make_connection: MakeConnection, replies: Replies
    ) -> None:
        """An answer could come after the lease, when another holds the token; nor is it said to have been spent."""
        row = await make_connection()
        rt = replace(with_deadline(runtime, 0.2, lease_s=1.5), budget=Crowded(0.4), sleep=asyncio.sleep)
        error = (await force(rt, row)).error
        assert isinstance(error, Unavailable)
        assert (error.sent, replies.requests) == (False, [])


class TestOurFault:
    async def test_a_wrong_secret_opens_the_breaker_and_touches_no_connection(
        self, runtime: Runtime, make_connection: MakeConnection, replies: Replies, time_machine: TimeMachine
    ) -> None:
        replies[TOKEN] = httpx.Response(400, json={"status": "BAD_CLIENT_SECRET", "error": "invalid_client"})
        rows = [await make_connection() for _ in range(3)]
        for row in rows:
            await force(runtime, row)
        assert replies.count(TOKEN) == 1
        async with reader(runtime.sessions, rows[0].org_id) as tx:
            statuses = set(await tx.session.scalars(select(Connection.status)))
            kinds = list(await tx.session.scalars(text("SELECT kind FROM incidents WHERE ended_at IS NULL")))
        assert statuses == {"connected"}
        assert kinds == ["misconfigured"]

        await time_machine.advance(61)
        replies[TOKEN] = granted()
        assert (await force(runtime, rows[1])).result is Result.REFRESHED
        assert (await force(runtime, rows[2])).result is Result.REFRESHED
        async with reader(runtime.sessions) as tx:
            assert list(await tx.session.scalars(text("SELECT 1 FROM incidents WHERE ended_at IS NULL"))) == []
