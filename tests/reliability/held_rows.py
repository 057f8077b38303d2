"""Rows D3 and D5: locks, slow statements, forgotten transactions and no free connection hold nobody up for long."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from mailwarden import compose
from mailwarden.compose import open_runtime
from mailwarden.core.db import unit_of_work
from mailwarden.core.runtime import Runtime
from mailwarden.main import create_app
from tests.reliability.patch import broken
from tests.reliability.row import Ground, Row, Tally
from tests.support.browser import Browser, sign_up
from tests.support.database import admin_dsn, fresh_database
from tests.support.world import BASE, world_settings

PATH = "/v1/organization"
GRACE_S = 1.5  # for a busy machine
LOCK_S, STATEMENT_S, IDLE_S, POOL_S = 5.0, 10.0, 15.0, 2.0
SIDE_BY_SIDE = 24
HOLD = text("SELECT 1 FROM organizations WHERE id = :id FOR UPDATE")
SLOW = """
CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN IF NEW.name LIKE 'Slow%' THEN PERFORM pg_sleep(14); END IF; RETURN NEW; END $$;
CREATE TRIGGER slow BEFORE UPDATE ON organizations FOR EACH ROW EXECUTE FUNCTION slow()
"""


@dataclass
class Desk:
    """The API in this process, with the settings of the real one."""

    runtime: Runtime
    app: FastAPI
    name: str
    dsn: str
    admin: asyncpg.Connection

    async def visitor(self, number: int) -> Browser:
        http = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=BASE, timeout=60)
        return await sign_up(http, f"person-{number}@example.com", f"Organization {number}")


@asynccontextmanager
async def desk(ground: Ground, row: str, **database: Any) -> AsyncIterator[Desk]:
    label = f"{row.lower()}_{uuid4().hex[:6]}"
    with fresh_database(ground.servers, label) as name:
        settings = world_settings(ground.servers, name, ground.folder / label, ground.sandbox)
        settings = settings.model_copy(update={"database": settings.database.model_copy(update=database)})
        dsn = admin_dsn(ground.servers, name)
        async with open_runtime(settings, application=label) as runtime:
            admin = await asyncpg.connect(dsn)
            try:
                yield Desk(runtime, create_app(runtime), name, dsn, admin)
            finally:
                await admin.close()


async def rename(browser: Browser, name: str) -> httpx.Response:
    version = (await browser.get(PATH)).headers["etag"]
    return await browser.patch(PATH, {"name": name}, headers={"If-Match": version})


def is_told(answer: httpx.Response) -> bool:
    return answer.status_code == 503 and "retry-after" in answer.headers


# D5


@asynccontextmanager
async def locked(at: Desk, browser: Browser) -> AsyncIterator[None]:
    """Somebody else holds the organization's row, for longer than anybody should wait."""
    holder = await asyncpg.connect(at.dsn)
    try:
        async with holder.transaction():
            await holder.execute("SELECT 1 FROM organizations WHERE id = $1 FOR UPDATE", browser.org_id)
            yield
    finally:
        await holder.close()


async def _behind_lock(at: Desk, browser: Browser) -> tuple[float, str]:
    async with locked(at, browser):
        begun = time.monotonic()
        asked = asyncio.create_task(rename(browser, "Behind a lock"))
        await asyncio.wait([asked], timeout=9)
    answer = await asked
    return time.monotonic() - begun - LOCK_S, "" if is_told(answer) else f"answered {answer.status_code}"


async def _slow_statement(at: Desk, browser: Browser) -> tuple[float, str]:
    begun = time.monotonic()
    answer = await rename(browser, "Slow")
    return time.monotonic() - begun - STATEMENT_S, "" if is_told(answer) else f"answered {answer.status_code}"


async def _forgotten(at: Desk, browser: Browser) -> tuple[float, str]:
    """Our own code holds the row and does nothing: it is stopped, and whoever waits gets the row."""
    begun = time.monotonic()
    holder = asyncio.create_task(_forget(at, browser))
    answer = await rename(browser, "Later")
    while answer.status_code == 503 and time.monotonic() < begun + 25:
        answer = await rename(browser, "Later")
    freed_s = time.monotonic() - begun - IDLE_S
    stopped = await holder
    return freed_s, "" if stopped and answer.status_code == 200 else f"stopped {stopped}, {answer.status_code}"


