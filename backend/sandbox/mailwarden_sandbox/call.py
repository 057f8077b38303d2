"""One request to a provider, read once."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs

from mailwarden_sandbox.accounts import Account
from mailwarden_sandbox.area import Area
from mailwarden_sandbox.grants import AccessToken, Grant
from mailwarden_sandbox.world import World


@dataclass
class Call:
    world: World
    provider: str
    method: str
    path: str
    raw_query: str
    headers: Mapping[str, str]
    """Lower-case names."""
    body: bytes
    base: str
    """Scheme, host and prefix as the caller wrote them: links lead back to where the caller came from."""
    host: str | None
    """The provider's own host name, if the call came by one."""
    area: Area = Area.API
    params: Mapping[str, str] = field(default_factory=dict)
    access: AccessToken | None = None
    grant: Grant | None = None
    account: Account | None = None
    client_id: str | None = None
    beside: int = 1
    """Calls of this app to this account that were being answered when this one came, itself included."""
    answer_headers: dict[str, str] = field(default_factory=dict)
    losses: dict[str, float] = field(default_factory=dict)
    """What the listings that figures are usually read from leave out, by kind of fault."""

    @cached_property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(self.raw_query, keep_blank_values=True)

    @cached_property
    def form(self) -> dict[str, str]:
        if "json" in self.headers.get("content-type", ""):
            return {}
        try:
            return {k: v[0] for k, v in parse_qs(self.body.decode(), keep_blank_values=True).items()}
        except UnicodeDecodeError:
            return {}

    def form_all(self, name: str) -> list[str]:
        return parse_qs(self.body.decode(errors="replace")).get(name, [])

    def json(self) -> Any:
        """Raises ValueError."""
        return json.loads(self.body)

    def one(self, name: str) -> str | None:
        values = self.query.get(name)
        return values[-1] if values else None

    def many(self, name: str) -> list[str]:
        """Repeated keys and comma-separated values alike."""
        return [part for value in self.query.get(name, []) for part in value.split(",") if part]

    def flag(self, name: str) -> bool | None:
        """Python clients send ``True``."""
        value = self.one(name)
        return None if value is None else value.lower() == "true"

    @property
    def bearer(self) -> str | None:
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" and token.strip() else None

    @property
    def basic(self) -> tuple[str, str] | None:
        scheme, _, encoded = self.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        return user, password

    @cached_property
    def request_id(self) -> str:
        """Names this call in headers and error bodies."""
        return self.world.new_id()

    @property
    def figures_at(self) -> int:
        """The moment that the figures of the caller's account belong to."""
        return self.world.figures_now(self.holder)

    @property
    def holder(self) -> Account:
        """The account of the access token; only after authentication."""
        if self.account is None:
            raise LookupError("this call has no account")
        return self.account
