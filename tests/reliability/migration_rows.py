"""Row D7: the schema grows under traffic: a nullable column, an index made concurrently, a backfill in batches."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any

import asyncpg

from tests.reliability.row import Ground, Row, Tally
from tests.reliability.traffic import Traffic, p99, traffic
from tests.support.stack import System, running_system

PEOPLE = 3
BATCH = 500
FILLER = """
INSERT INTO organizations (id, name, time_zone) SELECT gen_random_uuid(), 'Filler', 'UTC' FROM generate_series(1, 5000)
"""
BACKFILL = """
UPDATE organizations SET grown_{0} = name WHERE id IN
  (SELECT id FROM organizations WHERE grown_{0} IS NULL LIMIT {1} FOR UPDATE SKIP LOCKED)
"""
NAIVE = """
BEGIN; ALTER TABLE organizations ADD COLUMN grown_{0} text; UPDATE organizations SET grown_{0} = name;
SELECT pg_sleep(8); ALTER TABLE organizations ALTER COLUMN grown_{0} SET NOT NULL; COMMIT
"""
Migrate = Callable[[str, int], Coroutine[Any, Any, int]]
READER_S = 3.0  # of a report that somebody left open: longer than a migration waits for its lock


async def _behind_reader(dsn: str, seconds: float) -> None:
    reader = await asyncpg.connect(dsn)
    try:
        async with reader.transaction():
            await reader.execute("SELECT count(*) FROM organizations")
            await asyncio.sleep(seconds)
    finally:
        await reader.close()


async def _add_column(admin: asyncpg.Connection, number: int) -> int:
    """Waits 2 s at most, since everybody queues behind who waits; then lets them pass and tries again."""
    await admin.execute("SET lock_timeout = '2s'")
    for attempt in range(20):
        try:
            await admin.execute(f"ALTER TABLE organizations ADD COLUMN grown_{number} text")
        except asyncpg.LockNotAvailableError:
            await asyncio.sleep(0.3)
        else:
            return attempt
    raise AssertionError("no moment for the column")


async def careful(dsn: str, number: int) -> int:
    """Expand as the template of migrations does. How often the column had to wait for another moment."""
    reader = asyncio.create_task(_behind_reader(dsn, READER_S))
    await asyncio.sleep(0.2)
    admin = await asyncpg.connect(dsn)
    try:
        retries = await _add_column(admin, number)
        await admin.execute("SET lock_timeout = 0")
        await admin.execute(f"CREATE INDEX CONCURRENTLY ix_grown_{number} ON organizations (grown_{number})")
        statement = BACKFILL.format(number, BATCH)
        filled = ""
        while filled != "UPDATE 0":
            filled = await admin.execute(statement)
    finally:
        await admin.close()
        await reader
    return retries


async def naive(dsn: str, number: int) -> int:
    """The broken variant does all of it in one transaction, under one lock."""
    admin = await asyncpg.connect(dsn)
    try:
        await admin.execute(NAIVE.format(number))
    finally:
        await admin.close()
    return 0


def _quiet(load: Traffic, seconds: float) -> float:
    begun = time.monotonic()
    time.sleep(seconds)
    return p99(load.since(begun))


def _grow(system: System, load: Traffic, migrate: Migrate, n: int, tally: Tally) -> None:
    begun, number, retries = time.monotonic(), 0, 0
    while len(load.since(begun)) < n and time.monotonic() < begun + 90:
        retries += asyncio.run(migrate(system.dsn, number))
        number += 1
    during = load.since(begun)
    for one in during:
        tally.see(not one.failed, f"a {'write' if one.write else 'read'} answered {one.status}")
    tally.violations += load.lost
    tally.figures |= {"migrations": number, "waited for another moment": retries, "p99 s": round(p99(during), 3)}


def _migrations(ground: Ground, n: int, migrate: Migrate) -> Tally:
    tally = Tally()
    with running_system("d7", campaigns=5, seed=ground.seed) as system:
        people = [system.person(f"Organization {number}") for number in range(PEOPLE)]
        system.rows(FILLER)
        with traffic(people) as load:
            tally.figures["p99 before s"] = round(_quiet(load, 5), 3)
            _grow(system, load, migrate, n, tally)
    return tally


async def migrations(ground: Ground, n: int) -> Tally:
    """Nobody notices: the running release goes on with a table that grows a column, an index and its values."""
    return await asyncio.to_thread(_migrations, ground, n, careful)


async def migrations_naive(ground: Ground, n: int) -> Tally:
    return await asyncio.to_thread(_migrations, ground, n, naive)


ROWS = [Row("D7", "migrations under traffic", "no request fails", 3000, migrations, migrations_naive)]
