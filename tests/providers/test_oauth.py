import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from mailwarden.providers.base import AccessRevoked, Misconfigured, RateLimited, Rejected, Signal, Unavailable
from mailwarden.providers.budget import LocalBudget
from mailwarden.providers.catalog import load
from mailwarden.providers.oauth import OAuth, new_verifier
from tests.providers.support import Calls, make_app

CALLBACK = "https://warden.example.test/v1/oauth/callback/x"
GRANT = {"access_token": "at-1", "refresh_token": "rt-2", "expires_in": 1800, "token_type": "bearer"}


WITH_PKCE = [n for n, spec in sorted(load().items()) if spec.kind == "oauth" and spec.auth.pkce]
WITH_REVOCATION = [n for n, spec in sorted(load().items()) if spec.kind == "oauth" and spec.auth.revoke_path]


@pytest.fixture(params=[n for n, spec in sorted(load().items()) if spec.kind == "oauth"])
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def given(body: object, status: int = 200) -> Calls:
    return Calls(httpx.Response(status, json=body))


def form_of(request: httpx.Request) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(request.content.decode()).items()}


def asked_of(url: str) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(urlsplit(url).query).items()}


def test_the_consent_url_of_hubspot():
    url = OAuth(make_app("hubspot", given({}))).authorize_url(state="s t+", redirect_uri=CALLBACK, verifier="v" * 64)
    assert url.startswith("https://app.hubspot.com/oauth/authorize?")
    assert "scope=oauth%20content&" in url
    asked = asked_of(url)
    assert asked["optional_scope"] == "crm.objects.contacts.read"
    assert (asked["client_id"], asked["redirect_uri"], asked["state"]) == ("our-client", CALLBACK, "s t+")


def test_the_consent_url_of_klaviyo_carries_the_challenge_and_no_secret():
    verifier = new_verifier()
    app = make_app("klaviyo", given({}), authorize_base="http://127.0.0.1:9400/klaviyo/")
    url = OAuth(app).authorize_url(state="s", redirect_uri=CALLBACK, verifier=verifier)
    assert url.startswith("http://127.0.0.1:9400/klaviyo/oauth/authorize?")
    asked = asked_of(url)
    digest = hashlib.sha256(verifier.encode()).digest()
    assert asked["code_challenge"] == base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    assert (asked["code_challenge_method"], asked["response_type"]) == ("S256", "code")
    assert asked["scope"].split() == ["accounts:read", "campaigns:read", "metrics:read", "events:read"]
    assert verifier not in url
    assert "our-secret" not in url


def test_verifiers_are_long_and_never_the_same():
    made = {new_verifier() for _ in range(100)}
    assert len(made) == 100
    assert all(43 <= len(verifier) <= 128 for verifier in made)


@pytest.mark.parametrize("name", WITH_PKCE)
def test_a_provider_with_pkce_gets_no_url_without_a_verifier(name):
    with pytest.raises(ValueError, match="PKCE"):
        OAuth(make_app(name, given({}))).authorize_url(state="s", redirect_uri=CALLBACK)


@pytest.mark.parametrize("name", sorted({n for n in load() if load()[n].kind == "oauth"} - set(WITH_PKCE)))
def test_a_provider_without_pkce_gets_no_challenge(name):
    url = OAuth(make_app(name, given({}))).authorize_url(state="s", redirect_uri=CALLBACK, verifier="v" * 43)
    assert "code_challenge" not in url


async def test_the_exchange_sends_what_the_provider_wants():
    calls = given(GRANT)
    await OAuth(make_app("hubspot", calls)).exchange(code="c", redirect_uri=CALLBACK, verifier="v")
    (request,) = calls.requests
    assert str(request.url) == "https://api.hubapi.com/oauth/2026-09/token"
    assert "Authorization" not in request.headers
    assert form_of(request) == {
        "grant_type": "authorization_code",
        "code": "c",
        "redirect_uri": CALLBACK,
        "code_verifier": "v",
        "client_id": "our-client",
        "client_secret": "our-secret",
    }


