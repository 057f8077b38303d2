"""Forgets what has served its time, in small batches, so that no table grows for ever."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, Delete, Table, delete, select, text
from sqlalchemy.orm import InstrumentedAttribute

from mailwarden.core.db import reader, unit_of_work
from mailwarden.core.jobs import Again, JobKind, Lease, enqueue
from mailwarden.core.runtime import Retention, Runtime

PRUNE = "prune"
EVERY = timedelta(hours=6)
AT_ONCE = 1000


@dataclass(frozen=True)
class Kept:
    """Rows of a tenant's table go once their ``at`` lies ``days`` back. ``days`` names a field of ``Retention``."""

    at: InstrumentedAttribute[Any]
    days: str

    @property
    def table(self) -> Table:
        return cast(Table, self.at.parent.local_table)


# Of tables that belong to no organization, or are walled by person: function of the schema, field of ``Retention``.
INSTANCE = {
    "prune_done_jobs": "done_jobs_days",
    "prune_dead_jobs": "dead_jobs_days",
    "prune_sessions": "sessions_days",
    "prune_incidents": "incidents_days",
    "prune_workers": "workers_days",
    "prune_hook_deliveries": "hook_bodies_days",
    "prune_hook_events": "hook_events_days",
    "prune_hook_refusals": "hook_log_days",
    "prune_account_letters": "account_letters_days",
    "prune_throttles": "throttles_days",
    "prune_audit_log": "audit_log_days",
    "prune_support_requests": "support_requests_days",
}


def prune_kind(rules: Sequence[Kept]) -> JobKind:
    """Built by the worker, which alone knows all features' lists."""

    async def prune(rt: Runtime, _: Lease) -> Again:
        await prune_instance(rt)
        async with reader(rt.sessions) as tx:
            organizations: list[UUID] = list(await tx.session.scalars(text("SELECT list_organizations()")))
        for org_id in organizations:
            await prune_organization(rt, org_id, rules)
        return Again(rt.clock.now() + EVERY)

    return JobKind(PRUNE, prune, queue="bulk", max_attempts=None)


async def prune_instance(rt: Runtime) -> None:
    for function, field in INSTANCE.items():
        ask = text(f"SELECT {function}(app_now() - make_interval(days => :days), :most)")
        gone = AT_ONCE
        while gone == AT_ONCE:
            async with rt.system.begin() as session:
                gone = await session.scalar(ask, {"days": _days(rt.config.retention, field), "most": AT_ONCE}) or 0


async def prune_organization(rt: Runtime, org_id: UUID, rules: Sequence[Kept]) -> None:
    """One look at all tables; whoever gave a whole batch is asked again, each time in a transaction of its own."""
    due = list(rules)
    while due:
        more = []
        async with unit_of_work(rt.sessions, org_id) as tx:
            for rule in due:
                result = await tx.session.execute(_oldest(rt, org_id, rule))
                if cast("CursorResult[Any]", result).rowcount == AT_ONCE:
                    more.append(rule)
        due = more


def _oldest(rt: Runtime, org_id: UUID, rule: Kept) -> Delete:
    before = rt.clock.now() - timedelta(days=_days(rt.config.retention, rule.days))
    table = rule.table
    old = select(table.c.id).where(table.c.org_id == org_id, rule.at < before).limit(AT_ONCE)
    return delete(table).where(table.c.org_id == org_id, table.c.id.in_(old))


def _days(retention: Retention, field: str) -> int:
    days: int = getattr(retention, field)
    return days


async def ensure_instance_jobs(rt: Runtime) -> None:
    """Schedules that belong to no organization; enqueuing one that is there changes nothing."""
    async with unit_of_work(rt.sessions) as tx:
        await enqueue(tx, PRUNE, "instance", queue="bulk")
