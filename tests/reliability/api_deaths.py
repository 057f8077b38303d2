"""Row A4: an API that is killed in the middle of writes, and callers who come again with the same Idempotency-Key."""

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from uuid import uuid4

import httpx

from mailwarden.core.roles import Role
from tests.reliability.live import living
from tests.reliability.row import Ground, Row, Tally
from tests.support.browser import Browser
from tests.support.world import World

SIDE_BY_SIDE = 6
WITHIN_S = 60
KEYS_EACH = 90  # an organization may have a hundred
PATH = "/v1/api-keys"
NAMES = "SELECT name FROM api_keys"
EFFECTS = "effects of one key"


def _started(ground: Ground, world: World, folder: Path, *options: str) -> "subprocess.Popen[bytes]":
    database = world.dsn.rpartition("/")[2]
    settings = {
        "environment": "test",
        "data_dir": str(folder),
        "database": {
            "url": ground.servers.dsn(Role.APP, database),
            "system_url": ground.servers.dsn(Role.SYSTEM, database),
        },
        "redis": {"url": ground.servers.redis_url},
    }
    command = [sys.executable, "-m", "tests.reliability.workers.mortal_api", "--folder", str(folder)]
    return subprocess.Popen([*command, "--settings", json.dumps(settings), "--seed", str(ground.seed), *options])


@asynccontextmanager
async def mortal_api(ground: Ground, world: World, *options: str) -> AsyncIterator[tuple[str, Path]]:
    """Its address, and where it counts its deaths."""
    folder = ground.folder / f"api-{uuid4().hex[:6]}"
    folder.mkdir()
    process = _started(ground, world, folder, *options)
    try:
        while not (folder / "port").exists():
            if process.poll() is not None:
                raise RuntimeError("the API did not start")
            await asyncio.sleep(0.05)
        yield f"http://127.0.0.1:{(folder / 'port').read_text()}", folder / "deaths"
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait, 10)


async def _insisting(http: httpx.AsyncClient, number: int, places: asyncio.Semaphore) -> tuple[int, set[bytes]]:
    """Again until it is answered, and once more after that: how many attempts died, and what the answers said."""
    died, said, until = 0, set[bytes](), time.monotonic() + WITHIN_S
    body, headers = {"name": f"Key {number}", "scopes": ["data:read"]}, {"Idempotency-Key": f"number-{number}"}
    async with places:
        for _ in range(2):
            while time.monotonic() < until:
                with suppress(httpx.TransportError):
                    answer = await http.post(PATH, json=body, headers=headers)
                    if answer.is_success:
                        said.add(answer.content)
                        break
                died += 1
                await asyncio.sleep(0.02)
    return died, said


def _caller(url: str, owner: Browser) -> httpx.AsyncClient:
    csrf = {"x-csrf": owner.http.headers["x-csrf"]}
    return httpx.AsyncClient(base_url=url, cookies=owner.http.cookies, headers=csrf, timeout=30)


async def killed(ground: Ground, n: int, *options: str) -> Tally:
    tally = Tally()
    async with living(ground, "A4") as world:
        owners = [await world.sign_up() for _ in range(-(-n // KEYS_EACH))]
        async with AsyncExitStack() as stack:
            url, deaths = await stack.enter_async_context(mortal_api(ground, world, *options))
            callers = [await stack.enter_async_context(_caller(url, owner)) for owner in owners]
            places = asyncio.Semaphore(SIDE_BY_SIDE)
            work = (_insisting(callers[number // KEYS_EACH], number, places) for number in range(n))
            told = await asyncio.gather(*work)
            tally.figures["deaths"] = int(deaths.read_text()) if deaths.exists() else 0
        found = Counter(row["name"] for row in await world.admin.fetch(NAMES))
    tally.n = sum(died for died, _ in told)
    tally.violations += ["nobody died"] * (not tally.figures["deaths"])
    for number, (_, said) in enumerate(told):
        effects = found[f"Key {number}"]
        if effects != 1 or len(said) != 1:
            tally.violations.append(f"{effects} {EFFECTS}, {len(said)} different answers")
    return tally


async def killed_unclaimed(ground: Ground, n: int) -> Tally:
    """The broken variant takes no notice of the key."""
    return await killed(ground, max(n, 30), "--hasty")


ROWS = [Row("A4", "API killed in writes with a key", "one effect each", 1_000, killed, killed_unclaimed, sign=EFFECTS)]
