"""What payment does to syncing: an open run ends with the subscription, and the first one comes with its return."""

from uuid import UUID

from sqlalchemy import select

from mailwarden.connections.models import Connection
from mailwarden.core.db import UnitOfWork
from mailwarden.core.jobs import cancel, enqueue
from mailwarden.core.runtime import Runtime
from mailwarden.events.dispatch import Listeners
from mailwarden.events.models import Event
from mailwarden.events.types import EventType
from mailwarden.sync.errors import error
from mailwarden.sync.finish import fail
from mailwarden.sync.queries import find_open_run
from mailwarden.sync.schedule import SCHEDULED, TICK
from mailwarden.sync.start import RUN

STOPPED = error(
    "subscription_inactive",
    "The subscription is not active",
    "Nothing is wrong with the connection. Syncing goes on by itself once somebody pays.",
)


async def stop_runs(rt: Runtime, tx: UnitOfWork, event: Event) -> None:
    for row in await _scheduled(tx, event.org_id):
        run = await find_open_run(tx, row.org_id, row.id)
        if run is not None:
            await fail(rt, tx, run.id, row.id, STOPPED)
            await cancel(tx, RUN, run.id)


async def go_on(_: Runtime, tx: UnitOfWork, event: Event) -> None:
    for row in await _scheduled(tx, event.org_id):
        if row.next_sync_at is not None:
            await enqueue(tx, TICK, row.id)


async def _scheduled(tx: UnitOfWork, org_id: UUID) -> list[Connection]:
    asked = select(Connection).where(Connection.org_id == org_id, Connection.status.in_(SCHEDULED))
    return list(await tx.session.scalars(asked.order_by(Connection.id).with_for_update()))


LISTENERS: Listeners = {
    EventType.SUBSCRIPTION_INACTIVE: [stop_runs],
    EventType.SUBSCRIPTION_REACTIVATED: [go_on],
}
