"""Campaigns since revision 2026-10-15: a shell; status and send time are on its messages, content on variations."""

from typing import Any

from starlette.responses import Response

from mailwarden_sandbox.accounts import Account
from mailwarden_sandbox.call import Call
from mailwarden_sandbox.clock import iso_offset
from mailwarden_sandbox.data.book import Row
from mailwarden_sandbox.klaviyo import errors
from mailwarden_sandbox.klaviyo.filters import RANGE, parse_filter
from mailwarden_sandbox.klaviyo.ids import AUDIENCE, CAMPAIGN, MESSAGE, VARIATION, index_of, object_id, short_id
from mailwarden_sandbox.klaviyo.paging import included, links, read_page, related, sparse
from mailwarden_sandbox.klaviyo.select import Fields, read_sort, select, times

_FILTERS = {
    "id": frozenset({"any"}),
    "name": frozenset({"contains"}),
    "archived": frozenset({"equals"}),
    "builder": frozenset({"equals"}),
    "created_at": RANGE,
    "updated_at": RANGE,
}
_SORTS = ("created_at", "id", "name", "updated_at")
_INCLUDES = ("campaign-audiences", "campaign-messages", "tags")


def listing(call: Call) -> Response:
    account, at = call.holder, call.figures_at
    book, page = account.book, read_page(call, 100, 100)
    conditions = parse_filter(call.one("filter") or "", _FILTERS) if call.one("filter") else ()
    fields = Fields(
        times(book, at, "created_at", "updated_at"),
        {"id": lambda i: object_id(book, i, CAMPAIGN), "name": book.name, "builder": lambda _: "wizard"},
    )
    found = select(book, at, conditions, read_sort(call.one("sort"), _SORTS, "-created_at"), fields, "omni")
    with_, rows = included(call, _INCLUDES), [book.row(i, at) for i in found[page.start : page.end]]
    body: dict[str, Any] = {
        "data": [campaign(call, account, row, with_) for row in rows],
        "links": links(call, page, len(found)),
    }
    if with_:
        body["included"] = _included(call, account, rows, with_)
    return errors.answer(body)


def one(call: Call) -> Response:
    account, at = call.holder, call.figures_at
    index = index_of(account.book, call.params["id"], CAMPAIGN)
    if index is None:
        return errors.not_found(call, f"A campaign with id {call.params['id']} does not exist.")
    with_, row = included(call, _INCLUDES), account.book.row(index, at)
    body: dict[str, Any] = {
        "data": campaign(call, account, row, with_),
        "links": {"self": f"{call.base}{call.path}"},
    }
    if with_:
        body["included"] = _included(call, account, [row], with_)
    return errors.answer(body)


def _included(call: Call, account: Account, rows: list[Row], with_: frozenset[str]) -> list[dict[str, Any]]:
    found = []
    if "campaign-messages" in with_:
        found += [message(call, account, row, frozenset()) for row in rows]
    if "campaign-audiences" in with_:
        found += [_audience(call, account, row) for row in rows]
    return found


def campaign(call: Call, account: Account, row: Row, with_: frozenset[str]) -> dict[str, Any]:
    book, id_ = account.book, object_id(account.book, row.number, CAMPAIGN)
    data = {
        "campaign-messages": [{"type": "campaign-message", "id": object_id(book, row.number, MESSAGE)}],
        "campaign-audiences": [{"type": "campaign-audience", "id": object_id(book, row.number, AUDIENCE)}],
        "tags": [],
    }
    attributes = {
        "created_at": iso_offset(row.created),
        "updated_at": iso_offset(row.updated),
        "definition": {
            "name": book.name(row.number),
            "builder": "wizard",
            "archived": row.archived,
            "color": None,
            "description": None,
            "send_settings": {
                "send_timezone": "account",
                "send_strategy": "static",
                "send_passed_rltz_immediately": False,
                "exit_condition_enabled": False,
                "exit_condition_conversion_metric_id": None,
            },
        },
    }
    return {
        "type": "campaign",
        "id": id_,
        "attributes": sparse(call, "campaign", attributes),
        "relationships": {
            name: related(call, "campaign", id_, name, ids if name in with_ else None) for name, ids in data.items()
        },
        "links": {"self": f"{call.base}/api/campaigns/{id_}/"},
    }


