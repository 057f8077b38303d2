"""Refreshing a token: one holder, one POST, nothing lost, nothing overwritten (token-refresh R0-R12, C1-C14)."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import OperationalError

from mailwarden.connections import credentials
from mailwarden.connections.credentials import claim_refresh, journal_of, place, read_held, replay_journal, store
from mailwarden.connections.journal import TokenAnswer
from mailwarden.connections.models import Connection, Credential, Orphan, RefreshAttempt
from mailwarden.connections.refresh import Refreshed, Result, refresh_once
from mailwarden.connections.tokens import StoredTokens
from mailwarden.core.db import reader, unit_of_work
from mailwarden.core.runtime import Runtime
from mailwarden.providers.base import AccessRevoked, Grant, Unavailable
from tests.conftest import MakeConnection
from tests.connections.fakes import DEAD, TOKEN, form, granted
from tests.support.replies import Replies
from tests.support.time import TimeMachine

KLAVIYO_TOKEN = "POST /oauth/token"
DUE = timedelta(minutes=27)


async def credential(rt: Runtime, row: Connection) -> Credential:
    async with reader(rt.sessions, row.org_id) as tx:
        return (await tx.session.scalars(select(Credential).where(Credential.connection_id == row.id))).one()


async def secrets(rt: Runtime, row: Connection) -> tuple[str, str, str | None]:
    """(access, refresh, previous refresh)."""
    held = await credential(rt, row)
    assert held.refresh_token is not None
    before = held.previous_refresh_token
    return (
        rt.keys.open(held.access_token, place(held, "access_token")),
        rt.keys.open(held.refresh_token, place(held, "refresh_token")),
        rt.keys.open(before, place(held, "previous_refresh_token")) if before else None,
    )


async def attempts(rt: Runtime, row: Connection) -> list[str]:
    async with reader(rt.sessions, row.org_id) as tx:
        return list(await tx.session.scalars(select(RefreshAttempt.outcome).order_by(RefreshAttempt.at)))


async def refresh(rt: Runtime, row: Connection, **over: Any) -> Refreshed:
    return await refresh_once(rt, row.org_id, row.id, row.provider, **over)


async def force(rt: Runtime, row: Connection) -> Refreshed:
    return await refresh(rt, row, only_version=(await credential(rt, row)).version)


def dropped(_: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("gone")


def unreachable(_: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused")


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
        tokens = [StoredTokens(runtime, row.org_id, row.id, row.provider) for _ in range(100)]
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

        timing = replace(runtime.config.timing, refresh_deadline_s=0.2, refresh_lease_s=45)
        async with httpx.AsyncClient(transport=httpx.MockTransport(slow)) as http:
            rt = replace(runtime, http=http, config=replace(runtime.config, timing=timing))
            error = (await force(rt, row)).error
        assert isinstance(error, Unavailable)
        assert error.sent


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


async def answer_of(rt: Runtime, row: Connection, grant: Grant | None = None) -> TokenAnswer:
    """What a worker holds between the provider's answer and its commit."""
    held = await credential(rt, row)
    claim = await claim_refresh(rt, row.org_id, row.id, only_version=held.version)
    assert claim is not None
    return TokenAnswer(
        org_id=claim.org_id,
        connection_id=claim.connection_id,
        credential_id=claim.credential_id,
        attempt_id=claim.attempt_id,
        provider=claim.provider,
        version=claim.version,
        spent_hash=claim.spent_hash,
        sent_at=rt.clock.now(),
        grant=grant or Grant("access-2", "refresh-2", 1800, frozenset({"oauth", "content"})),
    )


