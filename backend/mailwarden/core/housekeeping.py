"""Work of the instance itself: sweeping what is done and no longer needed."""

from datetime import timedelta

from sqlalchemy import text

from mailwarden.core.db import unit_of_work
from mailwarden.core.jobs import Again, JobKind, Lease, enqueue
from mailwarden.core.runtime import Runtime

KEEP_DONE = timedelta(days=7)
SWEEP_EVERY = timedelta(hours=1)


async def sweep_jobs(rt: Runtime, _: Lease) -> Again:
    async with rt.system.begin() as session:
        await session.execute(text("SELECT job_sweep(:keep)"), {"keep": KEEP_DONE})
    return Again(rt.clock.now() + SWEEP_EVERY)


JOBS = [JobKind("sweep_jobs", sweep_jobs, max_attempts=None)]


async def ensure_instance_jobs(rt: Runtime) -> None:
    """Schedules that belong to no organization; enqueuing one that is there changes nothing."""
    async with unit_of_work(rt.sessions) as tx:
        await enqueue(tx, "sweep_jobs", "instance")
