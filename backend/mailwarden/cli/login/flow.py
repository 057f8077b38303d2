"""The program's side of our authorization server: PKCE, state and issuer are checked (RFC 8252, 7636, 9207)."""

import base64
import hashlib
import hmac
import platform
import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import httpx

from mailwarden.cli.login.loopback import loopback
from mailwarden.cli.login.store import Tokens

CLIENT = "mailwarden-cli"
PATIENCE_S = 300.0
EARLY_S = 60


class LoginError(Exception):
    """One line for the person at the terminal."""


def describe_server(http: httpx.Client, server: str) -> dict[str, Any]:
    """RFC 8414. The issuer must be the server that was asked, or another's endpoints could be slipped in."""
    try:
        answer = http.get(f"{server}/.well-known/oauth-authorization-server")
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
    except (httpx.HTTPError, ValueError) as exc:
        raise LoginError(f"{server} does not answer as a Mailwarden server: {exc}") from exc
    if found.get("issuer") != server:
        raise LoginError(f"{server} calls itself {found.get('issuer')}. Use that address.")
    return found


def sign_in(
    http: httpx.Client,
    server: str,
    show: Callable[[str], object],
    *,
    now: Callable[[], float],
    patience: float = PATIENCE_S,
) -> Tokens:
    """``show`` gets the address that the person must open. Raises LoginError."""
    described = describe_server(http, server)
    verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
    digest = hashlib.sha256(verifier.encode()).digest()
    with loopback() as here:
        asked = {
            "response_type": "code",
            "client_id": CLIENT,
            "redirect_uri": here.redirect_uri,
            "state": state,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
            "device_name": platform.node()[:80],
        }
        show(f"{described['authorization_endpoint']}?{urlencode(asked)}")
        answer = here.wait(patience)
    code = _checked(answer, state, server)
    form = {"grant_type": "authorization_code", "code": code, "code_verifier": verifier}
    return _tokens(http, server, described["token_endpoint"], form | {"redirect_uri": here.redirect_uri}, now)


def _checked(answer: dict[str, str] | None, state: str, server: str) -> str:
    if answer is None:
        raise LoginError("Nobody decided in the browser. Start again.")
    if not hmac.compare_digest(answer.get("state", "").encode(), state.encode()):
        raise LoginError("The browser brought the answer to another request. Start again.")
    if answer.get("iss") != server:
        raise LoginError("The answer came from another server.")
    if "code" not in answer:
        raise LoginError(f"Refused: {answer.get('error_description') or answer.get('error', 'unknown')}")
    return answer["code"]


def _tokens(http: httpx.Client, server: str, endpoint: str, form: dict[str, str], now: Callable[[], float]) -> Tokens:
    try:
        answer = http.post(endpoint, data={"client_id": CLIENT, **form})
        found = answer.json()
    except (httpx.HTTPError, ValueError) as exc:
        raise LoginError(f"{server} did not answer: {exc}") from exc
    if answer.status_code != 200:
        raise LoginError(f"{server} refused: {found.get('error_description', found)}. Run `mailwarden login`.")
    return Tokens(server, found["access_token"], found["refresh_token"], now() + found["expires_in"])


def fresh(http: httpx.Client, tokens: Tokens, now: Callable[[], float]) -> Tokens:
    """The same while they last, else the next ones. Raises LoginError where the access has ended."""
    if tokens.expires_at - EARLY_S > now():
        return tokens
    form = {"grant_type": "refresh_token", "refresh_token": tokens.refresh}
    return _tokens(http, tokens.server, f"{tokens.server}/oauth/token", form, now)


def sign_out(http: httpx.Client, tokens: Tokens) -> None:
    try:
        http.post(f"{tokens.server}/oauth/revoke", data={"client_id": CLIENT, "token": tokens.refresh})
    except httpx.HTTPError as exc:
        raise LoginError(f"{tokens.server} was not reached, so this device is still listed there: {exc}") from exc
