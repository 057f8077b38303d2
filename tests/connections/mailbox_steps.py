"""Mailboxes of the sandbox, connected through the API as a person would."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from mailwarden.connections.models import Connection
from mailwarden.connections.transitions import PROBE
from mailwarden.core.db import reader, unit_of_work
from mailwarden.core.ids import parse_id
from mailwarden.core.jobs import enqueue
from mailwarden.core.runtime import Runtime
from mailwarden_sandbox.accounts import Account
from mailwarden_sandbox.app import Sandbox
from mailwarden_sandbox.faults.definite import strike
from mailwarden_sandbox.faults.kinds import KINDS, checked
from mailwarden_sandbox.mail.server import MailPorts
from tests.sandbox.mail import BOX, PASSWORD
from tests.support.browser import Browser
from tests.support.jobs import SURELY, drain


@dataclass(frozen=True)
class Post:
    """The sandbox's mail servers, from outside."""

    sandbox: Sandbox
    ports: MailPorts

    @property
    def owner(self) -> Account:
        found = self.sandbox.world.account("imap", BOX)
        assert found
        return found

    def form(self, **over: Any) -> dict[str, Any]:
        return {
            "address": BOX,
            "password": PASSWORD,
            "imap": {"host": "127.0.0.1", "port": self.ports.imaps, "security": "tls"},
            "smtp": {"host": "127.0.0.1", "port": self.ports.submission, "security": "starttls"},
        } | over

    def break_(self, kind: str, **params: Any) -> None:
        world = self.sandbox.world
        fault = world.faults.add("imap", self.owner, kind, checked(kind, params), world.now())
        if KINDS[kind].definite:
            strike(world, fault, self.owner)

    def shut(self, path: str) -> None:
        """For everybody: before a login nobody knows whose connection it is."""
        world = self.sandbox.world
        world.faults.add("imap", None, "reset", checked("reset", {"path": path}), world.now())

    def mend(self) -> None:
        faults = self.sandbox.world.faults
        for fault in list(faults.faults):
            faults.lift(fault)

    def logins(self) -> list[str]:
        told = self.sandbox.world.log.listed(provider="imap", account=BOX, path=None, after=0, limit=5000)
        return [one["method"] for one in told if one["path"] in ("/imap/LOGIN", "/imap/AUTHENTICATE", "/smtp/AUTH")]


async def connected(runtime: Runtime, browser: Browser, form: dict[str, Any]) -> Connection:
    answer = await browser.post("/v1/integrations/imap/connect", form)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["ok"], told
    return await row_of(runtime, browser, told["connection"]["id"])


async def probe(runtime: Runtime, row: Connection) -> None:
    async with unit_of_work(runtime.sessions, row.org_id) as tx:
        await enqueue(tx, PROBE, row.id, due_at=runtime.clock.now() - SURELY, replace=True)
    await drain(runtime)


async def row_of(runtime: Runtime, browser: Browser, shown: str) -> Connection:
    async with reader(runtime.sessions, browser.org_id) as tx:
        return (await tx.session.scalars(select(Connection).where(Connection.id == parse_id("conn", shown)))).one()


async def shown(owner: Browser) -> str:
    """The id of their only account."""
    return str((await owner.get("/v1/connections")).json()["data"][0]["id"])
