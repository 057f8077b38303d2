"""Requests as each provider would send them, and everything that an attacker may change about one."""

import base64
import json
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import httpx
from joserfc import jwt
from joserfc.jwk import RSAKey

from mailwarden.providers.hooks import google, hubspot, keap, klaviyo, microsoft
from mailwarden.providers.hooks.base import HookEvent, Incoming
from mailwarden.providers.id_token import KeySource, signed_claims
from tests.providers.support import make_app

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECRET, OTHER = "our-secret-of-32-characters-long", "another-tenants-secret-0123456789"
URL = "https://app.example.test/hooks"
PUSHER = "push@project.example.test"
KEY, FOREIGN_KEY = (RSAKey.generate_key(2048, {"kid": "key-1"}) for _ in range(2))
JWKS = {"keys": [KEY.as_dict(private=False, use="sig", alg="RS256")]}


def incoming(body: bytes, headers: dict[str, str], url: str = URL) -> Incoming:
    return Incoming("POST", url, {name.lower(): value for name, value in headers.items()}, body, NOW)


def from_hubspot(items: Any = None, secret: str = SECRET, at: datetime = NOW) -> Incoming:
    told = items if items is not None else [hubspot_item(1)]
    body, stamp, url = json.dumps(told).encode(), str(round(at.timestamp() * 1000)), f"{URL}/hubspot"
    signature = hubspot.signature(secret, "POST", url, body, stamp)
    return incoming(body, {"X-HubSpot-Signature-v3": signature, "X-HubSpot-Request-Timestamp": stamp}, url)


def hubspot_item(number: int, at: datetime = NOW, portal: int = 4711) -> dict[str, Any]:
    return {
        "eventId": number, "subscriptionId": 7, "portalId": portal, "appId": 1, "objectId": 9,
        "occurredAt": round(at.timestamp() * 1000), "subscriptionType": "contact.propertyChange", "attemptNumber": 0,
    }  # fmt: skip


def from_klaviyo(secret: str = SECRET, at: datetime = NOW, name: str = "ext-1") -> Incoming:
    payload = {"data": {"type": "event", "id": "e1", "attributes": {"datetime": at.isoformat()}}}
    told = {
        "data": [{"external_id": name, "topic": "event:klaviyo.opened_email", "payload": payload}],
        "meta": {"klaviyo_account_id": "Kv0001", "timestamp": at.isoformat(), "version": "1"},
    }
    body, stamp = json.dumps(told).encode(), "Sun, 22 Nov 2026 07:00:00 GMT"  # a wrong clock, as seen
    return incoming(body, {"Klaviyo-Timestamp": stamp, "Klaviyo-Signature": klaviyo.signature(secret, body, stamp)})


def from_microsoft(state: str = SECRET, **item: Any) -> Incoming:
    told = {
        "id": "n1", "subscriptionId": "s1", "clientState": state, "changeType": "created",
        "resource": "users/u/messages/m", "resourceData": {"@odata.etag": "W/1", "id": "m"},
        "subscriptionExpirationDateTime": "2026-11-25T12:00:00Z", **item,
    }  # fmt: skip
    return incoming(json.dumps({"value": [told]}).encode(), {})


def from_keap(**over: Any) -> Incoming:
    keys = [{"id": 5, "timestamp": "2026-11-22T11:59:00Z"}, {"id": 4, "timestamp": "2026-11-22T11:58:00Z"}]
    return incoming(json.dumps({"event_key": "contact.edit", "object_keys": keys, **over}).encode(), {})


TOKENS_REVOKED = "https://schemas.openid.net/secevent/oauth/event-type/tokens-revoked"
TOKEN_REVOKED = "https://schemas.openid.net/secevent/oauth/event-type/token-revoked"


def risc(
    event: str = TOKENS_REVOKED, subject: dict[str, Any] | None = None, *, key: RSAKey = KEY, **over: Any
) -> Incoming:
    said = {"subject": subject or {"subject_type": "iss-sub", "iss": "https://accounts.google.com/", "sub": "1091"}}
    claims = {
        "iss": "https://accounts.google.com/", "aud": "our-client", "iat": round(NOW.timestamp()), "jti": "jti-1",
        "events": {event: said}, **over,
    }  # fmt: skip
    token = jwt.encode({"alg": "RS256", "kid": "key-1"}, claims, key)
    return incoming(token.encode(), {"content-type": "application/secevent+jwt"}, f"{URL}/google")


