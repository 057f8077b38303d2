"""Tokens that a provider signed about a person: checked against its published keys, never believed by reading them."""

import re
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey
from joserfc.jws import extract_compact

from mailwarden.core.http import NoAnswer
from mailwarden.providers.app import ProviderApp, counted_send
from mailwarden.providers.base import Rejected, Unavailable
from mailwarden.providers.catalog import IdTokenSpec
from mailwarden.providers.classify import Call, is_json, no_answer
from mailwarden.providers.reading import at, parse
from mailwarden.providers.settings import api_url

LEEWAY_S = 60
KEYS_LIVE_S = 6 * 3600
ASK_AGAIN_S = 5.0  # a flood of forged tokens must not become a flood of our requests
MAX_BODY = 256 * 1024


class Forged(Exception):
    """The token is not what it should be; the message says in which way and holds nothing of it."""


@dataclass(frozen=True, slots=True)
class KeySource:
    """Where a provider publishes its keys. The operator's base replaces ``base`` as it does everywhere."""

    base: str
    path: str

    def call(self, app: ProviderApp) -> Call:
        return Call("keys", "GET", httpx.URL(self.url(app)).host, self.path)

    def url(self, app: ProviderApp) -> str:
        return api_url(app.spec, app.settings, self.path, self.base)


@dataclass(frozen=True, slots=True)
class _Known:
    keys: Mapping[str, RSAKey]
    at: float  # monotonic


_KNOWN: WeakKeyDictionary[httpx.AsyncClient, dict[str, _Known]] = WeakKeyDictionary()  # by address, per client


async def verified_claims(app: ProviderApp, id_token: str, nonce: str | None, *, now: datetime) -> Mapping[str, Any]:
    """The claims of an id_token of a token answer (OpenID Connect Core §3.1.3.7).

    Raises Rejected for one that must not be believed, and Unavailable while the provider's keys cannot be had.
    """
    spec = app.spec.auth.id_token
    if spec is None:
        raise LookupError(f"{app.spec.name} gives no id_token")
    source = KeySource(spec.jwks_base, spec.jwks_path)
    try:
        claims = await signed_claims(app, id_token, source)
        check_claims(claims, issuers=spec.issuers, audiences=(app.settings.client_id,), now=now)
        _check_person(claims, app.settings.client_id, nonce)
    except Forged as exc:
        raise Rejected(source.call(app).evidence(f"the id_token is refused: {exc}")) from None
    return claims


def account_of(spec: IdTokenSpec, claims: Mapping[str, Any]) -> str:
    """The account that the token speaks of, written as the API's answer names it."""
    return re.sub(r"\{(\w+)\}", lambda name: str(claims.get(name[1], "")), spec.account)


async def signed_claims(app: ProviderApp, token: str, source: KeySource) -> Mapping[str, Any]:
    """The claims, if a key of this source signed them with RS256; nothing else is checked. Forged, or Unavailable."""
    try:
        header = extract_compact(token.encode("ascii")).headers()
    except (JoseError, ValueError):
        raise Forged("not a signed token") from None
    kid = header.get("kid")
    if header.get("alg") != "RS256" or not isinstance(kid, str):
        raise Forged("not signed with RS256 by a named key")
    key = await _key(app, kid, source)
    try:
        return jwt.decode(token, key, algorithms=["RS256"]).claims
    except (JoseError, ValueError):
        raise Forged("the signature does not fit") from None


def check_claims(
    claims: Mapping[str, Any],
    *,
    issuers: Iterable[str],
    audiences: Iterable[str],
    now: datetime,
    expires: bool = True,
) -> None:
    """Issuer, audience and times. ``expires`` False: for event tokens, which have no end (RFC 8417 §2.2)."""
    if not _is_issuer(claims, issuers):
        raise Forged("issued by somebody else")
    if not _audiences(claims) & set(audiences):
        raise Forged("meant for another app")
    seconds = now.timestamp()
    if expires and _time(claims, "exp") <= seconds - LEEWAY_S:
        raise Forged("expired")
    if _time(claims, "iat") > seconds + LEEWAY_S:
        raise Forged("issued in the future")


def _is_issuer(claims: Mapping[str, Any], issuers: Iterable[str]) -> bool:
    """``{tid}`` in an issuer is the token's own tenant, so that tenant cannot speak for another."""
    tenant = claims.get("tid")
    known = tenant if isinstance(tenant, str) and re.fullmatch(r"[\w-]{1,64}", tenant, re.ASCII) else None
    accepted = {one.replace("{tid}", known) if known else one for one in issuers}
    return claims.get("iss") in {one for one in accepted if "{" not in one}


def _audiences(claims: Mapping[str, Any]) -> set[str]:
    said = claims.get("aud")
    return {one for one in (said if isinstance(said, list) else [said]) if isinstance(one, str)}


def _time(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Forged(f"without {name}")
    return float(value)


def _check_person(claims: Mapping[str, Any], client_id: str, nonce: str | None) -> None:
    if not isinstance(claims.get("sub"), str) or not claims["sub"]:
        raise Forged("without a subject")
    if len(_audiences(claims)) > 1 and claims.get("azp") != client_id:
        raise Forged("meant for several apps and not given to ours")
    if nonce is not None and claims.get("nonce") != nonce:
        raise Forged("of another sign-in")


async def _key(app: ProviderApp, kid: str, source: KeySource) -> RSAKey:
    """Kept for hours; a key that is not among the kept ones is asked for once more, since providers rotate theirs."""
    url, kept = source.url(app), _KNOWN.setdefault(app.http, {})
    known, now = kept.get(url), time.monotonic()
    if known is None or now - known.at > KEYS_LIVE_S or (kid not in known.keys and now - known.at > ASK_AGAIN_S):
        known = kept[url] = _Known(await _fetch(app, source), now)
    if kid not in known.keys:
        raise Forged("signed by a key that the provider does not publish")
    return known.keys[kid]


async def _fetch(app: ProviderApp, source: KeySource) -> Mapping[str, RSAKey]:
    call = source.call(app)
    request = app.http.build_request("GET", source.url(app), headers={"Accept": "application/json"})
    try:
        answer = await counted_send(app, call, request, deadline_s=app.settings.oauth_deadline_s, max_bytes=MAX_BODY)
    except NoAnswer as exc:
        raise no_answer(call, exc) from exc
    try:
        if answer.status != 200 or not is_json(answer):
            raise ValueError("no key set")
        return dict(_usable(parse(answer.body)))
    except ValueError:
        said = call.evidence("the provider's signing keys cannot be read", status=answer.status)
        raise Unavailable(said) from None


def _usable(body: Any) -> Iterator[tuple[str, RSAKey]]:
    """Keys of other kinds may stand beside those that sign what we read."""
    found = at(body, "keys")
    if not isinstance(found, list):
        raise ValueError("no key set")
    for one in found:
        if at(one, "kty") == "RSA" and isinstance(at(one, "kid"), str) and at(one, "use") in (None, "sig"):
            with suppress(JoseError, ValueError, KeyError, TypeError):  # whatever a key set may hold
                yield one["kid"], RSAKey.import_key({"kty": "RSA", "n": one["n"], "e": one["e"]})