class TestJournal:
    async def test_an_answer_on_disk_is_stored_by_the_next_start(
        self, runtime: Runtime, make_connection: MakeConnection
    ) -> None:
        row = await make_connection()
        journal_of(runtime).append(await answer_of(runtime, row))
        assert await replay_journal(runtime) == 1
        assert await secrets(runtime, row) == ("access-2", "refresh-2", "refresh-1")
        assert list(journal_of(runtime).entries()) == []

    async def test_is_replayed_once_even_by_two_at_a_time(
        self, runtime: Runtime, make_connection: MakeConnection
    ) -> None:
        row = await make_connection()
        journal_of(runtime).append(await answer_of(runtime, row))
        await asyncio.gather(replay_journal(runtime), replay_journal(runtime))
        assert (await credential(runtime, row)).version == 2

    async def test_holds_no_token_in_the_clear(self, runtime: Runtime, make_connection: MakeConnection) -> None:
        row = await make_connection()
        journal_of(runtime).append(await answer_of(runtime, row))
        files = list((runtime.config.data_dir / "token-journal").iterdir())
        assert [path.stat().st_mode & 0o777 for path in files] == [0o600]
        assert not any(b"access-2" in path.read_bytes() or b"refresh-2" in path.read_bytes() for path in files)

    async def test_an_entry_that_cannot_be_read_is_set_aside(self, runtime: Runtime) -> None:
        folder = runtime.config.data_dir / "token-journal"
        folder.mkdir(parents=True)
        (folder / "broken.answer").write_bytes(b"{")
        assert await replay_journal(runtime) == 0
        assert [path.name for path in folder.iterdir()] == ["broken.bad"]

    async def test_a_full_disk_stops_new_attempts_of_strict_providers_only(
        self, runtime: Runtime, make_connection: MakeConnection, replies: Replies, tmp_path: Path
    ) -> None:
        (tmp_path / "file").write_text("")
        rt = replace(runtime, config=replace(runtime.config, data_dir=tmp_path / "file"))
        replies[TOKEN] = replies[KLAVIYO_TOKEN] = granted()
        fixed, strict = await make_connection(), await make_connection(provider="klaviyo")
        assert (await force(rt, fixed)).result is Result.REFRESHED
        assert (await force(rt, strict)).result is Result.NOT_CLAIMED
        assert replies.count(KLAVIYO_TOKEN) == 0


class TestCompareAndSwap:
    async def test_a_late_answer_becomes_an_orphan_and_overwrites_nothing(
        self, runtime: Runtime, make_connection: MakeConnection
    ) -> None:
        row = await make_connection()
        late = await answer_of(runtime, row)
        winner = replace(late, grant=Grant("access-w", "refresh-w", 1800, None))
        await store(runtime, winner)
        assert await store(runtime, late) is credentials.Stored.ORPHANED
        assert (await secrets(runtime, row))[:2] == ("access-w", "refresh-w")
        async with reader(runtime.sessions, row.org_id) as tx:
            assert len(list(await tx.session.scalars(select(Orphan)))) == 1

    async def test_a_commit_whose_acknowledgement_was_lost_counts_as_done(
        self, runtime: Runtime, make_connection: MakeConnection
    ) -> None:
        row = await make_connection()
        answer = await answer_of(runtime, row)
        await store(runtime, answer)
        assert await store(runtime, answer) is credentials.Stored.REFRESHED
        assert (await credential(runtime, row)).version == 2

    async def test_the_commit_is_tried_until_the_database_is_back(
        self, runtime: Runtime, make_connection: MakeConnection
    ) -> None:
        row = await make_connection()
        answer = await answer_of(runtime, row)
        outage: Iterator[bool] = iter([True, True, True])

        def sessions() -> Any:
            if next(outage, False):
                raise OperationalError("BEGIN", {}, OSError("the database is restarting"))
            return runtime.sessions.begin()

        flaky: Any = type("Flaky", (), {"begin": staticmethod(sessions)})()
        stored = await credentials.store_for_sure(replace(runtime, sessions=flaky), answer)
        assert stored is credentials.Stored.REFRESHED
        assert (await secrets(runtime, row))[0] == "access-2"

    async def test_expiry_counts_from_sending(self, runtime: Runtime, make_connection: MakeConnection) -> None:
        row = await make_connection()
        answer = await answer_of(runtime, row)
        await store(runtime, answer)
        held = await read_held(runtime, row.org_id, row.id)
        assert held.expires_at == answer.sent_at + timedelta(seconds=1800)


async def test_the_spent_token_is_the_one_that_was_sent(
    runtime: Runtime, make_connection: MakeConnection, replies: Replies
) -> None:
    replies[TOKEN] = granted()
    row = await make_connection(refresh_token="refresh-7")
    await force(runtime, row)
    assert form(replies.requests[0])["refresh_token"] == "refresh-7"
