"""Suspicions, verdicts, recoveries: the status tells the truth, and everything is told exactly once."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from mailwarden.connections import credentials
from mailwarden.connections.health import report_failure, report_success
from mailwarden.connections.models import Connection, Episode, Transition
from mailwarden.connections.queries import open_incidents
from mailwarden.connections.rules import Actor, Proof
from mailwarden.core.db import reader, unit_of_work
from mailwarden.core.jobs import Job, enqueue
from mailwarden.core.runtime import Runtime
from mailwarden.events.models import Event
from mailwarden.providers.base import (
    AccessRevoked,
    Cause,
    Evidence,
    ProviderError,
    RateLimited,
    ScopesMissing,
    Signal,
    Unavailable,
)
from tests.conftest import MakeConnection
from tests.connections.fakes import (
    DEAD,
    DETAILS,
    EMAILS,
    INTROSPECT,
    TOKEN,
    active,
    come_back,
    granted,
    healthy,
    outcome,
    start,
    state_of,
    unauthorized,
)
from tests.connections.test_refresh import answer_of, credential, secrets
from tests.support.browser import Browser
from tests.support.jobs import drain
from tests.support.replies import Replies
from tests.support.time import TimeMachine

pytestmark = pytest.mark.usefixtures("quiet_sync")


@pytest.fixture
def quiet_sync(replies: Replies) -> None:
    """The journal of uninstalls holds nothing."""
    replies["POST /oauth/2026-03/token"] = httpx.Response(200, json={"access_token": "app-token-1", "expires_in": 1800})
    replies["POST /webhooks-journal/subscriptions/2026-03"] = httpx.Response(201, json={"id": 1})
    replies["GET /webhooks-journal/journal/2026-03/earliest"] = httpx.Response(204)


def said(status: int | None = 401, signal: Signal | None = Signal.API_REFUSED, operation: str = "api") -> Evidence:
    return Evidence(signal, operation, "GET", DETAILS.split()[1], "api.hubapi.com", status, None, "no")


REVOKED = AccessRevoked(said())
DOWN = Unavailable(said(503, None))


async def fail(rt: Runtime, row: Connection, error: ProviderError) -> None:
    async with unit_of_work(rt.sessions, row.org_id) as tx:
        await report_failure(rt, tx, row.id, error, Actor.SYNC)


async def succeed(rt: Runtime, row: Connection, proof: Proof = Proof.API) -> None:
    async with unit_of_work(rt.sessions, row.org_id) as tx:
        await report_success(rt, tx, row.id, Actor.SYNC, proof)


async def now(rt: Runtime, row: Connection) -> Connection:
    async with reader(rt.sessions, row.org_id) as tx:
        return await tx.session.get_one(Connection, row.id)


async def history(rt: Runtime, row: Connection) -> list[tuple[str | None, str]]:
    async with reader(rt.sessions, row.org_id) as tx:
        asked = select(Transition).where(Transition.connection_id == row.id).order_by(Transition.at)
        return [(one.from_status, one.to_status) for one in await tx.session.scalars(asked)]


async def events(rt: Runtime, row: Connection) -> list[str]:
    async with reader(rt.sessions, row.org_id) as tx:
        asked = select(Event.type).where(Event.connection_id == row.id).order_by(Event.sequence)
        types = list(await tx.session.scalars(asked))
    return [type.removeprefix("connection.") for type in types if type.startswith("connection.")]


async def episodes(rt: Runtime, row: Connection) -> list[Episode]:
    async with reader(rt.sessions, row.org_id) as tx:
        asked = select(Episode).where(Episode.connection_id == row.id).order_by(Episode.confirmed_at)
        return list(await tx.session.scalars(asked))


async def live(rt: Runtime, time_machine: TimeMachine, seconds: float, step: float = 10) -> None:
    """Runs what is due while time goes by."""
    for _ in range(round(seconds / step)):
        await drain(rt)
        await time_machine.advance(step)
    await drain(rt)


async def kill(
    rt: Runtime, time_machine: TimeMachine, replies: Replies, make_connection: MakeConnection, **over: Any
) -> Connection:
    """An inactive connection, killed the whole way: refused API, refused refresh, asked again."""
    row = await make_connection(external_id="4711", **over)
    replies[DETAILS] = unauthorized
    replies[TOKEN] = DEAD
    replies[INTROSPECT] = active(is_active=False)
    await fail(rt, row, REVOKED)
    await live(rt, time_machine, 20)
    assert (await now(rt, row)).status == "inactive"
    return row


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


class TestTrouble:
    async def test_is_shown_after_the_second_failure_and_gone_with_the_first_success(
        self, runtime: Runtime, make_connection: MakeConnection
    ) -> None:
        row = await make_connection()
        await fail(runtime, row, DOWN)
        assert (await now(runtime, row)).degraded_reason is None
        await fail(runtime, row, DOWN)
        assert (await now(runtime, row)).degraded_reason == "provider_unavailable"
        await succeed(runtime, row)
        assert (await now(runtime, row)).degraded_reason is None
        assert await events(runtime, row) == ["degraded", "restored"]
        assert await history(runtime, row) == []

    async def test_is_never_a_verdict_however_long_it_lasts(
        self, runtime: Runtime, make_connection: MakeConnection, replies: Replies, time_machine: TimeMachine
    ) -> None:
        for name in (TOKEN, DETAILS, INTROSPECT):
            replies[name] = httpx.Response(503)
        row = await make_connection(external_id="4711")
        for _ in range(3):
            await fail(runtime, row, DOWN)
        await live(runtime, time_machine, 600, step=30)
        seen = await now(runtime, row)
        assert (seen.status, seen.degraded_reason) == ("connected", "provider_unavailable")

    async def test_a_rate_limit_is_kept_and_nobody_calls_meanwhile(
        self, runtime: Runtime, make_connection: MakeConnection, replies: Replies, time_machine: TimeMachine
    ) -> None:
        healthy(replies)
        row = await make_connection(external_id="4711")
        await fail(runtime, row, RateLimited(said(429, None), 120))
        assert (await now(runtime, row)).degraded_reason == "rate_limited"
        await live(runtime, time_machine, 110)
        assert [r for r in replies.requests if "journal" not in r.url.path and "2026-03" not in r.url.path] == []
        await live(runtime, time_machine, 30)
        assert (await now(runtime, row)).degraded_reason is None

    async def test_our_own_budget_is_nobodys_trouble(self, runtime: Runtime, make_connection: MakeConnection) -> None:
        row = await make_connection()
        await fail(runtime, row, RateLimited(said(None, None), 60))
        seen = await now(runtime, row)
        assert (seen.degraded_reason, seen.banned_until) == (None, None)


class TestPermissions:
    async def test_a_required_one_needs_two_equal_answers(
        self, runtime: Runtime, make_connection: MakeConnection, replies: Replies, time_machine: TimeMachine
    ) -> None:
        healthy(replies)
        lacking = {
            "category": "MISSING_SCOPES",
            "message": "no",
            "errors": [{"message": "no", "context": {"requiredGranularScopes": ["content"]}}],
        }
        replies[EMAILS] = httpx.Response(403, json=lacking)
        row = await make_connection(external_id="4711")
        await fail(runtime, row, ScopesMissing(said(403, Signal.SCOPES_MISSING), ("content",)))
        assert (await now(runtime, row)).status == "verifying"
        await live(runtime, time_machine, 10)
        seen = await now(runtime, row)
        assert (seen.status, seen.cause) == ("inactive", Cause.SCOPES_REMOVED)
        assert seen.evidence is not None
        assert seen.evidence["scopes"] == ["content"]

    async def test_a_required_one_that_is_back_at_the_second_look_was_a_blip(
        self, runtime: Runtime, make_connection: MakeConnection, replies: Replies, time_machine: TimeMachine
    ) -> None:
        healthy(replies)
        row = await make_connection(external_id="4711")
        await fail(runtime, row, ScopesMissing(said(403, Signal.SCOPES_MISSING), ("content",)))
        await live(runtime, time_machine, 10)
        assert (await now(runtime, row)).status == "connected"

    async def test_an_optional_one_is_shown_and_the_connection_stays(
        self, runtime: Runtime, make_connection: MakeConnection
    ) -> None:
        row = await make_connection()
        missing = ("crm.objects.contacts.read",)
        for _ in range(2):
            await fail(runtime, row, ScopesMissing(said(403, Signal.SCOPES_MISSING), missing))
        seen = await now(runtime, row)
        assert (seen.status, seen.missing_scopes) == ("connected", list(missing))
        assert await events(runtime, row) == ["permission_missing"]


class TestIncident:
    async def test_many_refused_alike_withhold_the_verdict_until_they_are_few(
        self, runtime: Runtime, make_connection: MakeConnection, replies: Replies, time_machine: TimeMachine
    ) -> None:
        replies[DETAILS], replies[TOKEN], replies[INTROSPECT] = unauthorized, DEAD, active(is_active=False)
        rows = [await make_connection() for _ in range(6)]
        for row in rows:
            await fail(runtime, row, REVOKED)
        await live(runtime, time_machine, 120, step=15)
        assert {(await now(runtime, row)).status for row in rows} == {"verifying"}
        async with reader(runtime.sessions) as tx:
            assert [(one.provider, one.kind) for one in await open_incidents(tx)] == [("hubspot", "refused")]
        healthy(replies)
        await live(runtime, time_machine, 180, step=15)
        assert {(await now(runtime, row)).status for row in rows} == {"connected"}
        async with reader(runtime.sessions) as tx:
            assert await open_incidents(tx) == []


class TestReconnect:
    async def test_keeps_every_setting_and_leaves_a_receipt(
        self,
        runtime: Runtime,
        owner: Browser,
        make_connection: MakeConnection,
        replies: Replies,
        time_machine: TimeMachine,
    ) -> None:
        row = await kill(
            runtime, time_machine, replies, make_connection, sync_frequency="hourly", history_range="all", version=5
        )
        before = (await owner.get(f"/v1/connections/conn_{row.id.hex}")).json()
        healthy(replies)
        started = await start(owner, f"/v1/connections/conn_{row.id.hex}/reconnect")
        landed = await come_back(owner, state_of(started))
        assert landed == f"/integrations/hubspot?connected=conn_{row.id.hex}"
        after = (await owner.get(f"/v1/connections/conn_{row.id.hex}")).json()
        kept = ("id", "external_id", "sync_frequency", "history_range", "settings_version", "created_at")
        assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
        assert (after["status"], after["card"]) == ("connected", None)
        assert (await events(runtime, row))[-2:] == ["recovered", "reconnected"]
        (episode,) = await episodes(runtime, row)
        assert episode.ended_by == "reconnected"
        (receipt,) = (await owner.get(f"/v1/connections/conn_{row.id.hex}/receipts")).json()["data"]
        assert receipt["status"] == "pending"
        assert receipt["episode_id"] == f"epi_{episode.id.hex}"
        assert [line["detail"] for line in receipt["settings_kept"]] == ["Hourly", "Everything available"]
        assert (await now(runtime, row)).catch_up_from is not None

    async def test_with_another_account_changes_nothing_and_names_both(
        self,
        runtime: Runtime,
        owner: Browser,
        make_connection: MakeConnection,
        replies: Replies,
        time_machine: TimeMachine,
    ) -> None:
        row = await kill(runtime, time_machine, replies, make_connection)
        before = await now(runtime, row)
        healthy(replies, 999)
        started = await start(owner, f"/v1/connections/conn_{row.id.hex}/reconnect")
        told = await outcome(owner, await come_back(owner, state_of(started)))
        assert told["outcome"] == "wrong_account"
        assert told["expected_account"]["external_id"] == "4711"
        assert told["actual_account"]["external_id"] == "999"
        after = await now(runtime, row)
        assert (after.status, after.cause, after.episode_id) == (before.status, before.cause, before.episode_id)
        assert len((await owner.get("/v1/connections")).json()["data"]) == 1

    @pytest.mark.parametrize("query", [{"error": "access_denied"}, {"code": "bad"}])
    async def test_that_fails_leaves_status_and_credential_as_they_were(
        self,
        runtime: Runtime,
        owner: Browser,
        make_connection: MakeConnection,
        replies: Replies,
        query: dict[str, str],
    ) -> None:
        row = await make_connection()
        version, held = (await credential(runtime, row)).version, await secrets(runtime, row)
        replies[TOKEN] = httpx.Response(400, json={"status": "BAD_AUTH_CODE", "error": "invalid_grant"})
        started = await start(owner, f"/v1/connections/conn_{row.id.hex}/reconnect")
        await come_back(owner, state_of(started), **query)
        assert (await now(runtime, row)).status == "connected"
        assert ((await credential(runtime, row)).version, await secrets(runtime, row)) == (version, held)

    async def test_during_a_refresh_wins_over_it(
        self, runtime: Runtime, owner: Browser, make_connection: MakeConnection, replies: Replies
    ) -> None:
        row = await make_connection(external_id="4711")
        in_flight = await answer_of(runtime, row)
        healthy(replies)
        replies[TOKEN] = granted(access_token="access-user", refresh_token="refresh-user")
        await come_back(owner, state_of(await start(owner, f"/v1/connections/conn_{row.id.hex}/reconnect")))
        assert await credentials.store(runtime, in_flight) is credentials.Stored.ORPHANED
        assert (await secrets(runtime, row))[:2] == ("access-user", "refresh-user")


class TestDisconnect:
    async def test_ends_all_work_keeps_the_row_and_raises_no_alert(
        self, runtime: Runtime, owner: Browser, replies: Replies
    ) -> None:
        healthy(replies)
        started = await start(owner)
        landed = await come_back(owner, state_of(started))
        identity = landed.split("connected=")[1]
        answer = await owner.delete(f"/v1/connections/{identity}")
        assert answer.json()["status"] == "disconnected"
        assert (await owner.delete(f"/v1/connections/{identity}")).status_code == 200
        async with reader(runtime.sessions, owner.org_id) as tx:
            waiting = set(await tx.session.scalars(select(Job.kind).where(Job.state == "ready")))
            asked = select(Event.type).where(Event.type.startswith("connection.")).order_by(Event.sequence)
            told = list(await tx.session.scalars(asked))
        assert not waiting & {"refresh", "probe", "verify"}
        assert told == ["connection.connected", "connection.disconnected"]

    async def test_of_an_inactive_connection_ends_its_episode_without_a_recovery_notice(
        self,
        runtime: Runtime,
        owner: Browser,
        make_connection: MakeConnection,
        replies: Replies,
        time_machine: TimeMachine,
    ) -> None:
        row = await kill(runtime, time_machine, replies, make_connection)
        await owner.delete(f"/v1/connections/conn_{row.id.hex}")
        (episode,) = await episodes(runtime, row)
        assert episode.ended_by == "disconnected"
        assert await events(runtime, row) == ["verifying", "inactive", "disconnected"]
