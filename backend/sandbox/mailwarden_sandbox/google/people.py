"""Who signed in: id_token, userinfo, tokeninfo, and the addresses and keys that go with them."""

import base64
import hashlib
from typing import Any

from starlette.responses import Response

from mailwarden_sandbox.accounts import Account
from mailwarden_sandbox.call import Call
from mailwarden_sandbox.google import errors, keys
from mailwarden_sandbox.google.scopes import EMAIL, PROFILE
from mailwarden_sandbox.grants import AccessToken, Grant
from mailwarden_sandbox.responses import json_answer

_LIFE_S = 3600


def id_token(call: Call, grant: Grant, access_token: str, nonce: str | None) -> str:
    now = int(call.world.now())
    half = hashlib.sha256(access_token.encode()).digest()[:16]
    claims = {
        "iss": keys.ISSUER, "azp": grant.client_id, "aud": grant.client_id, **person(grant.account, grant),
        "at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode(), "iat": now, "exp": now + _LIFE_S,
    }  # fmt: skip
    return keys.sign(claims | ({"nonce": nonce} if nonce else {}), typ="JWT")


def person(account: Account, grant: Grant) -> dict[str, Any]:
    scopes = grant.effective_scopes
    said: dict[str, Any] = {"sub": account.external_id}
    if EMAIL in scopes:
        said |= {"email": account.user_email, "email_verified": True, "hd": account.domain}
    if PROFILE in scopes:
        said |= {"name": account.name, "picture": f"https://lh3.googleusercontent.com/a/{account.external_id}"}
    return said


def userinfo(call: Call) -> Response:
    access = _live(call, call.bearer or "")
    if access is None or access.grant is None:
        answer = errors.token_error("invalid_request", "Invalid Credentials", 401)
        answer.headers["www-authenticate"] = 'Bearer realm="https://accounts.google.com/", error="invalid_token"'
        return answer
    said = person(access.grant.account, access.grant)
    if call.path.rstrip("/").endswith("/oauth2/v2/userinfo"):  # its older names
        said["id"], said["verified_email"] = said.pop("sub"), said.pop("email_verified", False)
    return json_answer(said)


def _live(call: Call, token: str) -> AccessToken | None:
    access = call.world.tokens.by_access.get(token)
    if access is None or access.dead or access.expires_at <= call.world.now() or access.grant is None:
        return None
    account = access.grant.account
    return None if account.provider != "google" or account.suspended or account.deleted else access


def tokeninfo(call: Call) -> Response:
    """Every value is a string."""
    given = call.form.get("access_token") or call.one("access_token") or call.bearer or ""
    access = _live(call, given)
    if access is None or access.grant is None:
        return errors.token_error("invalid_token", "Invalid Value")
    grant, now = access.grant, call.world.now()
    offline = "offline" if grant.refresh_token else "online"
    said = {
        "azp": grant.client_id, "aud": grant.client_id, "scope": " ".join(sorted(access.scopes)),
        "exp": str(int(access.expires_at)), "expires_in": str(int(access.expires_at - now)), "access_type": offline,
        **{name: "true" if value is True else value for name, value in person(grant.account, grant).items()},
    }  # fmt: skip
    return json_answer(said)


def key_set(_: Call) -> Response:
    return json_answer(keys.key_set(), headers={"cache-control": "public, max-age=21600"})


def certificates(_: Call) -> Response:
    return json_answer(keys.certificates(), headers={"cache-control": "public, max-age=21600"})


def _at(call: Call, host: str, path: str) -> str:
    """By a host name the real addresses; by the path prefix everything under it."""
    return f"https://{host}{path}" if call.host else f"{call.base}{path}"


def openid_configuration(call: Call) -> Response:
    return json_answer(
        {
            "issuer": keys.ISSUER,
            "authorization_endpoint": _at(call, "accounts.google.com", "/o/oauth2/v2/auth"),
            "token_endpoint": _at(call, "oauth2.googleapis.com", "/token"),
            "userinfo_endpoint": _at(call, "openidconnect.googleapis.com", "/v1/userinfo"),
            "revocation_endpoint": _at(call, "oauth2.googleapis.com", "/revoke"),
            "jwks_uri": _at(call, "www.googleapis.com", "/oauth2/v3/certs"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid", "email", "profile"],
            "code_challenge_methods_supported": ["plain", "S256"],
        }
    )


def risc_configuration(call: Call) -> Response:
    jwks = _at(call, "www.googleapis.com", "/oauth2/v3/certs")
    method = ["urn:ietf:rfc:8935"]
    return json_answer({"issuer": f"{keys.ISSUER}/", "jwks_uri": jwks, "delivery_methods_supported": method})
