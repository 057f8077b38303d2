"""Everything that is asked of Stripe. No transaction may be open meanwhile; answers become plain values here."""

import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import stripe

from mailwarden.billing.stripe_http import client
from mailwarden.core.errors import AppError, ServiceUnavailable
from mailwarden.core.runtime import Runtime

log = logging.getLogger(__name__)

MOST = 100
# Of several subscriptions of one customer the first of these counts, the newest within the same.
BEST_FIRST = ("active", "trialing", "past_due", "unpaid", "paused", "incomplete", "canceled", "incomplete_expired")


class PaymentDeclined(AppError):
    status, code, title = 402, "payment_declined", "The payment was declined"


class StripeTrouble(ServiceUnavailable):
    code, title = "billing_unavailable", "The payment service does not answer"


@dataclass(frozen=True, slots=True)
class Bought:
    id: str
    item_id: str
    price: str
    status: str
    period_ends_at: datetime | None
    cancel_at: datetime | None
    ended_at: datetime | None
    payment_failed: bool


@dataclass(frozen=True, slots=True)
class Billed:
    """Names and meaning as in ``models.Invoice``."""

    stripe_id: str
    number: str | None
    status: str
    currency: str
    amount_due: int
    amount_paid: int
    amount_refunded: int
    payment_intent: str | None
    issued_at: datetime
    paid_at: datetime | None
    tries: int
    next_try_at: datetime | None
    page_url: str | None
    pdf_url: str | None


@dataclass(frozen=True, slots=True)
class Fetched:
    """All that Stripe says of a customer, asked for at ``at``."""

    at: datetime
    subscription: Bought | None
    invoices: Sequence[Billed]


@asynccontextmanager
async def asking() -> AsyncIterator[None]:
    """Raises PaymentDeclined, StripeTrouble."""
    try:
        yield
    except stripe.CardError as exc:
        said = exc.user_message or "The card was declined."
        raise PaymentDeclined(f"{said} Try another card.", action="open_billing_portal") from exc
    except (stripe.AuthenticationError, stripe.PermissionError, stripe.InvalidRequestError) as exc:
        log.exception("Stripe refuses what we ask for", extra={"stripe_request": exc.request_id})
        raise StripeTrouble("The payment service refused the request. We have been told.") from exc
    except stripe.StripeError as exc:
        log.warning("Stripe is in trouble", extra={"error": f"{type(exc).__name__}: {exc.user_message}"})
        raise StripeTrouble("Nothing was charged. Try again in a moment.", headers={"Retry-After": "30"}) from exc


@asynccontextmanager
async def done_before(code: str) -> AsyncIterator[None]:
    """``code`` is how Stripe says that nothing is left to do."""
    try:
        yield
    except stripe.InvalidRequestError as exc:
        if exc.code != code:
            raise


async def make_customer(rt: Runtime, org_id: UUID, email: str, name: str) -> str:
    """The same one however often it is asked for within a day: the organization is the idempotency key."""
    async with asking():
        made = await client(rt).v1.customers.create_async(
            {"email": email, "name": name, "metadata": {"organization": str(org_id)}},
            {"idempotency_key": f"customer-{org_id.hex}"},
        )
    return made.id


async def open_checkout(rt: Runtime, customer: str, price: str, back: str) -> str:
    """The address of the hosted page. Pages that are still open elsewhere are closed: nobody shall pay twice."""
    sessions = client(rt).v1.checkout.sessions
    async with asking():
        for one in (await sessions.list_async({"customer": customer, "status": "open", "limit": MOST})).data:
            await sessions.expire_async(one.id)
        made = await sessions.create_async(
            {
                "mode": "subscription",
                "customer": customer,
                "line_items": [{"price": price, "quantity": 1}],
                "success_url": f"{back}?checkout=done",
                "cancel_url": f"{back}?checkout=cancelled",
            }
        )
    if made.url is None:
        raise StripeTrouble("The payment service gave no page to pay on. Try again.")
    return made.url


async def open_portal(rt: Runtime, customer: str, back: str) -> str:
    """Where cards, address and tax number are changed."""
    async with asking():
        made = await client(rt).v1.billing_portal.sessions.create_async({"customer": customer, "return_url": back})
    return made.url


