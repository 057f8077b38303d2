"""The token endpoint: refresh tokens never change, and come only with a consent that was really given."""

from starlette.responses import Response

from mailwarden_sandbox.accounts import Account
from mailwarden_sandbox.call import Call
from mailwarden_sandbox.clients import Client
from mailwarden_sandbox.google import errors, people
from mailwarden_sandbox.google.scopes import OPENID
from mailwarden_sandbox.google.state import GoogleState
from mailwarden_sandbox.grants import AccessToken, Code, Ending, Grant
from mailwarden_sandbox.oauth import Bad, TokenEndpoint, proved_if_asked
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


_WORDS = {
    Bad.GRANT_TYPE: ("unsupported_grant_type", "Invalid grant_type: {grant_type}"),
    Bad.CODE: ("invalid_grant", "Bad Request"),
    Bad.REDIRECT_URI: ("redirect_uri_mismatch", "Bad Request"),
    Bad.VERIFIER: ("invalid_grant", "Invalid code verifier."),
}


def _refuse(call: Call, bad: Bad) -> Response:
    error, text = _WORDS[bad]
    return errors.token_error(error, text.format(grant_type=call.form.get("grant_type")))


def _unfit(_call: Call, account: Account, code: Code | None) -> Response | None:
    if code is not None:
        account.interaction = False  # whoever just signed in did what was asked of them
    return errors.refused_account(account)


def _proved(challenge: str | None, verifier: str) -> bool:
    """Also by the method ``plain``."""
    return proved_if_asked(challenge, verifier) or verifier == challenge


def _open(call: Call, code: Code) -> Grant:
    state, grant = call.world.part(GoogleState), call.world.tokens.open_grant(code, call.world.now())
    if code.code in state.offline_codes:
        state.offline.add(grant.id)
        _forget_oldest(call, grant)
    return grant


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


def _answer(call: Call, grant: Grant, access: AccessToken, code: Code | None) -> Response:
    scopes = grant.effective_scopes
    body: dict[str, object] = {
        "access_token": access.token,
        "expires_in": grant.account.behaviour.access_ttl_s,
        "scope": " ".join(sorted(scopes)),
        "token_type": "Bearer",
    }
    if _is_new(call, grant, code):
        body["refresh_token"] = grant.refresh_token
    if OPENID in scopes:
        body["id_token"] = people.id_token(call, grant, access.token, code.nonce if code else None)
    return json_answer(body, headers={"cache-control": "no-cache, no-store"})


def _is_new(call: Call, grant: Grant, code: Code | None) -> bool:
    """Whether the app does not have this refresh token yet. A refresh changes it only if a test makes Google rotate."""
    if code is not None:
        return grant.id in call.world.part(GoogleState).offline
    return grant.refresh_token != call.form.get("refresh_token")


token = TokenEndpoint(
    client_of=_client_of,
    refuse=_refuse,
    dead_refresh=errors.dead_refresh,
    answer=_answer,
    unfit=_unfit,
    proved=_proved,
    open=_open,
)


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
