"""A running system: own PostgreSQL and Redis, API and worker processes and the sandbox, all on free ports."""

import asyncio
import os
import random
import shutil
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import asyncpg
import httpx
from pydantic import HttpUrl

from mailwarden.cli.demo.client import Person
from mailwarden.cli.stack import Stack, running_stack
from mailwarden.embedded import EmbeddedServers
from mailwarden.embedded.home import open_home
from mailwarden.embedded.processes import free_port
from mailwarden.embedded.servers import DATABASE
from mailwarden.settings import Settings
from tests.support.database import ROOT, admin_dsn, set_clock_offset
from tests.support.sandbox import Sandbox, running_sandbox
from tests.support.world import APPS, MAIL

STACKS = ROOT / ".local" / "test" / "stacks"
CLOCK_FOLLOW_S = 0.2
STRIPE_SECRET = "whsec_sandbox"
T = TypeVar("T")


@dataclass
class System:
    """``stack.children`` are the processes by name: ``api``, ``worker-0``, …; one that dies is started again."""

    stack: Stack
    sandbox: Sandbox
    _offset: float = 0.0
    _people: list[Person] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.stack.url

    @property
    def servers(self) -> EmbeddedServers:
        assert self.stack.servers is not None
        return self.stack.servers

    @property
    def dsn(self) -> str:
        """The superuser in the product's database: sees all tenants."""
        return admin_dsn(self.servers, DATABASE)

    def person(self, organization: str = "Acme") -> Person:
        """A new owner of a new organization, signed in."""
        person = Person(self.url, self.sandbox.url)
        person.sign_up(f"person-{len(self._people) + 1}@example.com", organization)
        self._people.append(person)
        return person

    def connect(self, person: Person, provider: str, account: str, **settings: Any) -> str:
        if provider == MAIL:
            told = person.post(f"/v1/integrations/{MAIL}/connect", self.sandbox.mailbox_form(account))
            assert told["ok"], told
            return str(told["connection"]["id"])
        started = person.post(f"/v1/integrations/{provider}/connect", settings)
        landed = person.consent(started["authorize_url"], account)
        assert "connected=" in landed, landed
        return landed.split("connected=")[1].split("&")[0]

    def advance(self, seconds: float) -> None:
        """Product and sandbox together; the processes follow within a moment."""
        self.sandbox.advance(seconds)
        self.hurry(seconds)

    def hurry(self, seconds: float) -> None:
        """The product alone, for which waits pass sooner; the provider's figures stay as they are.

        Its processes live through it: their pulse goes along, or so much time would be a downtime of ours.
        """
        self._offset += seconds
        self.rows("UPDATE service_pulses SET at = at + make_interval(secs => $1)", float(seconds))
        asyncio.run(set_clock_offset(self.dsn, self._offset))
        time.sleep(2 * CLOCK_FOLLOW_S)

    def rows(self, query: str, *arguments: Any) -> list[dict[str, Any]]:
        async def ask() -> list[dict[str, Any]]:
            admin = await asyncpg.connect(self.dsn)
            try:
                return [dict(row) for row in await admin.fetch(query, *arguments)]
            finally:
                await admin.close()

        return asyncio.run(ask())

    def one(self, query: str, *arguments: Any) -> Any:
        return next(iter(self.rows(query, *arguments)[0].values()))

    def now(self) -> datetime:
        at: datetime = self.one("SELECT app_now()")
        return at

    def local_now(self) -> datetime:
        """The same without asking: PostgreSQL runs on this machine's clock, and only ``hurry`` moves it."""
        return datetime.now(UTC) + timedelta(seconds=self._offset)

    def kill(self, name: str) -> None:
        """kill -9; the stack starts it again within a second or so."""
        self.stack.children[name].kill()

    def restart_postgres(self, *, crash: bool = False) -> None:
        self.servers.postgres.restart("immediate" if crash else "fast")

    def workers(self) -> list[str]:
        return [name for name in self.stack.children if name.startswith("worker")]

    def hands(self) -> list[int]:
        """The processes that work: each worker's own, or those of its team."""
        processes = (self.stack.children[name].process for name in self.workers())
        return [hand for process in processes if process is not None for hand in _team(process.pid)]

    def kill_a_hand(self, rng: random.Random) -> None:
        """kill -9; its team replaces it at once, and a worker without one is started again within a second or so."""
        if hands := self.hands():
            with suppress(ProcessLookupError):
                os.kill(rng.choice(hands), signal.SIGKILL)

    def close(self) -> None:
        for person in self._people:
            person.close()


