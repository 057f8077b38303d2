"""Row X1: processes, Redis and PostgreSQL die at random moments, together, under load."""

import asyncio
from dataclasses import replace

from tests.chaos.run import CONTROLS, run
from tests.chaos.storm import Plan
from tests.reliability.row import Ground, Row, Tally

SHORTEST_S = 20
EACH = 10  # connections of each kind of rotation


async def storm(ground: Ground, n: int) -> Tally:
    return await asyncio.to_thread(_storm, Plan(ground.seed, max(n, SHORTEST_S), EACH), ("mailwarden", "worker"))


def _storm(plan: Plan, worker: tuple[str, ...]) -> Tally:
    raged, judgement = run(plan, worker=worker)
    tally = Tally(raged.counts.total(), list(judgement.violations))
    tally.figures |= {"minutes": plan.seconds / 60, "refreshes": judgement.refreshes, "kills": len(raged.kills)}
    return tally


async def storm_of_the_forgetful(ground: Ground, _: int) -> Tally:
    """Wake-ups are sent once, as if jobs lived in Redis."""
    plan, worker = next(iter(CONTROLS.values()))
    return await asyncio.to_thread(_storm, replace(plan, seed=ground.seed), tuple(worker))


ROWS = [Row("X1", "a storm of all that may die", "nothing lost or doubled", 1_200, storm, storm_of_the_forgetful)]
