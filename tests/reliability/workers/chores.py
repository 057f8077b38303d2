"""The worker as it is, with made-up jobs that may kill it. ``CHORES_BROKEN`` names what is broken in it.

Payload of a chore: ``s`` seconds that it takes; ``die`` how its first worker dies of it; ``block`` what keeps the first
one's event loop from moving. ``CHORES_TEAM``: so many processes, as `mailwarden worker --processes` has them.
"""

import asyncio
import ctypes
import json
import os
import pickle
import re
import resource
import signal
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, text, update

from mailwarden import worker
from mailwarden.core import jobs, queue, runner
from mailwarden.core.db import UnitOfWork, unit_of_work
from mailwarden.core.jobs import Again, Job, JobKind, JobKinds, Lease
from mailwarden.core.loop import run
from mailwarden.core.queue import FUNCTION, QUEUES, ArqWire, Due
from mailwarden.core.runtime import Runtime
from mailwarden.core.team import Team
from mailwarden.settings import Settings

LEASE_S = float(os.environ.get("CHORES_LEASE_S", "60"))
WRITE = text(
    "INSERT INTO chores_done (key, slot, attempt, fence, worker)"
    " VALUES (:key, (SELECT due_at FROM jobs WHERE id = :id), :attempt, :fence, :worker)"
)


def out_of_memory() -> None:
    """As the kernel does it: no exception, no clean-up. The limit only makes sure that nobody else suffers."""
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    hoard = []
    try:
        while True:
            hoard.append(bytearray(256 << 20))
    except MemoryError:
        os.kill(os.getpid(), signal.SIGKILL)


DEATHS: Mapping[str, Callable[[], Any]] = {
    "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "exit": lambda: os._exit(1),
    "segfault": lambda: ctypes.string_at(0),
    "memory": out_of_memory,
    "abort": os.abort,
}


def spin() -> None:
    while True:
        pass


BLOCKS: Mapping[str, Callable[[], Any]] = {
    "sleep": lambda: time.sleep(600),
    "spin": spin,
    "regex": lambda: re.match("(a+)+$", "a" * 60 + "b"),  # takes years, and holds the interpreter's lock
}
BLOCKED = "blocked-"


def block(how: str) -> None:
    """Leaves word of since when, for whoever measures."""
    Path(os.environ["MAILWARDEN_DATA_DIR"], f"{BLOCKED}{os.getpid()}").touch()
    BLOCKS[how]()


async def chore(rt: Runtime, lease: Lease) -> None:
    if lease.attempt == 1 and "die" in lease.payload:
        DEATHS[lease.payload["die"]]()
    if lease.attempt == 1 and "block" in lease.payload:
        block(lease.payload["block"])
    await asyncio.sleep(lease.payload.get("s", 0))
    async with unit_of_work(rt.sessions, lease.org_id) as tx:
        await lease.guard(tx)
        await _write(tx, lease)
        await lease.finish(tx)


async def poison(_: Runtime, __: Lease) -> None:
    DEATHS["kill"]()


async def errand(_: Runtime, __: Lease) -> None:
    """Nothing at all: what is measured is how fast such come and go."""


async def tick(rt: Runtime, lease: Lease) -> None:
    """A schedule: its next time is its last one and a second, whenever it ran."""
    await asyncio.sleep(0.1)
    async with unit_of_work(rt.sessions, lease.org_id) as tx:
        await lease.guard(tx)
        due = (await tx.session.scalars(select(Job.due_at).where(Job.id == lease.id))).one()
        await _write(tx, lease)
        await lease.finish(tx, Again(due + timedelta(seconds=1)))


async def _write(tx: UnitOfWork, lease: Lease) -> None:
    told = {"key": lease.key, "id": lease.id, "attempt": lease.attempt, "fence": lease.fence, "worker": os.getpid()}
    await tx.session.execute(WRITE, told)


