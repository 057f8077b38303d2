"""Worker processes over a database and a Redis of their own: what they did with their chores is written in rows."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from mailwarden.core.ids import new_id
from mailwarden.core.roles import Role
from mailwarden.embedded.redis_server import RedisServer
from tests.reliability.row import Ground, Tally
from tests.support.database import ROOT, admin_dsn, fresh_database, set_clock_offset

LOGS = ROOT / ".local" / "test" / "yards"
CHORES = "tests.reliability.workers.chores"
MADE = """
CREATE TABLE chores_done (
  key text, slot timestamptz, attempt int, fence int, worker int, at timestamptz DEFAULT clock_timestamp()
);
CREATE INDEX ON chores_done (key);
GRANT SELECT, INSERT ON chores_done TO mw_app
"""
GIVE = """
INSERT INTO jobs (id, org_id, kind, key, queue, payload, due_at)
SELECT gen_random_uuid(), $1, $2, $3 || '-' || n, $4, $5::jsonb,
  app_now() + make_interval(secs => $7 * (n - 1) / $6::float)
FROM generate_series(1, $6::int) AS n
"""
LEFT = "SELECT count(*) FROM jobs WHERE kind = ANY ($1) AND state IN ('ready', 'leased')"
WRONG = """
SELECT j.key, j.state, j.last_error, (SELECT count(*) FROM chores_done d WHERE d.key = j.key) AS times
FROM jobs j WHERE j.kind = $1 AND (SELECT count(*) FROM chores_done d WHERE d.key = j.key) <> 1
"""
LATE = """
SELECT extract(epoch FROM d.at - j.due_at)::float AS late FROM chores_done d JOIN jobs j USING (key)
WHERE j.kind = $1 AND d.at > j.due_at
"""


@contextmanager
def own_redis(ground: Ground, label: str) -> Iterator[RedisServer]:
    """Wake-ups lie under names of their own in Redis, not under the database's: workers must not share one."""
    like = ground.servers.redis
    folder = ground.servers.home.folder / f"redis-{label}-{os.getpid()}-{uuid4().hex[:6]}"
    folder.mkdir()
    like.account.own(folder, 0o700)
    server = replace(like, folder=folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Yard:
    ground: Ground
    redis: RedisServer
    database: str
    folder: Path
    admin: asyncpg.Connection
    env: dict[str, str]
    module: str = CHORES
    redis_url: str = ""
    org_id: UUID = field(default_factory=new_id)
    workers: list["subprocess.Popen[bytes]"] = field(default_factory=list)
    restarts: int = 0
    _offset: float = 0.0

    def _environment(self) -> dict[str, str]:
        servers = self.ground.servers
        return {
            **os.environ,
            "MAILWARDEN_ENVIRONMENT": "test",
            "MAILWARDEN_DATA_DIR": str(self.folder),
            "MAILWARDEN_LOG_LEVEL": "warning",
            "MAILWARDEN_DATABASE__URL": servers.dsn(Role.APP, self.database),
            "MAILWARDEN_DATABASE__SYSTEM_URL": servers.dsn(Role.SYSTEM, self.database),
            "MAILWARDEN_DATABASE__POOL_SIZE": "12",
            "MAILWARDEN_REDIS__URL": self.redis_url or self.redis.url,
            "MAILWARDEN_TIMING__CLOCK_FOLLOW_S": "0.2",
            **self.env,
        }

    def start(self, count: int = 1) -> None:
        for _ in range(count):
            with (LOGS / f"{self.database}.log").open("ab") as log:
                command = [sys.executable, "-m", self.module]
                self.workers.append(subprocess.Popen(command, env=self._environment(), stdout=log, stderr=log))

    async def ready(self, count: int) -> None:
        """So many workers have said that they live, in the last seconds."""
        pids = [process.pid for process in self.workers if process.poll() is None]
        asked = "SELECT count(*) FROM worker_heartbeats WHERE split_part(worker, ':', 2)::int = ANY ($1)"
        await self.until(lambda: self.at_least(asked, count, pids), 60)

    async def team(self, size: int) -> None:
        """One process whose members are replaced by itself, as `mailwarden worker --processes` does it."""
        self.env["CHORES_TEAM"] = str(size)
        self.start()
        await self.until(lambda: self.at_least("SELECT count(*) FROM worker_heartbeats", size), 60)

    async def at_least(self, query: str, count: int, *arguments: Any) -> bool:
        return bool(await self.admin.fetchval(query, *arguments) >= count)

    def revive(self) -> None:
        """Starts another one for each that has died, as a supervisor would."""
        dead = [process for process in self.workers if process.poll() is not None]
        for process in dead:
            self.workers.remove(process)
        self.restarts += len(dead)
        self.start(len(dead))

    def kill(self, process: "subprocess.Popen[bytes]", number: int = signal.SIGKILL) -> None:
        process.send_signal(number)

    async def give(
        self, kind: str, count: int, *, payload: str = "{}", over_s: float = 0, queue: str = "fast", name: str = ""
    ) -> None:
        """``count`` jobs, due now or one after the other within ``over_s``."""
        label = f"{name or kind}-{uuid4().hex[:6]}"
        await self.admin.execute(GIVE, self.org_id, kind, label, queue, payload, count, float(over_s))

    async def done(self) -> int:
        found: int = await self.admin.fetchval("SELECT count(*) FROM chores_done")
        return found

    async def left(self, kinds: Sequence[str] = ("chore",)) -> int:
        found: int = await self.admin.fetchval(LEFT, list(kinds))
        return found

    async def advance(self, seconds: float) -> None:
        self._offset += seconds
        await set_clock_offset(admin_dsn(self.ground.servers, self.database), self._offset)

    async def until(self, true: Callable[[], Awaitable[bool]], within_s: float, *, revive: bool = False) -> bool:
        deadline = time.monotonic() + within_s
        while not await true():
            if time.monotonic() > deadline:
                return False
            if revive:
                self.revive()
            await asyncio.sleep(0.1)
        return True

    async def finished(self, within_s: float, kinds: Sequence[str] = ("chore",), *, revive: bool = True) -> bool:
        async def none() -> bool:
            return await self.left(kinds) == 0

        return await self.until(none, within_s, revive=revive)

    async def judge(self, tally: Tally, kind: str = "chore") -> None:
        """Every chore was done exactly once: none lost, none twice."""
        tally.n += await self.admin.fetchval("SELECT count(*) FROM jobs WHERE kind = $1", kind)
        for row in await self.admin.fetch(WRONG, kind):
            tally.violations.append(f"{row['key']} is {row['state']}, done {row['times']} times {row['last_error']}")

    async def lateness(self, kind: str = "chore") -> list[float]:
        """Seconds from due to done, sorted; only without a moved clock."""
        return sorted(row["late"] for row in await self.admin.fetch(LATE, kind))

    def close(self) -> None:
        for process in self.workers:
            if process.poll() is None:
                process.kill()
        for process in self.workers:
            process.wait(10)


@asynccontextmanager
async def yard(
    ground: Ground, row: str, workers: int = 2, *, module: str = CHORES, redis_url: str = "", **env: object
) -> AsyncIterator[Yard]:
    """``env``: ``CHORES_…`` names what is broken, ``MAILWARDEN_…`` are settings."""
    label = f"{row.lower()}_{uuid4().hex[:6]}"
    LOGS.mkdir(parents=True, exist_ok=True)
    with own_redis(ground, label) as redis, fresh_database(ground.servers, label) as database:
        admin = await asyncpg.connect(admin_dsn(ground.servers, database))
        made = Yard(
            ground,
            redis,
            database,
            ground.folder / label,
            admin,
            {k: str(v) for k, v in env.items()},
            module,
            redis_url,
        )
        made.folder.mkdir()
        try:
            await admin.execute(MADE)
            made.start(workers)
            await made.ready(workers)
            yield made
        finally:
            made.close()
            await admin.close()


def share(values: Sequence[float], part: float) -> float:
    """The value that ``part`` of the sorted ones do not exceed."""
    return values[min(len(values) - 1, int(part * len(values)))] if values else 0.0
