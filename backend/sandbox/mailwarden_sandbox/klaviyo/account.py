"""The account behind a token."""

from typing import Any

from starlette.responses import Response

from mailwarden_sandbox.call import Call
from mailwarden_sandbox.klaviyo import errors
from mailwarden_sandbox.klaviyo.paging import sparse


def listing(call: Call) -> Response:
    links = {"self": f"{call.base}{call.path}", "next": None, "prev": None}
    return errors.answer({"data": [_account(call)], "links": links})


def one(call: Call) -> Response:
    if call.params["id"] != call.holder.external_id:
        return errors.not_found(call, f"An account with id {call.params['id']} does not exist.")
    return errors.answer({"data": _account(call), "links": {"self": f"{call.base}{call.path}"}})


def _account(call: Call) -> dict[str, Any]:
    account = call.holder
    attributes = {
        "test_account": False,
        "contact_information": {
            "default_sender_name": account.name,
            "default_sender_email": f"news@{account.domain}",
            "website_url": f"https://{account.domain}",
            "organization_name": account.name,
            "street_address": {
                "address1": "1 Market Square", "address2": "", "city": "Springfield", "region": "",
                "country": "Germany", "zip": "12345",
            },
        },
        "industry": "Ecommerce, Other",
        "timezone": account.time_zone,
        "preferred_currency": "EUR",
        "public_api_key": account.external_id,
        "locale": "en-US",
    }  # fmt: skip
    return {
        "type": "account",
        "id": account.external_id,
        "attributes": sparse(call, "account", attributes),
        "links": {"self": f"{call.base}/api/accounts/{account.external_id}/"},
    }