async def test_klaviyo_gets_the_client_as_basic_auth():
    calls = given(GRANT)
    await OAuth(make_app("klaviyo", calls, client_secret="a:b c")).refresh("rt-1")
    (request,) = calls.requests
    assert str(request.url) == "https://a.klaviyo.com/oauth/token"
    kind, _, pair = request.headers["Authorization"].partition(" ")
    assert (kind, base64.b64decode(pair)) == ("Basic", b"our-client:a%3Ab%20c")
    assert form_of(request) == {"grant_type": "refresh_token", "refresh_token": "rt-1"}


async def test_a_grant_with_all_that_hubspot_says():
    body = GRANT | {"hub_id": 1234567, "scopes": ["oauth", "content"], "user_id": 2}
    grant = await OAuth(make_app("hubspot", given(body))).refresh("rt-1")
    assert (grant.access_token, grant.refresh_token, grant.expires_in_s) == ("at-1", "rt-2", 1800)
    assert grant.scopes == frozenset({"oauth", "content"})
    assert grant.account_id == "1234567"
    assert "at-1" not in repr(grant)


async def test_a_grant_with_a_scope_string():
    grant = await OAuth(make_app("klaviyo", given(GRANT | {"scope": "accounts:read campaigns:read"}))).refresh("rt-1")
    assert grant.scopes == frozenset({"accounts:read", "campaigns:read"})
    assert grant.account_id is None


@pytest.mark.parametrize("missing", [{"refresh_token": None}, {"refresh_token": ""}])
async def test_a_refresh_token_left_out_means_keep_the_old_one(name, missing):
    assert (await OAuth(make_app(name, given(GRANT | missing))).refresh("rt-1")).refresh_token is None
    bare = {"access_token": "at-1"}
    grant = await OAuth(make_app(name, given(bare))).refresh("rt-1")
    assert (grant.refresh_token, grant.scopes) == (None, None)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (3600, 3600),
        ("3600", 3600),
        (3599.6, 3600),
        (1, 60),
        (10**12, 31 * 86400),
        (0, None),
        (-5, None),
        (None, None),
        ("soon", None),
        (True, None),
        ([], None),
        ("1e400", None),
    ],
)
async def test_a_lifetime_is_believed_within_reason(name, said, kept):
    grant = await OAuth(make_app(name, given(GRANT | {"expires_in": said}))).refresh("rt-1")
    assert grant.expires_in_s == (kept or load()[name].refresh.access_life_s)


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        "at",
        GRANT | {"access_token": ""},
        GRANT | {"access_token": None},
        GRANT | {"access_token": 7},
        GRANT | {"access_token": "a\r\nX: y"},
        GRANT | {"access_token": "a" * 9000},
        GRANT | {"refresh_token": {"a": 1}},
        GRANT | {"refresh_token": "ü"},
    ],
)
async def test_a_200_without_usable_tokens_is_the_providers_trouble(name, body):
    with pytest.raises(Unavailable) as caught:
        await OAuth(make_app(name, given(body))).refresh("rt-1")
    assert caught.value.sent
    assert caught.value.evidence.status == 200


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(200, content=b'{"access_token": "at-1"', headers={"Content-Type": "application/json"}),
        httpx.Response(200, content=b"<html>", headers={"Content-Type": "text/html"}),
        httpx.Response(200, json=GRANT, headers={"Content-Type": "text/html"}),
        httpx.Response(200, json=GRANT | {"padding": "x" * 70_000}),
        httpx.Response(302, headers={"Location": "https://elsewhere.test"}),
        httpx.Response(500, json={"error": "invalid_grant"}),
    ],
)
async def test_an_unreadable_token_answer_proves_nothing_and_is_not_repeated(name, response):
    calls = Calls(response)
    with pytest.raises(Unavailable) as caught:
        await OAuth(make_app(name, calls)).refresh("rt-1")
    assert caught.value.sent
    assert caught.value.evidence.signal is None
    assert len(calls.requests) == 1


