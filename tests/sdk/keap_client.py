"""Runs in an environment of Keap's official client: ``python keap_client.py STEP`` with arguments on stdin."""

import base64
import json
import sys
from typing import Any

import keap_core_v2_client as keap  # type: ignore[import-not-found]
from keap_core_v2_client.exceptions import ApiException  # type: ignore[import-not-found]


def client(told: dict[str, Any]) -> Any:
    return keap.ApiClient(keap.Configuration(host=told["base"], access_token=told["access"]))


def all_pages(call: Any, field: str, **arguments: Any) -> list[Any]:
    """To the end, by page token."""
    found, token = [], None
    while True:
        page = call(**arguments, **({"page_token": token} if token else {}))
        found += getattr(page, field)
        token = page.next_page_token
        if not token:
            return found


def identity(told: dict[str, Any]) -> Any:
    api = client(told)
    try:
        me = keap.UsersApi(api).get_user_info()
    except ApiException as error:
        return {"refused": error.status, "type": type(error).__name__, "body": json.loads(error.body)}
    return {"tenant": me.tenant_id, "business": keap.BusinessProfileApi(api).get_business_profile().name}


def campaigns(told: dict[str, Any]) -> Any:
    found = all_pages(keap.CampaignApi(client(told)).list_campaigns, "campaigns", page_size=90, order_by="name asc")
    return [{"id": c.id, "name": c.name} for c in found]


def records(told: dict[str, Any]) -> Any:
    arguments = {"filter": told["filter"], "page_size": 500, "order_by": "created_time asc"}
    found = all_pages(keap.EmailApi(client(told)).list_emails, "emails", **arguments)
    opened, clicked = (sum(getattr(e, name) is not None for e in found) for name in ("opened_time", "clicked_time"))
    return {"ids": len({e.id for e in found}), "sent": len(found), "opened": opened, "clicked": clicked}


def addresses(told: dict[str, Any]) -> Any:
    """The client knows the statuses and refuses any other."""
    api = keap.EmailAddressApi(client(told))
    found = all_pages(api.list_email_address_statuses, "email_addresses", page_size=100)
    one = api.get_email_address_status(found[0].email)
    return {"count": len(found), "same": one.status == found[0].status}


def contact(told: dict[str, Any]) -> Any:
    api = keap.ContactApi(client(told))
    address = {"email": told["email"], "field": "EMAIL1"}
    made = api.create_contact(keap.CreateUpdateContactRequest.from_dict({"email_addresses": [address]}))
    found = api.list_contacts(filter=f"email=={told['email']}").contacts
    return {"made": made.id, "found": [c.id for c in found], "status": found[0].email_addresses[0].email_opt_status}


def send(told: dict[str, Any]) -> Any:
    """Answers nothing, as Keap does."""
    order = {
        "contacts": [told["contact"]],
        "subject": told["subject"],
        "user_id": "900001",
        "html_content": base64.b64encode(b"<p>Hello</p>").decode(),
    }
    return keap.EmailApi(client(told)).send_email(keap.EmailSendRequest.from_dict(order))


if __name__ == "__main__":
    steps = (identity, campaigns, records, addresses, contact, send)
    step = {f.__name__: f for f in steps}[sys.argv[1]]
    json.dump(step(json.load(sys.stdin)), sys.stdout)
