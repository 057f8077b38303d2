"""The part of the API that is used: customers, Checkout, portal, subscriptions, invoices, charges, refunds, events."""

from collections.abc import Mapping

from mailwarden_sandbox.call import Call
from mailwarden_sandbox.stripe import engine
from mailwarden_sandbox.stripe.answers import Missing, Wrong
from mailwarden_sandbox.stripe.state import DAY, Object, StripeState, listed


def state_of(call: Call) -> StripeState:
    return call.world.part(StripeState)


def _one(objects: Mapping[str, Object], key: str | None) -> Object:
    if key is None or key not in objects:
        raise Missing(key)
    return objects[key]


def _metadata(form: Mapping[str, str]) -> dict[str, str]:
    return {name[9:-1]: value for name, value in form.items() if name.startswith("metadata[")}


def create_customer(call: Call) -> Object:
    state = state_of(call)
    form = call.form
    key = state.new_id("cus")
    state.customers[key] = {
        "id": key, "object": "customer", "email": form.get("email"), "name": form.get("name"), "livemode": False,
        "created": engine.now_of(call.world), "metadata": _metadata(form),
    }  # fmt: skip
    return state.customers[key]


def get_customer(call: Call) -> Object:
    return _one(state_of(call).customers, call.params["id"])


def get_price(call: Call) -> Object:
    return _one(state_of(call).prices, call.params["id"])


def create_session(call: Call) -> Object:
    state, form = state_of(call), call.form
    customer, price = form.get("customer"), form.get("line_items[0][price]")
    _one(state.customers, customer)
    _one(state.prices, price)
    if form.get("mode") != "subscription" or not form.get("success_url"):
        raise Wrong("mode and success_url are needed")
    key = state.new_id("cs_test")
    now = engine.now_of(call.world)
    state.sessions[key] = {
        "id": key, "object": "checkout.session", "customer": customer, "mode": "subscription", "status": "open",
        "payment_status": "unpaid", "subscription": None, "success_url": form["success_url"],
        "cancel_url": form.get("cancel_url"), "url": f"{call.base}/c/pay/{key}", "created": now,
        "expires_at": now + DAY, "client_reference_id": form.get("client_reference_id"), "metadata": _metadata(form),
        "_price": price,
    }  # fmt: skip
    return shown(state.sessions[key])


def get_session(call: Call) -> Object:
    return shown(_one(state_of(call).sessions, call.params["id"]))


def expire_session(call: Call) -> Object:
    session = _one(state_of(call).sessions, call.params["id"])
    if session["status"] != "open":
        raise Wrong("only open sessions can be expired")
    session |= {"status": "expired", "url": None}
    return shown(session)


def shown(session: Object) -> Object:
    return {name: value for name, value in session.items() if not name.startswith("_")}


def list_sessions(call: Call) -> Object:
    wanted, status = call.one("customer"), call.one("status")
    found = [s for s in state_of(call).sessions.values() if s["customer"] == wanted and status in (None, s["status"])]
    return listed([shown(one) for one in found], "/v1/checkout/sessions", _limit(call))


def create_portal(call: Call) -> Object:
    state = state_of(call)
    customer = _one(state.customers, call.form.get("customer"))
    key = state.new_id("bps")
    return {
        "id": key, "object": "billing_portal.session", "customer": customer["id"], "livemode": False,
        "return_url": call.form.get("return_url"), "url": f"{call.base}/p/session/{key}",
        "created": engine.now_of(call.world),
    }  # fmt: skip


def _of_customer(call: Call, objects: Mapping[str, Object], url: str) -> Object:
    wanted = call.one("customer")
    return listed([one for one in objects.values() if wanted in (None, one["customer"])], url, _limit(call))


def _limit(call: Call) -> int:
    return int(call.one("limit") or 10)


def list_subscriptions(call: Call) -> Object:
    """Without ``status=all`` those that ended are left out."""
    state, every = state_of(call), call.one("status") == "all"
    found = {key: one for key, one in state.subscriptions.items() if every or one["status"] != "canceled"}
    return _of_customer(call, found, "/v1/subscriptions")


def get_subscription(call: Call) -> Object:
    return _one(state_of(call).subscriptions, call.params["id"])


def update_subscription(call: Call) -> Object:
    state, form = state_of(call), call.form
    sub = _one(state.subscriptions, call.params["id"])
    if sub["status"] == "canceled":
        raise Wrong("A canceled subscription can only update its cancellation_details and metadata.")
    price = form.get("items[0][price]")
    if price is not None:
        _one(state.prices, price)
        if form.get("items[0][id]") != engine.item_of(sub)["id"]:
            raise Wrong("items[0][id] is not of this subscription")
        engine.change(call.world, sub, price)
    if "cancel_at_period_end" in form:
        engine.plan_end(call.world, sub, form["cancel_at_period_end"].lower() == "true")
    return sub


def cancel_subscription(call: Call) -> Object:
    sub = _one(state_of(call).subscriptions, call.params["id"])
    if sub["status"] == "canceled":
        raise Missing(sub["id"])
    engine.end(call.world, sub, "cancellation_requested")
    return sub


def list_invoices(call: Call) -> Object:
    return _of_customer(call, state_of(call).invoices, "/v1/invoices")


def pay_invoice(call: Call) -> Object:
    state = state_of(call)
    invoice = _one(state.invoices, call.params["id"])
    if invoice["status"] != "open":
        raise Wrong("Invoice is already paid")
    sub = state.subscriptions[invoice["parent"]["subscription_details"]["subscription"]]
    engine.settle_debt(call.world, sub)
    if invoice["status"] != "paid":
        raise engine.Declined
    return invoice


def list_charges(call: Call) -> Object:
    return _of_customer(call, state_of(call).charges, "/v1/charges")


def create_refund(call: Call) -> Object:
    intent = call.form.get("payment_intent")
    charge = next((one for one in state_of(call).charges.values() if one["payment_intent"] == intent), None)
    if charge is None:
        raise Missing(intent)
    amount = int(call.form.get("amount") or charge["amount"] - charge["amount_refunded"])
    if amount <= 0 or charge["amount_refunded"] + amount > charge["amount"]:
        raise Wrong("Charge has already been refunded.", "charge_already_refunded")
    return engine.give_back(call.world, charge, amount)


def list_events(call: Call) -> Object:
    return listed(list(state_of(call).events.values()), "/v1/events", _limit(call))
