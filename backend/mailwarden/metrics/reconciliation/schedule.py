"""Once a day for each connection, an hour after a sync at the earliest; and at once when somebody asks."""

from datetime import timedelta
from uuid import UUID

from mailwarden.billing.gate import access_of, require_work
from mailwarden.connections.models import Connection
from mailwarden.connections.queries import find_connection, get_connection
from mailwarden.connections.rules import Purpose, Status
from mailwarden.connections.usability import may_use
from mailwarden.core.db import UnitOfWork, unit_of_work
from mailwarden.core.errors import Conflict
from mailwarden.core.jobs import Again, Lease, due_at, enqueue
from mailwarden.core.runtime import Runtime
from mailwarden.events.dispatch import Listeners
from mailwarden.events.models import Event
from mailwarden.events.types import EventType
from mailwarden.metrics.reconciliation.models import Reconciliation
from mailwarden.metrics.reconciliation.store import begin
from mailwarden.providers.registry import PROVIDERS
from mailwarden.providers.totals import StatesTotals

TICK = "reconcile_tick"
FIRST_AFTER = timedelta(hours=1)
EVERY = timedelta(days=1)
ENDED = (Status.DISCONNECTED, Status.INACTIVE)


async def reconcile_tick(rt: Runtime, lease: Lease) -> None:
    """The schedule of a connection that works no more ends; its next sync begins it again."""
    async with unit_of_work(rt.sessions, lease.org_id) as tx:
        await lease.guard(tx)
        row = await find_connection(tx, lease.org_id, UUID(lease.key)) if lease.org_id else None
        if row is None or row.status in ENDED:
            await lease.finish(tx)
            return
        if may_use(row, Purpose.SYNC, rt.clock.now(), await access_of(rt, tx, row.org_id)).usable:
            await begin(tx, row, "auto")
        await lease.finish(tx, Again(rt.clock.now() + EVERY))


async def follow_sync(rt: Runtime, tx: UnitOfWork, event: Event) -> None:
    row = await find_connection(tx, event.org_id, event.connection_id) if event.connection_id else None
    if row is None or not isinstance(PROVIDERS.get(row.provider), StatesTotals):
        return
    if await due_at(tx, TICK, row.id) is None:
        spread = FIRST_AFTER * (1 + rt.rng.random())
        await enqueue(tx, TICK, row.id, queue="bulk", due_at=rt.clock.now() + spread)


async def start_now(rt: Runtime, tx: UnitOfWork, connection: Connection, user_id: UUID) -> Reconciliation:
    """The open one if there is one. Raises SubscriptionInactive, Conflict where the account cannot be asked."""
    row = await get_connection(tx, connection.org_id, connection.id, lock=True)
    access = await require_work(rt, tx, row.org_id)
    usable = may_use(row, Purpose.SYNC, rt.clock.now(), access)
    if not usable.usable:
        raise Conflict(usable.detail, code=usable.code, action=usable.action.code if usable.action else None)
    if not isinstance(PROVIDERS.get(row.provider), StatesTotals):
        raise Conflict("This provider states no totals.", code="not_supported")
    return await begin(tx, row, "manual", user_id)


LISTENERS: Listeners = {EventType.SYNC_SUCCEEDED: [follow_sync]}
