"""What is signed is believed; everything else about a person is not."""

import base64
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from mailwarden.providers import id_token
from mailwarden.providers.app import ProviderApp
from mailwarden.providers.base import Rejected, Unavailable
from mailwarden.providers.catalog import IdTokenSpec, load
from mailwarden.providers.id_token import verified_claims
from tests.providers.support import Calls, make_app

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
KEY, OTHER = (RSAKey.generate_key(2048, {"kid": kid}) for kid in ("key-1", "key-2"))
ISSUERS = ("https://accounts.example.test", "https://login.example.test/{tid}/v2.0")
CLAIMS = {
    "iss": ISSUERS[0],
    "aud": "our-client",
    "sub": "1091",
    "iat": NOW.timestamp() - 5,
    "exp": NOW.timestamp() + 3595,
    "nonce": "n-1",
}


def signed(claims: Mapping[str, Any], key: RSAKey = KEY, **header: Any) -> str:
    return jwt.encode({"alg": "RS256", "kid": key.kid, **header}, dict(claims), key)


def keys(*of: RSAKey) -> httpx.Response:
    return httpx.Response(200, json={"keys": [key.as_dict(private=False, use="sig", alg="RS256") for key in of]})


def app_of(calls: Calls) -> ProviderApp:
    app = make_app("klaviyo", calls)
    spec = IdTokenSpec(issuers=ISSUERS, jwks_base="https://keys.example.test", jwks_path="/oauth2/v3/certs")
    auth = load()["klaviyo"].auth.model_copy(update={"id_token": spec})
    return ProviderApp(app.spec.model_copy(update={"oauth": auth}), app.settings, app.http, app.budget, app.sleep)


async def read(token: str, calls: Calls | None = None, nonce: str | None = "n-1") -> Mapping[str, Any]:
    return await verified_claims(app_of(calls or Calls(keys(KEY))), token, nonce, now=NOW)


async def test_a_good_token_is_believed():
    calls = Calls(keys(OTHER, KEY))
    assert (await read(signed(CLAIMS), calls))["sub"] == "1091"
    assert str(calls.requests[0].url) == "https://keys.example.test/oauth2/v3/certs"
    assert (await read(signed(CLAIMS | {"aud": ["our-client"]})))["sub"] == "1091"
    several = CLAIMS | {"aud": ["our-client", "another"], "azp": "our-client"}
    assert (await read(signed(several)))["azp"] == "our-client"


async def test_an_issuer_per_tenant():
    own = CLAIMS | {"tid": "t-1", "iss": "https://login.example.test/t-1/v2.0"}
    assert (await read(signed(own)))["tid"] == "t-1"
    for lie in (own | {"tid": "t-2"}, own | {"tid": "../t-1"}, {**own, "tid": None}):
        with pytest.raises(Rejected, match="somebody else"):
            await read(signed(lie))


@pytest.mark.parametrize(
    ("lie", "why"),
    [
        ({"iss": "https://evil.test"}, "somebody else"),
        ({"iss": "https://login.example.test/{tid}/v2.0"}, "somebody else"),
        ({"iss": None}, "somebody else"),
        ({"aud": "another-client"}, "another app"),
        ({"aud": []}, "another app"),
        ({"aud": None}, "another app"),
        ({"aud": ["our-client", "another"]}, "several apps"),
        ({"exp": NOW.timestamp() - 61}, "expired"),
        ({"exp": None}, "without exp"),
        ({"exp": True}, "without exp"),
        ({"iat": NOW.timestamp() + 61}, "in the future"),
        ({"iat": "now"}, "without iat"),
        ({"sub": ""}, "without a subject"),
        ({"sub": 7}, "without a subject"),
        ({"nonce": "n-2"}, "another sign-in"),
        ({"nonce": None}, "another sign-in"),
    ],
)
async def test_what_is_signed_but_not_for_us_now(lie, why):
    with pytest.raises(Rejected, match=why) as caught:
        await read(signed(CLAIMS | lie))
    assert caught.value.evidence.signal is None


async def test_clocks_may_differ_by_a_minute():
    await read(signed(CLAIMS | {"exp": NOW.timestamp() - 59, "iat": NOW.timestamp() + 59}))


async def test_without_a_nonce_of_ours_none_is_asked():
    assert await read(signed(CLAIMS), nonce=None)


def part(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def by_hand(alg: str, secret: bytes | None = None) -> str:
    head = f"{part(json.dumps({'alg': alg, 'kid': 'key-1'}).encode())}.{part(json.dumps(CLAIMS).encode())}"
    return f"{head}.{part(hmac.digest(secret, head.encode(), 'sha256')) if secret else ''}"


def mixed_up() -> str:
    """The public key used as the secret of an HMAC."""
    return by_hand("HS256", KEY.as_pem(private=False))


def swapped() -> str:
    head, _, tail = signed(CLAIMS).split(".")
    return ".".join((head, signed(CLAIMS | {"sub": "9"}).split(".")[1], tail))


@pytest.mark.parametrize(
    "token",
    ["", "a", "a.b", "a.b.c", "ü.b.c", "." * 5, by_hand("none"), by_hand("RS256"), mixed_up(), swapped(),
     signed(CLAIMS, OTHER), signed(CLAIMS, OTHER, kid="key-1")],
)  # fmt: skip
async def test_what_nobody_signed(token):
    with pytest.raises(Rejected) as caught:
        await read(token)
    assert len(token) < 5 or token not in str(caught.value)


async def test_keys_are_read_once_and_again_for_a_new_key(monkeypatch):
    calls = Calls(keys(KEY), keys(KEY, OTHER))
    app = app_of(calls)
    for _ in range(3):
        await verified_claims(app, signed(CLAIMS), "n-1", now=NOW)
    assert len(calls.requests) == 1
    with pytest.raises(Rejected, match="does not publish"):  # asked a moment ago
        await verified_claims(app, signed(CLAIMS, OTHER), "n-1", now=NOW)
    monkeypatch.setattr(id_token, "ASK_AGAIN_S", -1)
    assert await verified_claims(app, signed(CLAIMS, OTHER), "n-1", now=NOW)
    assert len(calls.requests) == 2


@pytest.mark.parametrize(
    "reply",
    [
        httpx.Response(500),
        httpx.Response(200, json={"keys": "none"}),
        httpx.Response(200, json=[]),
        httpx.Response(200, content=b"<html>", headers={"Content-Type": "text/html"}),
        httpx.Response(302, headers={"Location": "https://evil.test/keys"}),
        httpx.ReadTimeout("slow"),
    ],
)
async def test_without_keys_nothing_is_decided(reply):
    with pytest.raises(Unavailable):
        await read(signed(CLAIMS), Calls(reply))


async def test_keys_that_cannot_be_used_are_passed_over():
    public = KEY.as_dict(private=False)
    odd = [{"kty": "EC", "kid": "key-1"}, {"kty": "RSA", "kid": "x"}, {"kty": "RSA", "kid": "y", "n": 1, "e": 2}, 7]
    assert await read(signed(CLAIMS), Calls(httpx.Response(200, json={"keys": [*odd, public]})))


async def test_a_provider_without_id_tokens():
    with pytest.raises(LookupError):
        await verified_claims(make_app("klaviyo", Calls(keys(KEY))), signed(CLAIMS), None, now=NOW)
