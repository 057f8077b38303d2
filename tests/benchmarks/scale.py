"""What a connection costs, at a thousand of them and at a hundred thousand.

Rows are seeded by SQL; one real worker process claims, probes and refreshes against a provider that answers at once.
Beside it, in the same run on the same server: a bare SKIP LOCKED claim, which no queue in PostgreSQL can beat.
"""

import argparse
import asyncio
import json
import time
from dataclasses import asdict, dataclass

import asyncpg

from mailwarden.core.roles import Role
from tests.benchmarks.lab import RESULTS, Lab, lab_parts, open_lab, say, seed_connections, table, until

SIZES = (1_000, 10_000, 100_000)
PER_ORG = 10
PROBES_PER_HOUR, REFRESHES_PER_HOUR = 6.0, 60 / (30 * 0.775)  # every 10 minutes; a 30-minute token at 70-85 %
MAY_GROW = 1.5
CORES = 2
IDLE_S = 8
LIMIT_TABLE = """
DROP TABLE IF EXISTS bare;
CREATE TABLE bare (id bigserial PRIMARY KEY, due_at timestamptz DEFAULT now(), state int DEFAULT 0);
CREATE INDEX ON bare (due_at) WHERE state = 0; INSERT INTO bare (state) SELECT 0 FROM generate_series(1, $n$);
ANALYZE bare
"""
BARE = """
UPDATE bare SET state = 1 FROM (
  SELECT id FROM bare WHERE state = 0 AND due_at <= now() ORDER BY due_at LIMIT 200 FOR UPDATE SKIP LOCKED
) c WHERE bare.id = c.id RETURNING bare.id
"""


@dataclass(frozen=True)
class Measure:
    connections: int
    bare_claims_per_s: float
    claims_per_s: float
    idle_cpu: float  # of one core, by one worker, PostgreSQL and Redis, with nothing due
    probes_per_s: float
    probe_cpu_ms: float
    refreshes_per_s: float
    refresh_cpu_ms: float
    peak_mb: float

    @property
    def cpu_s_per_1000_per_hour(self) -> float:
        return PROBES_PER_HOUR * self.probe_cpu_ms + REFRESHES_PER_HOUR * self.refresh_cpu_ms

    @property
    def share_of_bare(self) -> float:
        """Both were measured within seconds; the machine itself gives a third more or less from minute to minute."""
        return self.claims_per_s / self.bare_claims_per_s

    @property
    def held(self) -> int:
        """Connections whose probes and refreshes fill the cores of this machine, without syncs."""
        return int((CORES - self.idle_cpu) * 3600 / self.cpu_s_per_1000_per_hour * 1000)


async def measure(lab: Lab, connections: int, work: int) -> Measure:
    await seed_connections(lab, connections, provider="hubspot", per_org=PER_ORG)
    bare = await bare_claims(lab, 10_000)
    claims = await relay_claims(lab, min(3 * connections, 10_000))
    lab.start("w1")
    await first_look(lab)
    idle = await idle_cpu(lab)
    probes = await timed(lab, "probe", min(work, connections))
    refreshes = await timed(lab, "refresh", min(work, connections))
    peak = lab.peak_mb()
    lab.stop()
    return Measure(connections, bare, claims, idle, *probes, *refreshes, peak)


async def bare_claims(lab: Lab, count: int) -> float:
    for statement in LIMIT_TABLE.replace("$n$", str(count)).split(";"):
        await lab.admin.execute(statement)
    began, done = time.perf_counter(), 0
    while got := len(await lab.admin.fetch(BARE)):
        done += got
    return done / (time.perf_counter() - began)


async def relay_claims(lab: Lab, count: int) -> float:
    """The relay's own question, until nothing is due."""
    await lab.admin.execute(
        "UPDATE jobs SET due_at = app_now() WHERE id IN (SELECT id FROM jobs WHERE kind = 'sync_tick' LIMIT $1)", count
    )
    system = await asyncpg.connect(lab.servers.dsn(Role.SYSTEM, lab.database))
    began, done = time.perf_counter(), 0
    while got := len(await system.fetch("SELECT * FROM job_due(200, 50, interval '1 hour', '{fast}')")):
        done += got
    took = time.perf_counter() - began
    await system.close()
    await lab.admin.execute("UPDATE jobs SET due_at = app_now() + interval '2 days', enqueued_at = NULL")
    await lab.admin.execute("VACUUM ANALYZE jobs")
    return done / took


