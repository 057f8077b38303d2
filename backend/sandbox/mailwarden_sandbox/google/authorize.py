"""The consent page. The person may untick every permission that is not about signing in."""

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from starlette.responses import RedirectResponse, Response

from mailwarden_sandbox.accounts import Account
from mailwarden_sandbox.call import Call
from mailwarden_sandbox.consent import Asked, decide, error_page, redirect_error
from mailwarden_sandbox.google.scopes import KNOWN, SIGN_IN, in_full
from mailwarden_sandbox.google.state import GoogleState
from mailwarden_sandbox.grants import Code

LABEL = "Google"
PROMPTS = {"none", "consent", "select_account"}


def authorize(call: Call) -> Response:
    """Most errors end on a page of Google's: the app never hears of them."""
    client = call.world.client("google", call.one("client_id") or "")
    if client is None:
        return _blocked("invalid_client", "The OAuth client was not found.", 401)
    redirect_uri, state = call.one("redirect_uri") or "", call.one("state")
    if not client.accepts_redirect(redirect_uri):
        return _blocked("redirect_uri_mismatch", f"The redirect URI in the request, {redirect_uri}, does not match.")
    if call.one("response_type") != "code":
        return _blocked("invalid_request", "Missing or invalid parameter: response_type")
    scopes = in_full((call.one("scope") or "").split())
    if not scopes or not KNOWN.issuperset(scopes) or not _allowed(client.scopes, scopes):
        return _blocked("invalid_scope", "Some requested scopes were invalid.")
    if bad := _bad_parameter(call):
        return _blocked("invalid_request", bad)
    challenge, nonce = call.one("code_challenge"), call.one("nonce")
    asked = Asked(client, redirect_uri, state, scopes, (), challenge, None, nonce, hint=_hinted(call))
    return _decided(call, asked)


def _allowed(known: frozenset[str] | None, scopes: tuple[str, ...]) -> bool:
    return known is None or known.issuperset(scopes)


def _bad_parameter(call: Call) -> str | None:
    prompts = set((call.one("prompt") or "").split())
    if not prompts <= PROMPTS or ("none" in prompts and len(prompts) > 1):
        return "Invalid parameter value for prompt"
    if call.one("code_challenge") and call.one("code_challenge_method") not in ("S256", "plain", None):
        return "Invalid parameter value for code_challenge_method"
    if call.one("access_type") not in (None, "online", "offline"):
        return "Invalid parameter value for access_type"
    return None


def _blocked(code: str, message: str, status: int = 400) -> Response:
    return error_page(LABEL, f"Access blocked. Error {status}: {code}. {message}", status)


def _hinted(call: Call) -> str | None:
    """Of the account that ``login_hint`` names, by address or subject; the person may take another one."""
    hint = (call.one("login_hint") or "").lower()
    found = (a for a in call.world.accounts("google") if hint in (a.external_id, a.user_email.lower()))
    return next((a.user_email for a in found), None) if hint else None


def _decided(call: Call, asked: Asked) -> Response:
    if call.one("prompt") == "none" and not _silent(call, asked):
        return redirect_error(asked.redirect_uri, asked.state, "interaction_required", "Consent is needed.")
    answer = decide(call, asked, LABEL)
    code = call.world.tokens.codes.get(_returned(answer).get("code", ""))
    if code is None:
        return answer
    return _granted(call, asked, code)


def _returned(answer: Response) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(answer.headers.get("location", "")).query))


def _granted(call: Call, asked: Asked, code: Code) -> Response:
    """Signing in cannot be unticked, and unticking everything else is a refusal."""
    if code.account.blocked:
        del call.world.tokens.codes[code.code]
        return _blocked("admin_policy_enforced", "Your administrator does not allow this app.", 403)
    wanted = frozenset(asked.scopes)
    chosen = code.scopes | (wanted & SIGN_IN)
    if wanted - SIGN_IN and not chosen - SIGN_IN:
        del call.world.tokens.codes[code.code]
        return redirect_error(asked.redirect_uri, asked.state, "access_denied", "The user denied the request.")
    before = granted_before(call, asked.client.client_id, code.account)
    fresh = "consent" in (call.one("prompt") or "").split() or not chosen <= before
    code.scopes = chosen | (before if call.flag("include_granted_scopes") else frozenset())
    if fresh and call.one("access_type") == "offline":
        call.world.part(GoogleState).offline_codes.add(code.code)
    return _back(asked, code)


def granted_before(call: Call, client_id: str, account: Account) -> frozenset[str]:
    grants = [g for g in call.world.tokens.of_account(account) if g.alive and g.client_id == client_id]
    return frozenset().union(*(g.effective_scopes for g in grants))


def _silent(call: Call, asked: Asked) -> bool:
    hinted = next((a for a in call.world.accounts("google") if a.user_email == asked.hint), None)
    return hinted is not None and granted_before(call, asked.client.client_id, hinted).issuperset(asked.scopes)


def _back(asked: Asked, code: Code) -> Response:
    parts = urlsplit(asked.redirect_uri)
    said = {"state": asked.state, "code": code.code, "scope": " ".join(sorted(code.scopes)), "authuser": "0"}
    query = "&".join(filter(None, (parts.query, urlencode({k: v for k, v in said.items() if v is not None}))))
    return RedirectResponse(urlunsplit(parts._replace(query=query)), 302)
