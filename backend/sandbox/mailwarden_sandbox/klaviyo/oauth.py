"""Klaviyo's OAuth: PKCE and HTTP Basic are not optional."""

import re

from starlette.responses import Response

from mailwarden_sandbox.call import Call
from mailwarden_sandbox.clients import Client
from mailwarden_sandbox.consent import Asked, decide, error_page, redirect_error
from mailwarden_sandbox.grants import Ending, Grant
from mailwarden_sandbox.klaviyo import errors
from mailwarden_sandbox.oauth import pkce_matches, usable_code
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


def token(call: Call) -> Response:
    client = _client_of(call)
    if isinstance(client, Response):
        return client
    grant_type = call.form.get("grant_type")
    if grant_type == "authorization_code":
        return _exchange(call, client)
    if grant_type == "refresh_token":
        return _refresh(call, client)
    return errors.token_error("unsupported_grant_type", "The grant type is missing or not supported")


def _exchange(call: Call, client: Client) -> Response:
    code = usable_code(call, client)
    if code is None or code.account.suspended or code.account.deleted:
        return errors.token_error("invalid_grant", "The authorization code is invalid or expired")
    if code.redirect_uri != call.form.get("redirect_uri"):
        return errors.token_error("invalid_request", "The redirect_uri does not match the authorization request")
    if not code.challenge or not pkce_matches(code.challenge, call.form.get("code_verifier", "")):
        return errors.token_error("invalid_grant", "Invalid code verifier")
    return _issued(call, client, call.world.tokens.open_grant(code, call.world.now()))


def _refresh(call: Call, client: Client) -> Response:
    presented, world = call.form.get("refresh_token", ""), call.world
    grant = world.tokens.live_grant(presented, client.client_id, world.now())
    if grant is None or not grant.alive:
        return errors.dead_refresh(call, None)
    world.tokens.rotate(grant, presented, world.now())
    return _issued(call, client, grant)


def _issued(call: Call, client: Client, grant: Grant) -> Response:
    call.account, call.grant = grant.account, grant
    ttl = grant.account.behaviour.access_ttl_s
    access = call.world.tokens.add_access(client.client_id, grant, "klaviyo", ttl, call.world.now())
    body = {
        "access_token": access.token,
        "token_type": "Bearer",
        "expires_in": ttl,
        "refresh_token": grant.refresh_token,
        "scope": " ".join(sorted(grant.effective_scopes)),
    }
    return json_answer(body, headers={"cache-control": "no-store"})


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