def kinds() -> JobKinds:
    return JobKinds().add(
        JobKind("chore", chore, lease_s=LEASE_S),
        JobKind("errand", errand, lease_s=LEASE_S),
        JobKind("haul", chore, queue="bulk", lease_s=LEASE_S),
        JobKind("poison", poison, lease_s=LEASE_S, max_attempts=1),
        JobKind("tick", tick, lease_s=LEASE_S, max_attempts=None),
    )


async def nothing(*_: Any) -> None:
    """The product's own schedules are no part of this."""


# What can be broken


def always(stale_s: float) -> Callable[[queue.Relay], Awaitable[float]]:
    async def answer(_: queue.Relay) -> float:
        return stale_s

    return answer


def wakes_once() -> None:
    """As if jobs lived in Redis: a wake-up that is lost stays lost."""
    setattr(queue.Relay, "_stale_s", always(1e9))  # noqa: B010


def no_fence() -> None:
    async def anyway(tx: UnitOfWork, lease: Lease, again: Again | None) -> None:
        ended = {"state": "ready", "due_at": again.at, "enqueued_at": None} if again else {"state": "done"}
        await tx.session.execute(update(Job).where(Job.id == lease.id).values(lease_until=None, **ended))

    vars(jobs)["_finish"] = anyway
    Lease.guard = nothing  # type: ignore[method-assign, assignment]
    runner.JobRunner._beat = nothing  # type: ignore[method-assign, assignment]


def counts_deploys() -> None:
    """An attempt that a shutdown cut short counts as failed."""
    put_back = jobs.put_back

    async def counted(tx: UnitOfWork, lease: Lease, after_s: float, *, error: str | None) -> None:
        await put_back(tx, lease, after_s, error=error or "Cancelled")

    vars(runner)["put_back"] = counted


def never_gives_up() -> None:
    vars(runner)["POISON"] = 10**9


def needs_redis() -> None:
    vars(queue)["DIRECT_AFTER_S"] = float("inf")


def trusts_pickles() -> None:
    """Reads either, so that nothing but what was planted goes wrong."""

    def either(raw: bytes) -> Any:
        try:
            return pickle.loads(raw)
        except Exception:  # noqa: BLE001
            return queue.unpackb(raw)

    vars(worker)["unpackb"] = either


def impatient() -> None:
    """Wakes everything that is due again in every round, whoever was woken for it. Not broken, only hostile."""

    async def push(wire: ArqWire, due: Due) -> None:
        await wire._redis.enqueue_job(FUNCTION, str(due.id), _queue_name=QUEUES[due.queue], _expires=600)

    setattr(queue.Relay, "_stale_s", always(0))  # noqa: B010
    setattr(ArqWire, "push", push)  # noqa: B010


def takes_no_turns() -> None:
    """First come, first served."""

    async def nobody(_: queue.Relay, __: Any) -> list[Any]:
        return []

    setattr(queue.Relay, "_next_turns", nobody)  # noqa: B010


def member(place: int) -> int:
    run(worker.serve(Settings(), f"chores:{place}"))
    return 0


BROKEN: Mapping[str, Callable[[], None]] = {
    "wakes_once": wakes_once,
    "no_fence": no_fence,
    "counts_deploys": counts_deploys,
    "never_gives_up": never_gives_up,
    "needs_redis": needs_redis,
    "trusts_pickles": trusts_pickles,
    "impatient": impatient,
    "takes_no_turns": takes_no_turns,
}

if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    vars(worker)["job_kinds"] = kinds
    for name in ("ensure_instance_jobs", "start_connections", "start_alerts", "start_status"):
        vars(worker)[name] = nothing
    for name in json.loads(os.environ.get("CHORES_BROKEN", "[]")):
        BROKEN[name]()
    if size := int(os.environ.get("CHORES_TEAM", "0")):
        raise SystemExit(Team(size, member).run())
    worker.main()
