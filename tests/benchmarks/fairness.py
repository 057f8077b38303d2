"""Does a quiet tenant's sync wait behind a large one?

A large tenant syncs 10,000 campaigns, and hundreds of its other connections are due all at once, again and again; some
quiet tenants have one connection each with a few campaigns. All through real workers; measured is the time from a quiet
sync being due to its end.
"""

import argparse
import asyncio
import json
import random
import time
from statistics import median, quantiles
from uuid import UUID

from tests.benchmarks.lab import RESULTS, Lab, lab_parts, open_lab, say, seed_connections, table, until

INTERVAL_S = 600.0  # real-time, the shortest that can be chosen
LARGE, QUIET = 300, 10
DUE = """
UPDATE jobs SET due_at = app_now(), enqueued_at = NULL
WHERE kind = ANY ($2::text[]) AND state = 'ready' AND key = ANY ($1::text[])
"""
LONG_AGO = """
UPDATE connections SET next_sync_at = NULL, backfilled_range = 'days_90', last_sync_at = app_now(),
  data_as_of = app_now() - interval '1 day' WHERE id = ANY ($1)
"""
ENDED = """
SELECT extract(epoch FROM finished_at - created_at) AS took, status FROM sync_runs
WHERE connection_id = ANY ($1) AND created_at >= $2 AND finished_at IS NOT NULL
"""


async def play(lab: Lab, workers: int, seconds: float, rng: random.Random) -> tuple[list[float], int, int]:
    """(delays of quiet syncs, runs of the large tenant that ended meanwhile, campaigns it stored)"""
    await seed_connections(lab, QUIET, provider="hubspot", per_org=1)
    quiet = await ids(lab)
    await seed_connections(lab, LARGE, provider="hubspot", per_org=LARGE, first=10_000)
    large = [one for one in await ids(lab) if one not in set(quiet)]
    lab.ask("set", {"campaigns": 20, "large": 10_000, "large_from": 10_000})
    await lab.admin.execute(LONG_AGO, quiet + large)
    for number in range(workers):
        lab.start(f"w{number + 1}")
    await until(lab, f"SELECT count(*) >= {workers} FROM worker_heartbeats", within_s=90)
    delays: list[float] = []
    deadline = time.monotonic() + seconds
    await due(lab, large, "probe", "refresh", "sync_tick")
    await asyncio.sleep(3)  # the noise comes first
    while time.monotonic() < deadline:
        await due(lab, large, "probe", "sync_tick")
        delays.append(await one_quiet_sync(lab, rng.choice(quiet)))
        await asyncio.sleep(rng.uniform(0, 1))
    ended = await lab.admin.fetchval(
        "SELECT count(*) FROM sync_runs WHERE connection_id = ANY ($1) AND finished_at IS NOT NULL", large
    )
    stored = await lab.admin.fetchval("SELECT count(*) FROM campaigns WHERE connection_id = ANY ($1)", large)
    return delays, ended, stored


async def ids(lab: Lab) -> list[UUID]:
    return [row["id"] for row in await lab.admin.fetch("SELECT id FROM connections")]


async def due(lab: Lab, connections: list[UUID], *kinds: str) -> None:
    await lab.admin.execute(DUE, [str(one) for one in connections], list(kinds))


async def one_quiet_sync(lab: Lab, connection: UUID) -> float:
    """Seconds from due to the end of the run."""
    await lab.admin.execute("DELETE FROM sync_runs WHERE connection_id = $1", connection)  # so that none is too recent
    began = time.monotonic()
    await due(lab, [connection], "sync_tick")
    done = "SELECT count(*) > 0 FROM sync_runs WHERE connection_id = $1 AND status = 'success'"
    await until(lab, done, connection, within_s=INTERVAL_S)
    return time.monotonic() - began


HEAD = ["workers", "quiet syncs", "p50 s", "p99 s", "worst s", "interval s", "noisy runs ended", "noisy campaigns"]


async def measure(workers: int, seconds: float, seed: int) -> tuple[list[float], int, int]:
    with lab_parts("fairness", seed) as parts:
        lab = await open_lab(*parts)
        try:
            return await play(lab, workers, seconds, random.Random(seed))
        finally:
            lab.stop()
            await lab.admin.close()


def p99(delays: list[float]) -> float:
    return quantiles(delays, n=100, method="inclusive")[98] if len(delays) > 1 else delays[0]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.fairness", description=__doc__)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=90)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    delays, ended, stored = asyncio.run(measure(options.workers, options.seconds, options.seed))
    figures = [f"{value:.1f}" for value in (median(delays), p99(delays), max(delays), INTERVAL_S)]
    say(table(HEAD, [[options.workers, len(delays), *figures, ended, f"{stored:,}"]]))
    told = {"workers": options.workers, "delays_s": delays, "noisy_runs": ended, "noisy_campaigns": stored}
    (RESULTS / "fairness.json").write_text(json.dumps(told, indent=2))
    kept = p99(delays) <= INTERVAL_S
    say("a quiet tenant is served within its interval" if kept else "a quiet tenant WAITS longer than its interval")
    return 0 if kept else 1


if __name__ == "__main__":
    raise SystemExit(main())
