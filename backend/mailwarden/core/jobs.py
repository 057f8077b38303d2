"""Background work: rows in PostgreSQL hold it, a lease and a fence guard it, arq only carries the wake-up."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index, Uuid, bindparam, case, func, literal, select, text, update
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.orm import Mapped, mapped_column

from mailwarden.core.db import Base, UnitOfWork, app_now
from mailwarden.core.ids import new_id

QueueName = Literal["fast", "bulk"]


class Job(Base):
    """``org_id`` is null for the work of the instance itself. ``payload`` holds ids only, never a secret."""

    __tablename__ = "jobs"
    __table_args__ = (
        CheckConstraint("state in ('ready','leased','done','dead')", name="state"),
        Index("uq_jobs_kind_key", "kind", "key", unique=True),
        Index("ix_jobs_ready", "queue", "due_at", postgresql_where=text("state = 'ready'")),
        Index("ix_jobs_turns", "org_id", "queue", "due_at", postgresql_where=text("state = 'ready'")),
        Index("ix_jobs_leased", "lease_until", postgresql_where=text("state = 'leased'")),
        Index("ix_jobs_done", "finished_at", postgresql_where=text("state = 'done'")),
    )
    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    org_id: Mapped[UUID | None]
    kind: Mapped[str]
    key: Mapped[str]
    queue: Mapped[str] = mapped_column(server_default="fast")
    payload: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    due_at: Mapped[datetime] = mapped_column(server_default=app_now())
    state: Mapped[str] = mapped_column(server_default="ready")
    again_at: Mapped[datetime | None]  # asked for again while it runs
    lease_until: Mapped[datetime | None]
    held_by: Mapped[str | None]  # the place in a team of processes that claimed it last
    fence: Mapped[int] = mapped_column(server_default="0")
    attempt: Mapped[int] = mapped_column(server_default="0")
    enqueued_at: Mapped[datetime | None]
    last_error: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=app_now())
    finished_at: Mapped[datetime | None]


# ``cancel`` marks a running job so: its end is its end, whatever the handler answers.
CANCELLED = (Job.state == "leased") & Job.finished_at.is_not(None)


@dataclass(frozen=True, slots=True)
class Again:
    """A handler's answer: the job is a schedule, run it again then."""

    at: datetime


class RetryLater(Exception):
    """A handler's way to say: nothing broke, come back in ``after_s`` seconds (uses no attempt)."""

    def __init__(self, after_s: float) -> None:
        super().__init__(f"retry in {after_s:.0f} s")
        self.after_s = after_s


class LeaseLost(Exception):
    """Another worker holds the job now; nothing that this one still writes may count."""


@dataclass
class Lease:
    """One claimed job. Every write transaction of its handler begins with ``guard``."""

    id: UUID
    org_id: UUID | None
    kind: str
    key: str
    payload: dict[str, Any]
    fence: int
    attempt: int
    late_s: float = 0.0
    finished: bool = False

    async def guard(self, tx: UnitOfWork) -> None:
        """Raises LeaseLost at once, or at the end of ``tx`` if another worker took over meanwhile.

        The row is locked only for the last moment: locked from the start, it would stand in the way of whoever
        holds a row that this transaction still wants, and asks for this job.
        """
        await self._check(tx, lock=False)
        tx.before_commit.append(partial(self._check, tx, lock=True))

    async def _check(self, tx: UnitOfWork, *, lock: bool) -> None:
        if lock and self.finished:  # in this very transaction, and by the fence
            return
        mine = select(Job.id).where(Job.id == self.id, Job.fence == self.fence, Job.state == "leased")
        if await tx.session.scalar(mine.with_for_update(read=True) if lock else mine) is None:
            raise LeaseLost(f"{self.kind} {self.key}")

    async def finish(self, tx: UnitOfWork, again: Again | None = None) -> None:
        """Ends the job in the same transaction as its effect: exactly once, whatever dies afterwards."""
        await _finish(tx, self, again)
        self.finished = True


Handler = Callable[[Any, Lease], Awaitable[Again | None]]


@dataclass(frozen=True)
class JobKind:
    """``max_attempts`` None: a schedule, which is never given up, only slowed down."""

    name: str
    run: Handler
    queue: QueueName = "fast"
    lease_s: float = 60
    max_attempts: int | None = 8


@dataclass
class JobKinds:
    """The kinds this program knows; composition roots build it from the features' lists."""

    by_name: dict[str, JobKind] = field(default_factory=dict)

    def add(self, *kinds: JobKind) -> "JobKinds":
        for kind in kinds:
            if kind.name in self.by_name:
                raise ValueError(f"job kind {kind.name!r} is registered twice")
            self.by_name[kind.name] = kind
        return self


async def enqueue(
    tx: UnitOfWork,
    kind: str,
    key: object,
    *,
    due_at: datetime | None = None,
    payload: dict[str, Any] | None = None,
    queue: QueueName = "fast",
    replace: bool = False,
) -> None:
    """One row per (kind, key), written in the caller's transaction.

    Already waiting: the earlier time wins, or ``due_at`` does with ``replace``. Running: it runs once more after.
    """
    asked = {
        "id": new_id(),
        "org_id": tx.org_id,
        "kind": kind,
        "key": str(key),
        "queue": queue,
        "payload": payload or {},
        "asked_at": due_at,
    }
    await tx.session.execute(_ask(replace=replace), asked)
    tx.enqueued.append(kind)


