"""A token answer, with the id_token and ``client_info`` that go with it."""

import json
from typing import Any

from starlette.responses import Response

from mailwarden_sandbox.accounts import Account
from mailwarden_sandbox.call import Call
from mailwarden_sandbox.grants import Grant
from mailwarden_sandbox.microsoft.keys import b64url, signing_key
from mailwarden_sandbox.microsoft.people import object_of, tenant_of
from mailwarden_sandbox.microsoft.scopes import resources_of, written
from mailwarden_sandbox.microsoft.state import Identities, evaluate
from mailwarden_sandbox.responses import json_answer

ISSUER = "https://login.microsoftonline.com/{tenant}/v2.0"
EVALUATED_TTL_S = (20 * 3600, 28 * 3600)
USUAL_TTL_S = 3600


def issued(call: Call, grant: Grant, wanted: frozenset[str], nonce: str | None, capable: bool) -> Response:
    """``capable``: the client understands claims challenges, so its token lives for a day and is asked about."""
    call.account, call.grant = grant.account, grant
    world, account = call.world, grant.account
    world.part(Identities).issued.setdefault(grant.refresh_token, world.now())
    ttl = _life(call, account, capable)
    access = world.tokens.add_access(grant.client_id, grant, "microsoft", ttl, world.now())
    access.audience, access.only = next(iter(sorted(resources_of(wanted))), None), wanted
    if capable:
        evaluate(call, access)
    body: dict[str, Any] = {
        "token_type": "Bearer",
        "scope": written(wanted & grant.effective_scopes, call.form.get("scope", "")),
        "expires_in": ttl,
        "ext_expires_in": ttl,
        "access_token": access.token,
    }
    if "offline_access" in grant.scopes:
        body["refresh_token"] = grant.refresh_token
    if "openid" in grant.scopes:
        body["id_token"] = _id_token(call, grant, nonce)
    if call.form.get("client_info") == "1":
        body["client_info"] = _client_info(account)
    return json_answer(body, headers={"cache-control": "no-store"})


def _life(call: Call, account: Account, capable: bool) -> int:
    """60 to 90 minutes in production, or most of a day; an account that is told another life has just that one."""
    told = account.behaviour.access_ttl_s
    if told != USUAL_TTL_S:
        return told
    return call.world.rng.randint(*EVALUATED_TTL_S) if capable else told + call.world.rng.randrange(0, 1800) - 1


def _client_info(account: Account) -> str:
    return b64url(json.dumps({"uid": object_of(account), "utid": tenant_of(account)}).encode())


def _id_token(call: Call, grant: Grant, nonce: str | None) -> str:
    account, now = grant.account, int(call.world.now())
    claims: dict[str, Any] = {
        "aud": grant.client_id,
        "iss": ISSUER.format(tenant=tenant_of(account)),
        "iat": now,
        "nbf": now,
        "exp": now + 3600,
        "sub": f"{object_of(account)}.{grant.client_id}",
        "oid": object_of(account),
        "tid": tenant_of(account),
        "ver": "2.0",
    }
    if nonce:
        claims["nonce"] = nonce
    if "profile" in grant.scopes:
        claims |= {"name": account.name, "preferred_username": account.user_email}
    if "email" in grant.scopes:
        claims["email"] = account.user_email
    return signing_key().sign(claims)
