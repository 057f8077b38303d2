"""Rows W5 and W6: receivers that are killed, and a database that is away, while webhooks come in."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx

from mailwarden.core.roles import Role
from mailwarden.embedded import embedded_servers
from mailwarden.hooks import receive
from mailwarden.hooks.store import store
from tests.reliability.door import Door, door
from tests.reliability.patch import broken
from tests.reliability.row import Ground, Row, Tally

SIDE_BY_SIDE = 8
WITHIN_S = 60
KNOWN = "SELECT objects ->> 0 AS name, count(*) AS n FROM hook_events GROUP BY 1"
EFFECTS = "SELECT count(*) FROM hook_events e WHERE (SELECT count(*) FROM hook_log l WHERE l.event_id = e.id) <> 1"


def named(here: Door, number: int) -> httpx.Request:
    item = {**here.hooks.item(number), "objectId": number}
    return here.hooks.hubspot(item)


# W5


@asynccontextmanager
async def dying(ground: Ground, here: Door, options: list[str]) -> AsyncIterator[tuple[str, Path]]:
    """The address of the receiver, and where it counts its deaths."""
    folder = ground.folder / f"receiver-{uuid4().hex[:6]}"
    folder.mkdir()
    process = _started(ground, here, folder, options)
    try:
        while not (folder / "port").exists():
            assert process.poll() is None, "the receiver did not start"
            await asyncio.sleep(0.05)
        yield f"http://127.0.0.1:{(folder / 'port').read_text()}", folder / "deaths"
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait, 10)


def _started(ground: Ground, here: Door, folder: Path, options: list[str]) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "tests.reliability.workers.receiver", "--folder", str(folder)]
    settings = json.dumps(_settings(ground, here))
    return subprocess.Popen([*command, "--settings", settings, "--seed", str(ground.seed), *options])


def _settings(ground: Ground, here: Door) -> dict[str, Any]:
    servers, name = ground.servers, here.world.dsn.rpartition("/")[2]
    return {
        "environment": "test",
        "base_url": here.hooks.rt.config.base_url,
        "data_dir": str(ground.folder),
        "database": {"url": servers.dsn(Role.APP, name), "system_url": servers.dsn(Role.SYSTEM, name)},
        "redis": {"url": servers.redis_url},
        "providers": {"hubspot": {"client_id": "our-client", "client_secret": "our-secret"}},
    }


async def killed(ground: Ground, n: int, *, hasty: bool = False) -> Tally:
    """kill -9 before the commit, and between commit and answer: the provider comes again, and nothing counts twice."""
    tally = Tally()
    async with door(ground, "W5") as here:
        await here.connection("hubspot", "4711")
        async with dying(ground, here, ["--hasty"] if hasty else []) as (url, deaths):
            places = asyncio.Semaphore(SIDE_BY_SIDE)
            async with httpx.AsyncClient(timeout=30, trust_env=False) as http:
                tries = await asyncio.gather(*(_insisting(http, here, url, k, places) for k in range(n)))
            tally.figures["deaths"] = int(deaths.read_text()) if deaths.exists() else 0
        await here.handle()
        known = {row["name"]: row["n"] for row in await here.world.admin.fetch(KNOWN)}
        tally.n = sum(tries)
        tally.violations += [f"event {k}: {known.get(str(k), 0)} rows" for k in range(n) if known.get(str(k)) != 1]
        twice = await here.ask(EFFECTS)
        tally.violations += [f"{twice} events without exactly one effect"] * bool(twice)
    return tally


async def _insisting(http: httpx.AsyncClient, here: Door, url: str, number: int, places: asyncio.Semaphore) -> int:
    """As a provider does: again until it is taken. How many attempts died unanswered."""
    unanswered, until = 0, time.monotonic() + WITHIN_S
    async with places:
        request = named(here, number)
        while time.monotonic() < until:
            with suppress(httpx.TransportError):
                answer = await http.post(f"{url}/hooks/hubspot", content=request.content, headers=_signed(request))
                if answer.is_success:
                    break
            unanswered += 1
            await asyncio.sleep(0.02)
    return unanswered


def _signed(request: httpx.Request) -> dict[str, str]:
    return {name: value for name, value in request.headers.items() if name.startswith("x-hubspot")}


async def killed_hastily(ground: Ground, n: int) -> Tally:
    return await killed(ground, max(n, 60), hasty=True)


# W6


async def database_away(ground: Ground, n: int) -> Tally:
    """PostgreSQL stops or crashes while events come: 503 with Retry-After, and what was taken is there."""
    tally, rng = Tally(), ground.rng("W6")
    taken: set[str] = set()
    with embedded_servers(ground.folder / f"w6-{uuid4().hex[:6]}", fast=True) as servers:
        async with door(replace(ground, servers=servers), "W6") as here:
            going = asyncio.Event()
            senders = [asyncio.create_task(_sending(here, k, going, taken, tally)) for k in range(4)]
            for _ in range(n):
                await asyncio.sleep(rng.uniform(0.1, 0.4))
                crash = rng.random() < 0.5
                await asyncio.to_thread(servers.postgres.stop, "immediate" if crash else "fast")
                await asyncio.sleep(rng.uniform(0.1, 0.4))
                await asyncio.to_thread(servers.postgres.start)
            going.set()
            await asyncio.gather(*senders)
            admin = await asyncpg.connect(here.world.dsn)
            kept = {row["name"] for row in await admin.fetch(KNOWN)}
            await admin.close()
            tally.figures["taken"] = len(taken)
            tally.violations += [f"event {name} was taken and is lost" for name in taken - kept]
    return tally


async def _sending(here: Door, lane: int, going: asyncio.Event, taken: set[str], tally: Tally) -> None:
    number = lane * 1_000_000
    while not going.is_set():
        answer = await here.hooks.http.send(named(here, number))
        if answer.is_success:
            taken.add(str(number))
        else:
            tally.see(answer.status_code == 503 and "retry-after" in answer.headers, f"answered {answer.status_code}")
        number += 1
        await asyncio.sleep(0.01)


async def database_away_unnoticed(ground: Ground, n: int) -> Tally:
    """The broken variant says that it has what it could not store."""

    async def keep(*args: Any) -> int:
        with suppress(Exception):
            return await store(*args)
        return 0

    with broken(receive, "store", keep):
        return await database_away(ground, max(2, n // 5))


ROWS = [
    Row("W5", "receiver killed around its commit", "nothing lost, nothing twice", 1_000, killed, killed_hastily),
    Row(
        "W6", "database away while events come", "503, no 2xx without a row", 30, database_away, database_away_unnoticed
    ),
]
