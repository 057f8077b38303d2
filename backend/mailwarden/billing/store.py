"""Writes down what Stripe said, and tells what changed by it: events for the product, mails for the owners."""

import logging
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from mailwarden.accounts.models import Organization
from mailwarden.billing.gate import Access, judge
from mailwarden.billing.gateway import Bought, Fetched
from mailwarden.billing.models import BillingEvent, Invoice, Subscription
from mailwarden.billing.notices import tell_owners
from mailwarden.billing.rules import OVER
from mailwarden.core.db import UnitOfWork
from mailwarden.core.ids import new_id
from mailwarden.core.runtime import Runtime
from mailwarden.events.record import record
from mailwarden.events.types import EventType

log = logging.getLogger(__name__)


async def hold_row(tx: UnitOfWork, org_id: UUID) -> Subscription:
    """The organization's row, locked; made where there is none yet."""
    fresh = insert(Subscription).values(id=new_id(), org_id=org_id)
    await tx.session.execute(fresh.on_conflict_do_nothing(index_elements=["org_id"]))
    asked = select(Subscription).where(Subscription.org_id == org_id)
    held = asked.with_for_update().execution_options(populate_existing=True)
    return (await tx.session.scalars(held)).one()


async def bring_up_to_date(rt: Runtime, tx: UnitOfWork, org_id: UUID, fetched: Fetched | None) -> Access:
    """``fetched`` None: only the time went on."""
    row = await hold_row(tx, org_id)
    if fetched is not None and (row.fetched_at is None or fetched.at >= row.fetched_at):
        _take(rt, row, fetched)
        await _take_invoices(tx, org_id, fetched)
        await _close_events(rt, tx, org_id, fetched.at)
    founded = await tx.session.scalar(select(Organization.created_at).where(Organization.id == org_id))
    access = judge(rt.config.billing, founded or rt.clock.now(), row, rt.clock.now())
    await _announce(rt, tx, row, access)
    await tx.session.flush()
    await tell_owners(rt, tx, row, access)
    return access


def _take(rt: Runtime, row: Subscription, fetched: Fetched) -> None:
    """A price that is sold no more leaves the plan as it was."""
    row.fetched_at, bought = fetched.at, fetched.subscription
    if bought is None:
        return
    plans = {price: plan for plan, price in rt.config.billing.prices.items()}
    row.plan = plans.get(bought.price, row.plan)
    if bought.price not in plans:
        log.error("a subscription has a price of no plan", extra={"price": bought.price, "org": str(row.org_id)})
    row.ended_at = bought.ended_at or _noticed_end(row, fetched.at, bought)
    row.subscription_id, row.item_id, row.status = bought.id, bought.item_id, bought.status
    row.period_ends_at, row.cancel_at = bought.period_ends_at, bought.cancel_at
    row.payment_failed = bought.payment_failed


def _noticed_end(row: Subscription, at: datetime, bought: Bought) -> datetime | None:
    """Of what lives no more but has no end at Stripe (unpaid, paused): when it was first seen so."""
    if bought.status not in OVER:
        return None
    known = row.status in OVER and row.subscription_id == bought.id
    return row.ended_at if known and row.ended_at is not None else at


async def _take_invoices(tx: UnitOfWork, org_id: UUID, fetched: Fetched) -> None:
    for one in fetched.invoices:
        values = asdict(one)
        row = insert(Invoice).values(id=new_id(), org_id=org_id, **values)
        await tx.session.execute(row.on_conflict_do_update(index_elements=["org_id", "stripe_id"], set_=values))


async def _close_events(rt: Runtime, tx: UnitOfWork, org_id: UUID, asked_at: datetime) -> None:
    """What came before we asked is contained in the answer."""
    waiting = update(BillingEvent).where(BillingEvent.org_id == org_id, BillingEvent.handled_at.is_(None))
    await tx.session.execute(waiting.where(BillingEvent.created_at <= asked_at).values(handled_at=rt.clock.now()))


async def _announce(rt: Runtime, tx: UnitOfWork, row: Subscription, access: Access) -> None:
    """Each change of what the organization may is one event, in the transaction that notices it."""
    now, before = rt.clock.now(), row.told
    after = "working" if access.may_work else "inactive" if access.keeps_credentials(now) else "lapsed"
    if after == before:
        return
    row.told, row.told_at = after, now
    since = access.standing.since
    data = {"reason": access.standing.reason, "since": since.isoformat() if since else None}
    if after == "working":
        await record(tx, EventType.SUBSCRIPTION_REACTIVATED, data={"plan": row.plan})
        return
    if before == "working":
        await record(tx, EventType.SUBSCRIPTION_INACTIVE, data=data)
    if after == "lapsed":
        await record(tx, EventType.SUBSCRIPTION_LAPSED, data=data)
