"""One row per (kind, key): what asking again means in each state."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from mailwarden.core.db import unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.core.jobs import Again, Job, cancel, due_at, enqueue
from mailwarden.core.runtime import Runtime
from tests.core.support import Bench

MINUTE = timedelta(minutes=1)


async def ask(bench: Bench, at: datetime | None = None, **kwargs: Any) -> None:
    async with unit_of_work(bench.rt.sessions, bench.org_id) as tx:
        await enqueue(tx, "greet", "pat", due_at=at, **kwargs)


async def next_run(bench: Bench) -> datetime | None:
    async with unit_of_work(bench.rt.sessions, bench.org_id) as tx:
        return await due_at(tx, "greet", "pat")


async def test_the_same_job_is_one_row(bench: Bench) -> None:
    for _ in range(3):
        await ask(bench)
    assert len(await bench.jobs()) == 1


async def test_a_waiting_job_keeps_the_earlier_time(bench: Bench) -> None:
    soon, late = bench.now + MINUTE, bench.now + 2 * MINUTE
    await ask(bench, late)
    await ask(bench, soon)
    await ask(bench, late)
    assert await next_run(bench) == soon


async def test_replace_sets_the_time_later_too(bench: Bench) -> None:
    soon, late = bench.now + MINUTE, bench.now + 2 * MINUTE
    await ask(bench, soon)
    await ask(bench, late, replace=True)
    assert await next_run(bench) == late


async def test_the_latest_payload_counts(bench: Bench) -> None:
    await ask(bench, payload={"n": 1})
    await ask(bench, payload={"n": 2})
    await bench.run()
    assert [lease.payload for lease in bench.ran] == [{"n": 2}]


async def test_asked_again_while_running_it_runs_once_more(bench: Bench) -> None:
    async def ask_twice(lease: Any) -> None:
        if len(bench.ran) == 1:
            await ask(bench)
            await ask(bench)

    bench.then = ask_twice
    await ask(bench)
    await bench.run()
    assert [job.state for job in await bench.jobs()] == ["ready"]
    await bench.run()
    assert [job.state for job in await bench.jobs()] == ["done"]
    assert len(bench.ran) == 2


@pytest.mark.parametrize("failure", [RuntimeError("broken"), None])
async def test_asked_again_while_running_wins_over_a_later_time_of_its_own(bench: Bench, failure: Any) -> None:
    soon = bench.now + timedelta(milliseconds=1)

    async def ask_and_end(lease: Any) -> Again:
        await ask(bench, soon)
        if failure:
            raise failure
        return Again(bench.now + timedelta(hours=1))

    bench.then = ask_and_end
    await ask(bench)
    await bench.run()
    assert await next_run(bench) == soon


async def test_a_job_asked_for_while_it_died_lives_again(bench: Bench) -> None:
    async def ask_and_die(lease: Any) -> None:
        await ask(bench)
        raise RuntimeError

    bench.then, bench.max_attempts = ask_and_die, 1
    await ask(bench)
    await bench.run()
    (job,) = await bench.jobs()
    assert (job.state, job.attempt) == ("ready", 0)


async def test_a_finished_or_dead_job_starts_afresh_when_asked(bench: Bench) -> None:
    bench.max_attempts = 1
    bench.fail_with = RuntimeError()
    await ask(bench)
    await bench.run()
    assert [job.state for job in await bench.jobs()] == ["dead"]
    bench.fail_with = None
    await ask(bench)
    await bench.run()
    assert [job.state for job in await bench.jobs()] == ["done"]
    later = bench.now + MINUTE
    await ask(bench, later)
    assert await next_run(bench) == later


async def test_a_cancelled_job_does_not_run(bench: Bench) -> None:
    await ask(bench)
    async with unit_of_work(bench.rt.sessions, bench.org_id) as tx:
        await cancel(tx, "greet", "pat")
    assert await next_run(bench) is None
    await bench.run()
    assert bench.ran == []


@pytest.mark.parametrize("end", ["finishes", "asks to come back", "fails", "waits"])
async def test_a_job_cancelled_while_running_does_not_come_back(bench: Bench, end: str) -> None:
    async def cancelled(lease: Any) -> Again | None:
        async with unit_of_work(bench.rt.sessions, bench.org_id) as tx:
            await cancel(tx, "greet", "pat")
        return await bench.end(end)

    bench.then = cancelled
    await ask(bench)
    await bench.run()
    assert [job.state for job in await bench.jobs()] == ["done"]


async def test_a_job_asked_for_after_its_cancel_comes_back(bench: Bench) -> None:
    async def cancelled_then_asked(lease: Any) -> None:
        async with unit_of_work(bench.rt.sessions, bench.org_id) as tx:
            await cancel(tx, "greet", "pat")
            await enqueue(tx, "greet", "pat")

    bench.then = cancelled_then_asked
    await ask(bench)
    await bench.run()
    assert [job.state for job in await bench.jobs()] == ["ready"]


async def test_a_rolled_back_cause_leaves_no_job(runtime: Runtime) -> None:
    org_id = new_id()

    async def fail_after_asking() -> None:
        async with unit_of_work(runtime.sessions, org_id) as tx:
            await enqueue(tx, "greet", "pat")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail_after_asking()
    assert await rows(runtime, org_id) == []


async def rows(rt: Runtime, org_id: UUID) -> list[Job]:
    async with unit_of_work(rt.sessions, org_id) as tx:
        return list(await tx.session.scalars(select(Job)))
