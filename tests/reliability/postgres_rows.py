"""Rows D1 and D7: a running system under traffic while its PostgreSQL restarts, crashes and is migrated."""

import asyncio
import time
from collections.abc import Sequence

from tests.reliability.row import Ground, Row, Tally
from tests.reliability.traffic import Traffic, traffic
from tests.support.stack import System, running_system, wait_for

PEOPLE = 2
AFTERWARDS_S = 1.0  # longest that requests may still fail when the server is back
FORGETFUL = ("synchronous_commit = off", "wal_writer_delay = '10s'")


def set_server(system: System, *settings: str) -> None:
    for command in (*(f"ALTER SYSTEM SET {setting}" for setting in settings), "SELECT pg_reload_conf()"):
        system.rows(command)


# D1


def _outage(tally: Tally, system: System, load: Traffic, crash: bool) -> None:
    """One restart: what failed said when to come again, nothing acknowledged is gone, and soon all is well."""
    begun = time.monotonic()
    system.restart_postgres(crash=crash)
    back = time.monotonic()
    wait_for(lambda: load.is_served(back), "service", 30)
    failed = [one for one in load.since(begun) if one.failed]
    unexplained = sorted({one.status for one in failed if not one.explained})
    late_s = max((one.ended for one in failed), default=begun) - back
    tally.see(
        not unexplained and not load.lost and late_s <= AFTERWARDS_S,
        f"{'crash' if crash else 'restart'}: unexplained {unexplained}, lost {load.lost[-2:]}, {late_s:.2f} s too long",
    )
    worst = tally.figures
    worst["away s"] = max(worst.get("away s", 0), round(back - begun, 2))
    worst["failures after it, s"] = max(worst.get("failures after it, s", 0), round(max(0, late_s), 2))
    load.lost.clear()


def _restarts(ground: Ground, n: int, settings: Sequence[str] = ()) -> Tally:
    tally, rng = Tally(), ground.rng("D1")
    with running_system("d1", campaigns=5, seed=ground.seed) as system:
        people = [system.person(f"Organization {number}") for number in range(PEOPLE)]
        set_server(system, *settings)
        with traffic(people) as load:
            for _ in range(n):
                time.sleep(rng.uniform(0.2, 0.8))
                _outage(tally, system, load, crash=rng.random() < 0.5)
            tally.figures["writes acknowledged"] = sum(one.acknowledged for one in load.visitors)
            tally.figures["answered 503"] = sum(one.failed for one in load.answers)
    return tally


async def restarts(ground: Ground, n: int) -> Tally:
    """PostgreSQL restarts or crashes: 503 with Retry-After meanwhile, and what was acknowledged is there."""
    return await asyncio.to_thread(_restarts, ground, n)


async def restarts_forgetting(ground: Ground, n: int) -> Tally:
    """The broken variant acknowledges what is not on disk."""
    return await asyncio.to_thread(_restarts, ground, n, FORGETFUL)


ROWS = [
    Row("D1", "PostgreSQL restarts and crashes", "503, nothing acknowledged lost", 30, restarts, restarts_forgetting),
]
