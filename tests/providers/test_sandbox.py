"""The adapters over real sockets, against the sandbox in a process of its own."""

import random
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from mailwarden.core.http import build_http
from mailwarden.providers.app import ProviderApp
from mailwarden.providers.base import (
    AccessRevoked,
    Campaign,
    Cause,
    Figures,
    Grant,
    ListsCampaigns,
    Misconfigured,
    RateLimited,
    RefreshOnce,
    Rejected,
    ReportsFigures,
    ScopesMissing,
    Signal,
    Unavailable,
    Window,
)
from mailwarden.providers.budget import LocalBudget, Unlimited
from mailwarden.providers.catalog import load
from mailwarden.providers.client import ProviderApi
from mailwarden.providers.journal import Uninstall, UninstallJournal
from mailwarden.providers.oauth import OAuth, new_verifier
from mailwarden.providers.registry import PROVIDERS
from mailwarden.providers.settings import ProviderSettings
from tests.providers.support import Naps
from tests.support.sandbox import Sandbox, running_sandbox

CALLBACK = "http://127.0.0.1:8000/v1/oauth/callback/x"
IDENTITY = {"hubspot": "/account-info/2026-09/details", "klaviyo": "/api/accounts"}
LISTING = {"hubspot": "/marketing/emails/2026-09", "klaviyo": "/api/campaigns"}


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    folder = tmp_path_factory.mktemp("sandbox")
    with running_sandbox(folder, options=["--no-quotas"]) as started, started.http:
        yield started


@pytest.fixture(params=sorted(IDENTITY))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


class MemoryTokens:
    """Tokens as a connection keeps them, without a database."""

    def __init__(self, oauth: OAuth, grant: Grant) -> None:
        self.oauth = oauth
        self.grant = grant
        self.refreshes = 0

    async def access_token(self) -> str:
        return self.grant.access_token

    async def refresh(self, rejected: str) -> str:
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

    async def refresh(self) -> None:
        await self.tokens.refresh(self.tokens.grant.access_token)


async def consent(sandbox: Sandbox, app: ProviderApp, account: str, **over: str) -> tuple[str, str]:
    verifier = new_verifier()
    url = OAuth(app).authorize_url(state="the-state", redirect_uri=CALLBACK, verifier=verifier)
    answer = await app.http.get(sandbox.decided(url, account, **over))
    returned = httpx.URL(answer.headers["location"]).params
    assert returned["state"] == "the-state"
    return returned["code"], verifier


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with build_http() as client:
        yield client


@pytest.fixture
def app(sandbox: Sandbox, http: httpx.AsyncClient, name: str) -> ProviderApp:
    base = f"{sandbox.url}/{name}"
    client = sandbox.register_client(name)
    settings = ProviderSettings(client, "our-secret", base, base, oauth_deadline_s=1, api_deadline_s=1)
    return ProviderApp(load()[name], settings, http, Unlimited(), sleep=Naps(), rng=random.Random(3))


async def connect(sandbox: Sandbox, app: ProviderApp, account: str | None = None, **over: str) -> Linked:
    account = account or sandbox.make_account(app.spec.name, campaigns=210)
    code, verifier = await consent(sandbox, app, account, **over)
    grant = await OAuth(app).exchange(code=code, redirect_uri=CALLBACK, verifier=verifier)
    return Linked(app, account, MemoryTokens(OAuth(app), grant), grant.scopes)


@pytest.fixture
async def linked(sandbox: Sandbox, app: ProviderApp) -> Linked:
    return await connect(sandbox, app)


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


def summed(figures: list[Figures]) -> Counter[str]:
    counted: Counter[str] = Counter()
    for one in figures:
        for field in ("sent", "delivered", "opened", "clicked", "bounced", "complaints", "unsubscribes"):
            counted[field] += getattr(one, field)
    return counted


async def test_the_connected_account_is_the_chosen_one(linked):
    account = await PROVIDERS[linked.name].identify(linked.api)
    assert account.external_id == linked.account
    assert account.time_zone
    assert linked.scopes == linked.app.spec.auth.all_scopes
    if linked.name == "hubspot":
        assert linked.tokens.grant.account_id == linked.account


@pytest.mark.parametrize("days", [30, 90, 365, None])
async def test_campaigns_and_figures_equal_the_truth(sandbox, linked, days):
    now = datetime.now(UTC)
    window = Window(now - timedelta(days=days) if days else None, now)
    campaigns, figures = await read_all(linked, window)
    asked = {"sent_from": window.sent_from.isoformat()} if window.sent_from else {}
    truth = sandbox.truth(linked.name, linked.account, campaigns="true", **asked)
    sent = {key: c for key, c in campaigns.items() if c.sent_at}
    assert {key: (c.name, c.subject, c.archived) for key, c in sent.items()} == {
        c["external_id"]: (c["name"], c["subject"], c["archived"]) for c in truth["campaign_list"]
    }
    assert {key: c.sent_at for key, c in sent.items()} == {
        c["external_id"]: datetime.fromisoformat(c["sent_at"]) for c in truth["campaign_list"]
    }
    assert figures.keys() >= sent.keys()
    wanted = {name: value for name, value in truth["totals"].items() if name != "campaigns"}
    assert summed([figures[key] for key in sent]) == wanted
    assert truth["totals"]["campaigns"] == len(sent) > 0
    if days is None:
        assert len(campaigns) == truth["counts"]["campaigns"]


