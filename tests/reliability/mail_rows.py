"""Rows M3 and M4: mail servers that refuse a login once or always, and that stall, hang up or talk nonsense."""

import random
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from mailwarden.connections import verify
from mailwarden.connections.models import Connection
from mailwarden.connections.transitions import PROBE
from mailwarden.core.clock import DatabaseClock
from mailwarden.core.db import unit_of_work
from mailwarden.core.egress import EgressGuard
from mailwarden.core.jobs import enqueue
from mailwarden.core.runtime import Runtime
from mailwarden.providers.imap.imap_client import Fetched, Imap
from mailwarden.providers.imap.mailbox import reading
from mailwarden.providers.imap.problems import MAIL_FAILURES
from mailwarden.providers.imap.servers import Login, MailAccount, Reach, Server
from mailwarden_sandbox.app import create_sandbox
from mailwarden_sandbox.config import SandboxConfig
from tests.connections.mailbox_steps import Post, connected
from tests.connections.steps import events, live, now
from tests.reliability.live import living
from tests.reliability.patch import broken
from tests.reliability.row import Ground, Row, Tally
from tests.reliability.token_live import hasty
from tests.sandbox.mail import BOX, PASSWORD, mail_servers
from tests.support.jobs import SURELY
from tests.support.time import TimeMachine
from tests.support.world import World

REFUSALS = (
    ("/imap/AUTHENTICATE", "{tag} NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)"),
    ("/smtp/AUTH", "535 5.7.8 Error: authentication failed"),
)


@asynccontextmanager
async def posting(ground: Ground) -> AsyncIterator[Post]:
    sandbox = create_sandbox(SandboxConfig(accounts=2, campaigns=0))
    async with mail_servers(sandbox, ground.folder / f"tls-{uuid4().hex[:6]}") as ports:
        yield Post(sandbox, ports)


# M3


def _with_mail(world: World, folder: Any) -> Runtime:
    """The app and the jobs hold this very configuration."""
    timing = replace(world.runtime.config.timing, api_deadline_s=2)
    changed = {"egress_allow": ("127.0.0.0/8",), "mail_ca_file": folder / "ca.pem", "timing": timing}
    object.__setattr__(world.runtime, "config", replace(world.runtime.config, **changed))
    return world.runtime


async def _probe(rt: Runtime, row: Connection) -> None:
    async with unit_of_work(rt.sessions, row.org_id) as tx:
        await enqueue(tx, PROBE, row.id, due_at=rt.clock.now() - SURELY, replace=True)


async def logins_refused(ground: Ground, n: int) -> Tally:
    """Once: nobody is told anything. Always: inactive after three refusals, not before and without hammering."""
    tally, rng = Tally(), ground.rng("M3")
    sandbox = create_sandbox(SandboxConfig(accounts=2, campaigns=0))
    folder = ground.folder / f"tls-{uuid4().hex[:6]}"
    async with living(ground, "M3") as world, mail_servers(sandbox, folder) as ports:
        rt, post = _with_mail(world, folder), Post(sandbox, ports)
        assert isinstance(rt.clock, DatabaseClock)
        machine = TimeMachine(world.dsn, rt.clock)
        row = await connected(rt, await world.sign_up(), post.form())
        for _ in range(n - 1):
            path, text = rng.choice(REFUSALS)
            post.break_("reply", path=path, text=text, count=1)
            await _probe(rt, row)
            await live(rt, machine, rng.uniform(300, 600), step=150)
            seen = await now(rt, row)
            tally.see(seen.status == "connected" and "inactive" not in await events(rt, row), f"once: {seen.status}")
        post.break_("change_password")
        before = len(post.logins())
        await _probe(rt, row)
        await live(rt, machine, 720, step=120)
        seen, tried = await now(rt, row), len(post.logins()) - before
        tally.see(
            (seen.status, seen.cause, tried) == ("inactive", "credentials_rejected", 3),
            f"always: {seen.status} {seen.cause} after {tried} logins",
        )
        tally.figures["logins until the verdict"] = tried
    return tally


async def logins_believed(ground: Ground, n: int) -> Tally:
    with broken(verify, "verdict", hasty):
        return await logins_refused(ground, n)


# M4

