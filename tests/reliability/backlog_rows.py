"""Row Q10: one tenant has a million due jobs. Others do not wait behind them."""

import asyncio
import time

from mailwarden.core.ids import new_id
from tests.reliability.row import Ground, Row, Tally
from tests.reliability.yard import Yard, share, yard

WORKERS = 2
TENANTS, EACH = 20, 5
OVER_S = 20.0  # in which the others' jobs become due
WAIT_S = 30.0
WINDOW_S = OVER_S + WAIT_S + 5
ANY = "SELECT EXISTS (SELECT FROM jobs WHERE kind IN ('errand', 'chore') AND state IN ('ready', 'leased'))"
SEEN = "SELECT count(*) FROM jobs WHERE kind = 'errand' AND state = 'done'"
WAITED = """
SELECT extract(epoch FROM coalesce(d.at, clock_timestamp()) - j.due_at)::float AS s
FROM jobs j LEFT JOIN chores_done d USING (key) WHERE j.kind = 'chore' ORDER BY 1
"""


async def _rate(yarn: Yard) -> tuple[float, float]:
    """(errands per second, seconds) for as long as there are any, and not longer than is needed to judge the others."""
    began, before = time.monotonic(), await yarn.admin.fetchval(SEEN)

    async def over() -> bool:
        await asyncio.sleep(1)
        return not await yarn.admin.fetchval(ANY)

    await yarn.until(over, WINDOW_S)
    took = time.monotonic() - began
    return (await yarn.admin.fetchval(SEEN) - before) / took, took


async def backlog(ground: Ground, n: int, broken: str = "[]") -> Tally:
    """All of it is due before any of the others' jobs is."""
    tally = Tally()
    async with yard(ground, "Q10", 0, CHORES_BROKEN=broken) as yarn:
        await yarn.give("errand", n)
        await yarn.admin.execute("ANALYZE jobs")
        yarn.start(WORKERS)
        await yarn.ready(WORKERS)
        for _ in range(TENANTS):
            yarn.org_id = new_id()
            await yarn.give("chore", EACH, over_s=OVER_S)
        rate, took = await _rate(yarn)
        waited = [row["s"] for row in await yarn.admin.fetch(WAITED)]
        left = await yarn.left(("errand",))
    for one in waited:
        tally.see(one <= WAIT_S, f"a small tenant's job waited {one:.0f} s")
    tally.violations += ["the backlog was over too soon to be in anybody's way"] * (left == 0 and took < OVER_S)
    tally.figures |= {"backlog": n, "left": left, "drained per s": round(rate), "in s": round(took)}
    tally.figures |= {"small tenants waited p50, s": share(waited, 0.5), "p99, s": share(waited, 0.99)}
    return tally


async def backlog_in_turn(ground: Ground, n: int) -> Tally:
    return await backlog(ground, max(n, 60_000), '["takes_no_turns"]')


ROWS = [
    Row("Q10", "backlog of a million", "others wait 30 s", 1_000_000, backlog, backlog_in_turn, sign="waited"),
]
