"""What a connection holds, without a database: our app, one account of the sandbox and its tokens."""

from dataclasses import dataclass, replace

import httpx

from mailwarden.providers.app import ProviderApp
from mailwarden.providers.auth import RefreshOnce
from mailwarden.providers.base import Campaign, Figures, Grant, Window
from mailwarden.providers.capabilities import ListsCampaigns, ReportsFigures
from mailwarden.providers.client import ProviderApi
from mailwarden.providers.oauth import OAuth, new_verifier
from mailwarden.providers.registry import PROVIDERS
from tests.support.sandbox import Sandbox

CALLBACK = "http://127.0.0.1:8000/v1/oauth/callback/x"
IDENTITY = {"hubspot": "/account-info/2026-09/details", "klaviyo": "/api/accounts"}
LISTING = {"hubspot": "/marketing/emails/2026-09", "klaviyo": "/api/campaigns"}


class MemoryTokens:
    """Tokens as a connection keeps them, without a database."""

    def __init__(self, oauth: OAuth, grant: Grant) -> None:
        self.oauth = oauth
        self.grant = grant
        self.refreshes = 0

    async def access_token(self) -> str:
        return self.grant.access_token

    async def refresh(self, rejected: str, claims: str | None = None) -> str:  # noqa: ARG002
        assert rejected == self.grant.access_token
        self.refreshes += 1
        assert self.grant.refresh_token
        fresh = await self.oauth.refresh(self.grant.refresh_token)
        self.grant = replace(fresh, refresh_token=fresh.refresh_token or self.grant.refresh_token)
        return self.grant.access_token


@dataclass
class Linked:
    """One account of the sandbox and what a connection to it holds."""

    app: ProviderApp
    account: str
    tokens: MemoryTokens
    scopes: frozenset[str] | None

    @property
    def oauth(self) -> OAuth:
        return self.tokens.oauth

    @property
    def api(self) -> ProviderApi:
        return ProviderApi(self.app, RefreshOnce(self.tokens), account=self.account)

    @property
    def name(self) -> str:
        return self.app.spec.name

    @property
    def hasty(self) -> "Linked":
        """The same grant, for one who waits a second."""
        settings = replace(self.app.settings, oauth_deadline_s=1, api_deadline_s=1)
        app = replace(self.app, settings=settings)
        return replace(self, app=app, tokens=MemoryTokens(OAuth(app), self.tokens.grant))

    async def refresh(self) -> None:
        await self.tokens.refresh(self.tokens.grant.access_token)


async def consent(sandbox: Sandbox, app: ProviderApp, account: str, **over: str) -> tuple[str, str]:
    verifier = new_verifier()
    url = OAuth(app).authorize_url(state="the-state", redirect_uri=CALLBACK, verifier=verifier)
    answer = await app.http.get(sandbox.decided(url, account, **over))
    returned = httpx.URL(answer.headers["location"]).params
    assert returned["state"] == "the-state"
    return returned["code"], verifier


async def connect(sandbox: Sandbox, app: ProviderApp, account: str | None = None, **over: str) -> Linked:
    account = account or sandbox.make_account(app.spec.name, campaigns=210)
    code, verifier = await consent(sandbox, app, account, **over)
    grant = await OAuth(app).exchange(code=code, redirect_uri=CALLBACK, verifier=verifier)
    return Linked(app, account, MemoryTokens(OAuth(app), grant), grant.scopes)


async def read_all(linked: Linked, window: Window) -> tuple[dict[str, Campaign], dict[str, Figures]]:
    """Every page of every segment to the end, and the figures wherever the provider gives them."""
    provider, api = PROVIDERS[linked.name], linked.api
    assert isinstance(provider, ListsCampaigns)
    campaigns: dict[str, Campaign] = {}
    for segment in provider.segments(window):
        cursor, rows, total = None, 0, None
        while True:
            page = await provider.page(api, window, segment, cursor)
            campaigns |= {c.external_id: c for c in page.campaigns}
            rows, total, cursor = rows + len(page.campaigns), page.total, page.next_cursor
            if cursor is None:
                break
        assert total in (None, rows)
    if not isinstance(provider, ReportsFigures):
        return campaigns, {key: c.figures for key, c in campaigns.items() if c.figures}
    figures: dict[str, Figures] = {}
    cursor = None
    while True:
        report = await provider.figures(api, window, cursor)
        figures |= report.figures
        cursor = report.next_cursor
        if cursor is None:
            return campaigns, figures