DEADLINE_S = 1.0
WIRES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("bye", {}),
    ("reset", {}),
    ("garbled", {}),
    ("bad_literal", {}),
    ("timeout", {"hold_s": 3}),
    ("status", {"code": 503}),
    ("reply", {"text": "{tag} OK done"}),
    ("reply", {"text": "* 3 FETCH (UID 1 BODY[] {99999999999}"}),
    ("reply", {"text": "{tag} NO [SERVERBUG] internal error"}),
)
PLACES = ("/imap/SELECT", "/imap/EXAMINE", "/imap/UID", "/imap/SEARCH", "/imap/FETCH", "/imap/*")


@dataclass
class Reader:
    """Reads a folder as a sync does: from where it was, and from the beginning if the server numbers anew."""

    account: MailAccount
    reach: Reach
    validity: int = 0
    last: int = 0
    held: set[bytes] | None = None

    async def look(self) -> None:
        async with reading(self.account, self.reach) as client:
            found = await client.select()
            if found.uid_validity != self.validity:
                self.validity, self.last = found.uid_validity, 0
            uids = [uid for uid in await client.search("UID", f"{self.last + 1}:*") if uid > self.last]
            got = await client.fetch(uids) if uids else []
            self.held = (self.held or set()) | {one.body for one in got}
            if got:
                self.last = max(one.uid for one in got)


async def servers_misbehave(ground: Ground, n: int) -> Tally:
    """Each look ends in time, with a failure of ours or with everything; after the fault nothing is missing."""
    tally, rng = Tally(), ground.rng("M4")
    async with posting(ground) as post:
        reader = _reader(post, ground)
        for number in range(n):
            kind, params = rng.choice(WIRES)
            await _receive(post, rng, number)
            if rng.random() < 0.2:
                validity = post.owner.mailbox.uid_validity
                validity["INBOX"] = validity.get("INBOX", 0) + 1
            post.break_(kind, path=rng.choice(PLACES), **params)
            began = time.monotonic()
            crash = await _failure(reader)
            took = time.monotonic() - began
            post.mend()
            late = took > DEADLINE_S + 1.5
            crash = crash or await _failure(reader, healthy=True)
            missing = len(_there(post)) - len((reader.held or set()) & _there(post))
            tally.see(not crash and not late and not missing, f"{kind}: {crash} {took:.1f} s, {missing} missing")
            tally.figures["longest s"] = max(tally.figures.get("longest s", 0), round(took, 1))
    return tally


def _reader(post: Post, ground: Ground) -> Reader:
    ca = sorted(ground.folder.glob("tls-*/ca.pem"), key=lambda path: path.stat().st_mtime)[-1]
    reach = Reach(EgressGuard(allow=["127.0.0.0/8"]), ssl.create_default_context(cafile=ca), DEADLINE_S)
    imap, smtp = (Server("127.0.0.1", port, "tls") for port in (post.ports.imaps, post.ports.submissions))
    login = Login(BOX, password=PASSWORD)
    return Reader(MailAccount(BOX, imap, smtp, login, login), reach)


async def _receive(post: Post, rng: random.Random, number: int) -> None:
    for part in range(rng.randint(1, 4)):
        body = f"\r\nreply {number}-{part} " + "x" * rng.randrange(2000) + "\r\n)\r\na1 OK done\r\n"
        post.owner.mailbox.add("INBOX", f"Subject: {number}-{part}\r\n{body}".encode())


def _there(post: Post) -> set[bytes]:
    return {message.raw for message in post.owner.mailbox.messages("INBOX")}


async def _failure(reader: Reader, *, healthy: bool = False) -> str | None:
    """What it ended with, where that is no failure of the mail server's."""
    try:
        await reader.look()
    except MAIL_FAILURES as exc:
        return repr(exc) if healthy else None
    except Exception as exc:  # noqa: BLE001 - that there is none is what is measured
        return repr(exc)
    return None


async def servers_believed(ground: Ground, n: int) -> Tally:
    """The broken variant takes what it could not read for read."""
    whole = Imap.fetch

    async def fetch(self: Imap, uids: list[int], part: str = "") -> list[Fetched]:
        try:
            return await whole(self, uids, part)
        except MAIL_FAILURES:
            return [Fetched(uid, frozenset(), b"") for uid in uids]

    with broken(Imap, "fetch", fetch):
        return await servers_misbehave(ground, max(n, 30))


ROWS = [
    Row("M3", "login refused once, and always", "three refusals, no hammering", 24, logins_refused, logins_believed),
    Row("M4", "IMAP stalls, hangs up, renumbers", "no mail lost, bounded", 400, servers_misbehave, servers_believed),
]
