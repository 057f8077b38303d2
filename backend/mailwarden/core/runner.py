"""Claims one job by its row, runs its handler under a heartbeat, and writes what came of it."""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import text

from mailwarden.core.db import Sessions, UnitOfWork, unit_of_work
from mailwarden.core.jobs import JobKind, JobKinds, Lease, LeaseLost, RetryLater, backoff_s, bury, put_back
from mailwarden.core.logging import bound
from mailwarden.core.metrics import JOB_LATENESS, JOB_SECONDS, JOBS

log = logging.getLogger(__name__)

# An attempt is counted at the claim, so a job that kills its worker counts, too. Deploys may kill a few by chance.
POISON = 4
CLAIM = text("SELECT * FROM job_claim(:id, :names, :leases, :place)")


class JobRunner:
    """Any number may run, in any number of processes; the claim lets one of them win."""

    def __init__(
        self,
        runtime: Any,
        kinds: JobKinds,
        app: Sessions,
        system: Sessions,
        rng: random.Random,
        place: str | None = None,
    ) -> None:
        self._runtime = runtime
        self._kinds = kinds
        self._app = app
        self._system = system
        self._rng = rng
        self._place = place

    async def run(self, job_id: UUID) -> bool:
        """True if this call did the work; False if the job was not to be had."""
        lease = await self._claim(job_id)
        if lease is None:
            return False
        started = time.perf_counter()
        with bound(org_id=str(lease.org_id), job=lease.kind, job_key=lease.key):
            await self._work(lease)
        JOB_SECONDS.labels(lease.kind).observe(time.perf_counter() - started)
        return True

    async def _claim(self, job_id: UUID) -> Lease | None:
        async with self._system.begin() as session:
            row = await session.execute(CLAIM, self._claim_args(job_id))
            found = row.mappings().first()
        if found is None:
            return None
        lease = Lease(**found)
        JOB_LATENESS.labels(self._kinds.by_name[lease.kind].queue).observe(max(0.0, lease.late_s))
        return lease

    def _claim_args(self, job_id: UUID) -> dict[str, Any]:
        names = list(self._kinds.by_name)
        leases = [float(self._kinds.by_name[name].lease_s) for name in names]
        return {"id": job_id, "names": names, "leases": leases, "place": self._place}

    async def _work(self, lease: Lease) -> None:
        kind = self._kinds.by_name[lease.kind]
        if kind.max_attempts is not None and lease.attempt > POISON * kind.max_attempts:
            log.error("given up: its workers died or vanished every time")
            await self._return(lease, partial(bury, lease=lease, error="WorkerDied"))
            return
        heart = asyncio.create_task(self._beat(lease, kind.lease_s, asyncio.current_task()))
        try:
            again = await kind.run(self._runtime, lease)
            if not lease.finished:
                async with unit_of_work(self._app, lease.org_id) as tx:
                    await lease.finish(tx, again)
            JOBS.labels(lease.kind, "done").inc()
        except LeaseLost:
            JOBS.labels(lease.kind, "lost").inc()
            log.warning("lease lost; another worker goes on")
        except RetryLater as wait:
            JOBS.labels(lease.kind, "waits").inc()
            await self._return(lease, partial(put_back, lease=lease, after_s=wait.after_s, error=None))
        except asyncio.CancelledError:
            if not heart.done():  # a shutdown, not a lost lease: hand the job over at once
                await asyncio.shield(self._return(lease, partial(put_back, lease=lease, after_s=0, error=None)))
            raise
        except Exception as exc:
            JOBS.labels(lease.kind, "failed").inc()
            log.exception("job failed")
            await self._fail(lease, kind, exc)
        finally:
            heart.cancel()

    async def _fail(self, lease: Lease, kind: JobKind, exc: Exception) -> None:
        error = type(exc).__name__
        if kind.max_attempts is not None and lease.attempt >= kind.max_attempts:
            await self._return(lease, partial(bury, lease=lease, error=error))
        else:
            after_s = backoff_s(lease.attempt, self._rng)
            await self._return(lease, partial(put_back, lease=lease, after_s=after_s, error=error))

    async def _return(self, lease: Lease, write: Callable[[UnitOfWork], Awaitable[None]]) -> None:
        """A failure to write this is harmless: the lease runs out and the relay finds the row."""
        try:
            async with unit_of_work(self._app, lease.org_id) as tx:
                await write(tx)
        except Exception:
            log.exception("could not return the job; its lease will run out")

    async def _beat(self, lease: Lease, lease_s: float, worker: asyncio.Task[Any] | None) -> None:
        """Extends the lease at a third of its length; once it is lost, stops the handler."""
        while True:
            await asyncio.sleep(lease_s / 3)
            try:
                async with self._system.begin() as session:
                    ask = text("SELECT job_extend(:id, :fence, :lease)")
                    held = await session.scalar(ask, {"id": lease.id, "fence": lease.fence, "lease": lease_s})
            except Exception:
                log.exception("heartbeat failed")
                continue
            if not held:
                if worker is not None:
                    worker.cancel()
                return
