"""The consent page: who asks, which account, which scopes, and what the person decides."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from urllib.parse import urlencode, urlsplit, urlunsplit

from starlette.responses import RedirectResponse, Response

from mailwarden_sandbox.accounts import Account
from mailwarden_sandbox.call import Call
from mailwarden_sandbox.clients import Client
from mailwarden_sandbox.grants import CODE_TTL_S, Code
from mailwarden_sandbox.responses import html_answer


@dataclass(frozen=True, slots=True)
class Asked:
    """An authorization request that passed the provider's checks."""

    client: Client
    redirect_uri: str
    state: str | None
    scopes: tuple[str, ...]
    optional_scopes: tuple[str, ...]
    challenge: str | None
    account_id: str | None
    """Preselected by the address."""
    nonce: str | None = None
    """Comes back in the id_token."""
    response_mode: str = "query"
    """``query``, ``fragment`` or ``form_post``."""
    hint: str | None = None
    """The e-mail address of the account that is offered first."""
    whole: bool = False
    """All permissions or none: nothing can be unticked."""
    code_ttl_s: float = CODE_TTL_S
    may_choose: Callable[[Account], bool] = lambda _account: True
    refusal: Callable[[Account], tuple[str, str] | None] = lambda _account: None
    """Error and description, where this account cannot give its consent."""


def decide(call: Call, asked: Asked, label: str) -> Response:
    """Show the page, or act on what was decided: by the form, or at once by ``_sandbox_auto``."""
    decision = call.form.get("decision") if call.method == "POST" else call.one("_sandbox_auto")
    if decision is None:
        return html_answer(_page(call, asked, label))
    if decision != "allow":
        return redirect_error(
            asked.redirect_uri, asked.state, "access_denied", "The user denied the request.", asked.response_mode
        )
    account = _chosen_account(call, asked)
    if account is None:
        return error_page(label, "There is no such account.")
    if refusal := asked.refusal(account):
        return redirect_error(asked.redirect_uri, asked.state, *refusal, asked.response_mode)
    code = Code(
        secrets.token_urlsafe(32),
        asked.client.client_id,
        account,
        _chosen_scopes(call, asked),
        asked.redirect_uri,
        asked.challenge,
        call.world.now() + asked.code_ttl_s,
        nonce=asked.nonce,
    )
    answer = {"code": call.world.tokens.add_code(code), "state": asked.state}
    return _redirect(asked.redirect_uri, answer, asked.response_mode)


def redirect_error(uri: str, state: str | None, error: str, description: str, mode: str = "query") -> Response:
    return _redirect(uri, {"error": error, "error_description": description, "state": state}, mode)


def _redirect(uri: str, params: dict[str, str | None], mode: str = "query") -> Response:
    """OAuth 2.0 Multiple Response Type Encoding Practices §2.1, OAuth 2.0 Form Post Response Mode §2."""
    told = {k: v for k, v in params.items() if v is not None}
    if mode == "form_post":
        return html_answer(_posting_page(uri, told))
    parts, added = urlsplit(uri), urlencode(told)
    if mode == "fragment":
        return RedirectResponse(urlunsplit(parts._replace(fragment=added)), 302)
    return RedirectResponse(urlunsplit(parts._replace(query="&".join(filter(None, (parts.query, added))))), 302)


def _posting_page(uri: str, told: dict[str, str]) -> str:
    fields = "".join(f'<input type="hidden" name="{escape(k)}" value="{escape(v)}">' for k, v in told.items())
    form = f'<form method="post" action="{escape(uri)}">{fields}<button>Continue</button></form>'
    return _html("Working...", form + "<script>document.forms[0].submit()</script>")


def _choices(call: Call, asked: Asked) -> list[Account]:
    open_ = [a for a in call.world.accounts(call.provider) if not a.deleted and not a.suspended]
    found = [a for a in open_ if asked.account_id in (None, a.external_id) and asked.may_choose(a)]
    return sorted(found, key=lambda a: a.user_email != asked.hint)


def _chosen_account(call: Call, asked: Asked) -> Account | None:
    wanted = call.form.get("account") or call.one("_sandbox_account")
    choices = _choices(call, asked)
    if wanted is None:
        return choices[0] if choices else None
    return next((a for a in choices if a.external_id == wanted), None)


def _chosen_scopes(call: Call, asked: Asked) -> frozenset[str]:
    """Never more than was asked for."""
    everything = frozenset(asked.scopes + asked.optional_scopes)
    if asked.whole:
        return everything
    if call.method == "POST":
        return everything & frozenset(call.form_all("scope"))
    chosen = call.one("_sandbox_scopes")
    return everything if chosen is None else everything & frozenset(chosen.split())


_STYLE = """
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}body{max-width:34rem;margin:3rem auto;padding:0 1rem}
fieldset{border:1px solid #8886;border-radius:.5rem;margin:1rem 0}label{display:block;padding:.25rem 0}
button{font:inherit;padding:.5rem 1.25rem;border-radius:.4rem;border:1px solid #8888;cursor:pointer}
button[value=allow]{background:#1a56db;color:#fff;border-color:#1a56db}small{opacity:.75}
"""


def _html(title: str, body: str) -> str:
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>'
        f"<body><main>{body}</main></body></html>"
    )


def _page(call: Call, asked: Asked, label: str) -> str:
    accounts, scopes = _account_fields(call, asked), _scope_fields(asked)
    return _html(
        f"Connect to {label} (sandbox)",
        f"<h1>Connect to {escape(label)}</h1><p><small>This is the sandbox: no real account is touched.</small></p>"
        f"<p>The app <strong>{escape(asked.client.client_id)}</strong> asks for access.</p>"
        f'<form method="post"><fieldset><legend>Account</legend>{accounts}</fieldset>'
        f"<fieldset><legend>Permissions</legend>{scopes}</fieldset>"
        '<button name="decision" value="allow">Allow</button> '
        '<button name="decision" value="deny">Deny</button></form>',
    )


def _account_fields(call: Call, asked: Asked) -> str:
    return "".join(
        f'<label><input type="radio" name="account" value="{escape(a.external_id)}"{" checked" if n == 0 else ""}> '
        f"{escape(a.name)} <small>{escape(a.external_id)}</small></label>"
        for n, a in enumerate(_choices(call, asked))
    )


def _scope_fields(asked: Asked) -> str:
    optional = set(asked.optional_scopes)
    if asked.whole:
        return "".join(f"<p>{escape(s)}</p>" for s in asked.scopes)
    return "".join(
        f'<label><input type="checkbox" name="scope" value="{escape(s)}" checked> {escape(s)}'
        f"{' <small>optional</small>' if s in optional else ''}</label>"
        for s in dict.fromkeys(asked.scopes + asked.optional_scopes)
    )


def error_page(label: str, message: str, status: int = 400) -> Response:
    """For requests that must not be answered by a redirect: unknown client, foreign redirect URI."""
    page = _html(f"{label}: error", f"<h1>Couldn't complete the connection</h1><p>{escape(message)}</p>")
    return html_answer(page, status)
