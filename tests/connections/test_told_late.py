"""Who stored a token and died before telling: the next job of the connection tells, once, and trouble ends."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from mailwarden.connections.credentials import journal_of, replay_journal, store
from mailwarden.connections.jobs import refresh_connection
from mailwarden.connections.models import Connection
from mailwarden.connections.queries import get_connection
from mailwarden.connections.refresh import Result
from mailwarden.connections.telling import tell_late
from mailwarden.connections.transitions import PROBE, REFRESH
from mailwarden.core.db import reader, unit_of_work
from mailwarden.core.jobs import Again, Lease, due_at
from mailwarden.core.runtime import Runtime
from tests.conftest import MakeConnection
from tests.connections.fakes import TOKEN, granted
from tests.connections.token_steps import DUE, answer_of, attempts, credential, refresh
from tests.support.replies import Replies
from tests.support.time import TimeMachine


async def in_trouble(rt: Runtime, row: Connection, **over: object) -> None:
    now = rt.clock.now()
    values = {"degraded_reason": "provider_unavailable", "degraded_since": now, "failures_in_row": 5} | over
    async with unit_of_work(rt.sessions, row.org_id) as tx:
        await tx.session.execute(update(Connection).where(Connection.id == row.id).values(**values))


async def next_turn(rt: Runtime, row: Connection) -> Again | None:
    """Of the schedule that its dead worker held."""
    return await refresh_connection(rt, Lease(row.id, row.org_id, REFRESH, str(row.id), {}, 1, 1))


async def now_of(rt: Runtime, row: Connection) -> Connection:
    async with reader(rt.sessions, row.org_id) as tx:
        return await get_connection(tx, row.org_id, row.id)


async def probe_at(rt: Runtime, row: Connection) -> datetime | None:
    async with reader(rt.sessions, row.org_id) as tx:
        return await due_at(tx, PROBE, row.id)


@pytest.mark.parametrize("journaled", [False, True])
async def test_a_stored_refresh_is_told_by_the_next_turn(
    runtime: Runtime, make_connection: MakeConnection, time_machine: TimeMachine, journaled: bool
) -> None:
    row = await make_connection()
    await time_machine.advance(DUE)
    await in_trouble(runtime, row)
    answer = await answer_of(runtime, row)
    if journaled:
        journal_of(runtime).append(answer)
        assert await replay_journal(runtime) == 1
    else:
        await store(runtime, answer)
    assert await attempts(runtime, row) == []
    held = await credential(runtime, row)
    assert await next_turn(runtime, row) == Again(held.refresh_after)
    assert await attempts(runtime, row) == ["refreshed"]
    told = await now_of(runtime, row)
    assert told.next_refresh_at == held.refresh_after
    planned = await probe_at(runtime, row)  # the API is asked now, not at its next turn
    assert planned is not None
    assert planned <= runtime.clock.now()


async def test_it_is_told_once(
    runtime: Runtime, make_connection: MakeConnection, replies: Replies, time_machine: TimeMachine
) -> None:
    replies[TOKEN] = granted()
    row = await make_connection()
    await time_machine.advance(DUE)
    assert (await refresh(runtime, row)).result is Result.REFRESHED
    assert (await credential(runtime, row)).untold_at is None
    await next_turn(runtime, row)
    await tell_late(runtime, row)
    assert await attempts(runtime, row) == ["refreshed"]


@pytest.mark.parametrize(("later_s", "status"), [(-60, "connected"), (60, "verifying")])
async def test_what_was_refused_since_is_not_cleared_by_it(
    runtime: Runtime, make_connection: MakeConnection, time_machine: TimeMachine, later_s: int, status: str
) -> None:
    row = await make_connection()
    await time_machine.advance(DUE)
    await store(runtime, await answer_of(runtime, row))
    refused_at = runtime.clock.now() + timedelta(seconds=later_s)
    await in_trouble(runtime, row, status="verifying", suspected_at=refused_at)
    await tell_late(runtime, row)
    assert (await now_of(runtime, row)).status == status
    assert await attempts(runtime, row) == ["refreshed"]
