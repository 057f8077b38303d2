"""The metrics an account has: the native e-mail ones, and the purchase that reports need."""

from typing import Any

from starlette.responses import Response

from mailwarden_sandbox.accounts import Account
from mailwarden_sandbox.call import Call
from mailwarden_sandbox.clock import iso_offset
from mailwarden_sandbox.data.mixing import seed_of
from mailwarden_sandbox.klaviyo import errors
from mailwarden_sandbox.klaviyo.filters import contained, parse_filter
from mailwarden_sandbox.klaviyo.ids import short_id
from mailwarden_sandbox.klaviyo.paging import links, read_page, related, sparse

_NAMES = {
    "Klaviyo": (
        "Received Email", "Opened Email", "Clicked Email", "Bounced Email", "Dropped Email", "Marked Email as Spam",
        "Unsubscribed from Email Marketing", "Subscribed to Email Marketing", "Unsubscribed from List",
        "Subscribed to List", "Updated Email Preferences",
    ),
    "Shopify": ("Placed Order", "Ordered Product", "Fulfilled Order"),
}  # fmt: skip
_CATEGORY = {"Klaviyo": "Internal", "Shopify": "eCommerce"}
_FILTERS = {"integration.name": frozenset({"equals"}), "integration.category": frozenset({"equals"})}
_EPOCH = 1_577_880_000


def metric_id(account: Account, name: str) -> str:
    return short_id(account.book.seed ^ seed_of(name))


def metric_name(account: Account, id_: str) -> str | None:
    return next((n for names in _NAMES.values() for n in names if metric_id(account, n) == id_), None)


def listing(call: Call) -> Response:
    account, page = call.holder, read_page(call, 200, 200, since="9999")
    conditions = parse_filter(call.one("filter") or "", _FILTERS) if call.one("filter") else ()
    wanted = [
        (integration, name)
        for integration, names in _NAMES.items()
        for name in names
        if all(
            contained(c, integration if c.field == "integration.name" else _CATEGORY[integration]) for c in conditions
        )
    ]
    data = [_metric(call, account, integration, name) for integration, name in wanted[page.start : page.end]]
    return errors.answer({"data": data, "links": links(call, page, len(wanted))})


def one(call: Call) -> Response:
    account, id_ = call.holder, call.params["id"]
    for integration, names in _NAMES.items():
        for name in names:
            if metric_id(account, name) == id_:
                data = _metric(call, account, integration, name)
                return errors.answer({"data": data, "links": {"self": f"{call.base}{call.path}"}})
    return errors.not_found(call, f"A metric with id {id_} does not exist.")


def _metric(call: Call, account: Account, integration: str, name: str) -> dict[str, Any]:
    id_ = metric_id(account, name)
    attributes = {
        "name": name,
        "created": iso_offset(_EPOCH),
        "updated": iso_offset(_EPOCH),
        "integration": {
            "object": "integration",
            "id": short_id(seed_of(integration)),
            "key": integration.lower(),
            "name": integration,
            "category": _CATEGORY[integration],
        },
    }
    return {
        "type": "metric",
        "id": id_,
        "attributes": sparse(call, "metric", attributes),
        "relationships": {"flow-triggers": related(call, "metric", id_, "flow-triggers", None)},
        "links": {"self": f"{call.base}/api/metrics/{id_}/"},
    }
