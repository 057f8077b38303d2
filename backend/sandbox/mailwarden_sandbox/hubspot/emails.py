"""Marketing e-mails: the list and one of them."""

from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from mailwarden_sandbox.accounts import Account
from mailwarden_sandbox.call import Call
from mailwarden_sandbox.clock import iso_z
from mailwarden_sandbox.data.book import CampaignBook, Row, Status
from mailwarden_sandbox.data.losses import LOSE_CAMPAIGNS, LOSE_FIGURES, lost_campaigns, understated
from mailwarden_sandbox.hubspot import errors
from mailwarden_sandbox.hubspot.query import (
    BadQuery,
    campaign_guid,
    email_type,
    matching,
    paging_token,
    published_at,
    read_page,
    read_query,
)
from mailwarden_sandbox.hubspot.stats import statistics
from mailwarden_sandbox.responses import json_answer

_STATES = {Status.SENT: "PUBLISHED", Status.SCHEDULED: "SCHEDULED", Status.DRAFT: "DRAFT", Status.CANCELLED: "ERROR"}


def email_base(book: CampaignBook) -> int:
    return 100_000_000_000 + book.seed % 800_000 * 1_000_000


def email_campaign_id(book: CampaignBook, index: int) -> int:
    """The id under which statistics and events know an e-mail."""
    return email_base(book) // 100 + index


def email_index(book: CampaignBook, email_id: str) -> int | None:
    index = int(email_id) - email_base(book) if email_id.isdigit() else -1
    return index if 0 <= index < len(book) else None


def listing(call: Call) -> Response:
    try:
        query, page = read_query(call), read_page(call)
    except BadQuery as bad:
        return errors.invalid(call, str(bad), bad.name)
    account = call.holder
    lost = lost_campaigns(account.book, call.losses.get(LOSE_CAMPAIGNS, 0))
    found = [i for i in matching(account.book, query) if i not in lost]
    end = page.start + page.limit
    render = _Renderer(call, account, query.at)
    body: dict[str, Any] = {"total": len(found), "results": [render.email(i) for i in found[page.start : end]]}
    if end < len(found):
        body["paging"] = {"next": {"after": paging_token(end), "link": _link(call, paging_token(end))}}
    return json_answer(body)


def _link(call: Call, after: str) -> str:
    kept = {name: values for name, values in call.query.items() if name != "after"}
    return f"{call.base}{call.path}?{urlencode({**kept, 'after': after}, doseq=True)}"


def one(call: Call) -> Response:
    account = call.holder
    index = email_index(account.book, call.params["email_id"])
    if index is None or bool(account.book.columns.archived[index]) != (call.flag("archived") or False):
        return errors.not_found(call)
    return json_answer(_Renderer(call, account, call.figures_at).email(index))


class _Renderer:
    """Turns campaigns into e-mail objects; holds what is the same for all of a page."""

    def __init__(self, call: Call, account: Account, at: int) -> None:
        self._account, self._book, self._at = account, account.book, at
        self._base = email_base(account.book)
        self._lost = call.losses.get(LOSE_FIGURES, 0)
        self._stats = bool(call.flag("includeStats"))
        self._campaign_names = call.flag("marketingCampaignNames")
        self._workflow_names = call.flag("workflowNames")
        self._only = frozenset(call.many("includedProperties"))

    def email(self, index: int) -> dict[str, Any]:
        row = self._book.row(index, self._at)
        email = {**self._identity(row), **self._dates(row), **self._sender(), **self._details(row)}
        if self._stats:
            email["stats"] = statistics(understated(self._book.figures(index, self._at), self._lost))
        if self._only:
            return {k: v for k, v in email.items() if k in self._only or k in ("id", "isAb", "stats")}
        return email

    def _identity(self, row: Row) -> dict[str, Any]:
        book, campaign = self._book, str(email_campaign_id(self._book, row.number))
        identity = {
            "id": str(self._base + row.number),
            "name": book.name(row.number),
            "subject": book.subject(row.number),
            "type": email_type(book, row.number),
            "state": _STATES[row.status],
            "isPublished": row.status is Status.SENT,
            "isAb": False,
            "archived": row.archived,
            "campaign": campaign_guid(book, row.number),
        }
        if self._campaign_names:
            identity["campaignName"] = f"Campaign {book.draw(row.number, 4) % 24 + 1}"
        if row.status in (Status.SENT, Status.SCHEDULED):
            identity |= {"allEmailCampaignIds": [campaign], "primaryEmailCampaignId": campaign}
        return identity

    def _dates(self, row: Row) -> dict[str, Any]:
        dates = {"createdAt": iso_z(row.created), "updatedAt": iso_z(row.updated)}
        if row.send:
            dates["publishDate"] = iso_z(row.send)
        if (published := published_at(self._book, row.number, self._at)) is not None:
            dates["publishedAt"] = iso_z(published)
        if row.archived:
            dates["deletedAt"] = iso_z(row.updated)
        return dates

    def _sender(self) -> dict[str, Any]:
        account, user = self._account, str(self._account.user_id)
        return {
            "createdById": user,
            "updatedById": user,
            "publishedById": user,
            "from": {"fromName": account.name, "replyTo": f"news@{account.domain}"},
            "activeDomain": account.domain,
        }

    def _details(self, row: Row) -> dict[str, Any]:
        details: dict[str, Any] = {
            "content": {"templatePath": "@hubspot/email/dnd/welcome.html", "plainTextVersion": ""},
            "to": {"contactIds": {}, "contactIlsLists": {"include": ["1"], "exclude": []}, "limitSendFrequency": False},
            "webversion": {"enabled": True, "domain": self._account.domain, "slug": f"mail-{row.number + 1}"},
            "subscriptionDetails": {"subscriptionId": "1", "subscriptionName": "Marketing Information"},
            "language": "en",
            "emailTemplateMode": "DRAG_AND_DROP",
            "isTransactional": False,
            "jitterSendTime": False,
            "sendOnPublish": True,
            "subcategory": "batch",
        }
        if self._workflow_names:
            details["workflowNames"] = []
        return details
