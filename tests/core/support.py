"""A runner with one made-up kind of job, whose handler does what the test says."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from mailwarden.core.db import unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.core.jobs import Again, Job, JobKind, JobKinds, Lease, RetryLater
from mailwarden.core.runner import JobRunner
from mailwarden.core.runtime import Runtime

KIND = "greet"


@dataclass
class Bench:
    rt: Runtime
    org_id: UUID = field(default_factory=new_id)
    ran: list[Lease] = field(default_factory=list)
    then: Callable[[Lease], Awaitable[Again | None]] | None = None
    fail_with: Exception | None = None
    max_attempts: int | None = 8
    lease_s: float = 60

    @property
    def now(self) -> datetime:
        return self.rt.clock.now()

    async def greet(self, _: Any, lease: Lease) -> Again | None:
        self.ran.append(lease)
        if self.fail_with is not None:
            raise self.fail_with
        return await self.then(lease) if self.then else None

    async def end(self, how: str) -> Again | None:
        if how == "fails":
            raise RuntimeError
        if how == "waits":
            raise RetryLater(1)
        return Again(self.now + timedelta(minutes=1)) if how == "asks to come back" else None

    def runner(self) -> JobRunner:
        kind = JobKind(KIND, self.greet, lease_s=self.lease_s, max_attempts=self.max_attempts)
        return JobRunner(self.rt, JobKinds().add(kind), self.rt.sessions, self.rt.system, self.rt.rng)

    async def jobs(self) -> list[Job]:
        async with unit_of_work(self.rt.sessions, self.org_id) as tx:
            return list(await tx.session.scalars(select(Job).where(Job.org_id == self.org_id)))

    async def run(self) -> list[bool]:
        """Once over all jobs of the organization."""
        runner = self.runner()
        return [await runner.run(job.id) for job in await self.jobs()]

    async def due(self, limit: int = 200, each: int = 50, stale: str = "5 seconds") -> list[Any]:
        async with self.rt.system.begin() as session:
            asked = text(f"SELECT * FROM job_due({limit}, {each}, interval '{stale}')")
            return list(await session.execute(asked))
