"""Who somebody is at Google or Microsoft (OpenID Connect, code flow with PKCE, nonce and state)."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from mailwarden.core.crypto import Keyring
from mailwarden.core.errors import NotFound
from mailwarden.core.runtime import Runtime
from mailwarden.providers.app import ProviderApp
from mailwarden.providers.base import ProviderError
from mailwarden.providers.catalog import ProviderSpec, load
from mailwarden.providers.id_token import verified_claims
from mailwarden.providers.oauth import OAuth
from mailwarden.providers.settings import authorize_url

SCOPES = ("openid", "email", "profile")
PAGE = {"prompt": "select_account", "response_mode": "query"}


@dataclass(frozen=True)
class Person:
    """``proved_email``: the provider vouches that this person reads it; anything else is a mere word."""

    provider: str
    label: str
    issuer: str
    subject: str
    email: str | None
    proved_email: bool
    name: str

    @property
    def key(self) -> bytes:
        """Addresses change hands; issuer and subject never do."""
        return hashlib.sha256(f"{self.issuer}\n{self.subject}".encode()).digest()


class NotKnown(Exception):
    """The provider did not say who it is, or said it in a way that must not be believed. Holds nothing of it."""


def offered(rt: Runtime) -> list[ProviderSpec]:
    """Those that sign people in, and that the operator set our app up at."""
    return [spec for name, spec in load().items() if name in rt.config.providers and signs_in(name)]


def signs_in(provider: str) -> bool:
    return load()[provider].auth.id_token is not None


def our_app(rt: Runtime, provider: str) -> ProviderApp:
    spec = next((one for one in offered(rt) if one.name == provider), None)
    if spec is None:
        raise NotFound("Nobody signs in here with that provider.")
    return ProviderApp(spec=spec, settings=rt.config.providers[provider], http=rt.http, budget=rt.budget, rng=rt.rng)


def redirect_uri(base_url: str, provider: str) -> str:
    """What must be registered at the provider, to the letter. ``base_url`` has no slash at its end."""
    return f"{base_url}/v1/auth/callback/{provider}"


def new_state() -> str:
    return secrets.token_urlsafe(32)


def begin(rt: Runtime, provider: str, state: str) -> str:
    """The address of the provider's page."""
    app = our_app(rt, provider)
    url = prepare_grant_uri(
        authorize_url(app.spec, app.settings),
        app.settings.client_id,
        "code",
        redirect_uri(rt.config.base_url, provider),
        list(SCOPES),
        state,
        nonce=_derived(rt.keys, "nonce", state),
        code_challenge=create_s256_code_challenge(_derived(rt.keys, "verifier", state)),
        code_challenge_method="S256",
        **PAGE,
    )
    return str(url).replace("+", "%20")


async def redeem(rt: Runtime, provider: str, state: str, code: str) -> Person:
    """Two requests to the provider, no transaction around them. Raises NotKnown."""
    app = our_app(rt, provider)
    verifier, back = _derived(rt.keys, "verifier", state), redirect_uri(rt.config.base_url, provider)
    try:
        grant = await OAuth(app).exchange(code=code, redirect_uri=back, verifier=verifier)
        if grant.id_token is None:
            raise NotKnown("no id_token")
        nonce = _derived(rt.keys, "nonce", state)
        claims = await verified_claims(app, grant.id_token, nonce, now=rt.clock.now())
    except ProviderError as exc:
        raise NotKnown(type(exc).__name__) from exc
    return _person(app.spec, claims)


def _person(spec: ProviderSpec, claims: Mapping[str, Any]) -> Person:
    email = claims.get("email") or claims.get("preferred_username")
    proves = spec.auth.id_token is not None and spec.auth.id_token.proves_email
    name = "".join(one for one in str(claims.get("name") or "") if one.isprintable())
    return Person(
        provider=spec.name,
        label=spec.label,
        issuer=str(claims["iss"]).removeprefix("https://"),  # one of them spells its own in two ways
        subject=str(claims["sub"]),
        email=email if isinstance(email, str) else None,
        proved_email=proves and claims.get("email_verified") is True,
        name=" ".join(name.split())[:80],
    )


def _derived(keys: Keyring, what: str, state: str) -> str:
    """Made of the state by our key, so that they need not be kept anywhere."""
    return keys.fingerprint(f"sign-in|{what}|{state}").hex()
