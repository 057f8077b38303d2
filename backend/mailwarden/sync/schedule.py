"""AutoSync: one job per connection starts runs at the chosen frequency; and what events do to it.

Events may be dispatched late or out of order, so a listener never believes one: it looks at the connection and makes
the schedule fit.
"""

from datetime import datetime, timedelta
from uuid import UUID

from mailwarden.connections.models import Connection
from mailwarden.connections.our_app import spec_of
from mailwarden.connections.queries import find_connection
from mailwarden.connections.rules import Frequency, Status
from mailwarden.core.db import UnitOfWork, unit_of_work
from mailwarden.core.jobs import Again, Lease, cancel, due_at, enqueue
from mailwarden.core.runtime import Runtime
from mailwarden.events.dispatch import Listeners
from mailwarden.events.models import Event
from mailwarden.events.types import EventType
from mailwarden.sync.errors import BROKEN, stopped
from mailwarden.sync.finish import fail
from mailwarden.sync.journal import PRUNE
from mailwarden.sync.queries import find_open_run, last_auto_start
from mailwarden.sync.start import RUN, known_of, may_sync, start_run
from mailwarden.sync.window import interval_s, min_gap_s, next_start, plan

TICK = "sync_tick"
SCHEDULED = (Status.CONNECTED, Status.VERIFYING)
LOOK_AGAIN_S = 60.0  # while a start is due that cannot be


async def sync_tick(rt: Runtime, lease: Lease) -> None:
    """Starts a run and sets the next start in one transaction; ends the schedule of a connection that has none."""
    async with unit_of_work(rt.sessions, lease.org_id) as tx:
        await lease.guard(tx)
        connection = await find_connection(tx, lease.org_id, UUID(lease.key), lock=True) if lease.org_id else None
        at = await _take_turn(rt, tx, connection) if connection is not None else None
        await lease.finish(tx, Again(at) if at else None)


async def _take_turn(rt: Runtime, tx: UnitOfWork, connection: Connection) -> datetime | None:
    """When to come again; None for never."""
    if connection.status not in SCHEDULED:
        connection.next_sync_at = None
        return None
    now = rt.clock.now()
    realtime = rt.config.timing.realtime_every_s
    free_at = await _free_at(rt, tx, connection, now)
    if free_at > now:  # ``next_sync_at`` keeps saying what was promised
        return free_at
    due = min(connection.next_sync_at or now, now)
    await start_run(rt, tx, connection, "auto")
    at = next_start(Frequency(connection.sync_frequency), realtime, due, now, rt.rng.random())
    connection.next_sync_at = at
    return at


async def _free_at(rt: Runtime, tx: UnitOfWork, connection: Connection, now: datetime) -> datetime:
    """No second run beside an open one, none while the connection may not be used, none soon after another."""
    realtime = rt.config.timing.realtime_every_s
    soon = now + timedelta(seconds=min(LOOK_AGAIN_S, realtime / 4))
    if await _is_busy(rt, tx, connection) or not await may_sync(rt, tx, connection):
        return soon
    last = await last_auto_start(tx, connection.org_id, connection.id)
    return last + timedelta(seconds=min_gap_s(realtime)) if last else now


async def _is_busy(rt: Runtime, tx: UnitOfWork, connection: Connection) -> bool:
    """A run whose job is lost would block its connection for ever: it ends here."""
    run = await find_open_run(tx, connection.org_id, connection.id)
    if run is None:
        return False
    if await due_at(tx, RUN, run.id) is None:
        await fail(rt, tx, run.id, connection.id, BROKEN)
        return False
    return True


async def bring_forward(tx: UnitOfWork, connection: Connection, at: datetime) -> None:
    """The next start is not later than ``at``: then the provider has room again."""
    row = await find_connection(tx, connection.org_id, connection.id, lock=True)
    if row is not None and row.status in SCHEDULED and row.next_sync_at is not None and at < row.next_sync_at:
        row.next_sync_at = at
        await tx.session.flush()
        await enqueue(tx, TICK, row.id, due_at=at)


async def fit_schedule(rt: Runtime, tx: UnitOfWork, event: Event) -> None:
    connection = await _concerned(tx, event)
    if connection is None:
        return
    if connection.status in SCHEDULED:
        await _resume(rt, tx, connection)
    else:
        await _pause(rt, tx, connection)


async def _resume(rt: Runtime, tx: UnitOfWork, connection: Connection) -> None:
    """What must be read anew is read at once: a first sync, a backfill, the gap of an outage."""
    now = rt.clock.now()
    open_run = await find_open_run(tx, connection.org_id, connection.id)
    behind = plan(known_of(connection), now).badge is not None
    if behind and open_run is None and await may_sync(rt, tx, connection):
        await start_run(rt, tx, connection, "auto")
    if connection.next_sync_at is None:
        await _set_next(rt, tx, connection, now)
    if connection.backfilled_range is None:
        await enqueue(tx, PRUNE, connection.org_id)


async def _pause(rt: Runtime, tx: UnitOfWork, connection: Connection) -> None:
    """Inactive or disconnected: no failing runs fill the log (C30); an open one ends here."""
    run = await find_open_run(tx, connection.org_id, connection.id)
    if run is not None:
        await fail(rt, tx, run.id, connection.id, stopped(connection.status))
        await cancel(tx, RUN, run.id)
    connection.next_sync_at = connection.active_sync_id = None
    await tx.session.flush()
    await cancel(tx, TICK, connection.id)


async def follow_settings(rt: Runtime, tx: UnitOfWork, event: Event) -> None:
    """A wider range is read at once (C17); another frequency counts from the last start."""
    connection = await _concerned(tx, event)
    if connection is None or connection.status not in SCHEDULED:
        return
    await _resume(rt, tx, connection)
    if "sync_frequency" in event.data.get("after", {}):
        last = await last_auto_start(tx, connection.org_id, connection.id)
        await _set_next(rt, tx, connection, last or rt.clock.now())


async def _set_next(rt: Runtime, tx: UnitOfWork, connection: Connection, last: datetime) -> None:
    realtime, now = rt.config.timing.realtime_every_s, rt.clock.now()
    frequency = Frequency(connection.sync_frequency)
    if last == now or frequency is Frequency.REALTIME:
        at = next_start(frequency, realtime, last, last, rt.rng.random())
    else:
        at = last + timedelta(seconds=interval_s(frequency, realtime))
    connection.next_sync_at = max(at, now)
    await tx.session.flush()
    await enqueue(tx, TICK, connection.id, due_at=connection.next_sync_at, replace=True)


async def _concerned(tx: UnitOfWork, event: Event) -> Connection | None:
    """None, too, for a mailbox, which has no campaigns to read."""
    if event.connection_id is None:
        return None
    row = await find_connection(tx, event.org_id, event.connection_id, lock=True)
    return row if row is not None and "campaigns" in spec_of(row.provider).capabilities else None


LISTENERS: Listeners = {
    EventType.CONNECTION_CONNECTED: [fit_schedule],
    EventType.CONNECTION_RECONNECTED: [fit_schedule],
    EventType.CONNECTION_RECOVERED: [fit_schedule],
    EventType.CONNECTION_INACTIVE: [fit_schedule],
    EventType.CONNECTION_DISCONNECTED: [fit_schedule],
    EventType.CONNECTION_SETTINGS_CHANGED: [follow_settings],
}
