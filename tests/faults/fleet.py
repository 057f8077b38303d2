"""The same matrix against a running system: several worker processes, of which one is killed every few seconds."""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import httpx

from tests.support.browser import Browser, sign_up
from tests.support.stack import System
from tests.support.world import Step, World

LEFT = """
SELECT id, fence FROM jobs
WHERE (state = 'leased' OR state = 'ready' AND due_at <= $1) AND ($2::uuid[] IS NULL OR id = ANY ($2))
ORDER BY id
"""
PATIENCE_S = 20.0  # of real time
STILL_S = 2.5  # what does not move for so long is held by the dead, or waits for an answer; the clock goes on a little
LOOK_S = 0.1
STRIDE_S = 6.0  # of the clock at least: of a thousand connections one is due every moment


@dataclass
class Fleet(World):
    """Speaks to the API over HTTP, and waits for the workers where the other world runs the jobs itself."""

    system: System = field(kw_only=True)
    kill_every_s: float = 0.0
    rng: random.Random = field(default_factory=lambda: random.Random(1))
    kills: int = 0
    _held: set[tuple[Any, ...]] = field(default_factory=set)  # did not move before, and is waited for no more
    _stop: asyncio.Event = field(default_factory=asyncio.Event)

    def now(self) -> datetime:
        return self.system.local_now()

    async def advance(self, seconds: float) -> None:
        await asyncio.to_thread(self.system.advance, seconds)

    async def run_for(self, seconds: float, each: Step | None = None, *, finest: float = 2, widest: float = 30) -> None:
        until = self.now() + timedelta(seconds=seconds)
        while True:
            await self._settled()
            if each is not None:
                await each()
            now = self.now()
            left = (until - now).total_seconds()
            if left <= 0:
                return
            due = await self.next_due()
            wait = (due - now).total_seconds() if due else widest
            await self.advance(min(left, max(finest, STRIDE_S, min(wait, widest))))

    async def _settled(self) -> None:
        """Until what was due or running when it was asked has ended, or only the dead hold it: nothing of it moves.

        What becomes due meanwhile is not waited for: of many connections one always is.
        """
        asked, since, before = self.now(), time.monotonic(), None
        ids = [row["id"] for row in await self.admin.fetch(LEFT, asked, None)]
        deadline = since + PATIENCE_S
        while (now := time.monotonic()) < deadline:
            found = {tuple(row) for row in await self.admin.fetch(LEFT, asked, ids)}
            self._held &= found
            left = found - self._held
            since = now if left != before else since
            if not left or now - since > STILL_S:
                break
            before = left
            await asyncio.sleep(LOOK_S)
        self._held |= left

    async def sign_up(self) -> Browser:
        number = len(self._browsers) + 1
        http = httpx.AsyncClient(base_url=self.system.url, timeout=60)
        browser = await sign_up(http, f"person-{number}@example.com", f"Organization {number}")
        self._browsers.append(browser)
        return browser

    async def harass(self) -> None:
        """One worker after another, by chance."""
        while not self._stop.is_set():
            await asyncio.sleep(self.kill_every_s * self.rng.uniform(0.5, 1.5))
            await asyncio.to_thread(self.system.kill_a_hand, self.rng)
            self.kills += 1

    async def close(self) -> None:
        self._stop.set()
        await super().close()


@asynccontextmanager
async def open_fleet(system: System, kill_every_s: float, seed: int) -> AsyncIterator[Fleet]:
    admin = await asyncpg.connect(system.dsn)
    outside = httpx.AsyncClient(timeout=60)
    fleet = Fleet(  # what runs in processes of its own is not here
        None, system.sandbox, None, None, system.dsn, admin, outside,  # type: ignore[arg-type]
        system=system, kill_every_s=kill_every_s, rng=random.Random(seed),
    )  # fmt: skip
    harassing = asyncio.create_task(fleet.harass()) if kill_every_s else None
    try:
        yield fleet
    finally:
        await fleet.close()
        if harassing is not None:
            harassing.cancel()
        await outside.aclose()
        await admin.close()