def pubsub(*, key: RSAKey = KEY, message: str = "m-1", data: bytes | None = None, **over: Any) -> Incoming:
    url = f"{URL}/google/pubsub"
    seconds = NOW.timestamp()
    claims = {
        "iss": "https://accounts.google.com", "aud": url, "email": PUSHER, "email_verified": True,
        "iat": seconds - 5, "exp": seconds + 3595, "sub": "1", **over,
    }  # fmt: skip
    told = data if data is not None else b'{"emailAddress":"Pat@example.test","historyId":"77"}'
    encoded = base64.urlsafe_b64encode(told).decode()
    inner = {"data": encoded, "messageId": message, "publishTime": "2026-11-22T11:59:59.5Z"}
    body = {"message": inner, "subscription": "projects/p/subscriptions/s"}
    token = jwt.encode({"alg": "RS256", "kid": "key-1"}, claims, key)
    return incoming(json.dumps(body).encode(), {"Authorization": f"Bearer {token}"}, url)


async def _signed(token: str) -> Any:
    return await signed_claims(APP, token, KeySource("https://keys.example.test", "/oauth2/v3/certs"))


APP = make_app("klaviyo", lambda _: httpx.Response(200, json=JWKS))
Verify = Callable[[Incoming], Awaitable[list[HookEvent]]]


async def verify_hubspot(one: Incoming) -> list[HookEvent]:
    return hubspot.events(one, SECRET)


async def verify_klaviyo(one: Incoming) -> list[HookEvent]:
    return klaviyo.events(one, SECRET)


async def verify_microsoft(one: Incoming) -> list[HookEvent]:
    return microsoft.events(one, SECRET)


async def verify_keap(one: Incoming) -> list[HookEvent]:
    return keap.events(one, "subscription-1")


async def verify_risc(one: Incoming) -> list[HookEvent]:
    return await google.security_events(one, _signed, ("our-client",))


async def verify_pubsub(one: Incoming) -> list[HookEvent]:
    return await google.mailbox_changes(one, _signed, f"{URL}/google/pubsub", PUSHER)


@dataclass(frozen=True)
class Scheme:
    name: str
    genuine: Incoming
    verify: Verify
    headers: tuple[str, ...]  # that prove something
    body: bool  # whether every byte of it is covered
    url: bool = False
    is_token: bool = False


HUBSPOT_HEADERS = ("x-hubspot-signature-v3", "x-hubspot-request-timestamp")
SCHEMES = (
    Scheme("hubspot", from_hubspot(), verify_hubspot, HUBSPOT_HEADERS, True, True),
    Scheme("klaviyo", from_klaviyo(), verify_klaviyo, ("klaviyo-signature", "klaviyo-timestamp"), True),
    Scheme("risc", risc(), verify_risc, (), True, is_token=True),
    Scheme("pubsub", pubsub(), verify_pubsub, ("authorization",), False, is_token=True),
)  # fmt: skip


def mutations(scheme: Scheme, rng: random.Random, count: int) -> list[Incoming]:
    """One flipped bit each, somewhere that authenticity covers."""
    places = [*scheme.headers, *(["body"] if scheme.body else []), *(["url"] if scheme.url else [])]
    return [_flip(scheme.genuine, rng.choice(places), rng) for _ in range(count)]


def _flip(one: Incoming, place: str, rng: random.Random) -> Incoming:
    if place == "body":
        return replace(one, body=_flipped(one.body, rng))
    if place == "url":
        return replace(one, url=_flipped(one.url.encode(), rng).decode("latin-1"))
    value = _flipped(one.headers[place].encode(), rng).decode("latin-1")
    return replace(one, headers={**one.headers, place: value})


def same_token(one: Incoming, other: Incoming) -> bool:
    """The last letter of a base64 text may hold bits that mean nothing: such a token is the same token."""
    return [_parts(text) for text in _tokens(one)] == [_parts(text) for text in _tokens(other)]


def _tokens(one: Incoming) -> list[bytes]:
    scheme, token = one.headers.get("authorization", "")[:7], one.headers.get("authorization", "")[7:]
    return [one.body, scheme.lower().encode(), token.encode()]


def _parts(text: bytes) -> list[bytes]:
    try:
        return [base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4)) for part in text.split(b".")]
    except ValueError:
        return [text]


def _flipped(raw: bytes, rng: random.Random) -> bytes:
    at, bit = rng.randrange(len(raw)), rng.randrange(8)
    return raw[:at] + bytes([raw[at] ^ 1 << bit]) + raw[at + 1 :]
