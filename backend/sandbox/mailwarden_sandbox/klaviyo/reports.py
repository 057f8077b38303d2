"""Campaign values reports: the figures, one row per message, for the campaigns sent in a timeframe."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from mailwarden_sandbox.accounts import Account
from mailwarden_sandbox.call import Call
from mailwarden_sandbox.data.losses import LOSE_FIGURES, understated
from mailwarden_sandbox.klaviyo import errors
from mailwarden_sandbox.klaviyo.errors import BadRequest
from mailwarden_sandbox.klaviyo.filters import Condition, contained, parse_filter
from mailwarden_sandbox.klaviyo.ids import CAMPAIGN, MESSAGE, VARIATION, object_id
from mailwarden_sandbox.klaviyo.metrics import metric_name
from mailwarden_sandbox.klaviyo.paging import cursor, cursor_offset
from mailwarden_sandbox.klaviyo.rates import STATISTICS
from mailwarden_sandbox.klaviyo.timeframe import span

_PAGE = 1000
_LIST = frozenset({"equals", "contains-any"})
_FILTERS = {
    "send_channel": _LIST, "campaign_id": _LIST, "campaign_message_id": _LIST, "campaign_message_name": _LIST,
    "variation": _LIST, "variation_name": _LIST, "group": _LIST, "group_name": _LIST, "text_message_format": _LIST,
    "tag_id": frozenset({"contains-any", "contains-all"}), "tag_name": frozenset({"contains-any", "contains-all"}),
}  # fmt: skip
_CHANNELS = frozenset({"email", "sms", "push-notification", "whatsapp"})
_DEFAULT_GROUPS = ("campaign_id", "campaign_message_id", "send_channel")
_GROUPS = frozenset(_FILTERS)


@dataclass(frozen=True, slots=True)
class _Wanted:
    statistics: tuple[str, ...]
    start: float
    end: float
    groups: tuple[str, ...]
    conditions: tuple[Condition, ...]


def campaign_values(call: Call) -> Response:
    account, at = call.holder, call.figures_at
    wanted = _read(call, account)
    offset = cursor_offset(call.one("page_cursor"), "page_cursor")
    found = _found(account, wanted, at)
    page = found[offset : offset + _PAGE]
    results = [_result(account, i, wanted, at, call.losses.get(LOSE_FIGURES, 0)) for i in page]
    campaigns = [{"type": "campaign", "id": r["groupings"]["campaign_id"]} for r in results]
    self_ = f"{call.base}{call.path}"
    links: dict[str, str | None] = {"self": self_}
    if offset + _PAGE < len(found):
        links["next"] = f"{self_}?{urlencode({'page_cursor': cursor(offset + _PAGE)})}"
    data = {
        "type": "campaign-values-report",
        "attributes": {"results": results},
        "relationships": {"campaigns": {"data": campaigns}},
    }
    return errors.answer({"data": data, "links": links})


def _result(account: Account, index: int, wanted: _Wanted, at: int, lost: float) -> dict[str, Any]:
    figures = understated(account.book.figures(index, at), lost)
    return {
        "groupings": {name: _group(account, index, name) for name in wanted.groups},
        "statistics": {name: STATISTICS[name](figures) for name in wanted.statistics},
    }


def _found(account: Account, wanted: _Wanted, at: int) -> list[int]:
    book = account.book

    def make() -> list[int]:
        return [
            i
            for i in book.sent_between(wanted.start, wanted.end, at)
            if all(_meets(account, i, condition) for condition in wanted.conditions)
        ]

    return book.listed(("report", wanted.start, wanted.end, wanted.conditions, at), make)


def _meets(account: Account, index: int, condition: Condition) -> bool:
    value = _group(account, index, condition.field)
    return value is not None and contained(condition, value)


def _group(account: Account, index: int, name: str) -> str | None:
    book = account.book
    if name == "campaign_id":
        return object_id(book, index, CAMPAIGN)
    if name == "campaign_message_id":
        return object_id(book, index, MESSAGE)
    if name == "send_channel":
        return "sms" if book.columns.channel[index] else "email"
    if name == "campaign_message_name":
        return book.name(index)
    if name in ("variation", "variation_name"):
        return object_id(book, index, VARIATION) if name == "variation" else "Variation 1"
    return None


def _pointer(name: str) -> dict[str, str]:
    return {"pointer": f"/data/attributes/{name}"}


def _read(call: Call, account: Account) -> _Wanted:
    try:
        attributes = call.json()["data"]["attributes"]
        if call.json()["data"]["type"] != "campaign-values-report":
            raise KeyError("type")
    except (ValueError, KeyError, TypeError) as error:
        raise BadRequest("The body must be a campaign-values-report.", {"pointer": "/data"}) from error
    statistics = tuple(attributes.get("statistics") or ())
    if not statistics or not set(statistics) <= STATISTICS.keys():
        raise BadRequest("One or more statistics are missing or unknown.", _pointer("statistics"))
    metric = attributes.get("conversion_metric_id")
    if not isinstance(metric, str) or metric_name(account, metric) is None:
        raise BadRequest("conversion_metric_id is required and must be a metric.", _pointer("conversion_metric_id"))
    groups = tuple(attributes.get("group_by") or _DEFAULT_GROUPS)
    if not set(groups) <= _GROUPS or not {"campaign_id", "campaign_message_id"} <= set(groups):
        raise BadRequest("group_by must contain campaign_id and campaign_message_id.", _pointer("group_by"))
    start, end = span(attributes.get("timeframe"), account.time_zone, call.figures_at)
    return _Wanted(statistics, start, end, groups, _conditions(attributes.get("filter")))


def _conditions(text: str | None) -> tuple[Condition, ...]:
    conditions = parse_filter(text, _FILTERS) if text else ()
    fields = [c.field for c in conditions]
    if len(set(fields)) < len(fields):
        raise BadRequest("Only one filter per attribute is allowed.", _pointer("filter"))
    for condition in conditions:
        values = condition.value if isinstance(condition.value, tuple) else (str(condition.value),)
        if len(values) > 100:
            raise BadRequest("A filter list may hold at most 100 items.", _pointer("filter"))
        if condition.field == "send_channel" and not set(values) <= _CHANNELS:
            raise BadRequest("Unknown send_channel.", _pointer("filter"))
    return conditions
