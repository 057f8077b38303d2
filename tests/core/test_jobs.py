"""Who gets a job, who may still write for it, and when it comes back."""

import asyncio
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text

from mailwarden.accounts.models import Organization
from mailwarden.core.db import unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.core.jobs import Again, Job, JobKind, JobKinds, Lease, LeaseLost, RetryLater, enqueue
from mailwarden.core.runner import POISON
from mailwarden.core.runtime import Runtime
from tests.core.support import KIND, Bench
from tests.support.browser import Browser
from tests.support.time import TimeMachine


@pytest.fixture
async def waiting(bench: Bench) -> Bench:
    async with unit_of_work(bench.rt.sessions, bench.org_id) as tx:
        await enqueue(tx, KIND, "pat")
    return bench


async def test_one_of_many_workers_gets_the_job(waiting: Bench) -> None:
    (job,) = await waiting.jobs()
    won = await asyncio.gather(*(waiting.runner().run(job.id) for _ in range(8)))
    assert sorted(won) == [False] * 7 + [True]
    assert len(waiting.ran) == 1


async def test_a_job_is_not_to_be_had_before_its_time(bench: Bench, time_machine: TimeMachine) -> None:
    async with unit_of_work(bench.rt.sessions, bench.org_id) as tx:
        await enqueue(tx, KIND, "pat", due_at=bench.now + timedelta(hours=1))
    assert await bench.run() == [False]
    assert await bench.due() == []
    await time_machine.advance(timedelta(hours=1))
    assert await bench.run() == [True]


async def test_a_worker_takes_only_kinds_it_knows(bench: Bench) -> None:
    async with unit_of_work(bench.rt.sessions, bench.org_id) as tx:
        await enqueue(tx, "of a later release", "x")
    assert await bench.run() == [False]


async def test_a_dead_workers_job_is_taken_over_once_its_lease_ran_out(
    waiting: Bench, time_machine: TimeMachine
) -> None:
    (job,) = await waiting.jobs()
    first = await waiting.runner()._claim(job.id)
    assert first is not None
    assert await waiting.run() == [False]
    assert await waiting.due() == []
    await time_machine.advance(61)
    assert [due.id for due in await waiting.due()] == [job.id]
    assert await waiting.run() == [True]
    assert waiting.ran[0].fence == first.fence + 1


async def test_who_lost_the_lease_can_write_nothing_more(waiting: Bench, time_machine: TimeMachine) -> None:
    (job,) = await waiting.jobs()
    old = await waiting.runner()._claim(job.id)
    assert old is not None
    await time_machine.advance(61)
    new = await waiting.runner()._claim(job.id)
    assert new is not None
    for write in (old.guard, old.finish):
        with pytest.raises(LeaseLost):
            async with unit_of_work(waiting.rt.sessions, waiting.org_id) as tx:
                await write(tx)
    async with unit_of_work(waiting.rt.sessions, waiting.org_id) as tx:
        await new.guard(tx)
        await new.finish(tx)


async def test_a_takeover_before_the_commit_rolls_the_write_back(waiting: Bench, time_machine: TimeMachine) -> None:
    (job,) = await waiting.jobs()
    old = await waiting.runner()._claim(job.id)
    assert old is not None

    async def write_slowly(lease: Lease) -> None:
        async with unit_of_work(waiting.rt.sessions, waiting.org_id) as tx:
            await lease.guard(tx)
            await enqueue(tx, "effect", "x")
            await time_machine.advance(61)
            assert await waiting.runner()._claim(job.id) is not None

    with pytest.raises(LeaseLost):
        await write_slowly(old)
    assert [job.kind for job in await waiting.jobs()] == [KIND]


async def test_a_takeover_waits_for_a_commit_that_has_begun(waiting: Bench, time_machine: TimeMachine) -> None:
    (job,) = await waiting.jobs()
    old = await waiting.runner()._claim(job.id)
    assert old is not None
    await time_machine.advance(61)
    async with unit_of_work(waiting.rt.sessions, waiting.org_id) as tx:
        await old.finish(tx)
        rival = asyncio.create_task(waiting.runner()._claim(job.id))
        await asyncio.sleep(0.1)
        assert not rival.done()
    assert await rival is None


async def test_an_end_that_did_not_commit_took_its_effect_with_it(waiting: Bench) -> None:
    async def finish_and_fail(lease: Lease) -> None:
        async with unit_of_work(waiting.rt.sessions, waiting.org_id) as tx:
            await enqueue(tx, "effect", "x")
            await lease.finish(tx)
            raise ZeroDivisionError

    waiting.then = finish_and_fail
    await waiting.run()
    assert [(job.kind, job.state) for job in await waiting.jobs()] == [(KIND, "ready")]


