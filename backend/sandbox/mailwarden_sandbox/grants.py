"""Grants and tokens: what people allowed an app, and the strings that prove it."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from mailwarden_sandbox.accounts import Account
from mailwarden_sandbox.config import Rotation

CODE_TTL_S = 300


class Ending(StrEnum):
    REVOKED = "revoked"
    UNINSTALLED = "uninstalled"
    EXPIRED = "expired"
    PASSWORD = "password"  # noqa: S105 - it was changed


@dataclass(slots=True)
class Grant:
    id: str
    client_id: str
    account: Account
    scopes: frozenset[str]
    refresh_token: str
    created_at: float
    last_used_at: float
    ending: Ending | None = None
    removed: frozenset[str] = frozenset()
    previous: str | None = None
    previous_until: float = 0.0
    refreshes: int = 0

    @property
    def alive(self) -> bool:
        return self.ending is None and not self.account.deleted and not self.account.suspended

    @property
    def effective_scopes(self) -> frozenset[str]:
        return self.scopes - self.removed


@dataclass(slots=True)
class AccessToken:
    token: str
    client_id: str
    grant: Grant | None
    """None for a token of the app itself (client credentials)."""
    app_scopes: frozenset[str]
    issued_at: float
    expires_at: float
    dead: bool = False
    audience: str | None = None
    """For which of the provider's services, where one grant serves several."""
    only: frozenset[str] | None = None
    """What of the grant this token carries; None: all of it."""

    @property
    def scopes(self) -> frozenset[str]:
        if self.grant is None:
            return self.app_scopes
        return self.grant.effective_scopes if self.only is None else self.grant.effective_scopes & self.only


@dataclass(slots=True)
class Code:
    code: str
    client_id: str
    account: Account
    scopes: frozenset[str]
    redirect_uri: str
    challenge: str | None
    expires_at: float
    used: bool = False
    nonce: str | None = None


@dataclass(frozen=True, slots=True)
class TokenStyle:
    """How a provider's tokens look, and after how long without use a grant dies."""

    access: Callable[[], str]
    refresh: Callable[[Account], str]
    idle_s: float | None = None


@dataclass(slots=True)
class TokenStore:
    styles: dict[str, TokenStyle]
    grants: list[Grant] = field(default_factory=list)
    by_refresh: dict[str, Grant] = field(default_factory=dict)
    by_access: dict[str, AccessToken] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)

    def add_code(self, code: Code) -> str:
        self.codes[code.code] = code
        return code.code

    def open_grant(self, code: Code, now: float) -> Grant:
        """Turn a code into a grant. Earlier grants of the same account stay as they are."""
        code.used = True
        style = self.styles[code.account.provider]
        grant = Grant(
            id=f"grant-{len(self.grants) + 1}",
            client_id=code.client_id,
            account=code.account,
            scopes=code.scopes,
            refresh_token=style.refresh(code.account),
            created_at=now,
            last_used_at=now,
        )
        self.grants.append(grant)
        self.by_refresh[grant.refresh_token] = grant
        return grant

    def add_access(self, client_id: str, grant: Grant | None, provider: str, ttl_s: float, now: float,
                   app_scopes: frozenset[str] = frozenset()) -> AccessToken:  # fmt: skip
        if len(self.by_access) > 50_000:
            self._forget_old(now)
        access = AccessToken(self.styles[provider].access(), client_id, grant, app_scopes, now, now + ttl_s)
        self.by_access[access.token] = access
        return access

    def _forget_old(self, now: float) -> None:
        self.by_access = {k: v for k, v in self.by_access.items() if v.expires_at > now - 3600}

    def live_grant(self, refresh_token: str, provider: str, client_id: str, now: float) -> Grant | None:
        """The grant this refresh token still opens for this client of this provider, if any."""
        grant = self.by_refresh.get(refresh_token)
        if grant is None or grant.ending or (grant.account.provider, grant.client_id) != (provider, client_id):
            return None
        idle = self.styles[grant.account.provider].idle_s
        if idle is not None and now - grant.last_used_at > idle:
            grant.ending = Ending.EXPIRED
            return None
        if refresh_token == grant.refresh_token:
            return grant
        return grant if refresh_token == grant.previous and now < grant.previous_until else None

    def rotate(self, grant: Grant, presented: str, now: float) -> None:
        """Count a refresh and, as the account's rotation says, replace the refresh token.

        A previous token inside its overlap leads to the same successor again, so that a lost answer can be had twice.
        """
        grant.last_used_at = now
        grant.refreshes += 1
        rotation = grant.account.behaviour.rotation
        if rotation is Rotation.FIXED or presented != grant.refresh_token:
            return
        successor = self.styles[grant.account.provider].refresh(grant.account)
        overlap = grant.account.behaviour.overlap_s if rotation is Rotation.OVERLAP else 0
        grant.previous, grant.previous_until = grant.refresh_token, now + overlap
        grant.refresh_token = successor
        self.by_refresh[successor] = grant

    def of_account(self, account: Account) -> list[Grant]:
        return [g for g in self.grants if g.account is account]

    def end(self, grant: Grant, ending: Ending, *, access_survives: bool) -> Callable[[], None]:
        """Kill a grant; calling the answer brings it back."""
        before, killed = grant.ending, []
        grant.ending = grant.ending or ending
        if not access_survives:
            killed = [a for a in self.by_access.values() if a.grant is grant and not a.dead]
        for access in killed:
            access.dead = True

        def undo() -> None:
            grant.ending = before
            for access in killed:
                access.dead = False

        return undo


def random_text(length: int) -> str:
    return secrets.token_urlsafe(length)[:length]
