"""The rhythm of checks: one job for each domain, which sets its own next time."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from mailwarden.billing.gate import access_of
from mailwarden.core.db import UnitOfWork, reader, unit_of_work
from mailwarden.core.jobs import Again, JobKind, Lease, cancel, enqueue
from mailwarden.core.runtime import Runtime
from mailwarden.deliverability.domains.checking import Plan, Trigger, keep, look, plan_of
from mailwarden.deliverability.domains.models import Domain
from mailwarden.deliverability.domains.store import find_domain
from mailwarden.events.dispatch import Listeners
from mailwarden.events.models import Event
from mailwarden.events.types import EventType

CHECK = "domain_check"
BLOCKLISTS = "blocklist_check"  # of the organization; kept by a feature that stands on this one
WHILE_INACTIVE = timedelta(days=1)


async def domain_check(rt: Runtime, lease: Lease) -> Again | None:
    """Ends the schedule of a domain that is gone."""
    if lease.org_id is None:
        return None
    domain_id = UUID(lease.key)
    async with reader(rt.sessions, lease.org_id) as tx:
        row = await find_domain(tx, lease.org_id, domain_id)
        if row is None:
            return None
        if not (await access_of(rt, tx, lease.org_id)).may_work:
            return Again(rt.clock.now() + WHILE_INACTIVE)
        plan, trigger = await plan_of(tx, row), _trigger(row)
    return await _store(rt, lease, domain_id, plan, trigger)


async def _store(rt: Runtime, lease: Lease, domain_id: UUID, plan: Plan, trigger: Trigger) -> Again | None:
    began = rt.clock.now()
    report = await look(rt, plan)
    async with unit_of_work(rt.sessions, lease.org_id) as tx:
        await lease.guard(tx)
        row = await find_domain(tx, lease.org_id, domain_id, lock=True) if lease.org_id else None
        if row is None:
            return None
        if row.checked_at is None or row.checked_at <= began:  # else somebody looked later, and knows better
            await keep(rt, tx, row, report, trigger)
        again = Again(row.next_check_at) if row.next_check_at else None
        await tx.session.flush()
        await lease.finish(tx, again)
        return again


def _trigger(row: Domain) -> Trigger:
    if row.checked_at is None:
        return "added"
    return "schedule" if row.next_check_at is not None else "settings"


async def ask_for_check(tx: UnitOfWork, row: Domain) -> None:
    """At ``next_check_at``, or at once where that is open."""
    await enqueue(tx, CHECK, row.id, due_at=row.next_check_at, queue="bulk", replace=row.next_check_at is not None)
    await enqueue(tx, BLOCKLISTS, row.org_id, queue="bulk")


async def end_checks(tx: UnitOfWork, row: Domain) -> None:
    await cancel(tx, CHECK, row.id)
    await enqueue(tx, BLOCKLISTS, row.org_id, queue="bulk")


async def go_on(_: Runtime, tx: UnitOfWork, event: Event) -> None:
    """Somebody paid: nothing was looked at meanwhile."""
    for domain_id in await tx.session.scalars(select(Domain.id).where(Domain.org_id == event.org_id)):
        await enqueue(tx, CHECK, domain_id, queue="bulk")


JOBS = [JobKind(CHECK, domain_check, queue="bulk", lease_s=90, max_attempts=None)]
LISTENERS: Listeners = {EventType.SUBSCRIPTION_REACTIVATED: [go_on]}