async def change_price(rt: Runtime, subscription: str, item: str, price: str) -> None:
    """The difference is charged now, and if that fails nothing is changed. Raises PaymentDeclined."""
    async with asking():
        await client(rt).v1.subscriptions.update_async(
            subscription,
            {
                "items": [{"id": item, "price": price}],
                "proration_behavior": "always_invoice",
                "payment_behavior": "error_if_incomplete",
            },
        )


async def set_cancel(rt: Runtime, subscription: str, *, cancel: bool) -> None:
    async with asking():
        await client(rt).v1.subscriptions.update_async(subscription, {"cancel_at_period_end": cancel})


async def cancel_now(rt: Runtime, subscription: str) -> None:
    """One that has ended already is as it should be."""
    async with asking(), done_before("resource_missing"):
        await client(rt).v1.subscriptions.cancel_async(subscription)


async def refund(rt: Runtime, payment_intent: str) -> None:
    """All of it, once: a second one within a day is the first (idempotency key), and Stripe refuses a later one."""
    async with asking(), done_before("charge_already_refunded"):
        await client(rt).v1.refunds.create_async(
            {"payment_intent": payment_intent, "metadata": {"why": "asked for within 14 days"}},
            {"idempotency_key": f"refund-{payment_intent}"},
        )


async def fetch(rt: Runtime, customer: str) -> Fetched:
    """The state as it is now, whatever events said and in which order they came."""
    at, v1 = rt.clock.now(), client(rt).v1
    async with asking():
        subscriptions = await v1.subscriptions.list_async({"customer": customer, "status": "all", "limit": MOST})
        invoices = await v1.invoices.list_async({"customer": customer, "limit": MOST, "expand": ["data.payments"]})
        charges = await v1.charges.list_async({"customer": customer, "limit": MOST})
    refunds = {_id(one.payment_intent): one.amount_refunded for one in charges.data}
    return Fetched(
        at,
        best([_bought(one.to_dict()) for one in subscriptions.data]),
        [_billed(one.to_dict(), refunds) for one in invoices.data if one.status != "draft"],
    )


def best(found: Sequence[Bought]) -> Bought | None:
    """Stripe lists the newest first."""
    if sum(one.status in ("active", "past_due") for one in found) > 1:
        log.error("a customer pays for several subscriptions", extra={"subscriptions": [one.id for one in found]})
    return min(found, key=lambda one: BEST_FIRST.index(one.status), default=None)


def _bought(said: Mapping[str, Any]) -> Bought:
    """Older API versions have the period at the subscription, and a plan in place of a price."""
    item = said["items"]["data"][0]
    period_end = item.get("current_period_end") or said.get("current_period_end")
    cancel_at = said.get("cancel_at") or (period_end if said.get("cancel_at_period_end") else None)
    return Bought(
        id=said["id"],
        item_id=item["id"],
        price=(item.get("price") or item["plan"])["id"],
        status=said["status"],
        period_ends_at=_time(period_end),
        cancel_at=_time(cancel_at),
        ended_at=_time(said.get("ended_at")),
        payment_failed=(said.get("cancellation_details") or {}).get("reason") == "payment_failed"
        or said["status"] == "unpaid",
    )


def _billed(said: Mapping[str, Any], refunds: Mapping[str | None, int]) -> Billed:
    intent = _intent(said)
    return Billed(
        stripe_id=said["id"],
        number=said.get("number"),
        status=said["status"],
        currency=said["currency"],
        amount_due=said["amount_due"],
        amount_paid=said["amount_paid"],
        amount_refunded=refunds.get(intent, 0) if intent else 0,
        payment_intent=intent,
        issued_at=datetime.fromtimestamp(said["created"], UTC),
        paid_at=_time(said["status_transitions"].get("paid_at")),
        tries=said["attempt_count"],
        next_try_at=_time(said.get("next_payment_attempt")),
        page_url=said.get("hosted_invoice_url"),
        pdf_url=said.get("invoice_pdf"),
    )


def _intent(said: Mapping[str, Any]) -> str | None:
    """Of the payment that was made; older API versions name it at the invoice."""
    payments = (said.get("payments") or {}).get("data", [])
    paid = [one["payment"].get("payment_intent") for one in payments if one["status"] == "paid"]
    return _id(paid[-1] if paid else said.get("payment_intent"))


def _id(reference: Any) -> str | None:
    """Stripe gives an id, or the object itself."""
    return reference if isinstance(reference, str) or reference is None else str(reference["id"])


def _time(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
