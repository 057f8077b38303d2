"""Campaign messages and variations, each in the shape of the revision."""

from typing import Any

from starlette.responses import Response

from mailwarden_sandbox.call import Call
from mailwarden_sandbox.data.book import Row
from mailwarden_sandbox.klaviyo import classic, errors, omni
from mailwarden_sandbox.klaviyo.filters import RANGE, parse_filter
from mailwarden_sandbox.klaviyo.ids import CAMPAIGN, MESSAGE, VARIATION, index_of, object_id
from mailwarden_sandbox.klaviyo.paging import included, links, read_page
from mailwarden_sandbox.klaviyo.revision import is_omni
from mailwarden_sandbox.klaviyo.select import Fields, read_sort, select, times

_FILTERS = {
    "id": frozenset({"any", "equals"}),
    "campaign_id": frozenset({"equals"}),
    "name": frozenset({"contains"}),
    "status": frozenset({"equals"}),
    "created": RANGE,
    "updated": RANGE,
}
_SORTS = ("created", "id", "name", "status", "updated")
_INCLUDES = ("campaign", "campaign-variations")


def listing(call: Call) -> Response:
    if not is_omni(call):
        return errors.not_found(call, f"No route for {call.method} {call.path} in this revision.")
    account, at = call.holder, call.figures_at
    book, page = account.book, read_page(call, 20, 100, since="")
    conditions = parse_filter(call.one("filter") or "", _FILTERS) if call.one("filter") else ()
    fields = Fields(
        times(book, at, "created", "updated"),
        {
            "id": lambda i: object_id(book, i, MESSAGE),
            "campaign_id": lambda i: object_id(book, i, CAMPAIGN),
            "name": book.name,
            "status": lambda i: book.status(i, at).value,
        },
    )
    found = select(book, at, conditions, read_sort(call.one("sort"), _SORTS, "-created"), fields, "messages")
    with_, rows = included(call, _INCLUDES), [book.row(i, at) for i in found[page.start : page.end]]
    data = [omni.message(call, account, row, with_) for row in rows]
    body: dict[str, Any] = {"data": data, "links": links(call, page, len(found))}
    if with_:
        body["included"] = _included(call, rows, with_)
    return errors.answer(body)


def _included(call: Call, rows: list[Row], with_: frozenset[str]) -> list[dict[str, Any]]:
    account, found = call.holder, []
    if "campaign" in with_:
        found += [omni.campaign(call, account, row, frozenset()) for row in rows]
    if "campaign-variations" in with_:
        found += [omni.variation(call, account, row) for row in rows]
    return found


def _row(call: Call, kind: int) -> Row | Response:
    book = call.holder.book
    index = index_of(book, call.params["id"], kind)
    if index is None:
        return errors.not_found(call, f"An object with id {call.params['id']} does not exist.")
    return book.row(index, call.figures_at)


def _single(call: Call, data: dict[str, Any]) -> Response:
    return errors.answer({"data": data, "links": {"self": f"{call.base}{call.path}"}})


def _message(call: Call, row: Row) -> dict[str, Any]:
    if is_omni(call):
        return omni.message(call, call.holder, row, frozenset())
    return classic.message(call, call.holder, row)


def one(call: Call) -> Response:
    row = _row(call, MESSAGE)
    return row if isinstance(row, Response) else _single(call, _message(call, row))


def of_campaign(call: Call) -> Response:
    row = _row(call, CAMPAIGN)
    if isinstance(row, Response):
        return row
    ends = {"self": f"{call.base}{call.path}", "next": None, "prev": None}
    return errors.answer({"data": [_message(call, row)], "links": ends})


def campaign_of(call: Call) -> Response:
    row = _row(call, MESSAGE)
    if isinstance(row, Response):
        return row
    shape = omni.campaign if is_omni(call) else classic.campaign
    return _single(call, shape(call, call.holder, row, frozenset()))


def variations(call: Call) -> Response:
    row = _row(call, MESSAGE)
    if isinstance(row, Response):
        return row
    ends = {"self": f"{call.base}{call.path}", "next": None, "prev": None}
    return errors.answer({"data": [omni.variation(call, call.holder, row)], "links": ends})


def variation(call: Call) -> Response:
    row = _row(call, VARIATION)
    return row if isinstance(row, Response) else _single(call, omni.variation(call, call.holder, row))


def tags(call: Call) -> Response:
    """Nobody has tagged anything here."""
    row = _row(call, CAMPAIGN)
    if isinstance(row, Response):
        return row
    return errors.answer({"data": [], "links": {"self": f"{call.base}{call.path}", "next": None, "prev": None}})
