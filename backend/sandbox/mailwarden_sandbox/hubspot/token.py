"""HubSpot's token endpoint, the same on every version."""

from starlette.responses import Response

from mailwarden_sandbox.accounts import Account
from mailwarden_sandbox.call import Call
from mailwarden_sandbox.clients import Client
from mailwarden_sandbox.grants import AccessToken, Code, Grant
from mailwarden_sandbox.hubspot import errors
from mailwarden_sandbox.oauth import Bad, TokenEndpoint
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
    return client


def _refuse(call: Call, bad: Bad) -> Response:
    return errors.token_error(call, *_WORDS[bad])


_WORDS = {
    Bad.GRANT_TYPE: ("BAD_GRANT_TYPE", "unsupported_grant_type", "missing or unknown grant type"),
    Bad.CODE: ("BAD_AUTH_CODE", "invalid_grant", "missing or unknown auth code"),
    Bad.REDIRECT_URI: ("BAD_REDIRECT_URI", "invalid_grant", "redirect_uri does not match"),
    Bad.VERIFIER: ("BAD_CODE_VERIFIER", "invalid_grant", "missing or invalid code verifier"),
}


def _unfit(call: Call, account: Account, _code: Code | None) -> Response | None:
    return errors.bad_hub(call) if account.deleted or account.suspended else None


def _open(call: Call, code: Code) -> Grant:
    """The first grant of an app that lives is its installation."""
    world, known = call.world, call.world.tokens.of_account(code.account)
    if not any(g.alive and g.client_id == code.client_id for g in known):
        world.lifecycle.append(Lifecycle(world.now(), code.account, code.client_id, installed=True))
    return world.tokens.open_grant(code, world.now())


def _answer(_call: Call, grant: Grant, access: AccessToken, _code: Code | None) -> Response:
    account = grant.account
    body = {
        **_bearer(access, account.behaviour.access_ttl_s),
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


token = TokenEndpoint(
    client_of=client_of,
    refuse=_refuse,
    dead_refresh=errors.dead_refresh,
    answer=_answer,
    unfit=_unfit,
    open=_open,
    read=field,
    others={"client_credentials": _client_credentials},
)
