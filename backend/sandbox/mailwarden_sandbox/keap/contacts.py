"""Contacts of v2: list, look up, create."""

from collections.abc import Callable
from typing import Any

from starlette.responses import Response

from mailwarden_sandbox.call import Call
from mailwarden_sandbox.clock import iso_millis
from mailwarden_sandbox.keap import errors, hooks
from mailwarden_sandbox.keap.addresses import MARKETABLE
from mailwarden_sandbox.keap.asking import filters, next_token, ordering, page_v2, seconds
from mailwarden_sandbox.keap.tenant import Person, Tenant, tenant_of
from mailwarden_sandbox.responses import json_answer

_FILTERS = (
    "email", "given_name", "family_name", "ids", "contact_ids", "start_update_time", "end_update_time",
)  # fmt: skip
_ORDERS = ("id", "create_time", "email", "update_time")
_ALWAYS = frozenset({"id"})
_USUAL = ("id", "given_name", "family_name", "email_addresses", "phone_numbers", "addresses", "tag_ids")
_FIELDS = ("EMAIL1", "EMAIL2", "EMAIL3")


def _shown(call: Call, person: Person) -> dict[str, Any]:
    statuses = tenant_of(call).statuses
    everything = {
        "id": str(person.id),
        "given_name": person.given,
        "family_name": person.family,
        "email_addresses": [
            {
                "email": email,
                "field": name,
                "is_opt_in": statuses[email.lower()] in MARKETABLE,
                "opt_in_reason": None,
                "email_opt_status": statuses[email.lower()],
            }
            for name, email in person.emails.items()
        ],
        "phone_numbers": [],
        "addresses": [],
        "tag_ids": [],
        "create_time": iso_millis(person.created),
        "update_time": iso_millis(person.updated),
        "source_type": "API",
        "time_zone": None,
        "website": None,
    }
    wanted = call.many("fields")
    if unknown := [name for name in wanted if name not in everything]:
        raise errors.BadRequest(f"Unknown field '{unknown[0]}'", "fields")
    return {name: everything[name] for name in (_ALWAYS | set(wanted) if wanted else _USUAL)}


def _matches(text: str, wanted: str | None) -> bool:
    """A star at the end stands for anything."""
    if wanted is None:
        return True
    text, wanted = text.lower(), wanted.lower()
    return text.startswith(wanted[:-1]) if wanted.endswith("*") else text == wanted


def _wanted(tenant: Tenant, asked: dict[str, str]) -> list[Person]:
    ids = {i for name in ("ids", "contact_ids") for i in asked.get(name, "").split(",") if i}
    since = seconds(asked.get("start_update_time"), "start_update_time")
    until = seconds(asked.get("end_update_time"), "end_update_time")
    return [
        p
        for p in tenant.people.values()
        if (not ids or str(p.id) in ids)
        and (since is None or p.updated >= since)
        and (until is None or p.updated <= until)
        and _matches(p.given, asked.get("given_name"))
        and _matches(p.family, asked.get("family_name"))
        and ("email" not in asked or any(_matches(e, asked["email"]) for e in p.emails.values()))
    ]


def listing(call: Call) -> Response:
    page, (order, down) = page_v2(call), ordering(call, _ORDERS, "id")
    found = _wanted(tenant_of(call), filters(call, _FILTERS))
    keys: dict[str, Callable[[Person], Any]] = {
        "id": lambda p: p.id,
        "create_time": lambda p: p.created,
        "update_time": lambda p: p.updated,
        "email": lambda p: p.email or "",
    }
    found.sort(key=keys[order], reverse=down)
    shown = [_shown(call, p) for p in found[page.start : page.end]]
    return json_answer({"contacts": shown, "next_page_token": next_token(page, len(found))})


def one(call: Call) -> Response:
    text = call.params["id"]
    person = tenant_of(call).people.get(int(text)) if text.isdigit() else None
    return errors.not_found(call, "Contact") if person is None else json_answer(_shown(call, person))


def create(call: Call) -> Response:
    """With ``duplicate_option=Email`` a contact that has the address already is updated instead."""
    try:
        body = call.json()
        emails = {str(e.get("field") or "EMAIL1"): str(e["email"]) for e in body.get("email_addresses") or []}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise errors.BadRequest("The body is not a contact", "email_addresses") from error
    if not emails and not body.get("phone_numbers") and not body.get("addresses"):
        raise errors.BadRequest("One of email_addresses, phone_numbers, addresses is required", "email_addresses")
    if not set(emails) <= set(_FIELDS) or not all("@" in email for email in emails.values()):
        raise errors.BadRequest("Invalid email address", "email_addresses")
    tenant, now = tenant_of(call), call.world.now()
    known = tenant.by_email(emails["EMAIL1"]) if call.one("duplicate_option") and "EMAIL1" in emails else None
    given, family = str(body.get("given_name") or ""), str(body.get("family_name") or "")
    if known is None:
        person = tenant.add_person(given, family, emails, now)
        hooks.happened(call.world, call.holder, tenant, "contact.add", [person.id])
        return json_answer(_shown(call, person), 201)
    known.given, known.family, known.updated = given or known.given, family or known.family, now
    hooks.happened(call.world, call.holder, tenant, "contact.edit", [known.id])
    return json_answer(_shown(call, known))
