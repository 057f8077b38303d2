"""Who hears of connections, and the job that keeps both clocks: one a connection, so that nothing is done twice."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from mailwarden.connections.models import Connection
from mailwarden.core.db import UnitOfWork, unit_of_work
from mailwarden.core.jobs import Again, JobKind, Lease, enqueue
from mailwarden.core.runtime import Runtime
from mailwarden.events.dispatch import Listeners
from mailwarden.events.models import Event
from mailwarden.events.types import EventType
from mailwarden.outreach.models import OutreachAccount
from mailwarden.outreach.trouble.align import align, leave, settle
from mailwarden.outreach.trouble.announcing import announce
from mailwarden.outreach.trouble.clocks import CLOCKS
from mailwarden.outreach.trouble.downtime import PULSE, pulse, start_up
from mailwarden.outreach.trouble.holding import hold_using, is_over, still
from mailwarden.outreach.trouble.slots import follow_slot

__all__ = ["CLOCKS", "JOBS", "LISTENERS", "start_up"]


async def look(rt: Runtime, tx: UnitOfWork, event: Event) -> None:
    """It failed, works again, or was reconnected: the rows say which by now."""
    if event.connection_id is not None:
        await bring_into_line(rt, tx, event.connection_id, event.created_at)


async def bring_into_line(rt: Runtime, tx: UnitOfWork, connection_id: UUID, at: datetime) -> None:
    row = await still(tx, connection_id)
    if row is not None and await align(rt, tx, row, at):
        await enqueue(tx, CLOCKS, row.id)


async def disconnected(rt: Runtime, tx: UnitOfWork, event: Event) -> None:
    """T0 is the disconnect itself, also if it is told late and the account is connected again by now."""
    row = await still(tx, event.connection_id) if event.connection_id else None
    if row is None:
        return
    for campaign, account in await hold_using(tx, row.id):
        await settle(rt, tx, row, campaign, account, event.created_at)
        if not is_over(campaign):
            await leave(tx, campaign, account, event.created_at, event.id)
    await bring_into_line(rt, tx, row.id, event.created_at)


async def filled(rt: Runtime, tx: UnitOfWork, event: Event) -> None:
    row = await still(tx, event.connection_id) if event.connection_id else None
    if row is None:
        return
    await follow_slot(tx, row)
    await bring_into_line(rt, tx, row.id, event.created_at)


async def campaign_went_on(rt: Runtime, tx: UnitOfWork, event: Event) -> None:
    """Started or resumed while one of its accounts is in trouble: nobody told us of that trouble then."""
    for connection_id in await _connections_of(tx, event):
        await bring_into_line(rt, tx, connection_id, event.created_at)


async def _connections_of(tx: UnitOfWork, event: Event) -> list[UUID]:
    mine = (OutreachAccount.org_id == event.org_id, OutreachAccount.campaign_id == event.subject_id)
    asked = select(OutreachAccount.connection_id).join(Connection, Connection.id == OutreachAccount.connection_id)
    broken = (Connection.org_id == event.org_id, Connection.status.in_(("inactive", "disconnected")))
    return list(await tx.session.scalars(asked.where(*mine, *broken).order_by(Connection.id)))


async def keep_clocks(rt: Runtime, lease: Lease) -> None:
    """Warnings and ends of one connection's clocks, and the end of this job, in one transaction."""
    async with unit_of_work(rt.sessions, lease.org_id) as tx:
        await lease.guard(tx)
        row = await still(tx, UUID(lease.key))
        again = None
        if row is not None:
            using = await align(rt, tx, row, rt.clock.now())
            again = await announce(rt, tx, row, using)
        await lease.finish(tx, Again(again) if again else None)


JOBS = [JobKind(CLOCKS, keep_clocks, max_attempts=None), JobKind(PULSE, pulse, max_attempts=None)]
LISTENERS: Listeners = {
    EventType.CONNECTION_INACTIVE: [look],
    EventType.CONNECTION_RECOVERED: [look],
    EventType.CONNECTION_RECONNECTED: [look],
    EventType.CONNECTION_CONNECTED: [look],
    EventType.CONNECTION_DISCONNECTED: [disconnected],
    EventType.MAILBOX_FILLED: [filled],
    EventType.OUTREACH_STARTED: [campaign_went_on],
    EventType.OUTREACH_RESUMED: [campaign_went_on],
}
