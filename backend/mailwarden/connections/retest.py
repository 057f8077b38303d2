"""What payment does to connections: tested by themselves once somebody pays again, given up 30 days after the end."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from mailwarden.billing.gate import SubscriptionInactive
from mailwarden.connections.credentials import wait_for_holder
from mailwarden.connections.live_test import test_now
from mailwarden.connections.mail_servers import signs_in_by_password
from mailwarden.connections.models import Connection
from mailwarden.connections.refresh import own_evidence
from mailwarden.connections.retest_models import Retest
from mailwarden.connections.rules import Actor, Status
from mailwarden.connections.transitions import PROBE, REFRESH, add_evidence, mark_inactive
from mailwarden.core.db import UnitOfWork, unit_of_work
from mailwarden.core.errors import Conflict, NotFound
from mailwarden.core.ids import new_id
from mailwarden.core.jobs import JobKind, Lease, enqueue
from mailwarden.core.runtime import Runtime
from mailwarden.events.dispatch import Listeners
from mailwarden.events.models import Event
from mailwarden.events.types import EventType
from mailwarden.providers.base import Cause

RETEST = "retest"
LIVING = (Status.CONNECTED, Status.VERIFYING)
NOT_RENEWED = "The subscription ended 30 days ago. Since now the authorization is not renewed any more."


async def ask_for_tests(rt: Runtime, tx: UnitOfWork, event: Event) -> None:
    """Each connection, and what keeps it alive goes on at once."""
    for row in await _connections(tx, event.org_id, (*LIVING, Status.INACTIVE)):
        values = {"asked_at": rt.clock.now(), "tested_at": None, "ok": None, "detail": None}
        asked = insert(Retest).values(id=new_id(), org_id=row.org_id, connection_id=row.id, **values)
        await tx.session.execute(asked.on_conflict_do_update(index_elements=["org_id", "connection_id"], set_=values))
        await enqueue(tx, RETEST, row.id)
        await enqueue(tx, PROBE, row.id)
        if row.status == Status.CONNECTED and not signs_in_by_password(row.provider):
            await enqueue(tx, REFRESH, row.id)


async def retest(rt: Runtime, lease: Lease) -> None:
    if lease.org_id is None:
        return
    await wait_for_holder(rt, lease.org_id, UUID(lease.key))
    try:
        found = await test_now(rt, lease.org_id, UUID(lease.key))
        bad = next((check for check in found.checks if not check.ok), None)
        ok, detail = found.ok, bad.detail if bad else "It works."
    except Conflict as exc:
        ok, detail = False, exc.detail
    except (NotFound, SubscriptionInactive):  # gone, or over again: whoever pays next has it tested then
        return
    mine = update(Retest).where(Retest.org_id == lease.org_id, Retest.connection_id == UUID(lease.key))
    async with unit_of_work(rt.sessions, lease.org_id) as tx:
        await lease.guard(tx)
        await tx.session.execute(mine.values(tested_at=rt.clock.now(), ok=ok, detail=detail))


async def give_up(rt: Runtime, tx: UnitOfWork, event: Event) -> None:
    """To be reconnected, unless the provider still takes the old authorization when somebody pays again."""
    for row in await _connections(tx, event.org_id, LIVING):
        if not signs_in_by_password(row.provider):
            add_evidence(row, replace(own_evidence(NOT_RENEWED), at=rt.clock.now()).as_json())
            await mark_inactive(rt, tx, row, Cause.TOKEN_EXPIRED, Actor.OPERATOR)


async def _connections(tx: UnitOfWork, org_id: UUID, statuses: tuple[Status, ...]) -> list[Connection]:
    asked = select(Connection).where(Connection.org_id == org_id, Connection.status.in_(statuses))
    return list(await tx.session.scalars(asked.order_by(Connection.id).with_for_update()))


JOBS = [JobKind(RETEST, retest)]
LISTENERS: Listeners = {
    EventType.SUBSCRIPTION_REACTIVATED: [ask_for_tests],
    EventType.SUBSCRIPTION_LAPSED: [give_up],
}
