"""Rows R3 and R6: Redis is away for long, and somebody else writes into it."""

import asyncio
import os
import pickle
import time
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from redis.asyncio import Redis

from mailwarden.core.queue import FUNCTION, QUEUES, packb
from tests.reliability.redis_rows import DRAIN_S, LOST, PER_S
from tests.reliability.row import Ground, Row, Tally
from tests.reliability.yard import Yard, own_redis, share, yard
from tests.support.database import fresh_database
from tests.support.world import World, open_world

# R3

START_S = 2.0  # p99 of how late a job may be done without Redis, once that is known
KNOWN_S = 4.0
SLOWEST_S = 5.0  # of a request
LATER = """
SELECT extract(epoch FROM d.at - j.due_at)::float AS late FROM chores_done d JOIN jobs j USING (key)
WHERE j.due_at > $1::timestamptz + make_interval(secs => $2) AND d.at > j.due_at ORDER BY 1
"""


async def away(ground: Ground, n: int, broken: str = "[]", drain_s: float = DRAIN_S) -> Tally:
    """Redis stays away: jobs start from PostgreSQL alone, and people work as ever."""
    tally, over_s = Tally(), max(8.0, n / PER_S)
    async with yard(ground, "R3", CHORES_BROKEN=broken) as yarn:
        await yarn.give("chore", n, over_s=over_s)
        await asyncio.sleep(1)
        since = await yarn.admin.fetchval("SELECT clock_timestamp()")
        await asyncio.to_thread(yarn.redis.stop)
        await yarn.finished(over_s + drain_s)
        await yarn.judge(tally)
        late = [row["late"] for row in await yarn.admin.fetch(LATER, since, KNOWN_S)]
        tally.figures |= {"start p50, s": share(late, 0.5), "p99, s": share(late, 0.99)}
        tally.violations += [f"p99 of starts {share(late, 0.99):.1f} s"] * (share(late, 0.99) > START_S)
    await _people(ground, tally, max(3, n // 100))
    return tally


async def _people(ground: Ground, tally: Tally, count: int) -> None:
    label = f"r3_{uuid4().hex[:6]}"
    with own_redis(ground, label) as redis, fresh_database(ground.servers, label) as database:
        servers = replace(ground.servers, redis=redis)
        async with open_world(servers, database, ground.folder / label, ground.sandbox) as world:
            await asyncio.to_thread(redis.stop)
            for _ in range(count):
                await _one_person(world, tally)


async def _one_person(world: World, tally: Tally) -> None:
    """Signs up, looks around and connects an account, which counts against the provider's quotas."""
    account = await asyncio.to_thread(world.sandbox.make_account, "hubspot", campaigns=1)
    began = time.monotonic()
    try:
        link = await world.connect(await world.sign_up(), "hubspot", account)
        seen = await link.browser.get("/v1/connections")
        good, what = seen.status_code == 200, seen.text[:200]
    except AssertionError as exc:
        good, what = False, str(exc)[:200]
    took = time.monotonic() - began
    tally.see(good and took < SLOWEST_S, f"{took:.1f} s, {what}")


async def away_and_waited_for(ground: Ground, n: int) -> Tally:
    return await away(ground, max(n, 120), '["needs_redis"]', 8)


# R6

WAITED_S = 20.0  # wake-ups that lay among planted ones were thrown away with them


class Bomb:
    """What unpickling it does: makes a file."""

    def __init__(self, path: Path) -> None:
        self._path = str(path)

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mknod, (self._path,)


def job(function: object, arguments: object) -> bytes:
    return packb({"t": 1, "f": function, "a": arguments, "k": {}, "et": 0})


def hostile(canary: Path, number: int) -> bytes | None:
    """What lies under a job's name; None: nothing at all."""
    touch = f"touch {canary}"
    shapes: list[bytes | None] = [
        pickle.dumps(Bomb(canary)),
        pickle.dumps({"t": 1, "f": FUNCTION, "a": (Bomb(canary),), "k": {}, "et": 0}),
        job("os.system", [touch]),
        job("__import__('os').system", [touch]),
        job(FUNCTION, ["not a UUID"]),
        job(FUNCTION, []),
        job(FUNCTION, [[["deep"]], {"a": 1}]),
        job(FUNCTION, [str(uuid4())]),
        job(None, None),
        packb(["a", "list"]),
        os.urandom(64),
        b"",
        b"\xff" * 1_000_000,
        None,
    ]
    return shapes[number % len(shapes)]


async def plant(redis: "Redis", canary: Path, number: int, queue: str) -> None:
    name = f"{uuid4()}:{number}:0".encode() if number % 5 else os.urandom(12) + b"\xff"
    body = hostile(canary / str(number), number)
    if body is not None:
        await redis.set(b"arq:job:" + name, body, ex=600)
    await redis.zadd(QUEUES[queue], {name: 1_000 + number})


async def hostile_wire(ground: Ground, n: int, broken: str = "[]", drain_s: float = DRAIN_S) -> Tally:
    """Nothing of what was planted runs, no worker dies of it, and what was due is done."""
    tally = Tally(n)
    async with yard(ground, "R6", CHORES_BROKEN=broken) as yarn:
        canary = yarn.folder / "canaries"  # a file for each that ran
        canary.mkdir()
        await _attack(yarn, canary, n)
        await yarn.finished(drain_s)
        jobs = Tally()
        await yarn.judge(jobs)
        late = await yarn.lateness()
        tally.figures |= {"chores done meanwhile": jobs.n, "their delay p99, s": share(late, 0.99)}
        tally.violations += jobs.violations + [f"planted code ran: {one.name}" for one in canary.iterdir()]
        tally.violations += [f"{yarn.restarts} workers died"] * bool(yarn.restarts)
        tally.violations += [f"waited {share(late, 1):.1f} s"] * (share(late, 1) > WAITED_S)
    return tally


async def _attack(yarn: Yard, canary: Path, n: int) -> None:
    rng = yarn.ground.rng("R6")
    await yarn.give("chore", max(60, n // 5), over_s=max(6.0, n / 40))
    async with Redis.from_url(yarn.redis.url) as redis:
        for number in range(n):
            await plant(redis, canary, number, rng.choice(sorted(QUEUES)))
            await asyncio.sleep(1 / 60)
        for queue in QUEUES.values():  # of another type altogether
            await redis.set(queue, "text")
        await asyncio.sleep(3)


async def hostile_wire_trusted(ground: Ground, n: int) -> Tally:
    return await hostile_wire(ground, max(n, 140), '["trusts_pickles"]', 8)


ROWS = [
    Row("R3", "Redis stays away", "starts within 2 s, people work on", 1_500, away, away_and_waited_for, sign=LOST),
    Row(
        "R6",
        "hostile wake-ups",
        "none runs, work goes on",
        1_000,
        hostile_wire,
        hostile_wire_trusted,
        sign="planted code ran",
    ),
]
