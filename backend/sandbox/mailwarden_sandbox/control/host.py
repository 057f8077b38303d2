"""What the control API needs of the sandbox."""

from collections.abc import Mapping
from typing import Protocol

from fastapi import HTTPException

from mailwarden_sandbox.accounts import Account
from mailwarden_sandbox.config import SandboxConfig
from mailwarden_sandbox.mail.server import MailPorts
from mailwarden_sandbox.provider import Provider
from mailwarden_sandbox.world import World


class Host(Protocol):
    config: SandboxConfig
    world: World
    mail: MailPorts | None
    dns: str | None

    def reset(self, config: SandboxConfig | None = None) -> None: ...


class Desk:
    """Finds what a path names, or answers 404."""

    def __init__(self, host: Host, providers: Mapping[str, Provider]) -> None:
        self.host, self.providers = host, providers

    @property
    def world(self) -> World:
        return self.host.world

    def provider(self, name: str) -> Provider:
        if name not in self.providers:
            raise HTTPException(404, f"no provider {name!r}; known: {', '.join(self.providers)}")
        return self.providers[name]

    def account(self, provider: str, external_id: str) -> Account:
        self.provider(provider)
        account = self.world.account(provider, external_id)
        if account is None:
            raise HTTPException(404, f"no account {external_id!r} at {provider}")
        return account
