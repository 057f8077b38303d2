"""Row R5: Redis is there, but full or slow. What it would have done is done without it."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from uuid import uuid4

from mailwarden.core.ids import format_id
from mailwarden.embedded.redis_server import RedisServer
from tests.reliability.redis_away_rows import KNOWN_S, LATER, START_S, _one_person
from tests.reliability.redis_failover_rows import tell
from tests.reliability.redis_rows import DRAIN_S, PER_S
from tests.reliability.row import Ground, Row, Tally
from tests.reliability.yard import Yard, own_redis, share, yard
from tests.support.database import fresh_database
from tests.support.world import Linked, open_world

SLOW_S = 0.5
MORE_S = 0.05  # that a slow Redis may add to the 99th percentile of requests
QUOTA_S = 0.5  # for which the quotas in Redis are waited for, once in five seconds
ASKED = 20  # requests for each that asks the provider


@dataclass
class SlowLine:
    """Between us and Redis; every answer takes ``delay_s`` longer."""

    to_port: int
    delay_s: float = 0.0

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self.to_port)
        await asyncio.gather(self._pump(reader, back, late=False), self._pump(there, writer, late=True))

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, late: bool) -> None:
        try:
            while data := await source.read(65536):
                await asyncio.sleep(self.delay_s if late else 0)
                sink.write(data)
                await sink.drain()
        except OSError:
            pass
        finally:
            sink.close()


@asynccontextmanager
async def slow_line(ground: Ground, redis: RedisServer, label: str) -> AsyncIterator[tuple[SlowLine, RedisServer]]:
    """The same Redis as seen through it."""
    line = SlowLine(redis.port)
    folder = ground.folder / f"line-{label}"
    folder.mkdir()
    async with await asyncio.start_server(line.carry, "127.0.0.1", 0) as server:
        (folder / "port").write_text(str(server.sockets[0].getsockname()[1]))
        yield line, replace(redis, folder=folder)


# workers


async def _work(yarn: Yard, tally: Tally, n: int, what: str, drain_s: float) -> None:
    """Redis has just fallen ill; all that becomes due is done once, and starts in time once that is known."""
    since, over_s = await yarn.admin.fetchval("SELECT clock_timestamp()"), max(8.0, n / PER_S)
    await yarn.give("chore", n, over_s=over_s)
    await yarn.finished(over_s + drain_s)
    jobs = Tally()
    await yarn.judge(jobs)
    tally.n += jobs.n
    tally.violations += [f"{what}: {one}" for one in jobs.violations]
    late = [row["late"] for row in await yarn.admin.fetch(LATER, since, KNOWN_S)]
    tally.figures |= {f"{what}: start p50, s": share(late, 0.5), f"{what}: p99, s": share(late, 0.99)}
    tally.violations += [f"{what}: p99 of starts {share(late, 0.99):.1f} s"] * (share(late, 0.99) > START_S)


async def _full(ground: Ground, tally: Tally, n: int, broken: str, drain_s: float) -> None:
    async with yard(ground, "R5", CHORES_BROKEN=broken) as yarn:
        await tell(yarn.redis, "CONFIG", "SET", "maxmemory", 1)
        await _work(yarn, tally, n, "full", drain_s)


async def _slow(ground: Ground, tally: Tally, n: int, broken: str, drain_s: float) -> None:
    label = f"r5_{uuid4().hex[:6]}"
    with own_redis(ground, label) as redis:
        async with (
            slow_line(ground, redis, label) as (line, seen),
            yard(ground, "R5", redis_url=seen.url, CHORES_BROKEN=broken) as yarn,
        ):
            line.delay_s = SLOW_S
            await _work(yarn, tally, n, "slow", drain_s)


# people


async def _people(ground: Ground, tally: Tally, n: int) -> None:
    label = f"r5_{uuid4().hex[:6]}"
    with own_redis(ground, label) as redis, fresh_database(ground.servers, label) as database:
        async with slow_line(ground, redis, label) as (line, seen):
            servers = replace(ground.servers, redis=seen)
            async with open_world(servers, database, ground.folder / label, ground.sandbox) as world:
                account = await asyncio.to_thread(ground.sandbox.make_account, "hubspot", campaigns=1)
                link = await world.connect(await world.sign_up(), "hubspot", account)
                await _compared(tally, line, link, n)
                line.delay_s = 0
                await tell(redis, "CONFIG", "SET", "maxmemory", 1)
                for _ in range(3):
                    await _one_person(world, tally)


async def _compared(tally: Tally, line: SlowLine, link: Linked, n: int) -> None:
    """In turn with a healthy and a slow Redis, so that a busy machine slows down both."""
    took: dict[tuple[bool, bool], list[float]] = {(asks, slow): [] for asks in (True, False) for slow in (False, True)}
    for number in range(n):
        slow, asks = bool(number // ASKED % 2), number % ASKED == ASKED - 1
        line.delay_s = SLOW_S if slow else 0
        began = time.monotonic()
        answer = await _ask(link, asks=asks)
        took[asks, slow].append(time.monotonic() - began)
        tally.see(answer == 200, f"people, slow: answered {answer}")
    for asks, more_s in ((False, MORE_S), (True, QUOTA_S + MORE_S)):
        well, ill = (share(sorted(took[asks, slow]), 0.99) for slow in (False, True))
        what = "tests of a connection" if asks else "requests"
        tally.figures |= {f"{what}: p99 well, ms": round(well * 1000), f"{what}: p99 slow, ms": round(ill * 1000)}
        tally.violations += [f"{what}, slow: p99 {ill:.3f} s instead of {well:.3f} s"] * (ill > well + more_s)


async def _ask(link: Linked, *, asks: bool) -> int:
    """What asks a provider needs the quotas, and those lie in Redis."""
    if asks:
        return (await link.browser.post(f"/v1/connections/{format_id('conn', link.id)}/test", {})).status_code
    return (await link.browser.get("/v1/connections")).status_code


async def ill(ground: Ground, n: int, broken: str = "[]", drain_s: float = DRAIN_S) -> Tally:
    tally = Tally()
    await _full(ground, tally, n, broken, drain_s)
    await _slow(ground, tally, n, broken, drain_s)
    await _people(ground, tally, max(4 * ASKED, n // 2))
    return tally


async def ill_and_waited_for(ground: Ground, n: int) -> Tally:
    return await ill(ground, max(n, 120), '["needs_redis"]', 8)


ROWS = [Row("R5", "Redis full, Redis slow", "starts within 2 s, requests +50 ms", 1_000, ill, ill_and_waited_for)]
