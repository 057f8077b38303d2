"""Stripe, put together. It is no provider of connections: no accounts, no consent, no tokens."""

from starlette.responses import Response

from mailwarden_sandbox.area import Area
from mailwarden_sandbox.call import Call
from mailwarden_sandbox.data.columns import Traits
from mailwarden_sandbox.grants import TokenStyle, random_text
from mailwarden_sandbox.provider import Provider, Routes
from mailwarden_sandbox.stripe import answers, api, pages
from mailwarden_sandbox.world import Kind


def _none(*_: object) -> None:
    return None


def _dead(call: Call, _: str | None) -> Response:
    return answers.refuse(call, 401, None)


def _routes() -> Routes:
    routes = Routes()
    for method in ("GET", "POST"):
        routes.add(method, ("/c/pay/{id}",), pages.checkout, area=Area.CONSENT, auth=False)
    routes.add("GET", ("/p/session/{id}",), pages.portal, area=Area.CONSENT, auth=False)
    for method, path, handler in (
        ("POST", "/v1/customers", api.create_customer),
        ("GET", "/v1/customers/{id}", api.get_customer),
        ("GET", "/v1/prices/{id}", api.get_price),
        ("POST", "/v1/checkout/sessions", api.create_session),
        ("GET", "/v1/checkout/sessions", api.list_sessions),
        ("GET", "/v1/checkout/sessions/{id}", api.get_session),
        ("POST", "/v1/checkout/sessions/{id}/expire", api.expire_session),
        ("POST", "/v1/billing_portal/sessions", api.create_portal),
        ("GET", "/v1/subscriptions", api.list_subscriptions),
        ("GET", "/v1/subscriptions/{id}", api.get_subscription),
        ("POST", "/v1/subscriptions/{id}", api.update_subscription),
        ("DELETE", "/v1/subscriptions/{id}", api.cancel_subscription),
        ("GET", "/v1/invoices", api.list_invoices),
        ("POST", "/v1/invoices/{id}/pay", api.pay_invoice),
        ("GET", "/v1/charges", api.list_charges),
        ("POST", "/v1/refunds", api.create_refund),
        ("GET", "/v1/events", api.list_events),
    ):
        routes.add(method, (path,), answers.handled(handler))
    return routes


STRIPE = Provider(
    kind=Kind(
        name="stripe",
        external_id=lambda number: f"acct_sandbox{number}",
        valid_id=lambda text: text.startswith("acct_"),
        style=TokenStyle(access=lambda: random_text(40), refresh=lambda _: random_text(40)),
        traits=Traits(),
        access_survives=False,
    ),
    hosts=frozenset({"api.stripe.com", "checkout.stripe.com", "billing.stripe.com"}),
    routes=_routes(),
    fault_kinds=frozenset(),
    variants=frozenset({"documented"}),
    admit=answers.admit,
    permit=_none,
    throttle=_none,
    refuse=answers.refuse,
    dead_refresh=_dead,
    unknown_path=answers.unknown_path,
    request_id_header="request-id",
    campaign_id=lambda _, index: str(index),
)