async def first_look(lab: Lab) -> None:
    """The worker is up once its own schedules have run."""
    await until(lab, "SELECT count(*) > 0 FROM worker_heartbeats", within_s=60)
    await asyncio.sleep(3)


async def idle_cpu(lab: Lab) -> float:
    before = await lab.cost()
    await asyncio.sleep(IDLE_S)
    spent = (await lab.cost()).since(before)
    return spent.cpu_s / spent.at


async def timed(lab: Lab, kind: str, count: int) -> tuple[float, float]:
    """(done per second, milliseconds of processor each) for so many jobs that are due at once."""
    chosen = await lab.admin.fetch("SELECT key::uuid AS id FROM jobs WHERE kind = $1 LIMIT $2", kind, count)
    ids = [row["id"] for row in chosen]
    await lab.admin.execute(
        "UPDATE credentials SET refresh_after = app_now() WHERE $2 = 'refresh' AND connection_id = ANY ($1)", ids, kind
    )
    before = await lab.cost()
    due = "UPDATE jobs SET due_at = app_now() WHERE kind = $1 AND key = ANY ($2::text[])"
    await lab.admin.execute(due, kind, [str(one) for one in ids])
    done = "SELECT count(*) = 0 FROM jobs WHERE kind = $1 AND (state = 'leased' OR due_at <= app_now())"
    await until(lab, done, kind, within_s=60 + count / 4)
    spent = (await lab.cost()).since(before)
    return count / spent.at, 1000 * spent.cpu_s / count


HEAD = ["connections", "bare claim/s", "relay/s", "idle CPU", "probe/s", "ms each", "refresh/s", "ms each"]
HEAD += ["CPU s/1,000/h", "peak MB", "one machine holds"]


def row(one: Measure) -> tuple[str, ...]:
    return (
        f"{one.connections:,}",
        *(f"{value:,.0f}" for value in (one.bare_claims_per_s, one.claims_per_s)),
        f"{one.idle_cpu:.1%}",
        *(f"{value:.1f}" for value in (one.probes_per_s, one.probe_cpu_ms, one.refreshes_per_s, one.refresh_cpu_ms)),
        f"{one.cpu_s_per_1000_per_hour:.0f}",
        f"{one.peak_mb:.0f}",
        f"{one.held:,}",
    )


def flat(measures: list[Measure]) -> list[str]:
    """What grew with the number of connections, against the smallest."""
    first, grown = measures[0], []
    for name in ("probe_cpu_ms", "refresh_cpu_ms", "peak_mb"):
        worst = max(getattr(one, name) for one in measures)
        if worst > MAY_GROW * getattr(first, name):
            grown.append(f"{name}: {getattr(first, name):.1f} → {worst:.1f}")
    slowest = min(one.share_of_bare for one in measures)
    if slowest * MAY_GROW < first.share_of_bare:
        grown.append(f"claims, beside bare ones: {first.share_of_bare:.1%} → {slowest:.1%}")
    return grown


async def one_size(size: int, work: int) -> Measure:
    with lab_parts("scale") as parts:
        lab = await open_lab(*parts)
        try:
            return await measure(lab, size, work)
        finally:
            lab.stop()
            await lab.admin.close()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.scale", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="connections")
    parser.add_argument("--work", type=int, default=1_000, help="probes and refreshes to time at each size")
    options = parser.parse_args()
    measures = []
    for size in options.sizes:
        measures.append(asyncio.run(one_size(size, options.work)))
        say(table(HEAD, [row(measures[-1])]))
    say("\n" + table(HEAD, [row(one) for one in measures]))
    told = [
        asdict(one) | {"cpu_s_per_1000_per_hour": one.cpu_s_per_1000_per_hour, "held": one.held} for one in measures
    ]
    (RESULTS / "scale.json").write_text(json.dumps(told, indent=2))
    grown = flat(measures)
    say("cost per connection is flat" if not grown else f"GROWS: {'; '.join(grown)}")
    return 1 if grown else 0


if __name__ == "__main__":
    raise SystemExit(main())
