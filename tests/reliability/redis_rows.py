"""Rows R1 and R2: Redis forgets, restarts and dies. PostgreSQL holds all work, so nothing may be lost or done twice."""

import asyncio
from collections.abc import Awaitable, Callable

from tests.reliability.row import Ground, Row, Tally
from tests.reliability.yard import Yard, share, yard

PER_S = 60.0  # chores that become due each second
DRAIN_S = 30.0
MOST_LATE_S = {"R1": 6.0, "R2": 5.0}
ONCE = '["wakes_once"]'
Trouble = Callable[[Yard], Awaitable[None]]


async def while_troubled(yarn: Yard, n: int, trouble: Trouble, every_s: tuple[float, float], row: str) -> int:
    """``n`` chores become due while trouble strikes again and again; how often it did."""
    rng = yarn.ground.rng(row)
    over_s = max(4.0, n / PER_S)
    await yarn.give("chore", n, over_s=over_s)
    ends = asyncio.get_running_loop().time() + over_s
    struck = 0
    while asyncio.get_running_loop().time() < ends:
        await asyncio.sleep(rng.uniform(*every_s))
        await trouble(yarn)
        struck += 1
    return struck


async def _judged(yarn: Yard, tally: Tally, drain_s: float, latest_s: float) -> None:
    """Each done once, and none late."""
    await yarn.finished(drain_s)
    await yarn.judge(tally)
    late = await yarn.lateness()
    tally.figures |= {"delay p50, s": share(late, 0.5), "p95, s": share(late, 0.95), "worst, s": share(late, 1)}
    too_late = sum(one > latest_s for one in late)
    tally.violations += [f"{too_late} chores later than {latest_s:g} s"] * bool(too_late)


# R1


async def flush(yarn: Yard) -> None:
    await asyncio.to_thread(yarn.redis.flush)


async def forgets(
    ground: Ground, n: int, broken: str = "[]", drain_s: float = DRAIN_S, every_s: tuple[float, float] = (0.2, 1.2)
) -> Tally:
    """Ten times as often as the bound allows for."""
    tally = Tally()
    async with yard(ground, "R1", CHORES_BROKEN=broken) as yarn:
        tally.figures["flushes"] = await while_troubled(yarn, n, flush, every_s, "R1")
        await _judged(yarn, tally, drain_s, MOST_LATE_S["R1"])
    return tally


async def forgets_for_good(ground: Ground, n: int) -> Tally:
    """Flushed so often that many a wake-up has not been read yet."""
    return await forgets(ground, max(n, 240), ONCE, 5, (0.02, 0.06))


# R2


async def restart(yarn: Yard) -> None:
    await asyncio.to_thread(yarn.redis.restart)


async def crash(yarn: Yard) -> None:
    def dies() -> None:
        yarn.redis.kill()
        yarn.redis.start()

    await asyncio.to_thread(dies)


async def restarts(ground: Ground, n: int, broken: str = "[]", drain_s: float = DRAIN_S) -> Tally:
    """Without a file of its own Redis comes back empty each time."""
    tally, rng = Tally(), ground.rng("R2 how")

    async def one(yarn: Yard) -> None:
        await rng.choice((restart, crash))(yarn)

    async with yard(ground, "R2", CHORES_BROKEN=broken) as yarn:
        tally.figures["restarts"] = await while_troubled(yarn, n, one, (0.3, 2), "R2")
        await _judged(yarn, tally, drain_s, MOST_LATE_S["R2"])
    return tally


async def restarts_for_good(ground: Ground, n: int) -> Tally:
    return await restarts(ground, max(n, 240), ONCE, 8)


LOST = "is ready, done 0 times"
ROWS = [
    Row("R1", "FLUSHALL again and again", "each once, within 6 s", 4_000, forgets, forgets_for_good, sign=LOST),
    Row("R2", "Redis restarts and crashes", "each once, within 5 s", 3_000, restarts, restarts_for_good, sign=LOST),
]
