"""The token endpoint: refresh tokens never change, and come only with a consent that was really given."""

from starlette.responses import Response

from mailwarden_sandbox.call import Call
from mailwarden_sandbox.clients import Client
from mailwarden_sandbox.google import errors, people
from mailwarden_sandbox.google.scopes import OPENID
from mailwarden_sandbox.google.state import GoogleState
from mailwarden_sandbox.grants import Ending, Grant
from mailwarden_sandbox.oauth import pkce_matches, usable_code
from mailwarden_sandbox.responses import json_answer

MOST_TOKENS = 100


def _client_of(call: Call) -> Client | Response:
    client_id, secret = call.basic or (call.form.get("client_id", ""), call.form.get("client_secret", ""))
    client = call.world.client("google", client_id)
    if client is None:
        return errors.token_error("invalid_client", "The OAuth client was not found.", 401)
    if not client.knows_secret(secret):
        return errors.token_error("invalid_client", "Unauthorized", 401)
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
    return errors.token_error("unsupported_grant_type", f"Invalid grant_type: {grant_type}")


def _exchange(call: Call, client: Client) -> Response:
    code = usable_code(call, client)
    if code is None:
        return errors.token_error("invalid_grant", "Bad Request")
    if code.redirect_uri != call.form.get("redirect_uri"):
        return errors.token_error("redirect_uri_mismatch", "Bad Request")
    if code.challenge and not _proved(call, code.challenge):
        return errors.token_error("invalid_grant", "Invalid code verifier.")
    code.account.interaction = False  # whoever just signed in did what was asked of them
    if refused := errors.refused_account(code.account):
        return refused
    state, offline = call.world.part(GoogleState), code.code in call.world.part(GoogleState).offline_codes
    grant = call.world.tokens.open_grant(code, call.world.now())
    if offline:
        state.offline.add(grant.id)
        _forget_oldest(call, grant)
    return _issued(call, client, grant, nonce=code.nonce, with_refresh=offline)


def _proved(call: Call, challenge: str) -> bool:
    verifier = call.form.get("code_verifier", "")
    return pkce_matches(challenge, verifier) or verifier == challenge


def _forget_oldest(call: Call, newest: Grant) -> None:
    """A hundred refresh tokens per account and client; one more, and the oldest stops working without a word."""
    state = call.world.part(GoogleState)
    mine = [
        g
        for g in call.world.tokens.of_account(newest.account)
        if g.ending is None and g.client_id == newest.client_id and g.id in state.offline
    ]
    for grant in mine[:-MOST_TOKENS]:
        call.world.tokens.end(grant, Ending.EXPIRED, access_survives=True)


def _refresh(call: Call, client: Client) -> Response:
    presented, world = call.form.get("refresh_token", ""), call.world
    grant = world.tokens.live_grant(presented, client.client_id, world.now())
    if call.account and (refused := errors.refused_account(call.account)):
        return refused
    if grant is None or grant.id not in world.part(GoogleState).offline:
        return errors.dead_refresh(call, None)
    world.tokens.rotate(grant, presented, world.now())
    rotated = grant.refresh_token != presented  # only if a test makes Google rotate
    return _issued(call, client, grant, nonce=None, with_refresh=rotated)


def _issued(call: Call, client: Client, grant: Grant, *, nonce: str | None, with_refresh: bool) -> Response:
    call.account, call.grant = grant.account, grant
    ttl, scopes = grant.account.behaviour.access_ttl_s, grant.effective_scopes
    access = call.world.tokens.add_access(client.client_id, grant, "google", ttl, call.world.now())
    body: dict[str, object] = {
        "access_token": access.token,
        "expires_in": ttl,
        "scope": " ".join(sorted(scopes)),
        "token_type": "Bearer",
    }
    if with_refresh:
        body["refresh_token"] = grant.refresh_token
    if OPENID in scopes:
        body["id_token"] = people.id_token(call, grant, access.token, nonce)
    return json_answer(body, headers={"cache-control": "no-cache, no-store"})


def revoke(call: Call) -> Response:
    """Whichever token is given: everything that this person ever granted to the app is gone."""
    presented = call.form.get("token") or call.one("token") or ""
    access = call.world.tokens.by_access.get(presented)
    grant = access.grant if access else call.world.tokens.by_refresh.get(presented)
    if grant is None or not grant.alive or grant.account.provider != "google" or (access and access.dead):
        return errors.token_error("invalid_token", "Token expired or revoked")
    call.account, call.grant, call.client_id = grant.account, grant, grant.client_id
    for one in call.world.tokens.of_account(grant.account):
        if one.client_id == grant.client_id and one.ending is None:
            call.world.tokens.end(one, Ending.REVOKED, access_survives=False)
    return json_answer({})
