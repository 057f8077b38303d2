"""Klaviyo, classic campaigns (revision 2026-07-15): what its JSON means in our records."""

from datetime import UTC, timedelta

from mailwarden.providers.base import Account, Api, Campaign, FiguresPage, Page, Window
from mailwarden.providers.klaviyo_report import report_page
from mailwarden.providers.klaviyo_totals import klaviyo_totals
from mailwarden.providers.reading import Row, at, dig, garbled, moment, next_cursor, rows, text
from mailwarden.providers.totals import StatedTotals, TotalsRequest

ACCOUNTS = "/api/accounts"
CAMPAIGNS = "/api/campaigns"
PAGE_SIZE = 100
_SENT = ("Sent", "Sending", "Sending Segments", "Variations Sent")
_SLACK = timedelta(days=1)


class Klaviyo:
    async def identify(self, api: Api) -> Account:
        found = rows(await api.get(ACCOUNTS), "data", ACCOUNTS)
        external_id = text(found[0], "id") if found else None
        if external_id is None:
            raise garbled(ACCOUNTS, "no account in the answer")
        attributes = ("attributes", "contact_information")
        name = text(found[0], *attributes, "organization_name") or f"Account {external_id}"
        detail = text(found[0], *attributes, "website_url") or text(found[0], *attributes, "default_sender_email")
        return Account(external_id, name, detail, text(found[0], "attributes", "timezone"))

    def segments(self, window: Window) -> tuple[str, ...]:  # noqa: ARG002 - the same for every window
        """Archived campaigns come only if they are asked for."""
        return ("live", "archived")

    async def page(self, api: Api, window: Window, segment: str, cursor: str | None) -> Page:
        params = {
            "filter": _filter(window, segment),
            "include": "campaign-messages",
            "sort": "id",
            "page[size]": PAGE_SIZE,
        }
        payload = await api.get(CAMPAIGNS, params | ({"page[cursor]": cursor} if cursor else {}))
        subjects = _subjects(payload)
        found = (to_campaign(row, subjects) for row in rows(payload, "data", CAMPAIGNS))
        return Page(
            tuple(c for c in found if _belongs(c, window)),
            next_cursor(payload, "page[cursor]", cursor, CAMPAIGNS),
            total=None,
        )

    async def figures(self, api: Api, window: Window, cursor: str | None) -> FiguresPage:
        return await report_page(api, window, cursor)

    async def totals(self, api: Api, asked: TotalsRequest) -> StatedTotals:
        return await klaviyo_totals(api, asked)


def _filter(window: Window, segment: str) -> str:
    """Nothing filters by send time, but sending updates a campaign: what was sent since was also updated since."""
    terms = ["equals(messages.channel,'email')", f"equals(archived,{'true' if segment == 'archived' else 'false'})"]
    if window.sent_from:
        since = min(window.sent_from, window.updated_from or window.sent_from) - _SLACK
        terms.append(f"greater-or-equal(updated_at,{since.astimezone(UTC).strftime('%Y-%m-%dT%H:%M:%SZ')})")
    return f"and({','.join(terms)})"


def _belongs(campaign: Campaign, window: Window) -> bool:
    if window.sent_from is None or (campaign.sent_at and campaign.sent_at >= window.sent_from):
        return True
    changed, since = campaign.updated_at, window.updated_from
    return since is not None and changed is not None and changed >= since


def _subjects(payload: Row) -> dict[str, str]:
    """By message id. Before revision 2025-01-15 messages had no ``definition`` around their content."""
    found: dict[str, str] = {}
    for message in dig(payload, "included.*"):
        content = at(message, "attributes", "definition", "content") or at(message, "attributes", "content")
        key, subject = text(message, "id"), text(content, "subject")
        if key and subject:
            found[key] = subject
    return found


def to_campaign(row: Row, subjects: dict[str, str]) -> Campaign:
    external_id = text(row, "id")
    if external_id is None:
        raise garbled(CAMPAIGNS, "a campaign without id")
    said = row.get("attributes")
    attributes = said if isinstance(said, dict) else {}
    status = text(attributes, "status") or "Unknown"
    messages = [text(message, "id") for message in dig(row, "relationships.campaign-messages.data.*")]
    return Campaign(
        external_id=external_id,
        name=text(attributes, "name") or external_id,
        subject=next((subjects[m] for m in messages if m and m in subjects), None),
        status=status,
        channel="email",
        sent_at=moment(attributes.get("send_time")) if status in _SENT else None,
        created_at=moment(attributes.get("created_at")),
        updated_at=moment(attributes.get("updated_at")),
        archived=attributes.get("archived") is True,
        figures=None,
    )