def message(call: Call, account: Account, row: Row, with_: frozenset[str]) -> dict[str, Any]:
    book, id_ = account.book, object_id(account.book, row.number, MESSAGE)
    attributes = {
        "created": iso_offset(row.created),
        "updated": iso_offset(row.updated),
        "definition": {
            "name": book.name(row.number),
            "status": row.status.value,
            "tracking_options": {"is_add_utm": False, "is_tracking_clicks": True, "is_tracking_opens": not row.sms},
            "send_options": {
                "send_time": iso_offset(row.send) if row.send else None,
                "send_times": None,
                "send_strategy": "static",
                "recipient_percentage": 100,
                "throttling_type": "none",
                "throttle_unit": None,
                "is_ignoring_unsubscribes": False,
            },
        },
    }
    owner = [{"type": "campaign", "id": object_id(book, row.number, CAMPAIGN)}]
    variations = [{"type": "campaign-variation", "id": object_id(book, row.number, VARIATION)}]
    campaign_ = related(call, "campaign-message", id_, "campaign", None)
    return {
        "type": "campaign-message",
        "id": id_,
        "attributes": sparse(call, "campaign-message", attributes),
        "relationships": {
            "campaign": {"data": owner[0], **campaign_} if "campaign" in with_ else campaign_,
            "campaign-audience": related(call, "campaign-message", id_, "campaign-audience", None),
            "campaign-variations": related(
                call, "campaign-message", id_, "campaign-variations",
                variations if "campaign-variations" in with_ else None,
            ),
        },
        "links": {"self": f"{call.base}/api/campaign-messages/{id_}/"},
    }  # fmt: skip


def variation(call: Call, account: Account, row: Row) -> dict[str, Any]:
    book, id_ = account.book, object_id(account.book, row.number, VARIATION)
    details: dict[str, Any] = {
        "channel": "email",
        "template_id": short_id(book.draw(row.number, 6)),
        "from_label": account.name,
        "from_email": f"news@{account.domain}",
        "reply_to_email": "",
        "cc_email": "",
        "bcc_email": "",
        "subject": book.subject(row.number),
        "preview_text": "Open to see more",
    }
    if row.sms:
        details = {
            "channel": "sms", "template_id": None, "cost": None, "shorten_links": True, "text_message_type": "SMS",
            "body": book.subject(row.number),
        }  # fmt: skip
    attributes = {
        "created": iso_offset(row.created),
        "updated": iso_offset(row.updated),
        "definition": {"name": "Variation 1", "details": details},
    }
    return {
        "type": "campaign-variation",
        "id": id_,
        "attributes": sparse(call, "campaign-variation", attributes),
        "relationships": {
            "campaign-message": related(call, "campaign-variation", id_, "campaign-message", None),
            "translation": related(call, "campaign-variation", id_, "translation", None),
            "image": related(call, "campaign-variation", id_, "image", None),
        },
        "links": {"self": f"{call.base}/api/campaign-variations/{id_}/"},
    }


def _audience(call: Call, account: Account, row: Row) -> dict[str, Any]:
    id_ = object_id(account.book, row.number, AUDIENCE)
    definition = {"name": "Everyone", "included": [short_id(account.book.seed)], "excluded": [], "priority": 1}
    attributes = {"created": iso_offset(row.created), "updated": iso_offset(row.updated), "definition": definition}
    return {
        "type": "campaign-audience",
        "id": id_,
        "attributes": attributes,
        "relationships": {
            "campaign": related(call, "campaign-audience", id_, "campaign", None),
            "campaign-messages": related(call, "campaign-audience", id_, "campaign-messages", None),
        },
        "links": {"self": f"{call.base}/api/campaign-audiences/{id_}/"},
    }
