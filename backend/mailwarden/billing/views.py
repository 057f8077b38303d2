"""How billing is shown."""

from uuid import UUID

from sqlalchemy import select

from mailwarden.accounts.caller import Caller
from mailwarden.billing.catalogue import catalogue
from mailwarden.billing.gate import INACTIVE, PAGE, Access, access_of
from mailwarden.billing.models import Invoice, Subscription
from mailwarden.billing.notices import failing_invoice
from mailwarden.billing.refunds import payments, refundable
from mailwarden.billing.rules import CREDENTIALS_KEPT, State
from mailwarden.billing.schemas import BillingOut, FailedPaymentOut, InvoiceOut, PlanOut, StandingOut
from mailwarden.core.db import UnitOfWork
from mailwarden.core.runtime import Runtime

DETAILS = {
    State.TRIALING: "The trial runs. Everything works.",
    State.ACTIVE: "The subscription is active.",
    State.PAST_DUE: "A payment failed and is tried again. Everything works until then.",
    State.CANCELING: "The subscription was cancelled. Everything works until the end of the paid period.",
}


def standing_out(access: Access) -> StandingOut:
    found = access.standing
    detail = "This instance is self-hosted: everything is included." if access.mode == "self_hosted" else None
    return StandingOut(
        mode=access.mode,
        status=found.state,
        may_work=access.may_work,
        code="ok" if access.may_work else INACTIVE,
        detail=detail or (DETAILS[found.state] if access.may_work else access.why_not),
        reason=found.reason,
        since=found.since,
        until=found.until,
        link=PAGE,
    )


async def billing_out(rt: Runtime, tx: UnitOfWork, caller: Caller) -> BillingOut:
    access = await access_of(rt, tx, caller.org_id)
    row = await row_of(tx, caller.org_id)
    found, failed = access.standing, await failing_invoice(tx, caller.org_id)
    return BillingOut(
        standing=standing_out(access),
        plan=access.plan.key if access.plan else None,
        plan_name=access.plan.name if access.plan else None,
        limits=access.limits,
        trial_ends_at=found.until if found.state is State.TRIALING else None,
        period_ends_at=row.period_ends_at if row is not None and found.state is not State.TRIALING else None,
        credentials_kept_until=found.since + CREDENTIALS_KEPT if found.since else None,
        failed_payment=_failed_out(failed) if failed is not None else None,
        actions=await _actions(rt, tx, caller, access, row),
    )


async def row_of(tx: UnitOfWork, org_id: UUID) -> Subscription | None:
    return await tx.session.scalar(select(Subscription).where(Subscription.org_id == org_id))


def has_subscription(access: Access) -> bool:
    return access.standing.state in (State.ACTIVE, State.PAST_DUE, State.CANCELING)


async def _actions(rt: Runtime, tx: UnitOfWork, caller: Caller, access: Access, row: Subscription | None) -> list:  # type: ignore[type-arg]
    if access.mode == "self_hosted" or not caller.may("billing:write"):
        return []
    actions = ["portal"] if row is not None and row.customer_id else []
    if has_subscription(access):
        actions += ["change_plan", "resume" if access.standing.state is State.CANCELING else "cancel"]
    else:
        actions.append("checkout")
    if refundable(await payments(tx, caller.org_id), rt.clock.now()):
        actions.append("refund")
    return actions


def _failed_out(row: Invoice) -> FailedPaymentOut:
    return FailedPaymentOut(
        invoice_id=row.id,
        amount=row.amount_due,
        currency=row.currency,
        tries=row.tries,
        next_try_at=row.next_try_at,
        page_url=row.page_url,
    )


def plans_out(rt: Runtime, access: Access) -> list[PlanOut]:
    sold = rt.config.billing.prices
    bought = access.plan.key if access.plan and has_subscription(access) else None
    return [
        PlanOut.model_validate({**dict(plan), "current": plan.key == bought, "on_sale": plan.key in sold})
        for plan in catalogue().plans
    ]


async def invoices_out(tx: UnitOfWork, org_id: UUID) -> list[InvoiceOut]:
    asked = select(Invoice).where(Invoice.org_id == org_id).order_by(Invoice.issued_at.desc(), Invoice.id.desc())
    return [InvoiceOut.model_validate(row) for row in await tx.session.scalars(asked.limit(100))]
