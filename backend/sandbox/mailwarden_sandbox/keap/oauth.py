"""Keap's OAuth: one scope, no PKCE, and refresh tokens that die the moment they are used."""

from starlette.responses import Response

from mailwarden_sandbox.accounts import Account
from mailwarden_sandbox.call import Call
from mailwarden_sandbox.clients import Client
from mailwarden_sandbox.consent import Asked, decide, error_page, redirect_error
from mailwarden_sandbox.grants import AccessToken, Code, Grant
from mailwarden_sandbox.keap import errors
from mailwarden_sandbox.oauth import Bad, TokenEndpoint
from mailwarden_sandbox.responses import json_answer

LABEL = "Keap"
SCOPE = "full"


def tenant_domain(account: Account) -> str:
    return f"{account.external_id}.infusionsoft.com"


def authorize(call: Call) -> Response:
    """``scope`` and ``response_type`` may be missing: they have one value each."""
    client = call.world.client("keap", call.one("client_id") or "")
    if client is None:
        return error_page(LABEL, "The client id is not valid.")
    redirect_uri, state = call.one("redirect_uri") or "", call.one("state")
    if not client.accepts_redirect(redirect_uri):
        return error_page(LABEL, f"The redirect URI {redirect_uri} is not registered for this app.")
    if (call.one("response_type") or "code") != "code":
        return redirect_error(redirect_uri, state, "unsupported_response_type", "response_type must be code")
    if (call.one("scope") or SCOPE) != SCOPE:
        return redirect_error(redirect_uri, state, "invalid_scope", "The only scope is full")
    return decide(call, Asked(client, redirect_uri, state, (SCOPE,), (), None, None, whole=True), LABEL)


_WORDS = {
    Bad.GRANT_TYPE: ("unsupported_grant_type", "The grant type is missing or not supported"),
    Bad.CODE: ("invalid_grant", "Invalid authorization code"),
    Bad.REDIRECT_URI: ("invalid_request", "Invalid redirect_uri"),
}


def _client_of(call: Call) -> Client | Response:
    """Credentials by HTTP Basic or in the body, for both kinds of request; never in the query."""
    client_id, secret = call.basic or (call.form.get("client_id", ""), call.form.get("client_secret", ""))
    client = call.world.client("keap", client_id)
    if client is None or not client.knows_secret(secret):
        return errors.token_error("invalid_client", "Client credentials are invalid", 401)
    return client


def _answer(_call: Call, grant: Grant, access: AccessToken, _code: Code | None) -> Response:
    body = {
        "access_token": access.token,
        "token_type": "bearer",
        "expires_in": grant.account.behaviour.access_ttl_s,
        "refresh_token": grant.refresh_token,
        "scope": f"{SCOPE}|{tenant_domain(grant.account)}",
    }
    return json_answer(body, headers={"cache-control": "no-store"})


token = TokenEndpoint(
    client_of=_client_of,
    refuse=lambda _, bad: errors.token_error(*_WORDS[bad]),
    dead_refresh=errors.dead_refresh,
    answer=_answer,
)
