"""The consent page of the v2.0 endpoint. Nothing can be unticked: all permissions or none."""

from starlette.responses import Response

from mailwarden_sandbox.accounts import Account
from mailwarden_sandbox.call import Call
from mailwarden_sandbox.clients import Client
from mailwarden_sandbox.consent import Asked, decide, error_page, redirect_error
from mailwarden_sandbox.microsoft.people import belongs
from mailwarden_sandbox.microsoft.scopes import DEFAULTS, canonical, resources_of
from mailwarden_sandbox.microsoft.sts import STS, description

LABEL = "Microsoft"
CODE_TTL_S = 600
_MODES = ("query", "fragment", "form_post")


def known_tenant(call: Call) -> bool:
    tenant = call.params["tenant"]
    if tenant in ("common", "organizations", "consumers"):
        return True
    return any(belongs(account, tenant) for account in call.world.accounts("microsoft"))


def authorize(call: Call) -> Response:
    client = call.world.client("microsoft", call.one("client_id") or "")
    if client is None:
        return error_page(LABEL, "AADSTS700016: Application was not found in the directory.")
    if not known_tenant(call):
        return error_page(LABEL, f"AADSTS90002: Tenant '{call.params['tenant']}' not found.")
    redirect_uri = call.one("redirect_uri") or ""
    if not client.accepts_redirect(redirect_uri):
        return error_page(
            LABEL,
            f"AADSTS50011: The redirect URI '{redirect_uri}' specified in the request does not match the redirect URIs "
            f"configured for the application '{client.client_id}'.",
        )
    return _refused(call, redirect_uri) or decide(call, _asked(call, client, redirect_uri), LABEL)


def _refused(call: Call, redirect_uri: str) -> Response | None:
    """Errors that are told to the app."""
    state, mode = call.one("state"), call.one("response_mode") or "query"
    error: tuple[str, str] | None = None
    if call.one("response_type") != "code":
        error = ("unsupported_response_type", "AADSTS70005: The response type is not supported.")
    elif mode not in _MODES:
        mode, error = "query", ("invalid_request", "AADSTS90014: The value of response_mode is not supported.")
    elif call.one("code_challenge_method") not in (None, "S256", "plain"):
        error = ("invalid_request", "AADSTS9002314: The code_challenge_method is not supported.")
    elif unknown := [s for s in _wanted(call) if canonical(s) is None] or not _wanted(call):
        error = (
            "invalid_scope",
            f"AADSTS70011: The provided value for the input parameter 'scope' is not valid: {unknown}",
        )
    elif call.one("prompt") == "none" and call.method == "GET" and not call.one("_sandbox_auto"):
        error = ("login_required", "AADSTS50058: A silent sign-in request was sent but no user is signed in.")
    return redirect_error(redirect_uri, state, *error, mode) if error else None


def _wanted(call: Call) -> list[str]:
    return (call.one("scope") or "").split()


def _asked(call: Call, client: Client, redirect_uri: str) -> Asked:
    scopes = tuple(dict.fromkeys(_expanded(call, client)))
    challenge = call.one("code_challenge")
    plain = call.one("code_challenge_method") != "S256"
    tenant = call.params["tenant"]
    return Asked(
        client,
        redirect_uri,
        call.one("state"),
        scopes,
        (),
        f"plain:{challenge}" if challenge and plain else challenge,
        None,
        nonce=call.one("nonce"),
        response_mode=call.one("response_mode") or "query",
        hint=call.one("login_hint"),
        whole=True,
        code_ttl_s=CODE_TTL_S,
        may_choose=lambda account: belongs(account, tenant),
        refusal=lambda account: _refusal(call, account),
    )


def _expanded(call: Call, client: Client) -> list[str]:
    """``.default``: everything of that service that the app is registered for."""
    found: list[str] = []
    for scope in filter(None, map(canonical, _wanted(call))):
        if service := DEFAULTS.get(scope):
            found += sorted(s for s in client.scopes or () if service in resources_of([s]))
        else:
            found.append(scope)
    return found


def _refusal(call: Call, account: Account) -> tuple[str, str] | None:
    """An administrator's block also stops a new consent."""
    if not account.blocked:
        return None
    told = STS.get(account.behaviour.variant, STS["53003"])
    return "access_denied", description(call, told)
