"""Reconnecting in place and disconnecting: what is kept, what ends, and what is told."""

import httpx
import pytest
from sqlalchemy import select

from mailwarden.connections import credentials
from mailwarden.core.db import reader
from mailwarden.core.jobs import Job
from mailwarden.core.runtime import Runtime
from mailwarden.events.models import Event
from tests.conftest import MakeConnection
from tests.connections.fakes import (
    TOKEN,
    come_back,
    granted,
    healthy,
    outcome,
    start,
    state_of,
)
from tests.connections.steps import episodes, events, kill, now
from tests.connections.token_steps import answer_of, credential, secrets
from tests.support.browser import Browser
from tests.support.replies import Replies
from tests.support.time import TimeMachine

pytestmark = pytest.mark.usefixtures("quiet_journal")


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