async def test_an_end_within_the_effect_is_not_written_twice(waiting: Bench) -> None:
    async def finish(lease: Lease) -> None:
        async with unit_of_work(waiting.rt.sessions, waiting.org_id) as tx:
            await enqueue(tx, "effect", "x")
            await lease.finish(tx)

    waiting.then = finish
    await waiting.run()
    assert sorted((job.kind, job.state) for job in await waiting.jobs()) == [("effect", "ready"), (KIND, "done")]


async def test_a_heartbeat_keeps_a_long_job(waiting: Bench) -> None:
    waiting.lease_s = 1

    async def take_long(_: Lease) -> None:
        await asyncio.sleep(2)

    waiting.then = take_long
    (job,) = await waiting.jobs()
    running = asyncio.create_task(waiting.runner().run(job.id))
    await asyncio.sleep(1.6)
    assert await waiting.runner().run(job.id) is False
    assert await running
    assert [job.state for job in await waiting.jobs()] == ["done"]


async def test_who_lost_the_lease_is_stopped(waiting: Bench, time_machine: TimeMachine) -> None:
    waiting.lease_s = 0.3
    stopped = asyncio.Event()

    async def take_for_ever(_: Lease) -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            stopped.set()
            raise

    waiting.then = take_for_ever
    (job,) = await waiting.jobs()
    running = asyncio.create_task(waiting.runner().run(job.id))
    await asyncio.sleep(0.05)
    rival = None
    while rival is None:  # between the jump and the claim the heart may beat once more
        await time_machine.advance(61)
        rival = await waiting.runner()._claim(job.id)
    await asyncio.wait_for(stopped.wait(), 2)
    with pytest.raises(asyncio.CancelledError):
        await running
    (job,) = await waiting.jobs()
    assert (job.state, job.fence) == ("leased", rival.fence)


async def test_a_shutdown_hands_the_job_over_at_once(waiting: Bench) -> None:
    working = asyncio.Event()

    async def take_for_ever(_: Lease) -> None:
        working.set()
        await asyncio.sleep(60)

    waiting.then = take_for_ever
    (job,) = await waiting.jobs()
    running = asyncio.create_task(waiting.runner().run(job.id))
    await working.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    (job,) = await waiting.jobs()
    assert (job.state, job.attempt) == ("ready", 0)
    waiting.then = None
    assert await waiting.run() == [True]


async def test_failures_back_off_and_the_last_attempt_is_the_last(waiting: Bench, time_machine: TimeMachine) -> None:
    waiting.fail_with, waiting.max_attempts = RuntimeError("secret detail"), 3
    for attempt in (1, 2):
        await waiting.run()
        (job,) = await waiting.jobs()
        assert (job.state, job.attempt, job.last_error) == ("ready", attempt, "RuntimeError")
        assert job.due_at > waiting.now
        assert await waiting.run() == [False]
        await time_machine.advance(60)
    await waiting.run()
    (job,) = await waiting.jobs()
    assert (job.state, job.attempt) == ("dead", 3)
    await time_machine.advance(3600)
    assert await waiting.due() == []


async def test_a_schedule_is_never_given_up(waiting: Bench, time_machine: TimeMachine) -> None:
    waiting.fail_with, waiting.max_attempts = RuntimeError(), None
    for _ in range(12):
        await waiting.run()
        await time_machine.advance(901)
    (job,) = await waiting.jobs()
    assert (job.state, job.attempt) == ("ready", 12)


async def test_waiting_uses_no_attempt(waiting: Bench, time_machine: TimeMachine) -> None:
    waiting.fail_with, waiting.max_attempts = RetryLater(30), 2
    for _ in range(5):
        assert await waiting.run() == [True]
        (job,) = await waiting.jobs()
        assert (job.state, job.attempt, job.last_error) == ("ready", 0, None)
        assert timedelta(seconds=25) < job.due_at - waiting.now < timedelta(seconds=31)
        await time_machine.advance(31)


async def test_a_schedule_comes_back_when_it_said(waiting: Bench) -> None:
    at = waiting.now + timedelta(hours=6)

    async def again(_: Lease) -> Again:
        return Again(at)

    waiting.then = again
    await waiting.run()
    (job,) = await waiting.jobs()
    assert (job.state, job.due_at, job.attempt) == ("ready", at, 0)


