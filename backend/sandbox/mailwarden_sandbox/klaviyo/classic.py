"""Campaigns up to revision 2026-07-15: name, status, send time and channel all on the campaign."""

from typing import Any

from starlette.responses import Response

from mailwarden_sandbox.accounts import Account
from mailwarden_sandbox.call import Call
from mailwarden_sandbox.clock import iso_offset
from mailwarden_sandbox.data.book import Row
from mailwarden_sandbox.data.losses import LOSE_CAMPAIGNS, lost_campaigns
from mailwarden_sandbox.klaviyo import errors
from mailwarden_sandbox.klaviyo.filters import RANGE, parse_filter
from mailwarden_sandbox.klaviyo.ids import CAMPAIGN, MESSAGE, index_of, object_id, short_id
from mailwarden_sandbox.klaviyo.paging import included, links, read_page, related, sparse
from mailwarden_sandbox.klaviyo.select import CLASSIC_STATUS, Fields, read_sort, scheduled_at, select, times

_FILTERS = {
    "id": frozenset({"any"}),
    "messages.channel": frozenset({"equals"}),
    "name": frozenset({"contains"}),
    "status": frozenset({"any", "equals"}),
    "archived": frozenset({"equals"}),
    "created_at": RANGE,
    "scheduled_at": RANGE,
    "updated_at": RANGE,
}
_SORTS = ("created_at", "id", "name", "scheduled_at", "updated_at")
_INCLUDES = ("campaign-messages", "tags")


def listing(call: Call) -> Response:
    account, at = call.holder, call.figures_at
    book = account.book
    page = read_page(call, 100, 100)
    conditions = parse_filter(call.one("filter") or "", _FILTERS) if call.one("filter") else ()
    if not any(c.field == "messages.channel" for c in conditions):
        detail = "A channel filter is required to list campaigns, for example equals(messages.channel,'email')."
        raise errors.BadRequest(detail, {"parameter": "filter"})
    fields = Fields(
        times(book, at, "created_at", "updated_at"),
        {
            "id": lambda i: object_id(book, i, CAMPAIGN),
            "name": book.name,
            "status": lambda i: CLASSIC_STATUS[book.status(i, at)],
        },
    )
    sort = read_sort(call.one("sort"), _SORTS, "-created_at")
    lost = lost_campaigns(book, call.losses.get(LOSE_CAMPAIGNS, 0))
    found = [i for i in select(book, at, conditions, sort, fields, "classic") if i not in lost]
    return _document(call, account, at, found[page.start : page.end], links(call, page, len(found)))


def _document(call: Call, account: Account, at: int, indices: list[int], links_: dict[str, str | None]) -> Response:
    with_ = included(call, _INCLUDES)
    rows = [account.book.row(i, at) for i in indices]
    body: dict[str, Any] = {"data": [campaign(call, account, row, with_) for row in rows], "links": links_}
    if with_:
        body["included"] = [message(call, account, row) for row in rows] if "campaign-messages" in with_ else []
    return errors.answer(body)


def one(call: Call) -> Response:
    account, at = call.holder, call.figures_at
    index = index_of(account.book, call.params["id"], CAMPAIGN)
    if index is None:
        return errors.not_found(call, f"A campaign with id {call.params['id']} does not exist.")
    with_, row = included(call, _INCLUDES), account.book.row(index, at)
    data = campaign(call, account, row, with_)
    body: dict[str, Any] = {"data": data, "links": {"self": f"{call.base}{call.path}"}}
    if with_:
        body["included"] = [message(call, account, row)] if "campaign-messages" in with_ else []
    return errors.answer(body)


def campaign(call: Call, account: Account, row: Row, with_: frozenset[str]) -> dict[str, Any]:
    book, id_ = account.book, object_id(account.book, row.number, CAMPAIGN)
    messages = [{"type": "campaign-message", "id": object_id(book, row.number, MESSAGE)}]
    return {
        "type": "campaign",
        "id": id_,
        "attributes": sparse(call, "campaign", _attributes(account, row)),
        "relationships": {
            "campaign-messages": related(
                call, "campaign", id_, "campaign-messages", messages if "campaign-messages" in with_ else None
            ),
            "tags": related(call, "campaign", id_, "tags", [] if "tags" in with_ else None),
        },
        "links": {"self": f"{call.base}/api/campaigns/{id_}/"},
    }


def _attributes(account: Account, row: Row) -> dict[str, Any]:
    book, pressed = account.book, scheduled_at(account.book, row.number)
    send = iso_offset(row.send) if row.send else None
    strategy: dict[str, Any] = {"method": "immediate"}
    if send:
        strategy = {"method": "static", "datetime": send, "options": {"is_local": False}}
    tracking: dict[str, Any] = {"add_tracking_params": False, "custom_tracking_params": []}
    if not row.sms:
        tracking |= {"is_tracking_clicks": True, "is_tracking_opens": True}
    return {
        "name": book.name(row.number),
        "status": CLASSIC_STATUS[row.status],
        "archived": row.archived,
        "audiences": {"included": [short_id(book.seed)], "excluded": []},
        "send_options": {"use_smart_sending": True},
        "tracking_options": tracking,
        "send_strategy": strategy,
        "created_at": iso_offset(row.created),
        "scheduled_at": iso_offset(pressed) if pressed else None,
        "updated_at": iso_offset(row.updated),
        "send_time": send,
    }


def message(call: Call, account: Account, row: Row) -> dict[str, Any]:
    book, id_ = account.book, object_id(account.book, row.number, MESSAGE)
    attributes = {
        "definition": _definition(account, row),
        "send_times": [{"datetime": iso_offset(row.send), "is_local": False}] if row.send else [],
        "created_at": iso_offset(row.created),
        "updated_at": iso_offset(row.updated),
    }
    return {
        "type": "campaign-message",
        "id": id_,
        "attributes": sparse(call, "campaign-message", attributes),
        "relationships": {
            "campaign": related(call, "campaign-message", id_, "campaign", None),
            "template": related(call, "campaign-message", id_, "template", None),
        },
        "links": {"self": f"{call.base}/api/campaign-messages/{object_id(book, row.number, MESSAGE)}/"},
    }


def _definition(account: Account, row: Row) -> dict[str, Any]:
    subject = account.book.subject(row.number)
    if row.sms:
        return {"channel": "sms", "content": {"body": subject, "media_url": None}}
    content = {
        "subject": subject,
        "preview_text": "Open to see more",
        "from_email": f"news@{account.domain}",
        "from_label": account.name,
        "reply_to_email": None,
        "cc_email": None,
        "bcc_email": None,
    }
    return {"channel": "email", "label": f"Email #{row.number + 1}", "content": content}
