"""Keap's OAuth: one scope, no PKCE, and refresh tokens that die the moment they are used."""

from starlette.responses import Response

from mailwarden_sandbox.accounts import Account
from mailwarden_sandbox.call import Call
from mailwarden_sandbox.clients import Client
from mailwarden_sandbox.consent import Asked, decide, error_page, redirect_error
from mailwarden_sandbox.grants import Grant
from mailwarden_sandbox.keap import errors
from mailwarden_sandbox.oauth import usable_code
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


def token(call: Call) -> Response:
    """Credentials by HTTP Basic or in the body, for both kinds of request; never in the query."""
    client_id, secret = call.basic or (call.form.get("client_id", ""), call.form.get("client_secret", ""))
    client = call.world.client("keap", client_id)
    if client is None or not client.knows_secret(secret):
        return errors.token_error("invalid_client", "Client credentials are invalid", 401)
    call.client_id = client_id
    grant_type = call.form.get("grant_type")
    if grant_type == "authorization_code":
        return _exchange(call, client)
    if grant_type == "refresh_token":
        return _refresh(call, client)
    return errors.token_error("unsupported_grant_type", "The grant type is missing or not supported")


def _exchange(call: Call, client: Client) -> Response:
    code = usable_code(call, client)
    if code is None or code.account.suspended or code.account.deleted:
        return errors.token_error("invalid_grant", "Invalid authorization code")
    if code.redirect_uri != call.form.get("redirect_uri"):
        return errors.token_error("invalid_request", "Invalid redirect_uri")
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
    access = call.world.tokens.add_access(client.client_id, grant, "keap", ttl, call.world.now())
    body = {
        "access_token": access.token,
        "token_type": "bearer",
        "expires_in": ttl,
        "refresh_token": grant.refresh_token,
        "scope": f"{SCOPE}|{tenant_domain(grant.account)}",
    }
    return json_answer(body, headers={"cache-control": "no-store"})
