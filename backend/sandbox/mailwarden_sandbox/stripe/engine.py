"""Subscriptions through their life: bought, renewed, declined and tried again, changed, ended, paid back."""

from mailwarden_sandbox.stripe.events import tell
from mailwarden_sandbox.stripe.state import DAY, MONTH, Object, StripeState
from mailwarden_sandbox.world import World

TRIES_AFTER_DAYS = (3, 5, 7)
"""After a declined renewal: three more tries, then the subscription is cancelled."""


class Declined(Exception):
    """The card was declined."""


def now_of(world: World) -> int:
    return round(world.now())


def subscribe(world: World, customer: str, price: str) -> Object:
    """Raises Declined; nothing is left then."""
    state, now = world.part(StripeState), now_of(world)
    if customer in state.declining:
        raise Declined
    sub: Object = {
        "id": state.new_id("sub"), "object": "subscription", "customer": customer, "status": "active", "created": now,
        "cancel_at": None, "cancel_at_period_end": False, "canceled_at": None, "ended_at": None,
        "cancellation_details": {"comment": None, "feedback": None, "reason": None}, "metadata": {},
        "start_date": now, "currency": "usd", "latest_invoice": None, "collection_method": "charge_automatically",
    }  # fmt: skip
    item = {
        "id": state.new_id("si"), "object": "subscription_item", "price": state.prices[price], "quantity": 1,
        "subscription": sub["id"], "current_period_start": now, "current_period_end": now + MONTH,
    }  # fmt: skip
    sub["items"] = {"object": "list", "data": [item], "has_more": False, "url": "/v1/subscription_items"}
    state.subscriptions[sub["id"]] = sub
    tell(world, "customer.subscription.created", sub)
    pay(world, draw(world, sub, item["price"]["unit_amount"], "subscription_create"))
    return sub


def item_of(sub: Object) -> Object:
    item: Object = sub["items"]["data"][0]
    return item


def draw(world: World, sub: Object, amount: int, reason: str) -> Object:
    """A finalized invoice that nobody has paid."""
    state, now = world.part(StripeState), now_of(world)
    key = state.new_id("in")
    parent = {"type": "subscription_details", "subscription_details": {"subscription": sub["id"], "metadata": {}}}
    invoice: Object = {
        "id": key, "object": "invoice", "customer": sub["customer"], "number": f"SBX-{len(state.invoices) + 1:04d}",
        "status": "open", "currency": "usd", "amount_due": amount, "amount_paid": 0, "amount_remaining": amount,
        "attempt_count": 0, "attempted": False, "billing_reason": reason, "created": now, "parent": parent,
        "status_transitions": {"finalized_at": now, "paid_at": None, "voided_at": None}, "next_payment_attempt": None,
        "hosted_invoice_url": f"https://invoice.sandbox.test/i/{key}", "metadata": {},
        "invoice_pdf": f"https://invoice.sandbox.test/i/{key}/pdf",
        "payments": {"object": "list", "data": [], "has_more": False, "url": "/v1/invoice_payments"},
    }  # fmt: skip
    state.invoices[key] = invoice
    sub["latest_invoice"] = key
    tell(world, "invoice.created", invoice)
    return invoice


def pay(world: World, invoice: Object) -> bool:
    """One try. Declined: the invoice stays open."""
    state, now = world.part(StripeState), now_of(world)
    invoice["attempt_count"] += 1
    invoice["attempted"] = True
    if invoice["customer"] in state.declining:
        tell(world, "invoice.payment_failed", invoice)
        return False
    intent = state.new_id("pi")
    charge: Object = {
        "id": state.new_id("ch"), "object": "charge", "amount": invoice["amount_due"], "amount_refunded": 0,
        "currency": "usd", "customer": invoice["customer"], "payment_intent": intent, "paid": True, "refunded": False,
        "status": "succeeded", "created": now, "metadata": {},
    }  # fmt: skip
    state.charges[charge["id"]] = charge
    payment = {
        "id": state.new_id("inpay"), "object": "invoice_payment", "invoice": invoice["id"], "status": "paid",
        "payment": {"type": "payment_intent", "payment_intent": intent}, "amount_paid": invoice["amount_due"],
    }  # fmt: skip
    invoice["payments"]["data"].append(payment)
    invoice |= {"status": "paid", "amount_paid": invoice["amount_due"], "amount_remaining": 0}
    invoice["next_payment_attempt"] = None
    invoice["status_transitions"]["paid_at"] = now
    tell(world, "invoice.paid", invoice)
    return True


