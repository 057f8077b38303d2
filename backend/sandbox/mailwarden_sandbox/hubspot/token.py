"""HubSpot's token endpoint, the same on every version."""

from starlette.responses import Response

from mailwarden_sandbox.call import Call
from mailwarden_sandbox.clients import Client
from mailwarden_sandbox.grants import AccessToken, Grant
from mailwarden_sandbox.hubspot import errors
from mailwarden_sandbox.oauth import pkce_matches, usable_code
from mailwarden_sandbox.responses import json_answer
from mailwarden_sandbox.world import Lifecycle


def field(call: Call, name: str) -> str:
    """From the body; the old version also takes the query."""
    return call.form.get(name) or (call.one(name) if "/v1/" in call.path else None) or ""


def client_of(call: Call) -> Client | Response:
    client = call.world.client("hubspot", field(call, "client_id"))
    if client is None:
        return errors.token_error(call, "BAD_CLIENT_ID", "invalid_client", "missing or unknown client id")
    if not client.knows_secret(field(call, "client_secret")):
        return errors.token_error(call, "BAD_CLIENT_SECRET", "invalid_client", "missing or invalid client secret")
    call.client_id = client.client_id
    return client


def token(call: Call) -> Response:
    client = client_of(call)
    if isinstance(client, Response):
        return client
    grant_type = field(call, "grant_type")
    if grant_type == "authorization_code":
        return _exchange(call, client)
    if grant_type == "refresh_token":
        return _refresh(call, client)
    if grant_type == "client_credentials":
        return _client_credentials(call, client)
    return errors.token_error(call, "BAD_GRANT_TYPE", "unsupported_grant_type", "missing or unknown grant type")


def _exchange(call: Call, client: Client) -> Response:
    code = usable_code(call, client)
    if code is None:
        return errors.token_error(call, "BAD_AUTH_CODE", "invalid_grant", "missing or unknown auth code")
    if code.redirect_uri != call.form.get("redirect_uri"):
        return errors.token_error(call, "BAD_REDIRECT_URI", "invalid_grant", "redirect_uri does not match")
    if code.challenge and not pkce_matches(code.challenge, call.form.get("code_verifier", "")):
        return errors.token_error(call, "BAD_CODE_VERIFIER", "invalid_grant", "missing or invalid code verifier")
    if code.account.deleted or code.account.suspended:
        return errors.bad_hub(call)
    world, known = call.world, call.world.tokens.of_account(code.account)
    if not any(g.alive and g.client_id == client.client_id for g in known):
        world.lifecycle.append(Lifecycle(world.now(), code.account, client.client_id, installed=True))
    grant = world.tokens.open_grant(code, world.now())
    return _issued(call, client, grant)


def _refresh(call: Call, client: Client) -> Response:
    presented, world = field(call, "refresh_token"), call.world
    grant = world.tokens.live_grant(presented, client.client_id, world.now())
    if call.account and (call.account.deleted or call.account.suspended):
        return errors.bad_hub(call)
    if grant is None:
        return errors.dead_refresh(call, None)
    world.tokens.rotate(grant, presented, world.now())
    return _issued(call, client, grant)


def _issued(call: Call, client: Client, grant: Grant) -> Response:
    account, world = grant.account, call.world
    call.account, call.grant = account, grant
    ttl = account.behaviour.access_ttl_s
    access = world.tokens.add_access(client.client_id, grant, "hubspot", ttl, world.now())
    body = {
        **_bearer(access, ttl),
        "refresh_token": grant.refresh_token,
        "hub_id": errors.portal(account),
        "user_id": account.user_id,
        "scopes": sorted(grant.effective_scopes),
    }
    return json_answer(body, headers={"cache-control": "no-store"})


def _bearer(access: AccessToken, ttl: int) -> dict[str, object]:
    return {"token_type": "bearer", "token_use": "access_token", "access_token": access.token, "expires_in": ttl}


def _client_credentials(call: Call, client: Client) -> Response:
    scopes = frozenset(field(call, "scope").split())
    if not scopes:
        return errors.token_error(call, "BAD_SCOPES", "invalid_scope", "missing scope")
    world, ttl = call.world, 1800
    access = world.tokens.add_access(client.client_id, None, "hubspot", ttl, world.now(), scopes)
    return json_answer({**_bearer(access, ttl), "scopes": sorted(scopes)})
