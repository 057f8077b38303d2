"""From an authorization code to a proven grant: exchanged, complete, and the account named by a real call."""

import logging
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import httpx

from mailwarden.connections.connect import nonce_of
from mailwarden.connections.incidents import close_breaker, open_breaker, report_redirect_fault
from mailwarden.connections.our_app import redirect_uri
from mailwarden.core.ids import new_id
from mailwarden.core.runtime import Runtime
from mailwarden.providers.app import ProviderApp
from mailwarden.providers.base import (
    Account,
    Grant,
    Misconfigured,
    ProviderError,
    RateLimited,
    ScopesMissing,
    Unavailable,
)
from mailwarden.providers.capabilities import Describes, Provider
from mailwarden.providers.client import ProviderApi
from mailwarden.providers.id_token import account_of, verified_claims
from mailwarden.providers.oauth import OAuth
from mailwarden.providers.registry import PROVIDERS

log = logging.getLogger(__name__)

REDIRECT_FAULTS = {"BAD_REDIRECT_URI", "redirect_uri_mismatch", "invalid_redirect_uri", "50011", "500112"}
SHORT_S, WAITS = 5.0, 2  # a code works once: what it brought is not thrown away for a quota that counts by the second
CLIENT_FAULTS = {"invalid_client", "unauthorized_client", "BAD_CLIENT_ID", "BAD_CLIENT_SECRET"}


class ConsentFailed(Exception):
    """The authorization came to nothing; ``detail`` is told to the person."""

    def __init__(self, outcome: str, **detail: Any) -> None:
        super().__init__(outcome)
        self.outcome = outcome
        self.detail = detail


@dataclass(frozen=True, slots=True)
class NewGrant:
    grant: Grant
    sent_at: datetime
    account: Account
    scopes: tuple[str, ...]
    missing: tuple[str, ...]  # optional ones


class BearerOnce(httpx.Auth):
    """Sends one given token and does not try to better it."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request


async def prove_grant(rt: Runtime, app: ProviderApp, code: str, verifier: str | None) -> NewGrant:
    """Raises ConsentFailed. No transaction is open meanwhile."""
    try:
        sent_at = rt.clock.now()
        grant = await OAuth(app).exchange(
            code=code, redirect_uri=redirect_uri(rt.config.base_url, app.spec.name), verifier=verifier
        )
        await close_breaker(rt, app.spec.name, consent=True)
        granted = app.spec.auth.all_scopes if grant.scopes is None else grant.scopes
        _check_scopes(app, granted)
        grant = await _check_person(rt, app, grant, verifier)
        account = await identify(app, grant)
    except ProviderError as exc:
        raise await _explained(rt, app, exc) from exc
    account = _agreed(grant, account)
    missing = tuple(sorted(app.spec.auth.all_scopes - granted))
    return NewGrant(grant, sent_at, account, tuple(sorted(granted)), missing)


async def _check_person(rt: Runtime, app: ProviderApp, grant: Grant, verifier: str | None) -> Grant:
    """What the provider signed about the person must be of this very sign-in; a real call then has to agree with it."""
    spec = app.spec.auth.id_token
    if spec is None:
        return grant
    if grant.id_token is None:
        raise ConsentFailed("failed", detail="The provider did not say who signed in. Nothing was stored.")
    nonce = nonce_of(verifier) if verifier else None
    claims = await verified_claims(app, grant.id_token, nonce, now=rt.clock.now())
    return replace(grant, account_id=account_of(spec, claims), id_token=None)


async def identify(app: ProviderApp, grant: Grant) -> Account:
    """Quotas are counted by account. One not known yet counts as its own, or all newcomers would share a quota."""
    account = grant.account_id or f"new-{new_id().hex}"
    api = ProviderApi(app, BearerOnce(grant.access_token), account=account)
    for _ in range(WAITS):
        try:
            return await _named(PROVIDERS[app.spec.name], api)
        except RateLimited as exc:
            if exc.retry_after_s > SHORT_S:
                raise
            await app.sleep(exc.retry_after_s)
    return await _named(PROVIDERS[app.spec.name], api)


async def _named(provider: Provider, api: ProviderApi) -> Account:
    found = await provider.identify(api)
    return await provider.describe(api, found) if isinstance(provider, Describes) else found


def _agreed(grant: Grant, account: Account) -> Account:
    """The API may name somebody only within a tenant; what was signed is the whole name, ``tenant:person``."""
    if grant.account_id is None:
        return account
    if account.external_id not in (grant.account_id, grant.account_id.rpartition(":")[2]):
        raise ConsentFailed("failed", detail="The provider named two different accounts. Nothing was stored.")
    return replace(account, external_id=grant.account_id)


def _check_scopes(app: ProviderApp, granted: frozenset[str]) -> None:
    lacking = sorted(app.spec.auth.required_scopes - granted)
    if lacking:
        raise ConsentFailed("partial", missing_scopes=lacking)


async def _explained(rt: Runtime, app: ProviderApp, exc: ProviderError) -> ConsentFailed:
    said = exc.evidence
    told: dict[str, Any] = {"provider_error": ": ".join(part for part in (said.provider_code, said.message) if part)}
    if isinstance(exc, ScopesMissing):
        return ConsentFailed("partial", missing_scopes=sorted(exc.scopes), **told)
    if isinstance(exc, Misconfigured):
        await _tell_operator(rt, app, exc)
        uri = redirect_uri(rt.config.base_url, app.spec.name)
        told["detail"] = f"{app.spec.label} rejects our app's settings. Our operator must correct them."
        return ConsentFailed("failed", expected_redirect_uri=uri, **told)
    if isinstance(exc, Unavailable | RateLimited):
        told["detail"] = f"{app.spec.label} did not answer as it should. Nothing was stored; try again in a moment."
    return ConsentFailed("failed", **told)


async def _tell_operator(rt: Runtime, app: ProviderApp, exc: Misconfigured) -> None:
    """Refused client credentials and a named redirect URI concern everybody; else it may be one attempt's doing."""
    if exc.evidence.status == 401 or exc.evidence.provider_code in CLIENT_FAULTS:
        await open_breaker(rt, app.spec.name, exc)
        return
    if (exc.evidence.provider_code or "").removeprefix("AADSTS") in REDIRECT_FAULTS:
        await report_redirect_fault(rt, app.spec.name, exc)
    told = {"provider": app.spec.name, "expected": exc.expected, "evidence": exc.evidence.as_json()}
    log.error("a provider rejects an authorization of our app", extra=told)
