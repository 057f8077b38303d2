"""Calls of the token endpoint per rotation, and grants lost, while four workers refresh, die and stand still.

An expiry is simulated by the clock of one row: its access token ends now, and one in ten is wanted by other work at
the same moment. The provider rotates as told and counts; afterwards it must take each stored refresh token, or where
rotation overlaps the one before, which is tried next.
"""

import argparse
import asyncio
import contextlib
import json
import random
import signal
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import asyncpg

from mailwarden.compose import keyring
from mailwarden.core.crypto import Place
from mailwarden.settings import Settings
from tests.benchmarks.lab import RESULTS, Lab, lab_parts, open_lab, say, seed_connections, table, until
from tests.support.database import admin_dsn

WORKERS = 4
TIMING = {"refresh_lease_s": 6.0, "refresh_deadline_s": 2.5, "clock_follow_s": 5.0}
AT_ONCE = 1 / 6  # of the connections: expired and not yet refreshed
WANTED = 0.1  # of the expiring tokens: by an API call at the same moment
PAUSE_S = 8.0  # longer than the lease
MOST_CALLS = 1.05
EXPIRE = """
WITH ended AS (
  UPDATE credentials SET refresh_after = app_now(), expires_at = app_now()
  WHERE connection_id = ANY ($1) RETURNING connection_id
)
UPDATE jobs SET due_at = app_now(), enqueued_at = NULL FROM ended
WHERE jobs.key = ended.connection_id::text AND jobs.state = 'ready'
  AND (jobs.kind = 'refresh' OR jobs.kind = 'probe' AND ended.connection_id = ANY ($2))
"""
RESTING = """
SELECT k.connection_id FROM credentials k JOIN connections c ON c.id = k.connection_id
JOIN jobs j ON j.kind = 'refresh' AND j.key = c.id::text
WHERE c.status = 'connected' AND k.refresh_after > app_now() AND k.refusals = 0
  AND (k.lease_until IS NULL OR k.lease_until < app_now()) AND j.state = 'ready' AND j.due_at > app_now()
"""
DOUBTED = """
SELECT count(*) FROM credentials k JOIN connections c ON c.id = k.connection_id
WHERE c.status <> 'connected' OR k.refusals > 0
"""
SETTLED = """
SELECT count(*) = 0 FROM credentials k JOIN connections c ON c.id = k.connection_id
WHERE c.status = 'connected' AND k.refresh_after <= app_now() AND k.refusals = 0
"""


STORED = """
SELECT k.id, k.org_id, k.version, k.refresh_token, k.previous_refresh_token, c.external_id FROM credentials k
JOIN connections c ON c.id = k.connection_id
"""
KEYS = keyring(Settings(_env_file=None, environment="test"))


@dataclass(frozen=True)
class Plan:
    name: str
    provider: str
    rotation: str
    storms: bool = False
    broken: bool = False
    wanted: float = WANTED
    manner: dict[str, float] = field(default_factory=dict)


PLANS = (
    Plan("no faults, fixed", "hubspot", "fixed"),
    Plan("no faults, strict", "klaviyo", "strict"),
    Plan("killed and paused, fixed", "hubspot", "fixed", storms=True),
    Plan("killed and paused, overlap", "klaviyo", "overlap", storms=True),
    Plan("killed and paused, strict", "klaviyo", "strict", storms=True),
    Plan("30 % random invalid_grant", "keap", "strict", manner={"invalid_rate": 0.3}),
)
CONTROL = Plan(
    "CONTROL: no lease, no compare", "klaviyo", "strict", broken=True, wanted=1.0, manner={"token_ms": 300.0}
)


@dataclass
class Told:
    name: str
    expiries: int = 0
    rotations: int = 0
    calls: int = 0
    kills: int = 0
    pauses: int = 0
    in_flight: int = 0  # at the kills
    lost: int = 0
    inactive: int = 0
    seconds: float = 0.0

    @property
    def per_rotation(self) -> float:
        return self.calls / max(1, self.rotations)

    def broken(self, plan: Plan) -> list[str]:
        """The promises that were not kept."""
        found = []
        if "random" not in plan.name and self.per_rotation > (MOST_CALLS if plan.storms else 1.0):
            found.append(f"{self.per_rotation:.3f} calls per rotation")
        if self.lost > (self.in_flight if plan.rotation == "strict" else 0):
            found.append(f"{self.lost} grants lost, {self.in_flight} in flight")
        if self.inactive > self.lost:
            found.append(f"{self.inactive} connections wrongly inactive")
        if self.rotations < 0.9 * self.expiries:
            found.append(f"only {self.rotations} rotations of {self.expiries} expiries")
        return found


