"""Lists of sent-email records, in both versions."""

from typing import Any

from starlette.responses import Response

from mailwarden_sandbox.call import Call
from mailwarden_sandbox.clock import iso_millis
from mailwarden_sandbox.keap import errors
from mailwarden_sandbox.keap.asking import filters, links_v1, next_token, ordering, page_v1, page_v2, seconds
from mailwarden_sandbox.keap.records import Asked, Record, find, listing, window
from mailwarden_sandbox.keap.tenant import tenant_of
from mailwarden_sandbox.responses import json_answer

_FILTERS = ("contact_id", "email", "start_created_time", "end_created_time")
_NOBODY = -1


def _time(at: float | None) -> str | None:
    return None if at is None else iso_millis(at)


def _common(record: Record) -> dict[str, Any]:
    return {
        "subject": record.subject,
        "headers": "",
        "sent_to_address": record.to,
        "sent_from_address": record.sender,
        "sent_from_reply_address": record.sender,
        "original_provider": "INFUSIONSOFT",
        "original_provider_id": None,
        "provider_source_id": None,
    }


def _v2(record: Record) -> dict[str, Any]:
    return {
        "id": str(record.id),
        "contact_id": str(record.contact),
        **_common(record),
        "sent_to_cc_address_list": [],
        "sent_to_bcc_address_list": [],
        "sent_time": _time(record.sent),
        "received_time": _time(record.sent),
        "opened_time": _time(record.opened),
        "clicked_time": _time(record.clicked),
    }


def _v1(record: Record) -> dict[str, Any]:
    return {
        "id": record.id,
        "contact_id": record.contact,
        **_common(record),
        "sent_to_cc_addresses": "",
        "sent_to_bcc_addresses": "",
        "sent_date": _time(record.sent),
        "received_date": _time(record.sent),
        "opened_date": _time(record.opened),
        "clicked_date": _time(record.clicked),
    }


def _contact(call: Call, contact: str | None, email: str | None) -> int | None:
    """Whose records are meant; somebody unknown has none."""
    if contact:
        return int(contact) if contact.isdigit() else _NOBODY
    if email:
        person = tenant_of(call).by_email(email)
        return person.id if person else _NOBODY
    return None


def listing_v2(call: Call) -> Response:
    given, page = filters(call, _FILTERS), page_v2(call)
    _, down = ordering(call, ("created_time",), "created_time")
    asked = Asked(
        since=seconds(given.get("start_created_time"), "start_created_time"),
        until=seconds(given.get("end_created_time"), "end_created_time"),
        contact=_contact(call, given.get("contact_id"), given.get("email")),
        newest_first=down,
    )
    found = [_v2(record) for record in window(call, asked, page.start, page.end)]
    return json_answer({"emails": found, "next_page_token": next_token(page, listing(call, asked).total)})


def listing_v1(call: Call) -> Response:
    page = page_v1(call)
    since, until = call.one("since_sent_date"), call.one("until_sent_date")
    if until and not since:
        raise errors.BadRequest("until_sent_date requires since_sent_date", "until_sent_date")
    asked = Asked(
        since=seconds(since, "since_sent_date"),
        until=seconds(until, "until_sent_date"),
        contact=_contact(call, call.one("contact_id"), call.one("email")),
    )
    found = [_v1(record) for record in window(call, asked, page.start, page.end)]
    return json_answer({"emails": found, **links_v1(call, page, listing(call, asked).total)})


def _found(call: Call) -> Record | None:
    text = call.params["id"]
    return find(call, int(text)) if text.isdigit() else None


def one_v2(call: Call) -> Response:
    record = _found(call)
    if record is None:
        return errors.not_found(call, "Email")
    return json_answer({**_v2(record), "html_content": record.html, "plain_content": record.plain})


def one_v1(call: Call) -> Response:
    record = _found(call)
    if record is None:
        return errors.not_found(call, "Email")
    return json_answer({**_v1(record), "html_content": record.html, "plain_content": record.plain})
