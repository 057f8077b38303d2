"""HubSpot: what its JSON means in our records. Our campaign is its marketing e-mail."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from mailwarden.providers.base import Account, Api, Campaign, Figures, Page, Window
from mailwarden.providers.hubspot_totals import hubspot_totals
from mailwarden.providers.reading import Row, count, garbled, moment, rows, text
from mailwarden.providers.totals import StatedTotals, TotalsRequest

DETAILS = "/account-info/2026-09/details"
EMAILS = "/marketing/emails/2026-09"
PAGE_SIZE = 100


class HubSpot:
    async def identify(self, api: Api) -> Account:
        me = await api.get(DETAILS)
        portal = text(me, "portalId")
        if portal is None:
            raise garbled(DETAILS, "the account has no portalId")
        kind = (text(me, "accountType") or "").replace("_", " ").lower()
        detail = ", ".join(part for part in (kind and f"{kind} account", text(me, "uiDomain")) if part)
        return Account(portal, f"Portal {portal}", detail or None, text(me, "timeZone"))

    def segments(self, window: Window) -> tuple[str, ...]:
        """An e-mail may be in several listings of a window. Live and archived ones never come in one listing."""
        sent = ("sent", "sent-archived")
        if window.sent_from is None or window.updated_from is None:
            return sent
        return (*sent, "changed", "changed-archived")

    async def page(self, api: Api, window: Window, segment: str, cursor: str | None) -> Page:
        payload = await api.get(EMAILS, _listing(window, segment) | ({"after": cursor} if cursor else {}))
        found = tuple(to_campaign(row) for row in rows(payload, "results", EMAILS))
        after = text(payload, "paging", "next", "after")
        if after is not None and after == cursor:
            raise garbled(EMAILS, "the next page is the page just read")
        return Page(found, after, count(payload.get("total")))

    async def totals(self, api: Api, asked: TotalsRequest) -> StatedTotals:
        return await hubspot_totals(api, asked)


def _listing(window: Window, segment: str) -> dict[str, Any]:
    """Without a start everything is asked for, drafts too; with one, what was published since or changed since."""
    asked, _, archived = segment.partition("-")
    params = {
        "limit": PAGE_SIZE,
        "includeStats": "true",
        "sort": "createdAt",
        "archived": "true" if archived else "false",
    }
    if asked == "changed" and window.updated_from:
        params["updatedAfter"] = _iso(window.updated_from)
    elif window.sent_from:
        params["publishedAfter"] = _iso(window.sent_from)
    return params


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def to_campaign(row: Row) -> Campaign:
    external_id = text(row, "id")
    if external_id is None:
        raise garbled(EMAILS, "an e-mail without id")
    published = row.get("isPublished") is True
    sent_at = moment(row.get("publishDate")) or moment(row.get("publishedAt"))
    return Campaign(
        external_id=external_id,
        name=text(row, "name") or external_id,
        subject=text(row, "subject"),
        status=text(row, "state") or "UNKNOWN",
        channel="email",
        sent_at=sent_at if published else None,
        created_at=moment(row.get("createdAt")),
        updated_at=moment(row.get("updatedAt")),
        archived=row.get("archived") is True,
        figures=to_figures(row) if published else None,
    )


def to_figures(row: Row) -> Figures:
    stats = row.get("stats")
    counters = stats.get("counters") if isinstance(stats, Mapping) else None
    if not isinstance(counters, Mapping):
        return Figures()
    sent, delivered, bounced = (count(counters.get(name)) for name in ("sent", "delivered", "bounce"))
    derived = delivered is None and sent is not None and bounced is not None
    if derived:
        delivered = max(0, (sent or 0) - (bounced or 0))
    return Figures(
        sent=sent,
        delivered=delivered,
        opened=count(counters.get("open")),
        clicked=count(counters.get("click")),
        bounced=bounced,
        complaints=count(counters.get("spamreport")),
        unsubscribes=count(counters.get("unsubscribed")),
        delivered_derived=derived,
        hard_bounced=count(counters.get("hardbounced")),
        soft_bounced=count(counters.get("softbounced")),
    )
