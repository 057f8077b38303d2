"""Consent, tokens and their end."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from mailwarden.providers.base import AccessRevoked, Cause, Misconfigured, Rejected, ScopesMissing, Signal, Window
from mailwarden.providers.capabilities import ListsCampaigns
from mailwarden.providers.journal import Uninstall, UninstallJournal
from mailwarden.providers.oauth import OAuth, new_verifier
from mailwarden.providers.registry import PROVIDERS
from tests.providers.over_sockets.linked import CALLBACK, IDENTITY, connect, consent


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