async def test_what_changed_since_comes_too_whatever_its_send_date(linked):
    now = datetime.now(UTC)
    changed, _ = await read_all(linked, Window(now - timedelta(days=1), now, updated_from=now - timedelta(days=60)))
    everything, _ = await read_all(linked, Window(None, now))
    since = now - timedelta(days=60)
    expected = {key for key, c in everything.items() if c.updated_at and c.updated_at > since}
    assert expected <= changed.keys()
    assert len(changed) < len(everything)


async def test_an_expired_access_token_is_refreshed_by_the_call_that_needs_it(sandbox, linked):
    sandbox.behave(linked.name, linked.account, access_ttl_s=1)
    await linked.refresh()
    linked.tokens.refreshes = 0
    sandbox.behave(linked.name, linked.account, access_ttl_s=1800)
    sandbox.advance(2)
    await PROVIDERS[linked.name].identify(linked.api)
    assert linked.tokens.refreshes == 1


async def test_a_revoked_grant(sandbox, linked):
    sandbox.fault(linked.name, linked.account, "revoke")
    with pytest.raises(AccessRevoked) as caught:
        await linked.refresh()
    assert (caught.value.cause, caught.value.evidence.signal) == (Cause.ACCESS_REVOKED, Signal.REFRESH_REFUSED)
    found = await linked.oauth.introspect(linked.tokens.grant.refresh_token or "")
    if linked.name == "hubspot":
        assert found is not None
        assert (found.active, found.evidence.signal) == (False, Signal.INTROSPECTION_INACTIVE)
        await linked.api.get(IDENTITY["hubspot"])  # the access token lives on for a while
    else:
        assert found is None
        with pytest.raises(AccessRevoked):
            await linked.api.get(IDENTITY["klaviyo"])


HUBSPOT_WORDS = ["documented", "invalid_request", "missing_or_invalid", "missing_or_unknown"]
WORDS = [("hubspot", word) for word in HUBSPOT_WORDS] + [("klaviyo", "documented"), ("klaviyo", "invalid_grant_type")]


@pytest.mark.parametrize(("name", "variant"), WORDS)
async def test_a_dead_refresh_token_in_all_wordings(sandbox, linked, variant):
    sandbox.fault(linked.name, linked.account, "revoke", variant=variant)
    with pytest.raises(AccessRevoked):
        await linked.refresh()


async def test_introspection_of_a_living_grant(linked):
    found = await linked.oauth.introspect(linked.tokens.grant.refresh_token or "")
    assert (found and found.active) == (True if linked.name == "hubspot" else None)


async def test_removed_scopes_are_named(sandbox, linked):
    gone = {"hubspot": "content", "klaviyo": "campaigns:read"}[linked.name]
    sandbox.fault(linked.name, linked.account, "remove_scopes", scopes=[gone])
    provider = PROVIDERS[linked.name]
    assert isinstance(provider, ListsCampaigns)
    window = Window(None, datetime.now(UTC))
    with pytest.raises(ScopesMissing) as caught:
        await provider.page(linked.api, window, provider.segments(window)[0], None)
    assert caught.value.scopes == (gone,)
    await linked.refresh()
    assert linked.tokens.grant.scopes == linked.app.spec.auth.all_scopes - {gone}


@pytest.mark.parametrize("name", ["hubspot"])
@pytest.mark.parametrize("kind", ["hub_deleted", "disable_account"])
async def test_a_hub_that_is_gone(sandbox, linked, kind):
    sandbox.fault(linked.name, linked.account, kind)
    with pytest.raises(AccessRevoked) as caught:
        await linked.refresh()
    assert caught.value.cause == Cause.ACCOUNT_DISABLED


async def test_a_partial_consent_shows_in_the_grant(sandbox, app):
    kept = " ".join(sorted(app.spec.auth.required_scopes)[:1])
    linked = await connect(sandbox, app, _sandbox_scopes=kept)
    assert linked.scopes == frozenset(kept.split())


TROUBLES: list[tuple[str, dict[str, Any]]] = [
    ("status", {"code": 500}),
    ("status", {"code": 503, "retry_after": 3}),
    ("status", {"code": 502}),
    ("timeout", {}),
    ("slow", {"ms": 3000}),
    ("reset", {}),
    ("garbled", {}),
    ("wrong_content_type", {}),
    ("huge_body", {}),
    ("html_403", {}),
]


@pytest.mark.parametrize(("kind", "params"), TROUBLES, ids=lambda value: str(value))
async def test_trouble_of_the_provider_never_looks_like_a_dead_grant(sandbox, linked, kind, params):
    sandbox.fault(linked.name, linked.account, kind, **params)
    with pytest.raises(Unavailable):
        await linked.api.get(IDENTITY[linked.name])
    with pytest.raises(Unavailable) as caught:
        await linked.refresh()
    assert caught.value.sent
    sandbox.lift(linked.name, linked.account)
    await linked.api.get(IDENTITY[linked.name])
    await linked.refresh()


