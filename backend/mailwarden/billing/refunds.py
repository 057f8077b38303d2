"""Money back within fourteen days of a payment: asked for through support, given by an operator (I5)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from mailwarden.accounts.models import Organization
from mailwarden.billing.gateway import cancel_now, refund
from mailwarden.billing.jobs import look_now
from mailwarden.billing.models import Invoice, Subscription
from mailwarden.billing.rules import REFUND_WINDOW, is_refundable, refundable_until
from mailwarden.billing.schemas import RefundForm, RefundOut
from mailwarden.core.db import UnitOfWork, reader
from mailwarden.core.errors import Conflict
from mailwarden.core.runtime import Runtime

DAYS = REFUND_WINDOW.days


def refundable(paid: Sequence[Invoice], now: datetime) -> list[Invoice]:
    """The payments that can still be given back: a dearer plan is a second one."""
    return [row for row in paid if row.paid_at and left_of(row) > 0 and is_refundable(row.paid_at, now)]


async def payments(tx: UnitOfWork, org_id: UUID) -> list[Invoice]:
    """The newest first."""
    paid = select(Invoice).where(Invoice.org_id == org_id, Invoice.status == "paid", Invoice.amount_paid > 0)
    return list(await tx.session.scalars(paid.order_by(Invoice.paid_at.desc())))


async def refund_out(rt: Runtime, tx: UnitOfWork, org_id: UUID) -> RefundOut:
    paid = await payments(tx, org_id)
    latest, eligible = next(iter(paid), None), refundable(paid, rt.clock.now())
    name = await tx.session.scalar(select(Organization.name).where(Organization.id == org_id))
    return RefundOut(
        eligible=bool(eligible),
        detail=_words(latest, eligible),
        until=refundable_until(latest.paid_at) if latest and latest.paid_at else None,
        invoice_id=latest.id if latest else None,
        amount=sum(map(left_of, eligible)) if eligible else left_of(latest) if latest else None,
        currency=latest.currency if latest else None,
        request=_form(eligible, name or "") if eligible else None,
    )


def left_of(row: Invoice) -> int:
    """Of a payment, what was not given back yet."""
    return row.amount_paid - row.amount_refunded


def _words(latest: Invoice | None, eligible: Sequence[Invoice]) -> str:
    if latest is None:
        return "Nothing was paid yet."
    if eligible:
        what = "this payment" if len(eligible) == 1 else f"the {len(eligible)} payments of the last {DAYS} days"
        return f"You can have {what} back: send the prepared request to support."
    if latest.amount_refunded >= latest.amount_paid:
        return "The latest payment was given back already."
    return f"The latest payment is older than {DAYS} days."


def _form(rows: Sequence[Invoice], organization: str) -> RefundForm:
    invoices = ", ".join(
        f"invoice {row.number or row.stripe_id} ({left_of(row) / 100:.2f} {row.currency.upper()}, "
        f"paid {row.paid_at:%Y-%m-%d %H:%M} UTC)"
        for row in rows
    )
    return RefundForm(
        description=f"Please refund “{organization}”: {invoices}.",
        doing="Refund within 14 days of the payment",
        page="/settings/billing",
    )


async def give_back(rt: Runtime, org_id: UUID) -> list[Invoice]:
    """For operators: the subscription ends and the payments of the last 14 days go back.

    Raises Conflict, StripeTrouble. Called again it goes on where it was stopped, which is why the money comes last:
    without a payment that can be given back nothing is done any more.
    """
    async with reader(rt.sessions, org_id) as tx:
        rows = [row for row in refundable(await payments(tx, org_id), rt.clock.now()) if row.payment_intent]
        held = await tx.session.scalar(select(Subscription).where(Subscription.org_id == org_id))
    if not rows:
        raise Conflict("No payment of the last 14 days can be given back.", code="not_refundable")
    if held is not None and held.subscription_id and held.status in ("active", "past_due"):
        await cancel_now(rt, held.subscription_id)
    for row in rows:
        await refund(rt, str(row.payment_intent))
    await look_now(rt, org_id)
    return rows
