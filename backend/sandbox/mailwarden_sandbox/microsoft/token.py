"""The token endpoint of v2.0: each answer is for one service, and one refresh token serves them all."""

import hmac
import json

from starlette.responses import Response

from mailwarden_sandbox.call import Call
from mailwarden_sandbox.clients import Client
from mailwarden_sandbox.grants import Code, Grant
from mailwarden_sandbox.microsoft.authorize import known_tenant
from mailwarden_sandbox.microsoft.death import why_dead
from mailwarden_sandbox.microsoft.issue import issued
from mailwarden_sandbox.microsoft.people import belongs
from mailwarden_sandbox.microsoft.scopes import DEFAULTS, canonical, resources_of
from mailwarden_sandbox.microsoft.state import grant_of, renew
from mailwarden_sandbox.microsoft.sts import MALFORMED, STS, Sts, sts
from mailwarden_sandbox.oauth import pkce_matches

_NO_TENANT = Sts(90002, "invalid_request", "Tenant '{tenant}' not found.")
_NO_CLIENT = Sts(900144, "invalid_request", "The request body must contain the following parameter: 'client_id'.")
_NO_SECRET = Sts(
    7000218,
    "invalid_client",
    "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    401,
)
_WRONG_SECRET = Sts(
    7000215,
    "invalid_client",
    "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the "
    "client secret ID, for a secret added to app '{client}'.",
    401,
)
_GRANT_TYPE = Sts(70003, "unsupported_grant_type", "The app requested an unsupported grant type.")
_USED = Sts(54005, "invalid_grant", "OAuth2 Authorization code was already redeemed, please retry with a new code.")
_OTHER_URI = Sts(
    500112,
    "invalid_client",
    "The reply address '{sent}' does not match the reply address '{asked}' provided when requesting Authorization "
    "code.",
)
_PKCE = Sts(
    501481,
    "invalid_grant",
    "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
)
_SCOPE = Sts(70011, "invalid_scope", "The provided value for the input parameter 'scope' is not valid.")
_SERVICES = Sts(
    700022,
    "invalid_scope",
    "The provided value for the input parameter scope isn't valid because it contains more than one resource.",
)
_OTHER_TENANT = Sts(700005, "invalid_grant", "Provided grant is intended to use against other tenant.")


class Refused(Exception):
    def __init__(self, told: Sts, **more: str) -> None:
        super().__init__(told.text)
        self.told, self.more = told, more


def token(call: Call) -> Response:
    try:
        client = _client(call)
        call.client_id = client.client_id
        match call.form.get("grant_type"):
            case "authorization_code":
                return _exchange(call, client)
            case "refresh_token":
                return _refresh(call)
        raise Refused(_GRANT_TYPE)
    except Refused as no:
        return sts(call, no.told, no.more)


def _client(call: Call) -> Client:
    if not known_tenant(call):
        raise Refused(_NO_TENANT, tenant=call.params["tenant"])
    client_id, secret = call.basic or (call.form.get("client_id"), call.form.get("client_secret"))
    if not client_id:
        raise Refused(_NO_CLIENT)
    client = call.world.client("microsoft", client_id)
    if client is None:
        raise Refused(STS["700016"])
    if not secret:
        raise Refused(_NO_SECRET)
    if not client.knows_secret(secret):
        raise Refused(_WRONG_SECRET)
    return client


def _exchange(call: Call, client: Client) -> Response:
    code = call.world.tokens.codes.get(call.form.get("code", ""))
    if code is None or code.client_id != client.client_id or code.account.provider != "microsoft":
        raise Refused(MALFORMED)
    _check_code(call, code)
    if told := why_dead(call, code.account, None):
        raise Refused(told)
    wanted = _wanted(call, code.scopes)
    grant = call.world.tokens.open_grant(code, call.world.now())
    grant.account.interaction = False  # the person was just there
    return issued(call, grant, wanted, code.nonce, _capable(call))


def _check_code(call: Call, code: Code) -> None:
    if code.used:
        raise Refused(_USED)
    if call.world.now() > code.expires_at:
        raise Refused(STS["70008"])
    if not belongs(code.account, call.params["tenant"]):
        raise Refused(_OTHER_TENANT)
    sent = call.form.get("redirect_uri", "")
    if sent != code.redirect_uri:
        raise Refused(_OTHER_URI, sent=sent, asked=code.redirect_uri)
    if code.challenge and not _proves(code.challenge, call.form.get("code_verifier", "")):
        raise Refused(_PKCE)


def _proves(challenge: str, verifier: str) -> bool:
    if challenge.startswith("plain:"):
        return hmac.compare_digest(challenge.removeprefix("plain:"), verifier)
    return pkce_matches(challenge, verifier)


def _refresh(call: Call) -> Response:
    presented = call.form.get("refresh_token", "")
    grant = grant_of(call, presented)
    if grant is None:
        raise Refused(MALFORMED)
    if told := why_dead(call, grant.account, grant, presented):
        return sts(call, told, issued=grant.created_at)
    wanted = _wanted(call, grant.scopes)
    _check_consent(grant, wanted)
    renew(call, grant, presented)
    return issued(call, grant, wanted, None, _capable(call))


def _check_consent(grant: Grant, wanted: frozenset[str]) -> None:
    """What was never allowed, and all that is left of a service being nothing."""
    if not wanted <= grant.scopes or not (wanted & grant.effective_scopes):
        raise Refused(STS["65001"])


def _wanted(call: Call, granted: frozenset[str]) -> frozenset[str]:
    """The scopes of one service, with those of OpenID Connect that were granted. Without ``scope``: Graph's, if any."""
    asked = [canonical(scope) for scope in call.form.get("scope", "").split()]
    if None in asked:
        raise Refused(_SCOPE)
    named = {scope for scope in asked if scope is not None}
    services = resources_of(named)
    if len(services) > 1:
        raise Refused(_SERVICES)
    service = next(iter(services), None) or next(iter(sorted(resources_of(granted))), None)
    of_service = {s for s in granted if resources_of([s]) == {service}}
    everything = not services or bool(named & DEFAULTS.keys())
    chosen = of_service if everything else {s for s in named if resources_of([s])}
    return frozenset(chosen | {s for s in granted if not resources_of([s])})


def _capable(call: Call) -> bool:
    """Whether the client says that it understands claims challenges (``cp1``)."""
    try:
        claims = json.loads(call.form.get("claims", "{}"))
        return "cp1" in claims["access_token"]["xms_cc"]["values"]
    except (ValueError, KeyError, TypeError):
        return False