class Storm:
    """Kills and stops workers at random, one at a time, and starts the killed again."""

    def __init__(self, lab: Lab, admin: asyncpg.Connection, rng: random.Random, told: Told, start: "Start") -> None:
        self._lab, self._admin, self._rng, self._told, self._start = lab, admin, rng, told, start
        self._lost: set[tuple[str, int]] = set()

    async def rage(self) -> None:
        while True:
            await asyncio.sleep(self._rng.uniform(0.5, 1.5))
            name = self._rng.choice(sorted(self._lab.workers))
            if self._rng.random() < 0.5:
                await self._kill(name)
            else:
                await self._pause(name)

    async def _kill(self, name: str) -> None:
        """Stopped first, so that what is in flight can be counted at that very moment."""
        worker = self._lab.workers[name]
        worker.send_signal(signal.SIGSTOP)
        self._told.in_flight += await self._in_flight(name)
        worker.kill()
        await asyncio.to_thread(worker.wait)
        self._told.kills += 1
        self._start(name)

    async def _in_flight(self, name: str) -> int:
        """Asked for and not answered, or given by the provider, and neither in the journal nor stored."""
        said = await asyncio.to_thread(self._lab.ask, f"flight/{name}")
        stored = {row["external_id"]: generation(row) for row in await self._admin.fetch(STORED)}
        unstored = {(account, last) for account, last in said["given"].items() if stored[account] < last}
        journaled = len(list((self._lab.folder / name / "token-journal").glob("*.answer")))
        new = unstored - self._lost  # those of earlier kills stay unstored for ever
        self._lost |= unstored
        return int(said["running"]) + max(0, len(new) - journaled)

    async def _pause(self, name: str) -> None:
        worker = self._lab.workers[name]
        worker.send_signal(signal.SIGSTOP)
        try:
            await asyncio.sleep(PAUSE_S)
        finally:
            worker.send_signal(signal.SIGCONT)
        self._told.pauses += 1


class Start:
    def __init__(self, lab: Lab, plan: Plan) -> None:
        self._lab, self._plan = lab, plan

    def __call__(self, name: str) -> None:
        more = {"BENCH_ROTATION": self._plan.rotation} | ({"BENCH_BROKEN": "1"} if self._plan.broken else {})
        scale = {"verdict_scale": 0.1} if self._plan.manner.get("invalid_rate") else {}
        self._lab.start(name, ("tests.benchmarks.refresh_worker",), more, **TIMING, **scale)


async def play(lab: Lab, plan: Plan, expiries: int, connections: int, rng: random.Random) -> Told:
    told, began, start = Told(plan.name), time.monotonic(), Start(lab, plan)
    await seed_connections(lab, connections, provider=plan.provider, per_org=5)
    await lab.admin.execute("UPDATE jobs SET due_at = due_at + interval '10 days' WHERE kind = 'sync_tick'")
    lab.ask("set", {"rotation": plan.rotation, "token_ms": 20.0, **plan.manner})
    for number in range(WORKERS):
        start(f"w{number}")
    await until(lab, f"SELECT count(*) >= {WORKERS} FROM worker_heartbeats", within_s=90)
    admin = await asyncpg.connect(admin_dsn(lab.servers, lab.database))
    storm = asyncio.create_task(Storm(lab, admin, rng, told, start).rage()) if plan.storms else None
    try:
        await expire(lab, plan, told, expiries, connections, rng)
    finally:
        if storm is not None:
            storm.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await storm
        await admin.close()
    lab.ask("set", {"invalid_rate": 0.0})
    await until(lab, SETTLED, within_s=300)
    await judge(lab, plan, told)
    told.seconds = time.monotonic() - began
    return told


