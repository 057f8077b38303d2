"""Refreshing a token: one holder, one POST, and who is refused waits (token-refresh R1-R9)."""

import asyncio
from copy import copy
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import update

from mailwarden.connections.credentials import claim_refresh
from mailwarden.connections.models import Credential
from mailwarden.connections.queries import answer_was_lost
from mailwarden.connections.refresh import Result
from mailwarden.connections.tokens import StoredTokens
from mailwarden.core.db import unit_of_work
from mailwarden.core.runtime import Runtime
from mailwarden.providers.base import AccessRevoked, Unavailable
from tests.conftest import MakeConnection
from tests.connections.fakes import DEAD, TOKEN, form, granted
from tests.connections.token_steps import DUE, attempts, credential, force, refresh, secrets
from tests.support.replies import Replies
from tests.support.time import TimeMachine


class TestClaim:
    async def test_nothing_is_sent_before_the_token_is_due(
        self, runtime: Runtime, make_connection: MakeConnection
    ) -> None:
        assert (await refresh(runtime, await make_connection())).result is Result.NOT_CLAIMED

    async def test_only_one_of_many_gets_it(
        self, runtime: Runtime, make_connection: MakeConnection, time_machine: TimeMachine
    ) -> None:
        row = await make_connection()
        await time_machine.advance(DUE)
        claims = await asyncio.gather(*(claim_refresh(runtime, row.org_id, row.id) for _ in range(12)))
        assert sum(claim is not None for claim in claims) == 1

    async def test_a_dead_holder_is_succeeded_when_its_lease_ends(
        self, runtime: Runtime, make_connection: MakeConnection, time_machine: TimeMachine
    ) -> None:
        row = await make_connection()
        await time_machine.advance(DUE)
        assert await claim_refresh(runtime, row.org_id, row.id)
        await time_machine.advance(44)
        assert await claim_refresh(runtime, row.org_id, row.id) is None
        await time_machine.advance(2)
        assert await claim_refresh(runtime, row.org_id, row.id)

    async def test_what_a_dead_holder_may_have_spent_is_known(
        self, runtime: Runtime, make_connection: MakeConnection, replies: Replies, time_machine: TimeMachine
    ) -> None:
        """Otherwise a grant that our own death cost would be called revoked by somebody."""
        replies[TOKEN] = DEAD
        row = await make_connection()
        await time_machine.advance(DUE)
        since = runtime.clock.now()
        assert await claim_refresh(runtime, row.org_id, row.id)
        async with unit_of_work(runtime.sessions, row.org_id) as tx:
            assert not await answer_was_lost(tx, row.org_id, row.id, since)
        await time_machine.advance(46)
        await refresh(runtime, row)
        assert await attempts(runtime, row) == ["unavailable", "refused"]
        async with unit_of_work(runtime.sessions, row.org_id) as tx:
            assert await answer_was_lost(tx, row.org_id, row.id, since)

    @pytest.mark.parametrize("status", ["inactive", "disconnected"])
    async def test_a_dead_connection_is_left_alone(
        self, runtime: Runtime, make_connection: MakeConnection, time_machine: TimeMachine, status: str
    ) -> None:
        row = await make_connection(status=status)
        await time_machine.advance(DUE)
        assert await claim_refresh(runtime, row.org_id, row.id) is None

    def test_the_lease_outlives_the_deadline_twice(self, runtime: Runtime) -> None:
        timing = runtime.config.timing
        assert timing.refresh_lease_s >= 2 * timing.refresh_deadline_s


