"""Addresses and whether they may get marketing."""

from typing import Any
from urllib.parse import unquote

from starlette.responses import Response

from mailwarden_sandbox.call import Call
from mailwarden_sandbox.clock import iso_millis
from mailwarden_sandbox.keap import errors
from mailwarden_sandbox.keap.asking import filters, next_token, ordering, page_v2
from mailwarden_sandbox.keap.records import Asked, window
from mailwarden_sandbox.keap.tenant import Person, tenant_of
from mailwarden_sandbox.responses import json_answer

MARKETABLE = frozenset({"UNENGAGED_MARKETABLE", "SINGLE_OPT_IN", "DOUBLE_OPT_IN", "CONFIRMED"})
_LIFTED = frozenset({"UNENGAGED_NON_MARKETABLE", "UNENGAGED_MARKETABLE", "NON_MARKETABLE", "MANUAL"})
"""Only these can be opted in again; a bounce or a complaint stays."""
_ORDERS = ("email", "status", "create_time", "last_click_time", "last_open_time", "last_sent_time")


def _shown(call: Call, person: Person, email: str) -> dict[str, Any]:
    """Times of the last of everything, of the address that e-mails go to."""
    status = tenant_of(call).statuses[email.lower()]
    last = list(window(call, Asked(contact=person.id), 0, 1000)) if email == person.email else []

    def latest(times: list[float | None]) -> str | None:
        known = [t for t in times if t is not None]
        return iso_millis(max(known)) if known else None

    return {
        "email": email,
        "opted_in": status in MARKETABLE,
        "status": status,
        "create_time": iso_millis(person.created),
        "last_sent_time": latest([r.sent for r in last]),
        "last_open_time": latest([r.opened for r in last]),
        "last_click_time": latest([r.clicked for r in last]),
    }


def listing(call: Call) -> Response:
    asked, page = filters(call, ("emails", "statuses", "opted_in")), page_v2(call)
    _, down = ordering(call, _ORDERS, "email")
    tenant = tenant_of(call)
    every = [(email, person) for person in tenant.people.values() for email in person.emails.values()]
    emails = {e.lower() for e in asked.get("emails", "").split(",") if e}
    statuses = {s for s in asked.get("statuses", "").split(",") if s}
    found = [
        (email, person)
        for email, person in every
        if (not emails or email.lower() in emails)
        and (not statuses or tenant.statuses[email.lower()] in statuses)
        and asked.get("opted_in", "") in ("", str(tenant.statuses[email.lower()] in MARKETABLE).lower())
    ]
    found.sort(key=lambda pair: pair[0], reverse=down)
    shown = [_shown(call, person, email) for email, person in found[page.start : page.end]]
    return json_answer({"email_addresses": shown, "next_page_token": next_token(page, len(found))})


def one(call: Call) -> Response:
    email = unquote(call.params["email"])
    person = tenant_of(call).by_email(email)
    return errors.not_found(call, "Email") if person is None else json_answer(_shown(call, person, email))


def change(call: Call) -> Response:
    """Opting in needs a reason; out is always possible."""
    email, tenant = unquote(call.params["email"]), tenant_of(call)
    person = tenant.by_email(email)
    if person is None:
        return errors.not_found(call, "Email")
    try:
        opted_in, reason = bool(call.json()["opted_in"]), str(call.json()["reason"])
    except (ValueError, KeyError, TypeError) as error:
        raise errors.BadRequest("opted_in and reason are required", "reason") from error
    if not reason:
        raise errors.BadRequest("reason must not be empty", "reason")
    before = tenant.statuses[email.lower()]
    if not opted_in:
        tenant.statuses[email.lower()] = "MANUAL"
    elif before in _LIFTED:
        tenant.statuses[email.lower()] = "SINGLE_OPT_IN"
    return json_answer(_shown(call, person, email))
