"""Hints come together: never two looks within ten seconds, and never a hint that no look follows."""

from datetime import datetime, timedelta
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select, text

from mailwarden.connections.models import Connection
from mailwarden.connections.transitions import PROBE
from mailwarden.core.db import reader, unit_of_work
from mailwarden.core.jobs import Job, enqueue, next_start
from mailwarden.hooks.effects import TOGETHER
from mailwarden.hooks.store import store
from mailwarden.hooks.words import PROCESS
from mailwarden.providers.hooks.base import HookEvent, Kind
from mailwarden.worker import make_runner
from tests.conftest import MakeConnection
from tests.hooks.steps import Hooks
from tests.support.replies import Replies

PAT = "pat@example.test"


class Mailbox:
    """Its looks begin when the test says so."""

    def __init__(self, hooks: Hooks, row: Connection) -> None:
        self._hooks, self._row = hooks, row
        self._told = 0

    @property
    def now(self) -> datetime:
        return self._hooks.now

    async def wait(self, seconds: float) -> None:
        await self._hooks.time_machine.advance(seconds)

    async def hint(self) -> str:
        """What was done about it."""
        self._told += 1
        event = HookEvent(f"h{self._told}", Kind.CHANGED, "mailbox", PAT, occurred_at=self.now)
        await store(self._hooks.rt, "google", b"{}", [event])
        await self._run(PROCESS)
        return (await self._hooks.outcomes(self._row.org_id))[-1]

    async def begin_look(self) -> bool:
        """Whether one was due."""
        return await self._run(PROBE) > 0

    async def next_look(self) -> datetime | None:
        async with reader(self._hooks.rt.sessions, self._row.org_id) as tx:
            return await next_start(tx, PROBE, self._row.id)

    async def plan(self, after_s: float) -> None:
        async with unit_of_work(self._hooks.rt.sessions, self._row.org_id) as tx:
            due = self.now + timedelta(seconds=after_s)
            await enqueue(tx, PROBE, self._row.id, due_at=due, replace=True)

    async def _run(self, kind: str) -> int:
        runner = make_runner(self._hooks.rt)
        return sum([await runner.run(found) for found in await self._due(kind)])

    async def _due(self, kind: str) -> list[UUID]:
        async with self._hooks.rt.system.begin() as session:
            found = await session.execute(text("SELECT id FROM job_due(200, 200, interval '0 seconds')"))
            ids = [row.id for row in found]
        async with reader(self._hooks.rt.sessions, self._row.org_id) as tx:
            mine = set(await tx.session.scalars(select(Job.id).where(Job.kind == kind)))
        async with reader(self._hooks.rt.sessions) as tx:
            mine |= set(await tx.session.scalars(select(Job.id).where(Job.kind == kind)))
        return [one for one in ids if one in mine]


@pytest.fixture
async def mailbox(hooks: Hooks, make_connection: MakeConnection, replies: Replies) -> Mailbox:
    replies["GET /v1/userinfo"] = httpx.Response(200, json={"sub": PAT, "email": PAT})
    replies["GET /gmail/v1/users/me/profile"] = httpx.Response(200, json={"emailAddress": PAT})
    replies["GET /gmail/v1/users/me/labels"] = httpx.Response(200, json={"labels": []})
    return Mailbox(hooks, await make_connection(provider="google", external_id=PAT))


async def test_the_first_hint_is_looked_into_at_once_and_the_next_ten_seconds_later(mailbox: Mailbox) -> None:
    first = mailbox.now
    assert await mailbox.hint() == "probe"
    assert await mailbox.begin_look()
    assert await mailbox.hint() == "probe"
    again = await mailbox.next_look()
    assert again is not None
    assert again >= first + TOGETHER
    assert await mailbox.hint() == "coalesced"
    assert await mailbox.next_look() == again
    assert not await mailbox.begin_look()


async def test_a_hint_while_a_look_waits_to_begin_needs_no_other(mailbox: Mailbox) -> None:
    await mailbox.hint()
    assert [await mailbox.hint() for _ in range(3)] == ["coalesced"] * 3
    assert await mailbox.begin_look()
    assert not await mailbox.begin_look()


async def test_a_look_that_began_late_still_keeps_its_distance(mailbox: Mailbox) -> None:
    await mailbox.hint()
    await mailbox.wait(8)
    late = mailbox.now
    assert await mailbox.hint() == "coalesced"
    assert await mailbox.begin_look()
    await mailbox.wait(3)
    await mailbox.hint()
    again = await mailbox.next_look()
    assert again is not None
    assert again >= late + TOGETHER


async def test_a_hint_after_a_late_look_has_a_look_of_its_own(mailbox: Mailbox) -> None:
    """As one that came while the look was due but had not begun must not be taken for it."""
    await mailbox.hint()
    await mailbox.begin_look()
    await mailbox.hint()
    await mailbox.wait(11)
    await mailbox.hint()
    assert await mailbox.begin_look()
    await mailbox.wait(1)
    await mailbox.hint()
    again = await mailbox.next_look()
    assert again is not None
    assert again <= mailbox.now + TOGETHER


async def test_a_look_that_somebody_else_brought_forward_is_not_waited_for_in_vain(mailbox: Mailbox) -> None:
    await mailbox.hint()
    await mailbox.begin_look()
    await mailbox.hint()  # in ten seconds
    await mailbox.plan(after_s=2)
    await mailbox.wait(3)
    assert await mailbox.begin_look()
    assert await mailbox.hint() == "probe"
    again = await mailbox.next_look()
    assert again is not None
    assert again <= mailbox.now + TOGETHER


async def test_a_planned_look_that_comes_soon_enough_is_enough(mailbox: Mailbox) -> None:
    await mailbox.hint()
    await mailbox.begin_look()
    await mailbox.plan(after_s=4)
    planned = await mailbox.next_look()
    assert await mailbox.hint() == "coalesced"
    assert await mailbox.next_look() == planned
