"""Who stored a token and died before telling: the next job of the connection tells, once, and trouble ends."""

from datetime import datetime

import pytest
from sqlalchemy import update

from mailwarden.connections.credentials import claim_refresh, journal_of, replay_journal, store
from mailwarden.connections.jobs import refresh_connection
from mailwarden.connections.models import Connection
from mailwarden.connections.refresh import Result
from mailwarden.connections.telling import tell_late
from mailwarden.connections.transitions import PROBE, REFRESH
from mailwarden.core.db import reader, unit_of_work
from mailwarden.core.jobs import Again, Lease, RetryLater, due_at
from mailwarden.core.runtime import Runtime
from mailwarden.hooks.jobs import refresh_now
from mailwarden.hooks.words import REFRESH_NOW
from mailwarden.providers.base import AccessRevoked, Signal
from tests.conftest import MakeConnection
from tests.connections.fakes import TOKEN, granted
from tests.connections.steps import fail, now, said
from tests.connections.token_steps import DUE, answer_of, attempts, credential, refresh
from tests.support.replies import Replies
from tests.support.time import TimeMachine


async def in_trouble(rt: Runtime, row: Connection) -> None:
    values = {"degraded_reason": "provider_unavailable", "degraded_since": rt.clock.now(), "failures_in_row": 5}
    async with unit_of_work(rt.sessions, row.org_id) as tx:
        await tx.session.execute(update(Connection).where(Connection.id == row.id).values(**values))


async def next_turn(rt: Runtime, row: Connection) -> Again | None:
    """Of the schedule that its dead worker held."""
    return await refresh_connection(rt, Lease(row.id, row.org_id, REFRESH, str(row.id), {}, 1, 1))


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
    told = await now(runtime, row)
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


SIGNAL = AccessRevoked(said(200, Signal.PROVIDER_SIGNAL))


@pytest.mark.parametrize(("since", "status"), [(False, "connected"), (True, "verifying")])
async def test_it_clears_what_came_before_it_and_nothing_since(
    runtime: Runtime, make_connection: MakeConnection, time_machine: TimeMachine, since: bool, status: str
) -> None:
    row = await make_connection()
    await time_machine.advance(DUE)
    await fail(runtime, row, SIGNAL)
    await time_machine.advance(1)
    await store(runtime, await answer_of(runtime, row))
    await time_machine.advance(1)
    if since:
        await fail(runtime, row, SIGNAL)
    await tell_late(runtime, row)
    assert (await now(runtime, row)).status == status
    assert await attempts(runtime, row) == ["refreshed"]


async def test_what_asks_once_waits_for_the_lease_of_the_dead(
    runtime: Runtime, make_connection: MakeConnection, replies: Replies, time_machine: TimeMachine
) -> None:
    replies[TOKEN] = granted()
    row = await make_connection()
    asked = Lease(row.id, row.org_id, REFRESH_NOW, str(row.id), {}, 2, 2)
    assert await claim_refresh(runtime, row.org_id, row.id, only_version=1)  # whose process is killed
    with pytest.raises(RetryLater) as wait:
        await refresh_now(runtime, asked)
    assert 40 < wait.value.after_s <= 46
    await time_machine.advance(wait.value.after_s)
    await refresh_now(runtime, asked)
    assert await attempts(runtime, row) == ["unavailable", "refreshed"]
