"""No dead connection is given out of a pool, and a living one is not asked each time."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from mailwarden.compose import async_dsn
from mailwarden.core import pool
from mailwarden.core.db import make_engine
from mailwarden.core.roles import Role
from mailwarden.embedded import EmbeddedServers
from tests.support.database import admin_dsn, fresh_database

PID = text("SELECT pg_backend_pid()")


@pytest.fixture(scope="module")
def database(servers: EmbeddedServers) -> Iterator[str]:
    with fresh_database(servers, "pool") as made:
        yield made


@asynccontextmanager
async def engine_of(
    servers: EmbeddedServers, database: str, size: int, rested_s: float = pool.RESTED_S
) -> AsyncIterator[AsyncEngine]:
    url = async_dsn(servers.dsn(Role.APP, database))
    engine = make_engine(url, pool_size=size, statement_timeout_ms=5_000, application="pool", rested_s=rested_s)
    try:
        yield engine
    finally:
        await engine.dispose()


async def pid(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        return int(await connection.scalar(PID))


async def three(engine: AsyncEngine) -> list[int]:
    """Of three at once."""
    async with engine.connect() as first, engine.connect() as second, engine.connect() as third:
        return [int(await one.scalar(PID)) for one in (first, second, third)]


async def pings(engine: AsyncEngine) -> list[str]:
    """What the pool itself sent when the only connection was given out again."""
    sent: list[str] = []

    def note(record: Any) -> None:
        sent.append(record.query)

    async with engine.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None
        driver.add_query_logger(note)
    async with engine.connect():
        driver.remove_query_logger(note)
    return [one for one in sent if one == ";"]


async def end(servers: EmbeddedServers, database: str, pids: list[int]) -> None:
    admin = await asyncpg.connect(admin_dsn(servers, database))
    await admin.execute("SELECT pg_terminate_backend(one) FROM unnest($1::int[]) AS one", pids)
    await admin.close()
    await asyncio.sleep(0.2)  # until the server has hung up


async def test_what_the_server_ended_is_not_given_out(servers: EmbeddedServers, database: str) -> None:
    async with engine_of(servers, database, 3) as engine:
        dead = await three(engine)
        await end(servers, database, dead)
        assert not set(await three(engine)) & set(dead)


@pytest.mark.parametrize(("rested_s", "asked"), [(60, []), (0, [";"])])
async def test_only_one_that_rested_is_asked(
    servers: EmbeddedServers, database: str, rested_s: float, asked: list[str]
) -> None:
    async with engine_of(servers, database, 1, rested_s) as engine:
        assert await pings(engine) == asked


async def test_one_that_does_not_answer_is_replaced(servers: EmbeddedServers, database: str) -> None:
    """Its link died in silence: nothing was noticed before it is asked."""
    async with engine_of(servers, database, 1, rested_s=0) as engine:
        async with engine.connect() as connection:
            first = int(await connection.scalar(PID))
            driver: Any = (await connection.get_raw_connection()).driver_connection
        driver._transport.pause_reading()  # the hang-up is not seen
        await end(servers, database, [first])
        assert not driver.is_closed()
        driver._transport.resume_reading()
        assert await pid(engine) != first


async def test_the_one_used_last_is_given_out_first(servers: EmbeddedServers, database: str) -> None:
    """What each connection has prepared costs memory: the fewer take turns, the less of it."""
    async with engine_of(servers, database, 4) as engine:
        assert len(set(await three(engine))) == 3
        assert len({await pid(engine) for _ in range(6)}) == 1
