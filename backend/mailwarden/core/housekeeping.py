"""Forgets what has served its time, in small batches, so that no table grows for ever."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import Table, text
from sqlalchemy.orm import InstrumentedAttribute

from mailwarden.core.db import unit_of_work
from mailwarden.core.jobs import Again, JobKind, Lease, enqueue
from mailwarden.core.runtime import Runtime

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

    @property
    def function(self) -> str:
        """Of the schema. It looks at all organizations at once: most have nothing old, and asking each costs."""
        return f"prune_{self.table.name}"


# Of tables that belong to no organization, or are walled by person: function of the schema, field of ``Retention``.
INSTANCE = {
    "prune_done_jobs": "done_jobs_days",
    "prune_dead_jobs": "dead_jobs_days",
    "prune_sessions": "sessions_days",
    "prune_incidents": "incidents_days",
    "prune_service_outages": "incidents_days",
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
        await prune_tenants(rt, rules)
        return Again(rt.clock.now() + EVERY)

    return JobKind(PRUNE, prune, queue="bulk", max_attempts=None)


async def prune_instance(rt: Runtime) -> None:
    for function, field in INSTANCE.items():
        await _prune(rt, function, field)


async def prune_tenants(rt: Runtime, rules: Sequence[Kept]) -> None:
    for rule in rules:
        await _prune(rt, rule.function, rule.days)


async def _prune(rt: Runtime, function: str, field: str) -> None:
    """Batch by batch, each in a transaction of its own."""
    ask = text(f"SELECT {function}(app_now() - make_interval(days => :days), :most)")
    days: int = getattr(rt.config.retention, field)
    gone = AT_ONCE
    while gone == AT_ONCE:
        async with rt.system.begin() as session:
            gone = await session.scalar(ask, {"days": days, "most": AT_ONCE}) or 0


async def ensure_instance_jobs(rt: Runtime) -> None:
    """Schedules that belong to no organization; enqueuing one that is there changes nothing."""
    async with unit_of_work(rt.sessions) as tx:
        await enqueue(tx, PRUNE, "instance", queue="bulk")
