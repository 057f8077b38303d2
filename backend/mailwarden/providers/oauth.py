"""Consent URLs and token endpoints. Authlib builds the URLs; the requests are our own, each with one total deadline."""

import base64
import math
from collections.abc import Collection, Mapping
from urllib.parse import quote

import httpx
from authlib.common.security import generate_token
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from mailwarden.core.http import Answer, NoAnswer
from mailwarden.providers.app import ProviderApp, counted_send, wait_for_turn
from mailwarden.providers.base import AccessRevoked, Grant, Introspection, RateLimited, Rejected
from mailwarden.providers.budget import token_claim
from mailwarden.providers.catalog import AuthSpec
from mailwarden.providers.claims import joined
from mailwarden.providers.classify import Call, failure, no_answer
from mailwarden.providers.grants import read_grant, read_introspection
from mailwarden.providers.settings import authorize_url, token_endpoint_url

MAX_BODY = 64 * 1024
DEAD_ALREADY = ("invalid_token", "invalid_grant")  # how some refuse to revoke what is dead; RFC 7009 wants a 200


def new_verifier() -> str:
    return str(generate_token(64))


class OAuth:
    """Nothing is repeated here: whether a token may be presented again is the caller's decision (`sent`).

    ``leave_by``, of the monotonic clock: nothing is sent later, however long its turn took to come.
    """

    def __init__(self, app: ProviderApp, *, leave_by: float = math.inf) -> None:
        self._app = app
        self._leave_by = leave_by
        self._auth = app.spec.auth
        self._claim = token_claim(app.spec.name, app.spec.refresh.rates, client_id=app.settings.client_id)

    def authorize_url(
        self,
        *,
        state: str,
        redirect_uri: str,
        verifier: str | None = None,
        nonce: str | None = None,
        login_hint: str | None = None,
        again: bool = False,
        lacking: Collection[str] = (),
        claims: str | None = None,
    ) -> str:
        """``verifier`` is needed where the catalogue says PKCE, ``nonce`` where it checks an id_token.

        ``again``: a known account is asked for its consent once more. ``lacking``: its grant lives, and only these
        scopes are missing; where the provider can add to a grant, nothing else is asked.
        ``claims``: what refusals demanded.
        """
        added = self._auth.incremental_params if lacking else {}
        apart = None if added else self._auth.optional_scope_param
        asked = self._added(lacking) if added else [s.name for s in self._auth.scopes if s.required or not apart]
        extra: dict[str, str | None] = {**self._auth.authorize_params, **added}
        if again:
            extra |= self._auth.reconnect_params
        if login_hint and self._auth.login_hint_param:
            extra[self._auth.login_hint_param] = login_hint
        if nonce and self._auth.id_token:
            extra["nonce"] = nonce
        extra |= self._claims(claims)
        if apart:
            extra[apart] = " ".join(scope.name for scope in self._auth.scopes if not scope.required) or None
        if self._auth.pkce:
            if not verifier:
                raise ValueError(f"{self._app.spec.name} needs a PKCE verifier")
            extra |= {"code_challenge": _challenge(verifier), "code_challenge_method": "S256"}
        uri = authorize_url(self._app.spec, self._app.settings)
        url = prepare_grant_uri(uri, self._app.settings.client_id, "code", redirect_uri, asked, state, **extra)
        return str(url).replace("+", "%20")  # HubSpot documents %20 between scopes; a literal plus is %2B by now

    def _added(self, lacking: Collection[str]) -> list[str]:
        """What names the account goes along, or the answer would not say whose it is."""
        naming = {"openid"} if self._auth.id_token else set()
        return [scope.name for scope in self._auth.scopes if scope.name in lacking or scope.name in naming]

    def _claims(self, challenge: str | None) -> dict[str, str]:
        asked = joined(self._auth.client_claims, challenge) if self._auth.client_claims else None
        return {"claims": asked} if asked else {}

    async def exchange(self, *, code: str, redirect_uri: str, verifier: str | None = None) -> Grant:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
        if verifier and self._auth.pkce:
            form["code_verifier"] = verifier
        form |= self._claims(None)
        secrets = (code, verifier or "")
        call = self._call("exchange", self._auth.token_path, secrets, redirect_uri)
        return read_grant(self._app.spec, call, await self._post(call, form))

    async def refresh(self, refresh_token: str, *, scope: str | None = None, claims: str | None = None) -> Grant:
        """``scope``: of one of the further services that the grant opens, whose challenges we could not read."""
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        if scope or self._auth.refresh_scope:
            form["scope"] = scope or self._auth.refresh_scope or ""
        form |= self._claims(claims) if scope is None else {}
        call = self._call("refresh", self._auth.token_path, (refresh_token,))
        return read_grant(self._app.spec, call, await self._post(call, form))

    async def client_grant(self, path: str, scopes: tuple[str, ...]) -> Grant:
        """A token of our app itself, for data that belong to no customer's account."""
        call = self._call("journal", path, ())
        form = {"grant_type": "client_credentials", "scope": " ".join(scopes)}
        return read_grant(self._app.spec, call, await self._post(call, form))

    async def revoke(self, refresh_token: str) -> None:
        """Give the grant back. Done, too, if the token is dead already or the provider has no such endpoint."""
        if self._auth.revoke_path is None:
            return
        call = self._call("revoke", self._auth.revoke_path, (refresh_token,))
        form = {"token": refresh_token, "token_type_hint": "refresh_token"}
        try:
            await self._post(call, form)
        except AccessRevoked:
            return
        except Rejected as exc:
            if exc.evidence.provider_code not in DEAD_ALREADY:
                raise

    async def introspect(self, refresh_token: str) -> Introspection | None:
        """None where the provider offers no introspection."""
        if self._auth.introspect_path is None:
            return None
        call = self._call("introspect", self._auth.introspect_path, (refresh_token,))
        form = {"token": refresh_token, "token_type_hint": "refresh_token"}
        return read_introspection(call, await self._post(call, form))

    def _call(self, operation: str, path: str, secrets: tuple[str, ...], redirect_uri: str | None = None) -> Call:
        settings = self._app.settings
        url = httpx.URL(token_endpoint_url(self._app.spec, settings, path))
        known = (*secrets, settings.client_secret)
        return Call(operation, "POST", url.host, path, (), known, settings.client_id, redirect_uri)

    async def _post(self, call: Call, form: Mapping[str, str]) -> Answer:
        app = self._app
        await wait_for_turn(app, self._claim, call)
        url = token_endpoint_url(app.spec, app.settings, call.path)
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        client = {"client_id": app.settings.client_id, "client_secret": app.settings.client_secret}
        if _auth_of(self._auth, call) == "basic":
            headers["Authorization"] = _basic(**client)
            client = {}
        request = app.http.build_request("POST", url, data={**form, **client}, headers=headers)
        try:
            limits = {"deadline_s": app.settings.oauth_deadline_s, "leave_by": self._leave_by}
            answer = await counted_send(app, call, request, max_bytes=MAX_BODY, **limits)
        except NoAnswer as exc:
            raise no_answer(call, exc) from exc
        if 200 <= answer.status < 300:
            return answer
        refused = failure(app.spec, call, answer)
        if isinstance(refused, RateLimited):
            await app.budget.ban(self._claim, refused.retry_after_s)
        raise refused


def _auth_of(auth: AuthSpec, call: Call) -> str:
    return auth.refresh_auth or auth.client_auth if call.operation == "refresh" else auth.client_auth


def _challenge(verifier: str) -> str:
    return str(create_s256_code_challenge(verifier))


def _basic(client_id: str, client_secret: str) -> str:
    """RFC 6749 §2.3.1: both halves are form-encoded before they are joined."""
    pair = f"{quote(client_id, safe='')}:{quote(client_secret, safe='')}"
    return "Basic " + base64.b64encode(pair.encode()).decode()
