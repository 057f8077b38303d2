"""Behind a tenant with thousands of due jobs nobody waits, and busy workers are not drowned in wake-ups."""

from dataclasses import dataclass, field
from uuid import UUID

import pytest
from sqlalchemy import text

from mailwarden.core.db import unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.core.jobs import enqueue
from mailwarden.core.queue import BATCH, EACH, WAITING_PER_PLACE, Due, Relay
from mailwarden.core.runtime import Runtime
from tests.support.time import TimeMachine

MANY = 6 * BATCH
PLACES = 100


@dataclass
class Queue:
    """Takes every wake-up, and says what the test says of how many wait."""

    busy: dict[str, int] = field(default_factory=dict)
    pushed: list[Due] = field(default_factory=list)
    emptied: bool = False
    away: bool = False

    async def push(self, due: Due) -> None:
        if self.away:
            raise ConnectionRefusedError
        self.pushed.append(due)

    async def waiting(self, queue: str) -> int:
        return self.busy.get(queue, 0)

    async def forgot(self) -> bool:
        empty, self.emptied = self.emptied, False
        return empty


async def never(_: UUID) -> None:
    raise AssertionError("the relay only wakes")


def relay(rt: Runtime, queue: Queue) -> Relay:
    return Relay(rt.system, queue, never, {"fast": PLACES, "bulk": PLACES})


async def fill(rt: Runtime, org_id: UUID, count: int, queue: str = "fast") -> None:
    """As one statement: thousands of jobs, due for an hour."""
    made = text(
        "INSERT INTO jobs (id, org_id, kind, key, queue, due_at)"
        " SELECT gen_random_uuid(), :org, 'noise', gen_random_uuid()::text, :queue, app_now() - interval '1 hour'"
        " FROM generate_series(1, :count) AS n"
    )
    async with unit_of_work(rt.sessions, org_id) as tx:
        await tx.session.execute(made, {"org": org_id, "queue": queue, "count": count})


async def quiet(rt: Runtime) -> UUID:
    org_id = new_id()
    async with unit_of_work(rt.sessions, org_id) as tx:
        await enqueue(tx, "probe", org_id)
    return org_id


async def test_of_one_organization_no_more_than_its_share_is_woken_at_once(runtime: Runtime) -> None:
    await fill(runtime, new_id(), MANY)
    queue = Queue()
    assert await relay(runtime, queue).round() == EACH


