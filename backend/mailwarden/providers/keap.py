"""Keap: who is connected, and campaigns derived from its sent-email records. It has no statistics of its own."""

from datetime import datetime

from mailwarden.providers.base import Account, Api, ContactPage, Page, Window
from mailwarden.providers.keap_contacts import contact_page
from mailwarden.providers.keap_records import record_page
from mailwarden.providers.keap_totals import keap_totals
from mailwarden.providers.reading import garbled, text
from mailwarden.providers.totals import StatedTotals, TotalsRequest

USERINFO = "/crm/rest/v2/oauth/connect/userinfo"
BUSINESS = "/crm/rest/v2/businessProfile"


class Keap:
    async def identify(self, api: Api) -> Account:
        """One call: a probe is one of the few that all tenants of our app share."""
        me = await api.get(USERINFO)
        tenant = text(me, "tenant_id")
        if tenant is None:
            raise garbled(USERINFO, "the user has no tenant_id")
        return Account(tenant, f"Keap {tenant}", text(me, "email"))

    async def describe(self, api: Api, account: Account) -> Account:
        business = await api.get(BUSINESS)
        name = text(business, "name") or account.label
        return Account(
            account.external_id, name, text(business, "website") or account.detail, text(business, "time_zone")
        )

    def segments(self, window: Window) -> tuple[str, ...]:  # noqa: ARG002 - the same for every window
        return ("sent",)

    async def page(self, api: Api, window: Window, segment: str, cursor: str | None) -> Page:  # noqa: ARG002 - one
        return await record_page(api, window, cursor)

    async def contacts(self, api: Api, changed_since: datetime | None, cursor: str | None) -> ContactPage:
        return await contact_page(api, changed_since, cursor)

    async def totals(self, api: Api, asked: TotalsRequest) -> StatedTotals:
        return await keap_totals(api, asked)
