"""Suspicions, verdicts, recoveries: the status tells the truth, and everything is told exactly once."""

from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select

from mailwarden.connections.rules import Proof
from mailwarden.core.db import reader, unit_of_work
from mailwarden.core.jobs import Job, enqueue
from mailwarden.core.runtime import Runtime
from mailwarden.events.models import Event
from tests.conftest import MakeConnection
from tests.connections.fakes import (
    DETAILS,
    healthy,
    unauthorized,
)
from tests.connections.steps import REVOKED, episodes, events, fail, history, kill, live, now, succeed
from tests.support.replies import Replies
from tests.support.time import TimeMachine

pytestmark = pytest.mark.usefixtures("quiet_journal")


class TestSuspicion:
    async def test_one_refusal_is_shown_as_checking_and_asked_about_at_once(
        self, runtime: Runtime, make_connection: MakeConnection
    ) -> None:
        row = await make_connection()
        await fail(runtime, row, REVOKED)
        seen = await now(runtime, row)
        assert (seen.status, seen.cause) == ("verifying", "access_revoked")
        async with reader(runtime.sessions, row.org_id) as tx:
            jobs = list(await tx.session.scalars(select(Job.kind).where(Job.kind == "verify")))
        assert jobs == ["verify"]
        assert await episodes(runtime, row) == []

    async def test_a_good_answer_to_the_check_clears_it_and_alarms_nobody(
        self, runtime: Runtime, make_connection: MakeConnection, replies: Replies, time_machine: TimeMachine
    ) -> None:
        healthy(replies)
        row = await make_connection(external_id="4711")
        await fail(runtime, row, REVOKED)
        await live(runtime, time_machine, 10)
        assert (await now(runtime, row)).status == "connected"
        assert await history(runtime, row) == [("connected", "verifying"), ("verifying", "connected")]
        assert await events(runtime, row) == ["verifying"]

    async def test_a_success_of_another_kind_clears_nothing(
        self, runtime: Runtime, make_connection: MakeConnection
    ) -> None:
        row = await make_connection()
        await fail(runtime, row, REVOKED)
        await succeed(runtime, row, Proof.INTROSPECTION)
        assert (await now(runtime, row)).status == "verifying"
        await succeed(runtime, row, Proof.API)
        assert (await now(runtime, row)).status == "connected"

    async def test_many_refusals_of_work_are_one_suspicion(
        self, runtime: Runtime, make_connection: MakeConnection
    ) -> None:
        row = await make_connection()
        for _ in range(5):
            await fail(runtime, row, REVOKED)
        assert await history(runtime, row) == [("connected", "verifying")]
        assert await events(runtime, row) == ["verifying"]

    async def test_an_api_that_refuses_while_the_grant_lives_never_ends_it(
        self, runtime: Runtime, make_connection: MakeConnection, replies: Replies, time_machine: TimeMachine
    ) -> None:
        healthy(replies)
        replies[DETAILS] = unauthorized
        row = await make_connection(external_id="4711")
        await fail(runtime, row, REVOKED)
        await live(runtime, time_machine, 900, step=30)
        assert (await now(runtime, row)).status == "verifying"


class TestVerdict:
    async def test_two_kinds_of_refusal_end_it_within_a_minute_with_its_card_and_one_event(
        self, runtime: Runtime, make_connection: MakeConnection, replies: Replies, time_machine: TimeMachine
    ) -> None:
        row = await kill(runtime, time_machine, replies, make_connection)
        seen = await now(runtime, row)
        assert (seen.status, seen.cause) == ("inactive", "access_revoked")
        assert await history(runtime, row) == [("connected", "verifying"), ("verifying", "inactive")]
        assert await events(runtime, row) == ["verifying", "inactive"]
        (episode,) = await episodes(runtime, row)
        assert (episode.cause, episode.ended_at) == ("access_revoked", None)
        assert episode.first_failed_at < episode.confirmed_at
        async with reader(runtime.sessions, row.org_id) as tx:
            told = (await tx.session.scalars(select(Event).where(Event.type == "connection.inactive"))).one()
        assert told.subject_id == episode.id
        assert {"title", "explanation", "who_must_act", "action", "evidence", "provider"} <= told.data.keys()

    async def test_refresh_refusals_alone_need_ten_over_five_minutes(
        self, runtime: Runtime, make_connection: MakeConnection, replies: Replies, time_machine: TimeMachine
    ) -> None:
        healthy(replies)
        replies["POST /oauth/token"] = httpx.Response(400, json={"error": "invalid_grant"})
        account = {"data": [{"type": "account", "id": "abc", "attributes": {}}]}
        replies["GET /api/accounts"] = httpx.Response(200, json=account)
        row = await make_connection(provider="klaviyo", external_id="abc", life_s=3600)
        await time_machine.advance(timedelta(minutes=52))
        async with unit_of_work(runtime.sessions, row.org_id) as tx:
            await enqueue(tx, "refresh", row.id)
        await live(runtime, time_machine, 330, step=5)
        assert (await now(runtime, row)).status == "verifying"
        assert replies.count("POST /oauth/token") == 9
        await live(runtime, time_machine, 30, step=5)
        assert (await now(runtime, row)).status == "inactive"
        assert replies.count("POST /oauth/token") == 10

    async def test_a_second_worker_reaching_the_same_verdict_changes_nothing(
        self, runtime: Runtime, make_connection: MakeConnection, replies: Replies, time_machine: TimeMachine
    ) -> None:
        row = await kill(runtime, time_machine, replies, make_connection)
        for _ in range(3):
            await fail(runtime, row, REVOKED)
        await live(runtime, time_machine, 120, step=20)
        assert await events(runtime, row) == ["verifying", "inactive"]
        assert len(await episodes(runtime, row)) == 1

    async def test_an_inactive_connection_that_works_again_is_found_and_told(
        self, runtime: Runtime, make_connection: MakeConnection, replies: Replies, time_machine: TimeMachine
    ) -> None:
        row = await kill(runtime, time_machine, replies, make_connection)
        healthy(replies)
        await time_machine.advance(timedelta(hours=1))
        await live(runtime, time_machine, 10)
        assert (await now(runtime, row)).status == "connected"
        assert (await events(runtime, row))[-1] == "recovered"
        (episode,) = await episodes(runtime, row)
        assert episode.ended_by == "recovered"