@pytest.mark.parametrize(
    ("trouble", "sent"),
    [
        (httpx.ConnectError("x"), False),
        (httpx.ConnectTimeout("x"), False),
        (httpx.PoolTimeout("x"), False),
        (httpx.ReadTimeout("x"), True),
        (httpx.ReadError("x"), True),
        (httpx.WriteError("x"), True),
        (httpx.RemoteProtocolError("x"), True),
    ],
)
async def test_troubles_before_and_after_sending_are_told_apart(name, trouble, sent):
    calls = Calls(trouble)
    with pytest.raises(Unavailable) as caught:
        await OAuth(make_app(name, calls)).refresh("rt-1")
    assert (caught.value.sent, len(calls.requests)) == (sent, 1)


async def test_a_refused_refresh(name):
    with pytest.raises(AccessRevoked) as caught:
        await OAuth(make_app(name, given({"error": "invalid_grant"}, 400))).refresh("rt-1")
    evidence = caught.value.evidence
    assert (evidence.signal, evidence.operation, evidence.method) == (Signal.REFRESH_REFUSED, "refresh", "POST")
    assert evidence.path == load()[name].auth.token_path


async def test_a_refused_code_names_the_redirect_that_must_be_registered():
    calls = given({"status": "BAD_REDIRECT_URI", "error": "invalid_grant"}, 400)
    with pytest.raises(Misconfigured) as caught:
        await OAuth(make_app("hubspot", calls)).exchange(code="c", redirect_uri=CALLBACK)
    assert caught.value.expected == CALLBACK


async def test_a_used_code_is_rejected(name):
    with pytest.raises(Rejected):
        await OAuth(make_app(name, given({"error": "invalid_grant"}, 400))).exchange(code="c", redirect_uri=CALLBACK)


async def test_a_429_of_the_token_endpoint_stops_all_of_our_refreshes_there(name):
    calls = Calls(httpx.Response(429, json={}, headers={"Retry-After": "60"}))
    oauth = OAuth(make_app(name, calls, budget=LocalBudget(lambda: 1000.0)))
    for _ in range(2):
        with pytest.raises(RateLimited):
            await oauth.refresh("rt-1")
    assert len(calls.requests) == 1


@pytest.mark.parametrize("response", [httpx.Response(200), httpx.Response(204), httpx.Response(200, json={"ok": 1})])
@pytest.mark.parametrize("name", WITH_REVOCATION)
async def test_revoking(name, response):
    calls = Calls(response)
    await OAuth(make_app(name, calls)).revoke("rt-1")
    assert form_of(calls.requests[0])["token"] == "rt-1"


async def test_revoking_a_dead_token_is_done(name):
    await OAuth(make_app(name, given({"error": "invalid_grant"}, 400))).revoke("rt-1")


@pytest.mark.parametrize("name", WITH_REVOCATION)
async def test_revoking_says_when_it_failed(name):
    with pytest.raises(Rejected):
        await OAuth(make_app(name, given({"error": "invalid_request"}, 400))).revoke("rt-1")


@pytest.mark.parametrize("active", [True, False])
async def test_introspection_of_a_refresh_token_at_hubspot(active):
    calls = given({"active": active, "hub_id": 1, "scopes": ["oauth"]} if active else {"active": False})
    found = await OAuth(make_app("hubspot", calls)).introspect("rt-1")
    assert found is not None
    assert (found.active, found.scopes) == (active, frozenset({"oauth"}) if active else None)
    assert found.evidence.signal == (None if active else Signal.INTROSPECTION_INACTIVE)
    assert form_of(calls.requests[0])["token_type_hint"] == "refresh_token"
    assert str(calls.requests[0].url).endswith("/oauth/2026-09/token/introspect")


@pytest.mark.parametrize("body", [{}, {"active": "false"}, {"active": None}, []])
async def test_an_introspection_that_does_not_say_proves_nothing(body):
    with pytest.raises(Unavailable):
        await OAuth(make_app("hubspot", given(body))).introspect("rt-1")


async def test_klaviyo_has_no_introspection():
    calls = given({})
    assert await OAuth(make_app("klaviyo", calls)).introspect("rt-1") is None
    assert calls.requests == []
