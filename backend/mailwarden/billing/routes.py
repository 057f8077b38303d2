from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Depends, Request

from mailwarden.accounts.caller import Caller, StatusReader, allowed, identify, require_read
from mailwarden.billing import service, views
from mailwarden.billing.gate import access_of
from mailwarden.billing.refunds import refund_out
from mailwarden.billing.schemas import (
    BillingOut,
    InvoiceOut,
    PlanChoice,
    PlanList,
    RedirectOut,
    RefundOut,
    StandingOut,
)
from mailwarden.core.api import Reader, Rt, Wire, errors
from mailwarden.core.db import reader, unit_of_work
from mailwarden.core.idempotency.claims import claim

router = APIRouter(prefix="/v1/billing", tags=["billing"])
WRITE = "billing:write"
Looking = Annotated[Caller, Depends(require_read("billing:read"))]


class InvoiceList(Wire):
    data: list[InvoiceOut]


async def paying(request: Request, rt: Rt, after: BackgroundTasks) -> Caller:
    """Authenticates in a transaction that is closed before Stripe is asked."""
    async with unit_of_work(rt.sessions) as tx:
        caller = allowed(await identify(request, rt, tx, after), WRITE)
        await claim(request, rt, tx, caller.org_id, caller.principal)
    return caller


paying.permission = WRITE  # type: ignore[attr-defined]
Paying = Annotated[Caller, Depends(paying)]


async def _shown(rt: Rt, caller: Caller) -> BillingOut:
    async with reader(rt.sessions, caller.org_id) as tx:
        return await views.billing_out(rt, tx, caller)


@router.get("", responses=errors())
async def get_billing(rt: Rt, tx: Reader, caller: Looking) -> BillingOut:
    """Plan, limits, and what can be done now. `standing.mode` says whether anybody pays here at all."""
    return await views.billing_out(rt, tx, caller)


@router.get("/standing", responses=errors())
async def get_standing(rt: Rt, tx: Reader, caller: StatusReader) -> StandingOut:
    return views.standing_out(await access_of(rt, tx, caller.org_id))


@router.get("/plans", responses=errors())
async def list_plans(rt: Rt, tx: Reader, caller: Looking) -> PlanList:
    return PlanList(data=views.plans_out(rt, await access_of(rt, tx, caller.org_id)))


@router.get("/invoices", responses=errors())
async def list_invoices(tx: Reader, caller: Looking) -> InvoiceList:
    """The latest hundred, newest first."""
    return InvoiceList(data=await views.invoices_out(tx, caller.org_id))


@router.get("/refund", responses=errors())
async def get_refund(rt: Rt, tx: Reader, caller: Looking) -> RefundOut:
    """Can the latest payment be given back? With the request to support, written already."""
    return await refund_out(rt, tx, caller.org_id)


@router.post("/checkout", responses=errors(409, 503))
async def start_checkout(body: PlanChoice, rt: Rt, caller: Paying) -> RedirectOut:
    """Send the whole page to `url`. It comes back to `/settings/billing?checkout=done` or `…=cancelled`."""
    return RedirectOut(url=await service.buy(rt, caller, body.plan))


@router.post("/portal", responses=errors(409, 503))
async def open_billing_portal(rt: Rt, caller: Paying) -> RedirectOut:
    """Stripe's page for cards, address and tax number."""
    return RedirectOut(url=await service.open_portal(rt, caller))


@router.post("/refresh", responses=errors(409, 503))
async def refresh_billing(rt: Rt, caller: Paying) -> BillingOut:
    """To be called on the way back from a payment: reads the state from Stripe now."""
    await service.refresh(rt, caller)
    return await _shown(rt, caller)


@router.post("/change-plan", responses=errors(402, 409, 503))
async def change_plan(body: PlanChoice, rt: Rt, caller: Paying) -> BillingOut:
    """The new rights apply at once, and the difference is charged. Declined: 402, and nothing has changed."""
    await service.change_plan(rt, caller, body.plan)
    return await _shown(rt, caller)


@router.post("/cancel", responses=errors(409, 503))
async def cancel_subscription(rt: Rt, caller: Paying) -> BillingOut:
    """Everything works until the end of the paid period."""
    await service.cancel(rt, caller)
    return await _shown(rt, caller)


@router.post("/resume", responses=errors(409, 503))
async def resume_subscription(rt: Rt, caller: Paying) -> BillingOut:
    """Takes a cancellation back before it takes effect."""
    await service.resume(rt, caller)
    return await _shown(rt, caller)
