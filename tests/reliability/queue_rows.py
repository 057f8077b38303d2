"""Rows Q3, Q4, Q5, Q7, Q8 and Q9: workers that die, stand still, are replaced, poisoned, too many, or not there."""

import asyncio
import math
import signal

from tests.reliability.row import Ground, Row, Tally
from tests.reliability.workers.chores import DEATHS
from tests.reliability.yard import Yard, share, yard

LEASE_S = 3
ONCE = '["wakes_once"]'
LOST = ", done 0 times"
HOUR_S = 3600.0

# Q3


async def deaths(ground: Ground, n: int, broken: str = "[]", drain_s: float = 90) -> Tally:
    """A worker dies of every second chore, by each kind of death in turn; whatever it held is done by another."""
    tally = Tally()
    async with yard(ground, "Q3", 3, CHORES_LEASE_S=LEASE_S, CHORES_BROKEN=broken) as yarn:
        over_s = n * 0.6
        for how in DEATHS:
            payload = f'{{"die": "{how}", "s": 0.2}}'
            await yarn.give("chore", math.ceil(n / 2 / len(DEATHS)), payload=payload, over_s=over_s, name=how)
        await yarn.give("chore", math.ceil(n / 2), payload='{"s": 0.5}', over_s=over_s)
        await yarn.finished(over_s + drain_s)
        await yarn.judge(tally)
        tally.figures["workers that died"] = yarn.restarts
        tally.violations += ["no worker died"] * (yarn.restarts == 0)
    return tally


async def deaths_for_good(ground: Ground, n: int) -> Tally:
    return await deaths(ground, n, ONCE, 10)


# Q4

OF_DEPLOYS = "SELECT key, attempt FROM chores_done WHERE attempt > 1"
TAKEN = "SELECT count(*) FROM jobs WHERE kind = 'haul' AND state = 'leased'"
HAULS = 12
GIVEN_UP = "SELECT key FROM jobs WHERE state = 'dead'"


