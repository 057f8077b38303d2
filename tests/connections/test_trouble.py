"""What is no verdict: trouble of the provider, missing permissions, many failing alike."""

import httpx
import pytest

from mailwarden.connections.incidents import close_breaker, may_try, open_breaker
from mailwarden.connections.queries import open_incidents
from mailwarden.core.db import reader
from mailwarden.core.runtime import Runtime
from mailwarden.providers.base import (
    Cause,
    Misconfigured,
    RateLimited,
    ScopesMissing,
    Signal,
)
from tests.conftest import MakeConnection
from tests.connections.fakes import (
    DEAD,
    DETAILS,
    EMAILS,
    INTROSPECT,
    TOKEN,
    active,
    healthy,
    unauthorized,
)
from tests.connections.steps import DOWN, REVOKED, events, fail, history, live, now, said, succeed
from tests.support.replies import Replies
from tests.support.time import TimeMachine

pytestmark = pytest.mark.usefixtures("quiet_journal")


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
        await live(runtime, time_machine, 600, step=100)
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

    async def test_the_dead_are_no_word_about_the_others(
        self, runtime: Runtime, make_connection: MakeConnection
    ) -> None:
        rows = [await make_connection(status="inactive", cause="access_revoked") for _ in range(6)]
        for row in rows:
            await fail(runtime, row, REVOKED)
        async with reader(runtime.sessions) as tx:
            assert await open_incidents(tx) == []

    async def test_our_own_misconfiguration_opens_on_top_of_an_outage(
        self, runtime: Runtime, make_connection: MakeConnection
    ) -> None:
        for row in [await make_connection() for _ in range(6)]:
            await fail(runtime, row, DOWN)
        await open_breaker(runtime, "hubspot", Misconfigured(said(401)))
        assert not await may_try(runtime, "hubspot")
        async with reader(runtime.sessions) as tx:
            assert {one.kind for one in await open_incidents(tx)} == {"unavailable", "misconfigured"}
        await close_breaker(runtime, "hubspot")
        async with reader(runtime.sessions) as tx:
            assert [one.kind for one in await open_incidents(tx)] == ["unavailable"]
