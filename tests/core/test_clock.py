import asyncio
from datetime import timedelta

from sqlalchemy import text

from mailwarden.core.clock import DatabaseClock
from mailwarden.core.db import make_engine
from mailwarden.core.runtime import Runtime
from tests.support.time import TimeMachine


async def database_now(rt: Runtime):
    async with rt.sessions() as session:
        return (await session.execute(text("SELECT app_now()"))).scalar_one()


async def test_the_clock_is_the_databases(runtime: Runtime) -> None:
    assert abs(runtime.clock.now() - await database_now(runtime)) < timedelta(seconds=0.5)


async def test_moving_the_offset_moves_both(runtime: Runtime, time_machine: TimeMachine) -> None:
    before = runtime.clock.now()
    await time_machine.advance(timedelta(days=9))
    assert runtime.clock.now() - before >= timedelta(days=9)
    assert abs(runtime.clock.now() - await database_now(runtime)) < timedelta(seconds=0.5)


async def test_app_now_goes_on_within_a_transaction(runtime: Runtime) -> None:
    async with runtime.sessions.begin() as session:
        first = (await session.execute(text("SELECT app_now()"))).scalar_one()
        await asyncio.sleep(0.02)
        later = (await session.execute(text("SELECT app_now()"))).scalar_one()
    assert later > first


async def test_following_outlives_a_database_that_is_away() -> None:
    engine = make_engine(
        "postgresql+asyncpg://x@127.0.0.1:1/x", pool_size=2, statement_timeout_ms=1000, application="t"
    )
    clock = DatabaseClock(engine)
    before = clock.now()
    following = asyncio.create_task(clock.follow(0.01))
    await asyncio.sleep(0.1)
    assert not following.done()
    assert clock.now() > before
    following.cancel()
    await engine.dispose()