async def deploys(ground: Ground, n: int, broken: str = "[]") -> Tally:
    """Each worker in turn is replaced, under chores short and long: none is lost and no attempt spent."""
    tally = Tally()
    rounds = max(3, n // 20)
    async with yard(ground, "Q4", 2, CHORES_BROKEN=broken) as yarn:
        for seconds in (0.05, 1.0, 4.0):
            await yarn.give("chore", n // 4, payload=f'{{"s": {seconds}}}', over_s=rounds * 3)
        for _ in range(rounds):
            await _replace_oldest(yarn, tally)
        await yarn.finished(60, ("chore", "haul"))
        for kind in ("chore", "haul"):
            await yarn.judge(tally, kind)
        tally.violations += [f"{row['key']}: attempt {row['attempt']}" for row in await yarn.admin.fetch(OF_DEPLOYS)]
        tally.violations += [f"{row['key']} was given up" for row in await yarn.admin.fetch(GIVEN_UP)]
        tally.figures["deploys"] = rounds
    return tally


async def _replace_oldest(yarn: Yard, tally: Tally) -> None:
    """While it holds work that takes longer than its grace: that is handed back."""
    yarn.start()
    await yarn.ready(3)
    await yarn.give("haul", HAULS, payload='{"s": 4}', queue="bulk")
    await yarn.until(lambda: yarn.at_least(TAKEN, HAULS), 20)
    oldest = yarn.workers.pop(0)
    oldest.send_signal(signal.SIGTERM)
    status = await asyncio.to_thread(oldest.wait, 40)
    tally.violations += [f"a worker ended with {status}"] * (status != 0)


async def deploys_counted(ground: Ground, n: int) -> Tally:
    return await deploys(ground, max(n, 48), '["counts_deploys"]')


# Q5

HELD = "SELECT count(*) FROM jobs WHERE kind = 'chore' AND state = 'leased'"
SIDE_BY_SIDE = 100


async def stands_still(ground: Ground, n: int, broken: str = "[]") -> Tally:
    """Stopped in the middle of its chores, and going on when others have long done them: it may write nothing."""
    tally = Tally()
    async with yard(ground, "Q5", 1, CHORES_BROKEN=broken, MAILWARDEN_WORKER__FAST_JOBS=SIDE_BY_SIDE) as yarn:
        while tally.n < n:
            await _stop_and_go(yarn, tally, min(SIDE_BY_SIDE, n))
        await asyncio.sleep(2)
        jobs = Tally()
        await yarn.judge(jobs)
        tally.violations += jobs.violations
    return tally


async def _stop_and_go(yarn: Yard, tally: Tally, count: int) -> None:
    """One worker holds all; the other one only comes when it stands still."""
    holder = yarn.workers[-1]
    await yarn.give("chore", count, payload='{"s": 3}')
    await yarn.until(lambda: yarn.at_least(HELD, count), 20)
    holder.send_signal(signal.SIGSTOP)
    held = await yarn.admin.fetchval(HELD)
    yarn.start()
    await yarn.advance(130)
    await yarn.finished(60, revive=False)
    holder.send_signal(signal.SIGCONT)
    await asyncio.sleep(3)
    holder.send_signal(signal.SIGTERM)
    await asyncio.to_thread(holder.wait, 40)
    yarn.workers.remove(holder)
    tally.n += held
    tally.violations += ["nothing was held when it was stopped"] * (held == 0)


async def writes_late(ground: Ground, n: int) -> Tally:
    return await stands_still(ground, n, '["no_fence"]')


# Q7

DEAD = "SELECT key, state, attempt FROM jobs WHERE kind = 'poison' AND (state <> 'dead' OR attempt <> 5)"
SLOWEST_S = 5.0  # of the innocent, some of whom die with the poisoned
TEAM = 3
LIVED = "SELECT count(*) FROM worker_heartbeats"


async def poisoned(ground: Ground, n: int, broken: str = "[]", drain_s: float = 150) -> Tally:
    """One in 50 chores kills whoever takes it: given up after the fifth, and the others go on."""
    tally = Tally()
    evil, over_s = max(1, n // 50), n / 5
    async with yard(ground, "Q7", 0, CHORES_LEASE_S=LEASE_S, CHORES_BROKEN=broken) as yarn:
        await yarn.team(TEAM)
        await yarn.give("poison", evil, over_s=over_s)
        await yarn.give("chore", n, over_s=over_s)
        await yarn.finished(over_s + drain_s, ("chore", "poison"))
        await yarn.judge(tally)
        late = await yarn.lateness()
        tally.n += evil
        tally.violations += [f"{r['key']}: {r['state']}, {r['attempt']} times" for r in await yarn.admin.fetch(DEAD)]
        slow = sum(one > SLOWEST_S for one in late)
        tally.violations += [f"{slow} others waited longer than {SLOWEST_S:g} s"] * bool(slow)
        killed = await yarn.admin.fetchval(LIVED) - TEAM
        tally.figures |= {"workers killed": killed, "others' delay p50, s": share(late, 0.5)}
        tally.figures |= {"p95, s": share(late, 0.95), "worst, s": share(late, 1)}
    return tally


async def poisoned_for_ever(ground: Ground, n: int) -> Tally:
    return await poisoned(ground, n, '["never_gives_up"]', 40)


# Q8

SCHEDULES = 20
TWICE = "SELECT key, slot, count(*) AS n FROM chores_done GROUP BY 1, 2 HAVING count(*) > 1"
MISSED = """
SELECT key, extract(epoch FROM max(slot) - min(slot))::int + 1 - count(DISTINCT slot) AS n FROM chores_done
GROUP BY 1 HAVING extract(epoch FROM max(slot) - min(slot))::int + 1 <> count(DISTINCT slot)
"""
WEAK = """
DO $$ BEGIN EXECUTE replace(
  pg_get_functiondef('job_claim(uuid, text[], double precision[], text)'::regprocedure),
  'AND (j.state = ''ready'' OR (j.state = ''leased'' AND j.lease_until < app_now()))', ''
); END $$
"""


async def many_relays(ground: Ground, n: int, broken: str = '["impatient"]', *, weak: bool = False) -> Tally:
    """Three workers, each with a relay that wakes everything again in each round: every tick counts once."""
    tally = Tally()
    async with yard(ground, "Q8", 3, CHORES_BROKEN=broken) as yarn:
        if weak:
            await yarn.admin.execute(WEAK)
        await yarn.give("tick", SCHEDULES)
        await yarn.until(lambda: yarn.at_least("SELECT count(*) FROM chores_done", n), 60 + n / 10)
        tally.n = await yarn.done()
        for row in await yarn.admin.fetch(TWICE):
            tally.violations.append(f"{row['key']} fired {row['n']} times for {row['slot']}")
        tally.violations += [f"{row['key']} missed {row['n']}" for row in await yarn.admin.fetch(MISSED)]
    return tally


async def many_relays_unclaimed(ground: Ground, n: int) -> Tally:
    return await many_relays(ground, max(n, 200), '["impatient", "no_fence"]', weak=True)


# Q9

RELAYED = "SELECT count(*) FROM job_due(100000, 100000, interval '5 seconds')"


async def nobody_there(ground: Ground, n: int, broken: str = "[]", drain_s: float = 120) -> Tally:
    """Chores of 25 hours, woken as they became due, and nobody there to take one."""
    tally = Tally()
    async with yard(ground, "Q9", 0, CHORES_BROKEN=broken) as yarn:
        await yarn.give("chore", n, over_s=25 * HOUR_S)
        for _ in range(26):
            await yarn.advance(HOUR_S)
            await yarn.admin.execute(RELAYED)
        yarn.start(2)
        await yarn.ready(2)
        began = asyncio.get_running_loop().time()
        await yarn.finished(drain_s)
        tally.figures["done per s, once there"] = n / (asyncio.get_running_loop().time() - began)
        await yarn.judge(tally)
    return tally


async def nobody_there_in_time(ground: Ground, n: int) -> Tally:
    return await nobody_there(ground, n, ONCE, 8)


ROWS = [
    Row("Q3", "out of memory, segfault, exit", "each done once", 120, deaths, deaths_for_good, sign=LOST),
    Row(
        "Q4",
        "rolling deploys",
        "each done once, at its first attempt",
        400,
        deploys,
        deploys_counted,
        sign=": attempt ",
    ),
    Row(
        "Q5",
        "stopped past the lease, then going on",
        "no late write",
        1_000,
        stands_still,
        writes_late,
        sign="done 2 times",
    ),
    Row(
        "Q7", "a job that kills its worker", "given up, others go on", 400, poisoned, poisoned_for_ever, sign="poison-"
    ),
    Row(
        "Q8",
        "three relays that wake everything",
        "each tick once",
        1_500,
        many_relays,
        many_relays_unclaimed,
        sign=" fired ",
    ),
    Row("Q9", "no worker for 25 hours", "nothing lost", 5_000, nobody_there, nobody_there_in_time, sign=LOST),
]
