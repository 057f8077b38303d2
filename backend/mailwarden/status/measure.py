"""The measurement: a few sums over all organizations every five minutes, kept for whoever looks."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from mailwarden.core.db import UnitOfWork, reader, unit_of_work
from mailwarden.core.jobs import Again, JobKind, Lease, enqueue
from mailwarden.core.runtime import Runtime
from mailwarden.providers.catalog import load
from mailwarden.status.models import ServiceFigures
from mailwarden.status.rules import DAYS, FINAL, PASSWORD_TARGET_S, TARGET_S, Sums, figures

MEASURE, LATEST = "measure_status", "latest"
EVERY = timedelta(minutes=5)
VERDICTS = text("SELECT * FROM measure_verdicts(:since, :final, :passwords, :target, :password_target)")
STANDING = text("SELECT * FROM measure_standing(:since, :passwords, :target, :password_target)")
REFRESHES = text("SELECT * FROM measure_refreshes(:since)")


async def measure_status(rt: Runtime, lease: Lease) -> Again:
    now = rt.clock.now()
    found = await measure(rt, now)
    row = insert(ServiceFigures).values(name=LATEST, measured_at=now, figures=found)
    newer = row.on_conflict_do_update(index_elements=["name"], set_={"measured_at": now, "figures": found})
    async with unit_of_work(rt.sessions) as tx:
        await lease.guard(tx)
        await tx.session.execute(newer)
    return Again(now + EVERY)


async def measure(rt: Runtime, now: datetime) -> dict[str, Any]:
    since = {"since": now - timedelta(days=DAYS)}
    targets = {
        "passwords": [name for name, spec in load().items() if spec.kind == "password"],
        "target": timedelta(seconds=TARGET_S),
        "password_target": timedelta(seconds=PASSWORD_TARGET_S),
    }
    async with reader(rt.sessions) as tx:
        verdicts = await _rows(tx, VERDICTS, since | targets | {"final": list(FINAL)})
        standing = await _rows(tx, STANDING, since | targets)
        refreshes = await _rows(tx, REFRESHES, since)
    return figures(verdicts, standing, refreshes)


async def _rows(tx: UnitOfWork, asked: Any, values: dict[str, Any]) -> Sequence[Sums]:
    return [dict(row) for row in (await tx.session.execute(asked, values)).mappings()]


async def start_up(rt: Runtime) -> None:
    async with unit_of_work(rt.sessions) as tx:
        await enqueue(tx, MEASURE, "instance", queue="bulk")


JOBS = [JobKind(MEASURE, measure_status, queue="bulk", max_attempts=None)]