def _team(pid: int) -> list[int]:
    """None of it: the process works itself, or has just ended."""
    with suppress(OSError):
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()] or [pid]
    return []


def wait_for(ask: Callable[[], T | None], what: str, within_s: float = 30) -> T:
    """The first answer that is neither None nor False."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        answer = ask()
        if answer is not None and answer is not False:
            return answer
        time.sleep(0.1)
    raise AssertionError(f"{what} did not happen within {within_s:.0f} s")


def wait_healthy(system: System, within_s: float = 30) -> None:
    def ready() -> bool:
        try:
            return httpx.get(f"{system.url}/readyz", timeout=2).status_code == 200
        except httpx.TransportError:
            return False

    wait_for(ready, "readiness", within_s)


def provider_env(sandbox: Sandbox) -> dict[str, str]:
    env: dict[str, str] = {}
    for name in APPS:
        prefix = f"MAILWARDEN_PROVIDERS__{name.upper()}__"
        env |= {
            f"{prefix}CLIENT_ID": "sandbox-client",
            f"{prefix}CLIENT_SECRET": "sandbox-secret",
            f"{prefix}AUTHORIZE_BASE": f"{sandbox.url}/{name}",
            f"{prefix}API_BASE": f"{sandbox.url}/{name}",
        }
    return env


def mail_env(sandbox: Sandbox, folder: Path) -> dict[str, str]:
    """The sandbox's mail servers are on this machine, certified by an authority of their own."""
    return {
        "MAILWARDEN_EGRESS__ALLOW": "127.0.0.0/8",
        "MAILWARDEN_EGRESS__MAIL_CA_FILE": str(sandbox.mail_authority(folder)),
    }


def billing_env(sandbox: Sandbox) -> dict[str, str]:
    """An instance where organizations pay; Stripe is the sandbox."""
    prefix = "MAILWARDEN_BILLING__"
    return {
        f"{prefix}STRIPE_SECRET_KEY": "sk_test_sandbox",
        f"{prefix}STRIPE_WEBHOOK_SECRET": STRIPE_SECRET,
        f"{prefix}STRIPE_API_BASE": f"{sandbox.url}/stripe",
        f"{prefix}PRICES": "starter:price_starter,team:price_team,business:price_business",
    }


def timing_env(timing: Mapping[str, float]) -> dict[str, str]:
    timing = {"clock_follow_s": CLOCK_FOLLOW_S, **timing}
    return {f"MAILWARDEN_TIMING__{name.upper()}": str(value) for name, value in timing.items()}


@contextmanager
def running_system(
    label: str,
    *,
    workers: int = 1,
    campaigns: int = 40,
    seed: int = 7,
    quotas: bool = True,
    paid: bool = False,
    env: dict[str, str] | None = None,
    worker: Sequence[str] = ("mailwarden", "worker"),
    timing: Mapping[str, float] | None = None,
) -> Iterator[System]:
    """Gone without a trace at the end; after a failure the logs stay in ``.local/test/stacks``."""
    folder = STACKS / f"{label}-{os.getpid()}-{uuid4().hex[:6]}"
    port = free_port()
    settings = Settings(
        _env_file=None, environment="test", data_dir=folder, port=port, database={}, redis={}, log_level="info"
    ).model_copy(update={"base_url": HttpUrl(f"http://127.0.0.1:{port}")})
    options = () if quotas else ("--no-quotas",)
    with running_sandbox(folder, seed=seed, campaigns=campaigns, options=options) as sandbox:
        extra = provider_env(sandbox) | mail_env(sandbox, folder) | timing_env(timing or {})
        extra |= {"MAILWARDEN_DNS__NAMESERVERS": sandbox.name_server(), "MAILWARDEN_MAIL__MODE": "file"}
        extra |= (billing_env(sandbox) if paid else {}) | (env or {})
        try:
            with running_stack(settings, workers=workers, extra_env=extra, worker=worker) as stack:
                system = System(stack, sandbox)
                if paid:
                    sandbox.ask(
                        "PUT", "/stripe/endpoint", {"url": f"{stack.url}/hooks/stripe", "secret": STRIPE_SECRET}
                    )
                yield system
                system.close()
        finally:
            open_home(folder / "servers").remove()
    shutil.rmtree(folder)