@cache
def _ask(*, replace: bool) -> Insert:
    """Built once, and beneath the mapper: making and compiling it anew cost 1.4 ms a call, running it 0.2 ms."""
    named: dict[str, Any] = {name: bindparam(name) for name in ("id", "org_id", "kind", "key", "queue", "payload")}
    asked_at = bindparam("asked_at", type_=DateTime(timezone=True))
    row = insert(Base.metadata.tables[Job.__tablename__]).values(**named, due_at=func.coalesce(asked_at, app_now()))
    asked = row.excluded.due_at
    running = Job.state == "leased"
    waiting = Job.state == "ready"
    soonest = asked if replace else func.least(Job.due_at, asked)
    return row.on_conflict_do_update(
        index_elements=["kind", "key"],
        set_={
            "state": _case(running, "leased", "ready"),
            "due_at": _when(running, Job.due_at, _when(waiting, soonest, asked)),
            "again_at": _when(running, asked if replace else func.least(Job.again_at, asked), None),
            "attempt": _when(running | waiting, Job.attempt, 0),
            "payload": row.excluded.payload,
            "enqueued_at": _when(running, Job.enqueued_at, None),
            "finished_at": None,
        },
    )


def _case(condition: Any, yes: str, no: str) -> Any:
    return case((condition, literal(yes)), else_=literal(no))


def _when(condition: Any, yes: Any, no: Any) -> Any:
    return case((condition, yes), else_=no)


async def cancel(tx: UnitOfWork, kind: str, key: object) -> None:
    """The row stays, done; a running one finishes and does not come back."""
    await tx.session.execute(
        update(Job)
        .where(Job.kind == kind, Job.key == str(key), Job.state.in_(["ready", "leased"]))
        .values(state=_case(Job.state == "leased", "leased", "done"), again_at=None, finished_at=app_now())
    )


async def due_at(tx: UnitOfWork, kind: str, key: object) -> datetime | None:
    """When the job runs next; None if it is not scheduled."""
    asked = select(func.coalesce(Job.again_at, Job.due_at)).where(
        Job.kind == kind, Job.key == str(key), Job.state.in_(["ready", "leased"])
    )
    return await tx.session.scalar(asked)


async def next_start(tx: UnitOfWork, kind: str, key: object) -> datetime | None:
    """When the job begins next, from its first line; what runs now began already. None if it will not."""
    asked = select(_when(Job.state == "ready", Job.due_at, Job.again_at)).where(
        Job.kind == kind, Job.key == str(key), Job.state.in_(["ready", "leased"])
    )
    return await tx.session.scalar(asked)


async def _finish(tx: UnitOfWork, lease: Lease, again: Again | None) -> None:
    next_at = literal(again.at if again else None, DateTime(timezone=True))
    back = func.least(Job.again_at, next_at)
    returns = back.is_not(None) & ~CANCELLED
    result = await tx.session.execute(
        update(Job)
        .where(Job.id == lease.id, Job.fence == lease.fence, Job.state == "leased")
        .values(
            state=_case(returns, "ready", "done"),
            due_at=func.coalesce(back, Job.due_at),
            finished_at=_when(returns, None, app_now()),
            again_at=None,
            lease_until=None,
            enqueued_at=None,
            attempt=0,
            last_error=None,
        )
        .returning(Job.id)
    )
    if result.first() is None:
        raise LeaseLost(f"{lease.kind} {lease.key}")


async def put_back(tx: UnitOfWork, lease: Lease, after_s: float, *, error: str | None) -> None:
    """Back to ready after a failure or a wait; the attempt counts only for failures."""
    later = app_now() + timedelta(seconds=after_s)
    await _leave(
        tx,
        lease,
        state=_case(CANCELLED, "done", "ready"),
        due_at=func.least(Job.again_at, later),
        attempt=Job.attempt if error else func.greatest(Job.attempt - 1, 0),
        last_error=error,
    )


async def bury(tx: UnitOfWork, lease: Lease, *, error: str) -> None:
    """Out of attempts; but who asked for it meanwhile gets a fresh start."""
    asked = Job.again_at.is_not(None) & ~CANCELLED
    await _leave(
        tx,
        lease,
        state=_when(asked, "ready", _case(CANCELLED, "done", "dead")),
        due_at=func.coalesce(Job.again_at, Job.due_at),
        attempt=_when(asked, 0, Job.attempt),
        last_error=error,
        finished_at=_when(asked, None, func.coalesce(Job.finished_at, app_now())),
    )


async def _leave(tx: UnitOfWork, lease: Lease, **values: Any) -> None:
    mine = update(Job).where(Job.id == lease.id, Job.fence == lease.fence, Job.state == "leased")
    await tx.session.execute(mine.values(again_at=None, lease_until=None, enqueued_at=None, **values))


def backoff_s(attempt: int, rng: random.Random, *, base_s: float = 2, cap_s: float = 900) -> float:
    """Full jitter between half and the whole step, so that a herd spreads out."""
    step = min(cap_s, base_s * 2 ** min(attempt, 20))
    return rng.uniform(step / 2, step)
