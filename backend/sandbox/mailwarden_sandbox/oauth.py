"""The token endpoint as RFC 6749 has it: the steps are the same everywhere, words and extras are each provider's."""

import base64
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from hashlib import sha256

from starlette.responses import Response

from mailwarden_sandbox.accounts import Account
from mailwarden_sandbox.call import Call
from mailwarden_sandbox.clients import Client
from mailwarden_sandbox.grants import AccessToken, Code, Grant


class Bad(Enum):
    """What may be wrong with a request for tokens."""

    GRANT_TYPE = auto()
    CODE = auto()
    REDIRECT_URI = auto()
    VERIFIER = auto()


def pkce_matches(challenge: str, verifier: str) -> bool:
    computed = base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return 43 <= len(verifier) <= 128 and hmac.compare_digest(computed, challenge)


def proved_if_asked(challenge: str | None, verifier: str) -> bool:
    """Where PKCE is the app's choice: one challenge at the start makes it a duty at the end."""
    return not challenge or pkce_matches(challenge, verifier)


def _usable_code(call: Call, client: Client) -> Code | None:
    """The code of this request if it is this client's, unused and fresh."""
    code = call.world.tokens.codes.get(call.form.get("code", ""))
    if code is None or code.client_id != client.client_id or code.account.provider != client.provider:
        return None
    return None if code.used or call.world.now() > code.expires_at else code


def _of_form(call: Call, name: str) -> str:
    return call.form.get(name, "")


def _open(call: Call, code: Code) -> Grant:
    return call.world.tokens.open_grant(code, call.world.now())


@dataclass(frozen=True, slots=True)
class TokenEndpoint:
    """Calling it answers the request."""

    client_of: Callable[[Call], Client | Response]
    """The app that proved who it is, or the refusal."""
    refuse: Callable[[Call, Bad], Response]
    dead_refresh: Callable[[Call, str | None], Response]
    answer: Callable[[Call, Grant, AccessToken, Code | None], Response]
    """With the code that was exchanged; None: after a refresh."""
    unfit: Callable[[Call, Account, Code | None], Response | None] | None = None
    """What is told of the account's own state. Left out: a closed account's code and token are like unknown ones."""
    proved: Callable[[str | None, str], bool] = proved_if_asked
    """Whether this PKCE verifier answers that challenge."""
    open: Callable[[Call, Code], Grant] = _open
    read: Callable[[Call, str], str] = _of_form
    """A field of the request that does not come with the code."""
    others: Mapping[str, Callable[[Call, Client], Response]] = field(default_factory=dict)
    """Further grant types."""

    def __call__(self, call: Call) -> Response:
        client = self.client_of(call)
        if isinstance(client, Response):
            return client
        call.client_id = client.client_id
        kind = self.read(call, "grant_type")
        if kind == "authorization_code":
            return self._exchange(call, client)
        if kind == "refresh_token":
            return self._refresh(call, client)
        return self.others[kind](call, client) if kind in self.others else self.refuse(call, Bad.GRANT_TYPE)

    def _exchange(self, call: Call, client: Client) -> Response:
        code = _usable_code(call, client)
        if code is None:
            return self.refuse(call, Bad.CODE)
        if code.redirect_uri != call.form.get("redirect_uri"):
            return self.refuse(call, Bad.REDIRECT_URI)
        if not self.proved(code.challenge, call.form.get("code_verifier", "")):
            return self.refuse(call, Bad.VERIFIER)
        return self._unfit(call, code.account, code) or self._issue(call, self.open(call, code), code)

    def _refresh(self, call: Call, client: Client) -> Response:
        presented, tokens, now = self.read(call, "refresh_token"), call.world.tokens, call.world.now()
        if call.account and (refused := self._unfit(call, call.account, None)):
            return refused
        grant = tokens.live_grant(presented, client.provider, client.client_id, now)
        if grant is None:
            return self.dead_refresh(call, None)
        tokens.rotate(grant, presented, now)
        return self._issue(call, grant, None)

    def _unfit(self, call: Call, account: Account, code: Code | None) -> Response | None:
        if self.unfit is not None:
            return self.unfit(call, account, code)
        if not account.suspended and not account.deleted:
            return None
        return self.refuse(call, Bad.CODE) if code else self.dead_refresh(call, None)

    def _issue(self, call: Call, grant: Grant, code: Code | None) -> Response:
        call.account, call.grant = grant.account, grant
        tokens, ttl_s = call.world.tokens, grant.account.behaviour.access_ttl_s
        access = tokens.add_access(grant.client_id, grant, call.provider, ttl_s, call.world.now())
        return self.answer(call, grant, access, code)