def change(world: World, sub: Object, price: str) -> None:
    """At once, the difference invoiced and paid now. Raises Declined; nothing is changed then."""
    state, item = world.part(StripeState), item_of(sub)
    more = state.prices[price]["unit_amount"] - item["price"]["unit_amount"]
    if more > 0 and sub["customer"] in state.declining:
        raise Declined
    item["price"] = state.prices[price]
    if more > 0:
        pay(world, draw(world, sub, more, "subscription_update"))
    tell(world, "customer.subscription.updated", sub)


def plan_end(world: World, sub: Object, wanted: bool) -> None:
    sub["cancel_at_period_end"] = wanted
    sub["cancel_at"] = item_of(sub)["current_period_end"] if wanted else None
    sub["canceled_at"] = now_of(world) if wanted else None
    sub["cancellation_details"]["reason"] = "cancellation_requested" if wanted else None
    tell(world, "customer.subscription.updated", sub)


def end(world: World, sub: Object, reason: str) -> None:
    sub |= {"status": "canceled", "ended_at": now_of(world), "canceled_at": now_of(world)}
    sub["cancellation_details"]["reason"] = reason
    tell(world, "customer.subscription.deleted", sub)


def give_back(world: World, charge: Object, amount: int) -> Object:
    state = world.part(StripeState)
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    refund: Object = {
        "id": state.new_id("re"), "object": "refund", "amount": amount, "charge": charge["id"], "currency": "usd",
        "payment_intent": charge["payment_intent"], "status": "succeeded", "created": now_of(world), "metadata": {},
    }  # fmt: skip
    state.refunds[refund["id"]] = refund
    tell(world, "charge.refunded", charge)
    return refund


def settle(world: World) -> None:
    """Does what became due by the sandbox's clock, one step after the other."""
    for sub in world.part(StripeState).subscriptions.values():
        while _step(world, sub):
            pass


def _step(world: World, sub: Object) -> bool:
    now, item = now_of(world), item_of(sub)
    if sub["status"] == "past_due":
        return _try_again(world, sub)
    if sub["status"] != "active" or item["current_period_end"] > now:
        return False
    if sub["cancel_at_period_end"]:
        end(world, sub, "cancellation_requested")
        return True
    item["current_period_start"] = item["current_period_end"]
    item["current_period_end"] += MONTH
    invoice = draw(world, sub, item["price"]["unit_amount"], "subscription_cycle")
    if not pay(world, invoice):
        sub["status"] = "past_due"
        invoice["next_payment_attempt"] = now + TRIES_AFTER_DAYS[0] * DAY
    tell(world, "customer.subscription.updated", sub)
    return True


def _try_again(world: World, sub: Object) -> bool:
    now, invoice = now_of(world), world.part(StripeState).invoices[sub["latest_invoice"]]
    due = invoice["next_payment_attempt"]
    if due is None or due > now:
        return False
    return settle_debt(world, sub)


def settle_debt(world: World, sub: Object) -> bool:
    """One more try of the open invoice; after the last the subscription ends."""
    invoice = world.part(StripeState).invoices[sub["latest_invoice"]]
    if pay(world, invoice):
        sub["status"] = "active"
        tell(world, "customer.subscription.updated", sub)
    elif invoice["attempt_count"] > len(TRIES_AFTER_DAYS):
        invoice["next_payment_attempt"] = None
        end(world, sub, "payment_failed")
    else:
        invoice["next_payment_attempt"] = now_of(world) + TRIES_AFTER_DAYS[invoice["attempt_count"] - 1] * DAY
    return True