async def test_what_waits_behind_the_oldest_gets_its_turn(runtime: Runtime) -> None:
    """More noise than one look sees: only the turn of each organization finds the quiet one."""
    for _ in range(1 + BATCH // EACH):
        await fill(runtime, new_id(), 2 * BATCH)
    mine = await quiet(runtime)
    queue = Queue()
    watching = relay(runtime, queue)
    for _ in range(3):
        await watching.round()
    async with unit_of_work(runtime.sessions, mine) as tx:
        woken = await tx.session.scalar(text("SELECT enqueued_at FROM jobs"))
    assert woken is not None


@pytest.mark.parametrize("room", [10, 0])
async def test_turns_are_taken_too_while_busy_workers_leave_little_room(runtime: Runtime, room: int) -> None:
    await fill(runtime, new_id(), 6 * BATCH)
    mine = await quiet(runtime)
    queue = Queue(busy=dict.fromkeys(("fast", "bulk"), PLACES * WAITING_PER_PLACE - room))
    watching = relay(runtime, queue)
    assert await watching.round() == room
    queue.busy = dict.fromkeys(("fast", "bulk"), PLACES * WAITING_PER_PLACE - 10)
    await watching.round()
    async with unit_of_work(runtime.sessions, mine) as tx:
        assert await tx.session.scalar(text("SELECT enqueued_at FROM jobs")) is not None


async def test_the_instances_own_jobs_do_not_wait_either(runtime: Runtime) -> None:
    for _ in range(1 + BATCH // EACH):
        await fill(runtime, new_id(), 2 * BATCH)
    async with unit_of_work(runtime.sessions) as tx:
        await enqueue(tx, "watch", "instance")
    await relay(runtime, Queue()).round()
    async with unit_of_work(runtime.sessions) as tx:
        assert await tx.session.scalar(text("SELECT enqueued_at FROM jobs")) is not None


async def test_a_full_queue_gets_no_more_wake_ups_and_the_other_one_does(runtime: Runtime) -> None:
    org_id = new_id()
    await fill(runtime, org_id, 5, "bulk")
    await fill(runtime, new_id(), 5, "fast")
    queue = Queue(busy={"bulk": PLACES * WAITING_PER_PLACE})
    watching = relay(runtime, queue)
    assert await watching.round() == 5
    assert {due.queue for due in queue.pushed} == {"fast"}
    queue.busy.clear()
    assert await watching.round() == 5
    assert {due.queue for due in queue.pushed} == {"fast", "bulk"}


async def test_the_jobs_of_a_dead_worker_are_taken_over_before_all_others(
    runtime: Runtime, time_machine: TimeMachine
) -> None:
    mine = await quiet(runtime)
    async with unit_of_work(runtime.sessions, mine) as tx:
        job_id = await tx.session.scalar(text("SELECT id FROM jobs"))
    claim = text("SELECT fence FROM job_claim(:id, '{probe}', '{60}')")
    async with runtime.system.begin() as session:
        assert await session.scalar(claim, {"id": job_id}) == 1  # and its worker dies
    for _ in range(1 + BATCH // EACH):
        await fill(runtime, new_id(), 2 * BATCH)
    queue = Queue()
    await relay(runtime, queue).round()
    assert job_id not in {due.id for due in queue.pushed}
    await time_machine.advance(61)
    queue.pushed.clear()
    await relay(runtime, queue).round()
    assert queue.pushed[0].id == job_id
    async with runtime.system.begin() as session:
        assert await session.scalar(claim, {"id": job_id}) == 2


async def test_what_lost_its_worker_is_taken_over_one_by_one_what_died_least_first(
    runtime: Runtime, time_machine: TimeMachine
) -> None:
    """One of them may have killed the worker: were it woken together with the others, these would die with it again."""
    org_id = new_id()
    await fill(runtime, org_id, 3)
    async with unit_of_work(runtime.sessions, org_id) as tx:
        jobs = list(await tx.session.scalars(text("SELECT id FROM jobs ORDER BY id")))
        for died, job_id in zip((2, 0, 1), jobs, strict=True):
            await tx.session.execute(text("UPDATE jobs SET attempt = :n WHERE id = :id"), {"n": died, "id": job_id})
    async with runtime.system.begin() as session:
        for job_id in jobs:
            await session.execute(text("SELECT job_claim(:id, '{noise}', '{60}')"), {"id": job_id})
    await time_machine.advance(61)
    queue = Queue()
    watching = relay(runtime, queue)
    assert [await watching.round() for _ in range(4)] == [1, 1, 1, 0]
    assert [due.id for due in queue.pushed] == [jobs[1], jobs[2], jobs[0]]


async def test_what_was_lost_with_redis_is_sent_again_at_once(runtime: Runtime) -> None:
    await fill(runtime, new_id(), 5)
    queue = Queue()
    watching = relay(runtime, queue)
    assert [await watching.round(), await watching.round()] == [5, 0]
    queue.emptied = True
    assert await watching.round() == 5
    assert len({due.id for due in queue.pushed}) == 5


async def test_what_was_lost_beyond_the_room_of_one_round_follows_in_the_next(runtime: Runtime) -> None:
    for _ in range(3):
        await fill(runtime, new_id(), EACH)
    queue = Queue()
    watching = relay(runtime, queue)
    assert await watching.round() == 3 * EACH
    queue.emptied, queue.busy = True, {"fast": PLACES * WAITING_PER_PLACE - EACH}
    assert [await watching.round(), await watching.round(), await watching.round()] == [EACH] * 3


async def test_what_could_not_be_sent_is_sent_in_the_next_round(runtime: Runtime) -> None:
    await fill(runtime, new_id(), 5)
    queue = Queue(away=True)
    watching = relay(runtime, queue)
    await watching.round()
    queue.away = False
    assert await watching.round() == 5
    assert len(queue.pushed) == 5
