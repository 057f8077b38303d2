"""Money back within fourteen days of a payment: asked for through support, given by an operator (I5)."""

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


async def refundable_payment(rt: Runtime, tx: UnitOfWork, org_id: UUID) -> Invoice | None:
    """The latest payment, if it can still be given back and was not."""
    row = await _latest_payment(tx, org_id)
    if row is None or row.paid_at is None or row.amount_refunded >= row.amount_paid:
        return None
    return row if is_refundable(row.paid_at, rt.clock.now()) else None


async def _latest_payment(tx: UnitOfWork, org_id: UUID) -> Invoice | None:
    paid = select(Invoice).where(Invoice.org_id == org_id, Invoice.status == "paid", Invoice.amount_paid > 0)
    return await tx.session.scalar(paid.order_by(Invoice.paid_at.desc()).limit(1))


async def refund_out(rt: Runtime, tx: UnitOfWork, org_id: UUID) -> RefundOut:
    row = await _latest_payment(tx, org_id)
    until = refundable_until(row.paid_at) if row is not None and row.paid_at else None
    eligible = await refundable_payment(rt, tx, org_id)
    name = await tx.session.scalar(select(Organization.name).where(Organization.id == org_id))
    return RefundOut(
        eligible=eligible is not None,
        detail=_words(row, eligible),
        until=until,
        invoice_id=row.id if row else None,
        amount=row.amount_paid - row.amount_refunded if row else None,
        currency=row.currency if row else None,
        request=_form(eligible, name or "") if eligible else None,
    )


def _words(row: Invoice | None, eligible: Invoice | None) -> str:
    if row is None:
        return "Nothing was paid yet."
    if eligible is not None:
        return "You can have this payment back: send the prepared request to support."
    if row.amount_refunded >= row.amount_paid:
        return "The latest payment was given back already."
    return f"The latest payment is older than {REFUND_WINDOW.days} days."


def _form(row: Invoice, organization: str) -> RefundForm:
    amount = f"{(row.amount_paid - row.amount_refunded) / 100:.2f} {row.currency.upper()}"
    paid = f"{row.paid_at:%Y-%m-%d %H:%M} UTC"
    return RefundForm(
        description=f"Please refund invoice {row.number or row.stripe_id} of “{organization}”: {amount}, paid {paid}.",
        doing="Refund within 14 days of the payment",
        page="/settings/billing",
    )


async def give_back(rt: Runtime, org_id: UUID) -> Invoice:
    """For operators: the latest payment goes back and the subscription ends. Raises Conflict, StripeTrouble."""
    async with reader(rt.sessions, org_id) as tx:
        row = await refundable_payment(rt, tx, org_id)
        held = await tx.session.scalar(select(Subscription).where(Subscription.org_id == org_id))
    if row is None or row.payment_intent is None:
        raise Conflict("No payment of the last 14 days can be given back.", code="not_refundable")
    await refund(rt, row.payment_intent)
    if held is not None and held.subscription_id and held.status in ("active", "past_due"):
        await cancel_now(rt, held.subscription_id)
    await look_now(rt, org_id)
    return row
