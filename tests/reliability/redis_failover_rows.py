"""Row R4: Redis is lost and its replica takes over at the same address, without the last second of what was written."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from redis.asyncio import Redis
from redis.exceptions import RedisError

from mailwarden.embedded.files import write_private
from mailwarden.embedded.redis_server import RedisServer
from tests.reliability.redis_rows import DRAIN_S, ONCE, _judged, while_troubled
from tests.reliability.row import Ground, Row, Tally
from tests.reliability.yard import Yard, own_redis, yard

BEHIND_S = 1.0
MOST_LATE_S = 6.0  # as where all is lost (R1)
EVERY_S = (0.5, 2.0)
FOLLOWS_TRIES = 400


async def tell(server: RedisServer, *command: str | int) -> object:
    async with Redis.from_url(server.url, socket_timeout=5) as redis:
        return await redis.execute_command(*command)


@dataclass
class Couple:
    """Who serves, and who follows it. They change places at each failover."""

    primary: RedisServer
    replica: RedisServer

    async def follow(self) -> None:
        """Returns once the replica has all there is."""
        await tell(self.replica, "CONFIG", "SET", "masterauth", self.primary.password)
        await tell(self.primary, "CONFIG", "SET", "repl-diskless-sync-delay", 0)
        await tell(self.replica, "REPLICAOF", "127.0.0.1", self.primary.port)
        for _ in range(FOLLOWS_TRIES):
            if await self._is_linked():
                return
            await asyncio.sleep(0.05)
        raise AssertionError("the replica does not follow")

    async def _is_linked(self) -> bool:
        try:
            async with Redis.from_url(self.replica.url, socket_timeout=5) as redis:
                return bool((await redis.info("replication")).get("master_link_status") == "up")
        except RedisError:
            return False

    async def fail_over(self) -> None:
        """The replica hears nothing of the last second, then it is all there is, where the other one was."""
        await tell(self.replica, "REPLICAOF", "NO", "ONE")
        await asyncio.sleep(BEHIND_S)
        await asyncio.to_thread(self.primary.kill)
        served, spare = self.primary.port, self.replica.port
        await tell(self.replica, "CONFIG", "SET", "port", served)
        for server, port in ((self.replica, served), (self.primary, spare)):
            write_private(server.folder / "port", str(port))
        self.primary, self.replica = self.replica, self.primary
        await asyncio.to_thread(self.replica.start)


@asynccontextmanager
async def couple(yarn: Yard) -> AsyncIterator[Couple]:
    yarn.redis_url = yarn.redis.url  # whoever serves there
    with own_redis(yarn.ground, "follower") as other:
        made = Couple(yarn.redis, other)
        await made.follow()
        yield made


async def fails_over(ground: Ground, n: int, broken: str = "[]", drain_s: float = DRAIN_S) -> Tally:
    tally = Tally()
    async with yard(ground, "R4", CHORES_BROKEN=broken) as yarn, couple(yarn) as both:

        async def trouble(_: Yard) -> None:
            await both.fail_over()
            await both.follow()

        tally.figures["failovers"] = await while_troubled(yarn, n, trouble, EVERY_S, "R4")
        await _judged(yarn, tally, drain_s, MOST_LATE_S)
    return tally


async def fails_over_for_good(ground: Ground, n: int) -> Tally:
    return await fails_over(ground, max(n, 480), ONCE, 8)


ROWS = [
    Row(
        "R4",
        "Redis' replica takes over, a second behind",
        "each done once, within 6 s",
        3_000,
        fails_over,
        fails_over_for_good,
    ),
]
