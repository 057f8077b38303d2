"""The whole product in one process against the sandbox over real sockets, on a clock that jumps from event to event.

API, jobs, database, Redis and provider calls are the real ones; only waiting is left out. While nothing is due the
clock moves straight to the next due job, so an hour of a few hundred connections takes seconds.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx
from fastapi import FastAPI
from sqlalchemy import text

from mailwarden.compose import open_runtime
from mailwarden.connections.jobs import start_up
from mailwarden.core.clock import DatabaseClock
from mailwarden.core.housekeeping import ensure_instance_jobs
from mailwarden.core.ids import parse_id
from mailwarden.core.roles import Role
from mailwarden.core.runner import JobRunner
from mailwarden.core.runtime import Runtime
from mailwarden.embedded import EmbeddedServers
from mailwarden.main import create_app
from mailwarden.settings import Settings
from mailwarden.worker import make_runner
from tests.support.browser import Browser, sign_up
from tests.support.database import admin_dsn, set_clock_offset
from tests.support.naps import Naps
from tests.support.sandbox import Sandbox

APPS = ("hubspot", "klaviyo", "keap", "google", "microsoft")
MAIL = "imap"  # signed in to by password: no app of ours, no consent page
PROVIDERS = (*APPS, MAIL)
SIDE_BY_SIDE = 16
BASE = "http://127.0.0.1:8000"
DUE = text("SELECT id FROM job_due(500, 500, interval '0 seconds')")
Step = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class Linked:
    """One connection as the test knows it."""

    id: UUID
    provider: str
    account: str
    browser: Browser = field(repr=False)


@dataclass
class World:
    runtime: Runtime
    sandbox: Sandbox
    app: FastAPI
    runner: JobRunner
    dsn: str
    admin: asyncpg.Connection
    outside: httpx.AsyncClient
    ran: int = 0
    _offset: float = 0.0
    _browsers: list[Browser] = field(default_factory=list)
    _moving: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def close(self) -> None:
        for browser in self._browsers:
            await browser.http.aclose()

    def now(self) -> datetime:
        return self.runtime.clock.now()

    async def advance(self, seconds: float) -> None:
        """The product's clock and the sandbox's, together."""
        async with self._moving:
            self._offset += seconds
            await set_clock_offset(self.dsn, self._offset)
            assert isinstance(self.runtime.clock, DatabaseClock)
            await self.runtime.clock.measure()
            await asyncio.to_thread(self.sandbox.advance, seconds)

    async def drain(self) -> int:
        """Runs what is due, side by side, and what becomes due by it."""
        before = self.ran
        while ids := await self._due():
            places = asyncio.Semaphore(SIDE_BY_SIDE)
            done = await asyncio.gather(*(self._run(one, places) for one in ids))
            self.ran += sum(done)
            if not any(done):
                break
        return self.ran - before

    async def _run(self, job_id: UUID, places: asyncio.Semaphore) -> bool:
        async with places:
            return await self.runner.run(job_id)

    async def _due(self) -> list[UUID]:
        async with self.runtime.system.begin() as session:
            return list((await session.execute(DUE)).scalars())

    async def next_due(self) -> datetime | None:
        found: datetime | None = await self.admin.fetchval("SELECT min(due_at) FROM jobs WHERE state = 'ready'")
        return found

    async def run_for(self, seconds: float, each: Step | None = None, *, finest: float = 2, widest: float = 30) -> None:
        """Lives through so much time; ``each`` is called after every step."""
        until = self.now() + timedelta(seconds=seconds)
        while True:
            await self.drain()
            if each is not None:
                await each()
            left = (until - self.now()).total_seconds()
            if left <= 0:
                return
            due = await self.next_due()
            wait = (due - self.now()).total_seconds() if due else widest
            await self.advance(min(left, max(finest, min(wait, widest))))

    async def sign_up(self) -> Browser:
        number = len(self._browsers) + 1
        http = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=BASE, timeout=60)
        browser = await sign_up(http, f"person-{number}@example.com", f"Organization {number}")
        self._browsers.append(browser)
        return browser

    async def connect(self, browser: Browser, provider: str, account: str, **settings: Any) -> Linked:
        """As a person would, comes back a minute later if the provider had too much to do."""
        if provider == MAIL:
            return await self._connect_mailbox(browser, account)
        for _ in range(3):
            started = await browser.post(f"/v1/integrations/{provider}/connect", settings)
            assert started.status_code in (200, 201), started.text
            landed = await self.consent(browser, started.json()["authorize_url"], account)
            why = "" if "connected=" in landed else await self._why(browser, landed)
            if '"429' not in why:
                break
            await self.advance(61)
        assert "connected=" in landed, why
        named = landed.split("connected=")[1].split("&")[0]
        return Linked(parse_id("conn", named), provider, account, browser)

    async def _why(self, browser: Browser, landed: str) -> str:
        if "attempt=" not in landed:
            return landed
        told = await browser.get(f"/v1/oauth/attempts/{landed.split('attempt=')[1].split('&')[0]}")
        return f"{landed}: {told.text}"

    async def _connect_mailbox(self, browser: Browser, account: str) -> Linked:
        """As a person would, tries again if a server did not answer in time: the deadlines are short."""
        form = await asyncio.to_thread(self.sandbox.mailbox_form, account)
        for _ in range(3):
            answer = await browser.post(f"/v1/integrations/{MAIL}/connect", form)
            made = answer.json().get("connection")
            if made or '"timeout"' not in answer.text:
                break
        assert made, answer.text
        return Linked(parse_id("conn", made["id"]), MAIL, account, browser)

    async def consent(self, browser: Browser, authorize_url: str, account: str, **over: str) -> str:
        """Decides at the provider's page; where our callback leads the browser."""
        there = await self.outside.get(self.sandbox.decided(authorize_url, account, **over))
        assert there.status_code == 302, there.text[:300]
        back = await browser.get(there.headers["location"])
        return str(back.headers.get("location", back.text[:300]))

    async def people(self, count: int, accounts: dict[str, list[str]], **settings: Any) -> list[Linked]:
        """Connects all accounts, spread over ``count`` organizations, some at a time as customers come."""
        browsers = [await self.sign_up() for _ in range(count)]
        wanted = [(provider, account) for provider, names in accounts.items() for account in names]
        places = asyncio.Semaphore(8)

        async def one(number: int, provider: str, account: str) -> Linked:
            async with places:
                return await self.connect(browsers[number % count], provider, account, **settings)

        return list(await asyncio.gather(*(one(n, *pair) for n, pair in enumerate(wanted))))