async def _forget(at: Desk, browser: Browser) -> bool:
    try:
        async with unit_of_work(at.runtime.sessions, browser.org_id) as tx:
            await tx.session.execute(HOLD, {"id": browser.org_id})
            await asyncio.sleep(20)
    except DBAPIError:
        return True
    return False


HELD = {"lock": _behind_lock, "slow statement": _slow_statement, "forgotten transaction": _forgotten}


async def held_up(ground: Ground, n: int) -> Tally:
    tally = Tally()
    async with desk(ground, "D5", pool_size=2 * SIDE_BY_SIDE) as at:
        await at.admin.execute(SLOW)
        browsers = [await at.visitor(number) for number in range(min(n, SIDE_BY_SIDE))]
        for start in range(0, n, SIDE_BY_SIDE):
            kinds = [list(HELD)[number % len(HELD)] for number in range(start, min(n, start + SIDE_BY_SIDE))]
            found = await asyncio.gather(
                *(HELD[kind](at, browser) for kind, browser in zip(kinds, browsers, strict=False))
            )
            for kind, (over_s, wrong) in zip(kinds, found, strict=True):
                tally.see(not wrong and over_s <= GRACE_S, f"{kind}: {over_s:.1f} s over its limit {wrong}")
                told = f"{kind}, s over limit"
                tally.figures[told] = max(tally.figures.get(told, over_s), round(over_s, 2))
    return tally


def patient(url: str, **given: Any) -> Any:
    """The broken variant of an engine: it waits for as long as it takes."""
    engine = create_async_engine(url, pool_size=given["pool_size"], max_overflow=0, pool_timeout=60)
    return engine


async def held_up_patiently(ground: Ground, n: int) -> Tally:
    with broken(compose, "make_engine", patient):
        return await held_up(ground, n)


# D3


async def _ask_all(tally: Tally, browsers: Sequence[Browser], n: int, what: str) -> None:
    async def one(number: int) -> tuple[float, httpx.Response]:
        begun = time.monotonic()
        answer = await browsers[number % len(browsers)].get(PATH)
        return time.monotonic() - begun, answer

    found = await asyncio.gather(*(one(number) for number in range(n)))
    for took, answer in found:
        good = is_told(answer) and took <= POOL_S + GRACE_S
        tally.see(good, f"{what}: {answer.status_code} after {took:.1f} s")
    tally.figures[f"{what}: longest wait, s"] = round(max(took for took, _ in found), 2)


async def _served_again(tally: Tally, browser: Browser, what: str) -> None:
    begun = time.monotonic()
    answer = await browser.get(PATH)
    while answer.status_code != 200 and time.monotonic() < begun + 10:
        answer = await browser.get(PATH)
    tally.see(answer.status_code == 200, f"{what}: {answer.status_code} when all was well again")


async def exhausted(ground: Ground, n: int) -> Tally:
    """Half of the injections without a free connection in our pool, half without one at the server."""
    tally = Tally()
    async with desk(ground, "D3", pool_size=4) as at:
        browsers = [await at.visitor(number) for number in range(4)]
        async with AsyncExitStack() as held:
            for browser in browsers:
                tx = await held.enter_async_context(unit_of_work(at.runtime.sessions, browser.org_id))
                await tx.session.execute(HOLD, {"id": browser.org_id})
            asked = asyncio.create_task(_ask_all(tally, browsers, -(-n // 2), "our pool"))
            await asyncio.wait([asked], timeout=6)
        await asked
        await _served_again(tally, browsers[0], "our pool")
        await at.admin.execute(f"ALTER DATABASE {at.name} CONNECTION LIMIT 0")
        await _hang_up(at)
        await _ask_all(tally, browsers, n // 2, "the server")
        await at.admin.execute(f"ALTER DATABASE {at.name} CONNECTION LIMIT -1")
        await _served_again(tally, browsers[0], "the server")
    return tally


async def _hang_up(at: Desk) -> None:
    """Connections that we have would do; new ones are refused with 53300, as by a server that is full."""
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()"
    await at.admin.execute(others, at.name)


async def exhausted_patiently(ground: Ground, n: int) -> Tally:
    with broken(compose, "make_engine", patient):
        return await exhausted(ground, n)


ROWS = [
    Row("D3", "no free database connection", "503 within 2 s", 200, exhausted, exhausted_patiently),
    Row("D5", "locks, slow and forgotten statements", "stopped at their limits", 72, held_up, held_up_patiently),
]
