"""Runs the real jobs without Redis: relay and runner in one loop, until nothing is due."""

from datetime import timedelta

from sqlalchemy import text

from mailwarden.core.runtime import Runtime
from mailwarden.worker import make_runner

# Before now by any clock: the runtime's may be some milliseconds ahead of the database's, which says what is due.
SURELY = timedelta(seconds=1)


async def drain(runtime: Runtime, *, rounds: int = 50) -> list[str]:
    """Every due job, and those that become due by running them; the kinds in the order they ran."""
    runner = make_runner(runtime)
    ran: list[str] = []
    for _ in range(rounds):
        async with runtime.system.begin() as session:
            rows = list(await session.execute(text("SELECT id FROM job_due(200, 200, interval '0 seconds')")))
        if not rows:
            return ran
        for (job_id,) in rows:
            if await runner.run(job_id):
                ran.append(str(job_id))
    raise AssertionError(f"jobs did not come to rest within {rounds} rounds")
