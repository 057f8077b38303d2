"""Asking about tokens, and giving them back."""

from starlette.responses import Response

from mailwarden_sandbox.call import Call
from mailwarden_sandbox.clients import Client
from mailwarden_sandbox.grants import AccessToken, Ending, Grant
from mailwarden_sandbox.hubspot import errors
from mailwarden_sandbox.hubspot.token import client_of
from mailwarden_sandbox.responses import json_answer


def _token(call: Call) -> str:
    """The specification names the field ``token``; the guide's prose names it after the kind."""
    return call.form.get("token") or call.form.get("refresh_token") or call.form.get("access_token") or ""


def _live_access(call: Call, token: str) -> AccessToken | None:
    access = call.world.tokens.by_access.get(token)
    if access is None or access.dead or access.grant is None or call.world.now() >= access.expires_at:
        return None
    account = access.grant.account
    return None if account.deleted or account.suspended else access


def _live_grant(call: Call, token: str, client_id: str) -> Grant | None:
    grant = call.world.tokens.live_grant(token, "hubspot", client_id, call.world.now())
    return grant if grant and grant.alive else None


def introspect(call: Call) -> Response:
    client = client_of(call)
    if isinstance(client, Response):
        return client
    token = _token(call)
    if (access := _live_access(call, token)) and access.grant and access.client_id == client.client_id:
        return json_answer(_about_access(call, client, access, access.grant))
    if grant := _live_grant(call, token, client.client_id):
        return json_answer(_about(client, grant, token, "refresh_token"))
    return json_answer({"active": False})


def _about(client: Client, grant: Grant, token: str, use: str) -> dict[str, object]:
    account = grant.account
    return {
        "active": True,
        "token": token,
        "hub_id": errors.portal(account),
        "user_id": account.user_id,
        "client_id": client.client_id,
        "app_id": client.app_id,
        "user": account.user_email,
        "hub_domain": account.domain,
        "scopes": sorted(grant.effective_scopes),
        "token_use": use,
        "token_type": "Bearer",
    }


def _about_access(call: Call, client: Client, access: AccessToken, grant: Grant) -> dict[str, object]:
    signed = {
        "expiresAt": int(access.expires_at * 1000),
        "scopes": ",".join(sorted(grant.effective_scopes)),
        "hubId": errors.portal(grant.account),
        "userId": grant.account.user_id,
        "appId": client.app_id,
        "signature": "c2FuZGJveA==",
        "hublet": "na1",
        "isUserLevel": False,
        "isPrivateDistribution": False,
    }
    about = _about(client, grant, access.token, "access_token")
    left = int(access.expires_at - call.world.now())
    return {**about, "signed_access_token": signed, "expires_in": left, "is_private_distribution": False}


def revoke(call: Call) -> Response:
    """Ends the refresh token only: access tokens live on until they expire, and the app stays installed."""
    client = client_of(call)
    if isinstance(client, Response):
        return client
    token = _token(call)
    if grant := _live_grant(call, token, client.client_id):
        call.world.tokens.end(grant, Ending.REVOKED, access_survives=True)
    elif access := _live_access(call, token):
        access.dead = True
    return Response(status_code=200)


def access_metadata(call: Call) -> Response:
    token = call.params["token"]
    access = _live_access(call, token)
    client = call.world.client("hubspot", access.client_id) if access else None
    if access is None or access.grant is None or client is None:
        return errors.not_found(call, "missing or unknown access token")
    about = _about(client, access.grant, token, "access_token")
    return json_answer({**about, "token_type": "access", "expires_in": int(access.expires_at - call.world.now())})


def refresh_metadata(call: Call) -> Response:
    grant = call.world.tokens.by_refresh.get(call.params["token"])
    client = call.world.client("hubspot", grant.client_id) if grant else None
    if grant is None or client is None or not _live_grant(call, call.params["token"], grant.client_id):
        return errors.not_found(call, "missing or unknown refresh token")
    return json_answer({**_about(client, grant, call.params["token"], "refresh_token"), "token_type": "refresh"})


def delete_refresh(call: Call) -> Response:
    grant = call.world.tokens.by_refresh.get(call.params["token"])
    if grant is None or not grant.alive:
        return errors.not_found(call, "missing or unknown refresh token")
    call.world.tokens.end(grant, Ending.REVOKED, access_survives=True)
    return Response(status_code=204)