class TestSuccess:
    async def test_stores_both_tokens_and_keeps_the_spent_one(
        self, runtime: Runtime, make_connection: MakeConnection, replies: Replies, time_machine: TimeMachine
    ) -> None:
        replies[TOKEN] = granted()
        row = await make_connection()
        await time_machine.advance(DUE)
        assert (await refresh(runtime, row)).result is Result.REFRESHED
        assert await secrets(runtime, row) == ("access-new", "refresh-new", "refresh-1")
        held = await credential(runtime, row)
        assert held.version == 2
        assert held.lease_until is None
        share = (held.refresh_after - held.issued_at) / (held.expires_at - held.issued_at)
        assert 0.70 <= share < 0.85
        assert await attempts(runtime, row) == ["refreshed"]

    async def test_keeps_the_refresh_token_if_no_new_one_comes(
        self, runtime: Runtime, make_connection: MakeConnection, replies: Replies
    ) -> None:
        replies[TOKEN] = granted(refresh_token=None)
        row = await make_connection()
        await force(runtime, row)
        assert (await secrets(runtime, row))[:2] == ("access-new", "refresh-1")

    async def test_a_hundred_callers_at_once_make_one_post(
        self, runtime: Runtime, make_connection: MakeConnection, replies: Replies, time_machine: TimeMachine
    ) -> None:
        replies[TOKEN] = granted()
        row = await make_connection()
        await time_machine.advance(timedelta(minutes=31))
        processes = [replace(runtime, sessions=copy(runtime.sessions)) for _ in range(5)]  # callers of one share theirs
        tokens = [StoredTokens(rt, row.org_id, row.id, row.provider) for rt in processes * 20]
        assert set(await asyncio.gather(*(one.access_token() for one in tokens))) == {"access-new"}
        assert replies.count(TOKEN) == 1

    async def test_a_refused_token_that_somebody_replaced_costs_no_post(
        self, runtime: Runtime, make_connection: MakeConnection, replies: Replies
    ) -> None:
        row = await make_connection()
        tokens = StoredTokens(runtime, row.org_id, row.id, row.provider)
        assert await tokens.refresh(rejected="an older one") == "access-1"
        assert replies.requests == []

    async def test_a_refused_current_token_is_refreshed_at_once(
        self, runtime: Runtime, make_connection: MakeConnection, replies: Replies
    ) -> None:
        replies[TOKEN] = granted()
        row = await make_connection()
        tokens = StoredTokens(runtime, row.org_id, row.id, row.provider)
        assert await tokens.refresh(rejected="access-1") == "access-new"

    async def test_who_waits_for_another_caller_goes_on_when_that_one_is_cancelled(
        self, runtime: Runtime, make_connection: MakeConnection, replies: Replies, time_machine: TimeMachine
    ) -> None:
        replies[TOKEN] = granted()
        row = await make_connection()
        await time_machine.advance(timedelta(minutes=31))
        held = StoredTokens(runtime, row.org_id, row.id, row.provider)
        callers = [asyncio.create_task(held.access_token()) for _ in range(5)]
        while not runtime.under_way:  # noqa: ASYNC110 - there is no event for it
            await asyncio.sleep(0)
        callers[0].cancel()
        told = await asyncio.gather(*callers, return_exceptions=True)
        assert isinstance(told[0], asyncio.CancelledError)
        assert set(told[1:]) == {"access-new"}
        assert replies.count(TOKEN) == 1
        assert not runtime.under_way

    async def test_all_who_wait_learn_of_a_failure(
        self, runtime: Runtime, make_connection: MakeConnection, replies: Replies, time_machine: TimeMachine
    ) -> None:
        replies[TOKEN] = httpx.Response(503)
        row = await make_connection()
        await time_machine.advance(timedelta(minutes=31))
        held = StoredTokens(runtime, row.org_id, row.id, row.provider)
        told = await asyncio.gather(*(held.access_token() for _ in range(5)), return_exceptions=True)
        assert {type(one) for one in told} == {Unavailable}
        assert not runtime.under_way

    async def test_a_caller_that_is_cancelled_does_not_lose_the_answer(
        self, runtime: Runtime, make_connection: MakeConnection
    ) -> None:
        row, asked = await make_connection(), asyncio.Event()

        async def answer(_: httpx.Request) -> httpx.Response:
            asked.set()
            await asyncio.sleep(0.2)
            return granted()

        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
            task = asyncio.create_task(force(replace(runtime, http=http), row))
            await asked.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        assert (await secrets(runtime, row))[0] == "access-new"


class TestRefusal:
    async def test_is_counted_and_repeated_by_the_schedule_never_earlier(
        self, runtime: Runtime, make_connection: MakeConnection, replies: Replies, time_machine: TimeMachine
    ) -> None:
        replies[TOKEN] = DEAD
        row = await make_connection()
        assert isinstance((await force(runtime, row)).error, AccessRevoked)
        assert (await force(runtime, row)).result is Result.NOT_CLAIMED
        held = await credential(runtime, row)
        assert (held.refusals, held.version) == (1, 1)
        assert held.first_refused_at is not None
        assert held.next_try_at == held.first_refused_at + timedelta(seconds=20)
        await time_machine.advance(21)
        await force(runtime, row)
        assert (await credential(runtime, row)).refusals == 2

    async def test_ends_with_the_next_success(
        self, runtime: Runtime, make_connection: MakeConnection, replies: Replies, time_machine: TimeMachine
    ) -> None:
        replies[TOKEN] = DEAD
        row = await make_connection()
        await force(runtime, row)
        replies[TOKEN] = granted()
        await time_machine.advance(21)
        await force(runtime, row)
        held = await credential(runtime, row)
        assert (held.refusals, held.first_refused_at, held.next_try_at) == (0, None, None)

    async def test_says_nothing_if_somebody_stored_a_newer_token_meanwhile(
        self, runtime: Runtime, make_connection: MakeConnection
    ) -> None:
        row = await make_connection()

        async def reauthorized(_: httpx.Request) -> httpx.Response:
            async with unit_of_work(runtime.sessions, row.org_id) as tx:
                await tx.session.execute(update(Credential).values(version=Credential.version + 1))
            return DEAD

        transport = httpx.MockTransport(reauthorized)
        async with httpx.AsyncClient(transport=transport) as http:
            assert (await force(replace(runtime, http=http), row)).result is Result.REFRESHED
        assert await attempts(runtime, row) == ["superseded"]
        assert (await credential(runtime, row)).refusals == 0


async def test_the_spent_token_is_the_one_that_was_sent(
    runtime: Runtime, make_connection: MakeConnection, replies: Replies
) -> None:
    replies[TOKEN] = granted()
    row = await make_connection(refresh_token="refresh-7")
    await force(runtime, row)
    assert form(replies.requests[0])["refresh_token"] == "refresh-7"