async def expire(lab: Lab, plan: Plan, told: Told, expiries: int, connections: int, rng: random.Random) -> None:
    """Some at a time, of those whose last refresh is over."""
    deadline = time.monotonic() + 120 + expiries / 2
    while told.expiries < expiries and time.monotonic() < deadline:
        resting = [row["connection_id"] for row in await lab.admin.fetch(RESTING)]
        room = round(connections * AT_ONCE) - (connections - len(resting) - await lab.admin.fetchval(DOUBTED))
        chosen = rng.sample(resting, max(0, min(room, expiries - told.expiries)))
        wanted = [one for one in chosen if rng.random() < plan.wanted]
        await lab.admin.execute(EXPIRE, chosen, wanted)
        told.expiries += len(chosen)
        await asyncio.sleep(0.25)


def generation(row: Mapping[str, Any], column: str = "refresh_token") -> int:
    """-1: there is none."""
    if row[column] is None:
        return -1
    return int(KEYS.open(row[column], Place("credentials", column, row["org_id"], row["id"])).rpartition("-")[2])


async def judge(lab: Lab, plan: Plan, told: Told) -> None:
    tried = ("refresh_token", "previous_refresh_token") if plan.rotation == "overlap" else ("refresh_token",)
    said = lab.ask("told")
    told.calls = said["counts"].get("token", 0)
    for row in await lab.admin.fetch(STORED):
        told.rotations += row["version"] - 1
        good = said["valid"].get(row["external_id"], [0])
        told.lost += all(generation(row, column) not in good for column in tried)
    told.calls -= said["counts"].get("stale", 0) if told.lost else 0  # the dead are asked again and again
    told.inactive = await lab.admin.fetchval("SELECT count(*) FROM transitions WHERE to_status = 'inactive'")


HEAD = [
    "scenario",
    "expiries",
    "rotations",
    "calls",
    "per rotation",
    "kills",
    "pauses",
    "in flight",
    "lost",
    "inactive",
]


def row(one: Told) -> tuple[str, ...]:
    counts = (one.expiries, one.rotations, one.calls)
    rest = (one.kills, one.pauses, one.in_flight, one.lost, one.inactive)
    return (one.name, *map(str, counts), f"{one.per_rotation:.3f}", *map(str, rest))


async def one_plan(plan: Plan, expiries: int, connections: int, seed: int) -> Told:
    with lab_parts("refresh", seed) as parts:
        lab = await open_lab(*parts)
        try:
            return await play(lab, plan, expiries, connections, random.Random(seed))
        finally:
            lab.stop()
            await lab.admin.close()


def keep(results: list[Told], seed: int) -> None:
    """Beside those of other scenarios: at full size each may be played on a day of its own."""
    file = RESULTS / "refresh.json"
    held = {one["name"]: one for one in json.loads(file.read_text())} if file.exists() else {}
    held |= {one.name: asdict(one) | {"seed": seed} for one in results}
    file.write_text(json.dumps(list(held.values()), indent=2))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.refresh", description=__doc__)
    parser.add_argument("--expiries", type=int, default=2_000, help="in all scenarios together")
    parser.add_argument("--full", action="store_true", help="100,000 expiries; takes an hour and a half")
    parser.add_argument("--connections", type=int, default=150)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--only", type=int, help="one scenario by its number; the control comes last")
    options = parser.parse_args()
    plans = (*PLANS, CONTROL)
    chosen = plans if options.only is None else (plans[options.only],)
    each = (100_000 if options.full else options.expiries) // len(PLANS)
    say(f"seed {options.seed}, {WORKERS} workers, {each} expiries a scenario")
    results, wrong = [], []
    for plan in chosen:
        told = asyncio.run(one_plan(plan, each, options.connections, options.seed))
        results.append(told)
        say(table(HEAD, [row(told)]))
        if broken := told.broken(plan):
            say(f"  {plan.name}: {'; '.join(broken)}")
        if bool(broken) != plan.broken:
            wrong.append(plan.name)
    say("\n" + table(HEAD, [row(told) for told in results]))
    keep(results, options.seed)
    say("all promises kept, and the control fails" if not wrong else f"WRONG: {', '.join(wrong)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
