"""One job per organization: asks Stripe, does what time brings, and comes back at the next moment that matters.

Webhooks only bring it forward. A lost one costs six hours at most; a doubled or late one changes nothing.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, text

from mailwarden.billing.gate import Access
from mailwarden.billing.gateway import Fetched, StripeTrouble, fetch
from mailwarden.billing.models import Subscription
from mailwarden.billing.notices import MAIL
from mailwarden.billing.posting import TRIES, post
from mailwarden.billing.rules import next_boundary
from mailwarden.billing.store import bring_up_to_date
from mailwarden.core.db import reader, unit_of_work
from mailwarden.core.jobs import Again, JobKind, Lease, due_at, enqueue
from mailwarden.core.runtime import Runtime

LOOK, WATCH = "billing", "billing_watch"
LOOK_EVERY = timedelta(hours=6)
WATCH_EVERY = timedelta(minutes=15)
AFTER_TROUBLE = timedelta(minutes=5)


async def look(rt: Runtime, lease: Lease) -> Again | None:
    if lease.org_id is None or not rt.config.billing.is_on:
        return None
    fetched, every = None, LOOK_EVERY
    try:
        fetched = await ask(rt, lease.org_id)
    except StripeTrouble:  # what time brings happens all the same
        every = AFTER_TROUBLE
    async with unit_of_work(rt.sessions, lease.org_id) as tx:
        await lease.guard(tx)
        access = await bring_up_to_date(rt, tx, lease.org_id, fetched)
    now = rt.clock.now()
    boundary = next_boundary(access.standing, now)
    return Again(min(now + every, boundary) if boundary else now + every)


async def ask(rt: Runtime, org_id: UUID) -> Fetched | None:
    """None for an organization that Stripe does not know. Raises StripeTrouble."""
    async with reader(rt.sessions, org_id) as tx:
        customer = await tx.session.scalar(select(Subscription.customer_id).where(Subscription.org_id == org_id))
    return await fetch(rt, customer) if customer is not None else None


async def look_now(rt: Runtime, org_id: UUID) -> Access:
    """For a request: whoever has paid wants to go on at once. Raises StripeTrouble."""
    fetched = await ask(rt, org_id)
    async with unit_of_work(rt.sessions, org_id) as tx:
        access = await bring_up_to_date(rt, tx, org_id, fetched)
        await enqueue(tx, LOOK, org_id, due_at=rt.clock.now() + LOOK_EVERY)
    return access


async def watch(rt: Runtime, _: Lease) -> Again | None:
    """Every organization has its job, however it came to be."""
    if not rt.config.billing.is_on:
        return None
    async with reader(rt.sessions) as tx:
        organizations: list[UUID] = list(await tx.session.scalars(text("SELECT list_organizations()")))
    for org_id in organizations:
        async with unit_of_work(rt.sessions, org_id) as tx:
            if await due_at(tx, LOOK, org_id) is None:
                await enqueue(tx, LOOK, org_id)
    return Again(rt.clock.now() + WATCH_EVERY)


async def start_up(rt: Runtime) -> None:
    if rt.config.billing.is_on:
        async with unit_of_work(rt.sessions) as tx:
            await enqueue(tx, WATCH, "instance")


JOBS = [
    JobKind(LOOK, look, max_attempts=None),
    JobKind(WATCH, watch, max_attempts=None),
    JobKind(MAIL, post, max_attempts=TRIES),
]
