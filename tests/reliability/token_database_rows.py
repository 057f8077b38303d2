"""Row T3: the provider has rotated a token, and the database is away before it could be stored."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg

from tests.reliability.live import lift, strike
from tests.reliability.row import Ground, Row, Tally
from tests.reliability.token_processes import AT_ONCE, HOUR_S, LEASE_S, Asker, Field, _claimed, field, rotating
from tests.support.world import Linked

SLOW_S = 1.5  # of the answers: time to take the database away when all have been asked
OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@asynccontextmanager
async def away(admin: asyncpg.Connection) -> AsyncIterator[None]:
    """Connections break off and new ones are refused; who may do everything still gets in, for the test."""
    name = await admin.fetchval("SELECT current_database()")
    await admin.execute(f"ALTER DATABASE {name} CONNECTION LIMIT 0")
    await admin.fetch(OTHERS)
    try:
        yield
    finally:
        await admin.execute(f"ALTER DATABASE {name} CONNECTION LIMIT -1")


async def _cut_off(here: Field, links: Sequence[Linked], asker: Asker, outage_s: float, *, dies: bool) -> None:
    """All answers come while there is no database; at its end their process is well or dead."""
    asker.tell(links)
    await _claimed(here.world, links)
    async with away(here.world.admin):
        await asyncio.sleep(SLOW_S + outage_s)
        if dies:
            await asker.end()


async def _round(
    here: Field, tally: Tally, links: Sequence[Linked], asker: Asker, outage_s: float, *, dies: bool
) -> None:
    world = here.world
    await world.advance(HOUR_S)
    before = await here.versions(links)
    await strike(world, links, "slow", ms=round(SLOW_S * 1000), scope="token")
    await _cut_off(here, links, asker, outage_s, dies=dies)
    await lift(world, links)
    if dies:
        await world.advance(LEASE_S)
        await world.run_for(120)
    else:
        await asker.told()
        await asker.end()
    _judge(tally, links, before, await here.versions(links), dies=dies)


def _judge(
    tally: Tally, links: Sequence[Linked], before: dict[UUID, int], after: dict[UUID, int], *, dies: bool
) -> None:
    """Where its process died, a grant that is not strict may have been refreshed before the journal was read."""
    for link in links:
        more = after[link.id] - before[link.id]
        what = f"{link.provider} {link.account}: {more} versions more, its process {'dead' if dies else 'alive'}"
        tally.see(more >= 1 if dies else more == 1, what)


async def unstorable(ground: Ground, n: int, *how: str) -> Tally:
    """Half of the processes live on and store what they hold in memory, half die, and the journal brings it back."""
    tally, rng, rounds = Tally(), ground.rng("T3"), 0
    async with field(ground, "T3") as here:
        links = await rotating(here.world, min(AT_ONCE, -(-n // 2)), ("strict", "overlap", "fixed"))
        while tally.n < n:
            asker = await here.asker(*how)
            await _round(here, tally, links, asker, rng.uniform(0.5, 3), dies=bool(rounds % 2))
            rounds += 1
        await here.work(tally, links)
        tally.figures["outages"] = rounds
    return tally


async def unstorable_and_forgotten(ground: Ground, n: int) -> Tally:
    """The broken variant tries to store once, and writes nothing down."""
    return await unstorable(ground, n, "forget", "store_once")


ROWS = [
    Row(
        "T3",
        "rotated, database away",
        "every answer stored",
        200,
        unstorable,
        unstorable_and_forgotten,
        sign="versions more",
    ),
]
