"""Row Q1: workers killed in the middle of syncs; others go on from the last page that was stored."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from uuid import uuid4

from tests.benchmarks.fairness import LONG_AGO, due, ids
from tests.benchmarks.lab import RESULTS, Lab, open_lab, provider_process, seed_connections
from tests.chaos.oracle import DUPLICATES
from tests.reliability.row import Ground, Row, Tally
from tests.reliability.yard import own_redis
from tests.support.database import fresh_database

WORKERS = 3
EACH = 2_000  # campaigns of a connection
MODULE = ("tests.reliability.workers.syncing",)
PAGES = "SELECT coalesce(sum(pages), 0)::int FROM sync_runs"
PAGES_BETWEEN = 10  # between two kills: on a busy machine a worker must live long enough to do anything
OPEN = """
SELECT count(*) FROM connections c
WHERE NOT EXISTS (SELECT 1 FROM sync_runs r WHERE r.connection_id = c.id AND r.status = 'success')
"""
STORED = """
SELECT c.external_id, (SELECT count(DISTINCT external_id) FROM campaigns k WHERE k.connection_id = c.id) AS stored,
  (SELECT count(*) FROM sync_runs r WHERE r.connection_id = c.id AND r.status = 'success') AS synced
FROM connections c
"""


@asynccontextmanager
async def laboratory(ground: Ground, row: str) -> AsyncIterator[Lab]:
    """Workers, a Redis of their own, and a provider that answers at once."""
    label = f"{row.lower()}_{uuid4().hex[:6]}"
    folder = ground.folder / label
    folder.mkdir()
    RESULTS.mkdir(parents=True, exist_ok=True)
    with (
        own_redis(ground, label) as redis,
        fresh_database(ground.servers, label) as database,
        provider_process(folder, ground.seed) as url,
    ):
        lab = await open_lab(replace(ground.servers, redis=redis), database, folder, url)
        try:
            yield lab
        finally:
            for process in lab.workers.values():
                process.kill()
                process.wait(10)
            await lab.admin.close()


async def killed_in_syncs(ground: Ground, n: int, broken: str = "[]", drain_s: float = 240) -> Tally:
    """``n`` campaigns in all; a worker is killed every few seconds until half of the connections are synced."""
    tally, rng = Tally(), ground.rng("Q1")
    connections = max(6, n // EACH)
    each = max(100, n // connections)
    env = {"CHORES_BROKEN": broken, "MAILWARDEN_LOG_LEVEL": "critical"}
    async with laboratory(ground, "Q1") as lab:
        await seed_connections(lab, connections, provider="hubspot", per_org=3)
        links = await ids(lab)
        lab.ask("set", {"campaigns": each})
        await lab.admin.execute(LONG_AGO, links)
        await due(lab, links, "sync_tick")
        for number in range(WORKERS):
            lab.start(f"q1-{number}", MODULE, env)
        kills, last, deadline = 0, 0, time.monotonic() + drain_s
        while (left := await lab.admin.fetchval(OPEN)) and time.monotonic() < deadline:
            await asyncio.sleep(rng.uniform(0.2, 1.2))
            pages = await lab.admin.fetchval(PAGES)
            if left > connections / 2 and pages >= last + PAGES_BETWEEN:
                name = rng.choice(sorted(lab.workers))
                lab.workers[name].kill()
                lab.workers[name].wait()
                lab.start(name, MODULE, env)
                kills, last = kills + 1, pages
        await _judge(lab, tally, each)
        tally.figures["kills"] = kills
    return tally


async def _judge(lab: Lab, tally: Tally, each: int) -> None:
    for row in await lab.admin.fetch(STORED):
        tally.n += each
        if row["stored"] != each or row["synced"] < 1:
            told: dict[str, Any] = dict(row)
            tally.violations.append(f"account {told}: {each} wanted")
    for row in await lab.admin.fetch(DUPLICATES):
        tally.violations += [f"{row['n']} {row['what']} stored twice"] * bool(row["n"])


async def killed_for_good(ground: Ground, n: int) -> Tally:
    return await killed_in_syncs(ground, max(n, 9_000), '["wakes_once"]', 40)


ROWS = [
    Row(
        "Q1",
        "kill -9 in the middle of syncs",
        "none lost, none twice",
        60_000,
        killed_in_syncs,
        killed_for_good,
        sign="wanted",
    )
]