def world_settings(
    servers: EmbeddedServers, database: str, data_dir: Path, sandbox: Sandbox, **timing: Any
) -> Settings:
    secret = "our-secret"
    clients = {
        name: {
            "client_id": sandbox.register_client(name, secret),
            "client_secret": secret,
            "authorize_base": f"{sandbox.url}/{name}",
            "api_base": f"{sandbox.url}/{name}",
        }
        for name in APPS
    }
    return Settings(
        _env_file=None,
        environment="test",
        data_dir=data_dir,
        database={
            "url": servers.dsn(Role.APP, database),
            "system_url": servers.dsn(Role.SYSTEM, database),
            "owner_url": servers.dsn(Role.OWNER, database),
            "pool_size": 24,
        },
        redis={"url": servers.redis_url},
        providers=clients,
        egress={"allow": "127.0.0.0/8", "mail_ca_file": sandbox.mail_authority(data_dir)},
        dns={"nameservers": sandbox.name_server()},
        timing=timing,
    )


@asynccontextmanager
async def open_world(
    servers: EmbeddedServers, database: str, data_dir: Path, sandbox: Sandbox, **timing: Any
) -> AsyncIterator[World]:
    """``timing``: deadlines may be shortened, since a call that hangs costs real seconds."""
    settings = world_settings(servers, database, data_dir, sandbox, **timing)
    dsn = admin_dsn(servers, database)
    async with open_runtime(settings, application="test-world", worker=True) as real:
        naps = Naps()
        runtime = replace(real, sleep=naps.sleep)
        await ensure_instance_jobs(runtime)
        await start_up(runtime)
        admin = await asyncpg.connect(dsn)
        outside = httpx.AsyncClient(timeout=60)
        try:
            world = World(runtime, sandbox, create_app(runtime), make_runner(runtime), dsn, admin, outside)
            naps.clock, naps.advance = world.now, world.advance
            yield world
            await world.close()
        finally:
            await outside.aclose()
            await admin.close()