async def test_a_refresh_whose_answer_is_lost_may_have_had_its_effect(sandbox, linked):
    sandbox.fault(linked.name, linked.account, "lost_refresh_response", count=1)
    with pytest.raises(Unavailable) as caught:
        await linked.refresh()
    assert caught.value.sent


async def test_a_quota_stops_calls_until_its_ban_ends(sandbox, app):
    now = [1000.0]
    linked = await connect(sandbox, replace(app, budget=LocalBudget(lambda: now[0])))
    sandbox.fault(linked.name, linked.account, "status", code=429, retry_after=40)
    with pytest.raises(RateLimited) as caught:
        await linked.api.get(IDENTITY[linked.name])
    assert (caught.value.retry_after_s, caught.value.evidence.status) == (40, 429)
    sandbox.lift(linked.name, linked.account)
    with pytest.raises(RateLimited) as caught:
        await linked.api.get(IDENTITY[linked.name])
    assert caught.value.evidence.status is None
    now[0] += 41
    await linked.api.get(IDENTITY[linked.name])


async def test_our_budgets_keep_to_the_providers_quotas(sandbox, app):
    """A hundred calls as fast as our budget lets them, while the sandbox counts as the provider does."""
    now = [1000.0]

    async def let_time_pass(seconds: float) -> None:
        now[0] += seconds
        sandbox.advance(seconds)

    budget = LocalBudget(lambda: now[0])
    linked = await connect(sandbox, replace(app, budget=budget, sleep=let_time_pass))
    sandbox.ask("POST", "/quotas", {"enabled": True})
    try:
        path = {"hubspot": IDENTITY["hubspot"], "klaviyo": LISTING["klaviyo"]}[linked.name]
        asked = None if linked.name == "hubspot" else {"filter": "equals(messages.channel,'email')"}
        for _ in range(115):
            await linked.api.get(path, asked)
    finally:
        sandbox.ask("POST", "/quotas", {"enabled": False})


async def test_a_wrong_secret_is_the_operators(linked):
    settings = replace(linked.app.settings, client_secret="another")
    stranger = OAuth(replace(linked.app, settings=settings))
    for call in (stranger.refresh, stranger.revoke):
        with pytest.raises(Misconfigured):
            await call(linked.tokens.grant.refresh_token or "")


async def test_another_redirect_uri_is_the_operators(sandbox, app):
    code, verifier = await consent(sandbox, app, sandbox.make_account(app.spec.name))
    with pytest.raises(Misconfigured) as caught:
        await OAuth(app).exchange(code=code, redirect_uri=CALLBACK + "/other", verifier=verifier)
    assert caught.value.expected == CALLBACK + "/other"


async def test_a_code_works_once_and_with_its_verifier_only(sandbox, app):
    account = sandbox.make_account(app.spec.name)
    code, _ = await consent(sandbox, app, account)
    with pytest.raises(Rejected):
        await OAuth(app).exchange(code=code, redirect_uri=CALLBACK, verifier=new_verifier())
    code, verifier = await consent(sandbox, app, account)
    await OAuth(app).exchange(code=code, redirect_uri=CALLBACK, verifier=verifier)
    with pytest.raises(Rejected):
        await OAuth(app).exchange(code=code, redirect_uri=CALLBACK, verifier=verifier)


async def test_revoking_ends_the_grant_and_may_be_repeated(sandbox, linked):
    assert sandbox.grant_alive(linked.name, linked.account)
    for _ in range(2):
        await linked.oauth.revoke(linked.tokens.grant.refresh_token or "")
    assert not sandbox.grant_alive(linked.name, linked.account)


@pytest.mark.parametrize("name", ["hubspot"])
async def test_the_uninstall_journal(sandbox, linked):
    journal = UninstallJournal(linked.app, linked.app.http)
    for _ in range(2):
        await journal.subscribe()
    sandbox.fault("hubspot", linked.account, "uninstall")
    found: list[Uninstall] = []
    offset = None
    while page := await journal.read(offset):
        found.extend(page.uninstalls)
        offset = page.offset
    assert [one.account for one in found] == [linked.account]
    assert found[0].occurred_at is not None
    assert await journal.read(offset) is None


async def test_nothing_but_listed_reads_and_oauth_reaches_the_provider(sandbox, linked):
    """B25 seen from the other side: the provider's own log."""
    sandbox.new_requests()
    await PROVIDERS[linked.name].identify(linked.api)
    await read_all(linked, Window(None, datetime.now(UTC)))
    await linked.refresh()
    spec = linked.app.spec
    reads = {(read.method, read.path) for read in spec.api.reads}
    allowed = reads | {("POST", spec.auth.token_path)}
    seen = {(one["method"], one["path"]) for one in sandbox.new_requests() if one["account"] == linked.account}
    assert seen == allowed