async def test_organizations_take_turns(runtime: Runtime) -> None:
    loud, quiet = Bench(runtime), Bench(runtime)
    for bench, count in ((loud, 40), (quiet, 3)):
        async with unit_of_work(runtime.sessions, bench.org_id) as tx:
            for _ in range(count):
                await enqueue(tx, KIND, new_id())
    first = {due.id for due in await loud.due(limit=6)}
    quiets = {job.id for job in await quiet.jobs()}
    assert len(first) == 6
    assert quiets <= first


async def test_one_organization_gets_no_more_than_its_share_of_a_round(runtime: Runtime) -> None:
    bench = Bench(runtime)
    async with unit_of_work(runtime.sessions, bench.org_id) as tx:
        for _ in range(10):
            await enqueue(tx, KIND, new_id())
    assert len(await bench.due(each=4)) == 4


async def test_a_wake_up_is_repeated_only_when_it_got_stale(waiting: Bench, time_machine: TimeMachine) -> None:
    assert len(await waiting.due()) == 1
    assert await waiting.due() == []
    await time_machine.advance(6)
    assert len(await waiting.due()) == 1


async def test_relays_side_by_side_share_the_rows(runtime: Runtime) -> None:
    bench = Bench(runtime)
    async with unit_of_work(runtime.sessions, bench.org_id) as tx:
        for _ in range(60):
            await enqueue(tx, KIND, new_id())
    rounds = await asyncio.gather(*(bench.due(limit=20) for _ in range(6)))
    found = [due.id for one in rounds for due in one]
    assert len(found) == len(set(found))


async def test_the_instances_own_jobs_are_seen_without_an_organization(bench: Bench) -> None:
    async with unit_of_work(bench.rt.sessions) as tx:
        await enqueue(tx, KIND, "instance")
    (due,) = await bench.due()
    assert await bench.runner().run(due.id)
    assert bench.ran[0].org_id is None


async def test_done_jobs_are_swept_after_their_time_and_dead_ones_stay(
    waiting: Bench, time_machine: TimeMachine
) -> None:
    waiting.max_attempts = 1
    await waiting.run()
    waiting.fail_with = RuntimeError()
    async with unit_of_work(waiting.rt.sessions, waiting.org_id) as tx:
        await enqueue(tx, KIND, "dies")
    await waiting.run()
    await time_machine.advance(timedelta(days=8))
    async with waiting.rt.system.begin() as session:
        await session.execute(text("SELECT prune_done_jobs(app_now() - interval '7 days', 1000)"))
    assert [job.state for job in await waiting.jobs()] == ["dead"]


def test_a_kind_is_registered_once() -> None:
    async def nothing(_: Any, __: Lease) -> None:
        return None

    kinds = JobKinds().add(JobKind("a", nothing))
    with pytest.raises(ValueError, match="twice"):
        kinds.add(JobKind("a", nothing))


async def asked(bench: Bench) -> list[Job]:
    """Not those of the owner's sign-up."""
    return [job for job in await bench.jobs() if job.kind == KIND]


async def test_jobs_that_ask_for_each_other_over_one_row_do_not_block_each_other(
    runtime: Runtime, owner: Browser
) -> None:
    """A request, too, locks the row first and asks for the job then; a guard must not turn that order round."""
    first, second = Bench(runtime, owner.org_id), Bench(runtime, owner.org_id)
    both_guarded = asyncio.Barrier(2)

    async def write(bench: Bench, lease: Lease) -> None:
        async with unit_of_work(runtime.sessions, owner.org_id) as tx:
            await lease.guard(tx)
            await both_guarded.wait()
            await tx.session.get_one(Organization, owner.org_id, with_for_update=True)
            await enqueue(tx, KIND, "second" if bench is first else "first")

    async with unit_of_work(runtime.sessions, owner.org_id) as tx:
        await enqueue(tx, KIND, "first")
        await enqueue(tx, KIND, "second")
    first.then, second.then = partial(write, first), partial(write, second)
    one, other = sorted(await asked(first), key=lambda job: job.key)
    await asyncio.gather(first.runner().run(one.id), second.runner().run(other.id))
    assert [(job.state, job.last_error) for job in await asked(first)] == [("ready", None)] * 2


async def test_a_job_that_kills_every_worker_is_given_up(waiting: Bench, time_machine: TimeMachine) -> None:
    waiting.max_attempts = 2
    (job,) = await waiting.jobs()
    for _ in range(POISON * 2):
        assert await waiting.runner()._claim(job.id) is not None
        await time_machine.advance(61)
    assert await waiting.run() == [True]
    assert waiting.ran == []
    (job,) = await waiting.jobs()
    assert (job.state, job.last_error) == ("dead", "WorkerDied")
