"""Klaviyo's OAuth: PKCE and HTTP Basic are not optional."""

import re

from starlette.responses import Response

from mailwarden_sandbox.call import Call
from mailwarden_sandbox.clients import Client
from mailwarden_sandbox.consent import Asked, decide, error_page, redirect_error
from mailwarden_sandbox.grants import AccessToken, Code, Ending, Grant
from mailwarden_sandbox.klaviyo import errors
from mailwarden_sandbox.oauth import Bad, TokenEndpoint, proved_if_asked
from mailwarden_sandbox.responses import json_answer

LABEL = "Klaviyo"
_SCOPE = re.compile(r"[a-z-]+:(read|write)")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_BROWSER_HOSTS = ("www.klaviyo.com", "klaviyo.com")


def authorize(call: Call) -> Response:
    client = call.world.client("klaviyo", call.one("client_id") or "")
    if client is None:
        return error_page(LABEL, "This app does not exist.")
    redirect_uri, state = call.one("redirect_uri") or "", call.one("state")
    if not client.accepts_redirect(redirect_uri):
        return error_page(LABEL, f"The redirect URI {redirect_uri} is not allowed for this app.")
    scopes, challenge = tuple((call.one("scope") or "").split()), call.one("code_challenge") or ""
    if call.one("response_type") != "code":
        return redirect_error(redirect_uri, state, "unsupported_response_type", "response_type must be code")
    if call.one("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(challenge):
        return redirect_error(redirect_uri, state, "invalid_request", "PKCE with S256 is required")
    if not scopes or not all(_SCOPE.fullmatch(s) for s in scopes) or not _allowed(client, scopes):
        return redirect_error(redirect_uri, state, "invalid_scope", "The requested scope is invalid")
    return decide(call, Asked(client, redirect_uri, state, scopes, (), challenge, None), LABEL)


def _allowed(client: Client, scopes: tuple[str, ...]) -> bool:
    return client.scopes is None or client.scopes.issuperset(scopes)


def _client_of(call: Call) -> Client | Response:
    if call.host in _BROWSER_HOSTS:
        return errors.token_error("invalid_request", "Token requests must be sent to a.klaviyo.com", 403)
    client_id, secret = call.basic or ("", "")
    client = call.world.client("klaviyo", client_id)
    if client is None or not client.knows_secret(secret):
        return errors.token_error("invalid_client", "Client authentication failed", 401)
    return client


def _answer(_call: Call, grant: Grant, access: AccessToken, _code: Code | None) -> Response:
    body = {
        "access_token": access.token,
        "token_type": "Bearer",
        "expires_in": grant.account.behaviour.access_ttl_s,
        "refresh_token": grant.refresh_token,
        "scope": " ".join(sorted(grant.effective_scopes)),
    }
    return json_answer(body, headers={"cache-control": "no-store"})


_WORDS = {
    Bad.GRANT_TYPE: ("unsupported_grant_type", "The grant type is missing or not supported"),
    Bad.CODE: ("invalid_grant", "The authorization code is invalid or expired"),
    Bad.REDIRECT_URI: ("invalid_request", "The redirect_uri does not match the authorization request"),
    Bad.VERIFIER: ("invalid_grant", "Invalid code verifier"),
}
token = TokenEndpoint(
    client_of=_client_of,
    refuse=lambda _, bad: errors.token_error(*_WORDS[bad]),
    dead_refresh=errors.dead_refresh,
    answer=_answer,
    proved=lambda challenge, verifier: bool(challenge) and proved_if_asked(challenge, verifier),
)


def revoke(call: Call) -> Response:
    """Ends the whole grant, whichever of its tokens is given."""
    client = _client_of(call)
    if isinstance(client, Response):
        return client
    grant = call.grant
    if grant is None or not grant.alive or grant.client_id != client.client_id:
        return errors.token_error("invalid_grant", "The token is invalid or already revoked")
    call.world.tokens.end(grant, Ending.REVOKED, access_survives=False)
    return Response(status_code=200)
