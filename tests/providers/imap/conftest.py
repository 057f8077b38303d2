import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from mailwarden.core.egress import EgressGuard
from mailwarden.providers.imap.servers import Login, MailAccount, Reach, Security, Server
from mailwarden_sandbox.accounts import Account
from mailwarden_sandbox.app import Sandbox, create_sandbox
from mailwarden_sandbox.config import SandboxConfig
from mailwarden_sandbox.faults.definite import strike
from mailwarden_sandbox.faults.kinds import KINDS, checked
from mailwarden_sandbox.mail.server import MailPorts
from tests.sandbox.mail import BOX, PASSWORD, mail_servers


@dataclass(frozen=True)
class World:
    sandbox: Sandbox
    ports: MailPorts
    reach: Reach

    @property
    def owner(self) -> Account:
        found = self.sandbox.world.account("imap", BOX)
        assert found
        return found

    def account(self, security: Security = "tls", **login: Any) -> MailAccount:
        imap, smtp = (
            (self.ports.imaps, self.ports.submissions)
            if security == "tls"
            else (self.ports.imap, self.ports.submission)
        )
        how = Login(BOX, **(login or {"password": PASSWORD}))
        return MailAccount(BOX, Server("127.0.0.1", imap, security), Server("127.0.0.1", smtp, security), how, how)

    def break_(self, kind: str, **params: Any) -> None:
        world = self.sandbox.world
        fault = world.faults.add("imap", self.owner, kind, checked(kind, params), world.now())
        if KINDS[kind].definite:
            strike(world, fault, self.owner)

    def logins(self) -> list[str]:
        """Every login that was tried, by protocol."""
        told = self.sandbox.world.log.listed(provider="imap", account=BOX, path=None, after=0, limit=500)
        return [one["method"] for one in told if one["path"] in ("/imap/LOGIN", "/imap/AUTHENTICATE", "/smtp/AUTH")]

    def in_time(self, deadline_s: float) -> Reach:
        return replace(self.reach, deadline_s=deadline_s)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    sandbox = create_sandbox(SandboxConfig(accounts=2, campaigns=0))
    async with mail_servers(sandbox, tmp_path) as ports:
        guard = EgressGuard(allow=["127.0.0.0/8"])
        yield World(sandbox, ports, Reach(guard, ssl.create_default_context(cadata=ports.ca), 5))
