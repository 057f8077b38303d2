"""Keap's campaigns: automations. They hold contacts, not e-mail figures."""

from typing import Any

from starlette.responses import Response

from mailwarden_sandbox.call import Call
from mailwarden_sandbox.clock import iso_millis
from mailwarden_sandbox.data.book import CampaignBook, Row, Status
from mailwarden_sandbox.keap import errors
from mailwarden_sandbox.keap.asking import filters, links_v1, next_token, ordering, page_v1, page_v2
from mailwarden_sandbox.responses import json_answer

_FIRST_ID = 101
_ORDERS = (
    "name", "publisheddate", "id", "completedcontactcount", "activecontacts", "datecreated", "lastupdated",
    "published_date", "completed_contact_count", "active_contact_count", "date_created", "last_updated", "category",
    "status",
)  # fmt: skip


def campaign_id(_book: CampaignBook, index: int) -> str:
    return str(_FIRST_ID + index)


def _common(call: Call, row: Row) -> dict[str, Any]:
    book, published = call.holder.book, row.status is not Status.DRAFT
    return {
        "name": book.name(row.number),
        "locked": False,
        "date_created": iso_millis(row.created),
        "published_date": iso_millis(row.updated) if published else None,
        "published_status": published,
        "error_message": None,
        "time_zone": call.holder.time_zone,
        "published_time_zone": call.holder.time_zone if published else None,
        "created_by_global_id": call.holder.user_id,
    }


def _v2(call: Call, row: Row) -> dict[str, Any]:
    figures = call.holder.book.figures(row.number, call.figures_at)
    counts = {"active_contact_count": 0, "completed_contact_count": figures.sent}
    creator = {"created_by_global_id": str(call.holder.user_id)}
    return {"id": campaign_id(call.holder.book, row.number), **_common(call, row), **creator, **counts}


def _v1(call: Call, row: Row) -> dict[str, Any]:
    return {"id": _FIRST_ID + row.number, **_common(call, row), "goals": [], "sequences": []}


def _rows(call: Call, text: str | None, order: tuple[str, bool]) -> list[Row]:
    book, at = call.holder.book, call.figures_at
    rows = [book.row(i, at) for i in range(len(book)) if not book.columns.archived[i]]
    rows = [r for r in rows if text is None or text.lower() in book.name(r.number).lower()]
    name, down = order

    def key(row: Row) -> Any:
        if "name" in name:
            return book.name(row.number)
        return row.created if "created" in name else row.updated if "d" in name[1:] else row.number

    return sorted(rows, key=key, reverse=down)


def listing_v2(call: Call) -> Response:
    asked, page = filters(call, ("name",)), page_v2(call)
    rows = _rows(call, asked.get("name"), ordering(call, _ORDERS, "id"))
    found = [_v2(call, row) for row in rows[page.start : page.end]]
    return json_answer({"campaigns": found, "next_page_token": next_token(page, len(rows))})


def listing_v1(call: Call) -> Response:
    page, order = page_v1(call), (call.one("order") or "id").lower()
    if order not in _ORDERS:
        raise errors.BadRequest(f"Invalid order '{order}'", "order")
    down = (call.one("order_direction") or "ASCENDING").upper() == "DESCENDING"
    rows = _rows(call, call.one("search_text"), (order, down))
    found = [_v1(call, row) for row in rows[page.start : page.end]]
    return json_answer({"campaigns": found, **links_v1(call, page, len(rows))})


def _one(call: Call) -> Row | None:
    text, book = call.params["id"], call.holder.book
    index = int(text) - _FIRST_ID if text.isdigit() else -1
    return book.row(index, call.figures_at) if 0 <= index < len(book) else None


def one_v2(call: Call) -> Response:
    row = _one(call)
    return errors.not_found(call, "Campaign") if row is None else json_answer(_v2(call, row))


def one_v1(call: Call) -> Response:
    row = _one(call)
    return errors.not_found(call, "Campaign") if row is None else json_answer(_v1(call, row))
