"""What the measurements of workers share: servers as in production, rows by the thousand, processes, their cost."""

import asyncio
import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

import asyncpg
import httpx
import redis

from mailwarden.compose import keyring
from mailwarden.core.crypto import Place
from mailwarden.core.ids import new_id
from mailwarden.core.roles import Role
from mailwarden.embedded import EmbeddedServers, embedded_servers
from mailwarden.settings import Settings
from tests.support.database import ROOT, admin_dsn, fresh_database

RESULTS = ROOT / ".local" / "bench"
TICKS = os.sysconf("SC_CLK_TCK")
PROVIDERS = ("hubspot", "klaviyo", "keap")
WORKER = ("mailwarden", "worker")
FAR = timedelta(days=2)


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    cells = [[str(cell) for cell in row] for row in (head, *rows)]
    widths = [max(len(row[place]) for row in cells) for place in range(len(head))]
    return "\n".join("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in cells)


@dataclass
class Lab:
    servers: EmbeddedServers
    database: str
    folder: Path
    url: str
    admin: asyncpg.Connection
    control: httpx.Client
    workers: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def env(self, name: str, **timing: float) -> dict[str, str]:
        env = dict(os.environ) | {
            "MAILWARDEN_ENVIRONMENT": "test",
            "MAILWARDEN_DATA_DIR": str(self.folder / name),
            "MAILWARDEN_LOG_LEVEL": "error",
            "MAILWARDEN_DATABASE__URL": self.servers.dsn(Role.APP, self.database),
            "MAILWARDEN_DATABASE__SYSTEM_URL": self.servers.dsn(Role.SYSTEM, self.database),
            "MAILWARDEN_REDIS__URL": self.servers.redis_url,
        }
        for provider in PROVIDERS:
            prefix = f"MAILWARDEN_PROVIDERS__{provider.upper()}__"
            env |= {f"{prefix}CLIENT_ID": "ours", f"{prefix}CLIENT_SECRET": "secret"}
            env[f"{prefix}API_BASE"] = f"{self.url}/{name}/{provider}"
        return env | {f"MAILWARDEN_TIMING__{key.upper()}": str(value) for key, value in timing.items()}

    def start(
        self, name: str, module: Sequence[str] = WORKER, more: Mapping[str, str] = MappingProxyType({}), **timing: float
    ) -> None:
        (self.folder / name).mkdir(exist_ok=True)
        with (RESULTS / f"{name}.log").open("ab") as log:
            command = [sys.executable, "-m", *module]
            self.workers[name] = subprocess.Popen(
                command, env=self.env(name, **timing) | dict(more), stdout=log, stderr=log
            )

    def stop(self) -> None:
        for process in self.workers.values():
            process.terminate()
        for process in self.workers.values():
            try:
                process.wait(40)
            except subprocess.TimeoutExpired:
                process.kill()
        self.workers.clear()

    def ask(self, path: str, body: Any = None) -> Any:
        return self.control.post(f"/_/{path}", json=body).json()

    async def cost(self) -> "Cost":
        """Without the questions of the measurement itself, which grow with the number of rows."""
        backend = await self.admin.fetchval("SELECT pg_backend_pid()")
        with redis.Redis.from_url(self.servers.redis_url) as asked:
            queue: dict[str, Any] = asked.info("server")
        return Cost(
            sum(cpu_s(process.pid) for process in self.workers.values()),
            family_cpu_s(parent_of(backend)) - cpu_s(backend),
            cpu_s(queue["process_id"]),
            time.monotonic(),
        )

    def peak_mb(self) -> float:
        return max(memory_mb(process.pid) for process in self.workers.values())


@dataclass(frozen=True)
class Cost:
    """Seconds of processor time since their start, of the workers, PostgreSQL and Redis; and when that was."""

    worker_s: float
    postgres_s: float
    redis_s: float
    at: float

    def since(self, before: "Cost") -> "Cost":
        return Cost(
            self.worker_s - before.worker_s,
            self.postgres_s - before.postgres_s,
            self.redis_s - before.redis_s,
            self.at - before.at,
        )

    @property
    def cpu_s(self) -> float:
        return self.worker_s + self.postgres_s + self.redis_s


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def parent_of(pid: int) -> int:
    return int(_stat(pid)[1])


def cpu_s(pid: int) -> float:
    return sum(map(int, _stat(pid)[11:13])) / TICKS


def family_cpu_s(pid: int) -> float:
    """Of a process, its children that have ended, and those that live."""
    spent = sum(map(int, _stat(pid)[11:15])) / TICKS
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if parent_of(int(path.name)) == pid:
                spent += cpu_s(int(path.name))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return spent


def memory_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


@contextmanager
def provider_process(folder: Path, seed: int) -> Iterator[str]:
    port_file = folder / "provider.port"
    command = [sys.executable, "-m", "tests.benchmarks.provider", str(port_file), "--seed", str(seed)]
    process = subprocess.Popen(command)
    try:
        wait_until(lambda: port_file.exists() and port_file.read_text() != "", 20)
        yield f"http://127.0.0.1:{port_file.read_text()}"
    finally:
        process.terminate()
        process.wait(10)


def wait_until(true: Callable[[], bool], within_s: float) -> None:
    deadline = time.monotonic() + within_s
    while not true():
        if time.monotonic() > deadline:
            raise SystemExit(f"not within {within_s:g} s")
        time.sleep(0.05)


@contextmanager
def servers_as_in_production() -> Iterator[EmbeddedServers]:
    """With fsync: what is measured here is a promise. One bench at a time: workers of two would share their Redis."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    with (RESULTS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with embedded_servers(RESULTS / "servers") as servers:
            yield servers


async def open_lab(servers: EmbeddedServers, database: str, folder: Path, url: str) -> Lab:
    admin = await asyncpg.connect(admin_dsn(servers, database))
    return Lab(servers, database, folder, url, admin, httpx.Client(base_url=url, timeout=60))


@contextmanager
def lab_parts(name: str, seed: int = 7) -> Iterator[tuple[EmbeddedServers, str, Path, str]]:
    with TemporaryDirectory() as made, servers_as_in_production() as servers:
        folder = Path(made)
        with provider_process(folder, seed) as url, fresh_database(servers, name) as database:
            yield servers, database, folder, url


async def seed_connections(lab: Lab, count: int, *, provider: str, per_org: int, first: int = 1) -> None:
    """Organizations, connections, sealed credentials and their schedules, none of which is due."""
    keys = keyring(Settings(_env_file=None, environment="test"))
    now = datetime.now(UTC)
    orgs, links, creds, jobs = [], [], [], []
    for number in range(count):
        if number % per_org == 0:
            org = new_id()
            orgs.append((org, f"Organization {number}"))
        link, cred, account = new_id(), new_id(), str(first + number)
        links.append((link, org, provider, account, f"account {account}", "connected", now))
        sealed = [
            keys.seal(token, Place("credentials", column, org, cred))
            for column, token in (("access_token", f"a-{account}-0"), ("refresh_token", f"r-{account}-0"))
        ]
        fingerprint = keys.fingerprint(f"r-{account}-0")
        creds.append((cred, org, link, *sealed, fingerprint, now, now + FAR, now + FAR))
        jobs += [(new_id(), org, kind, str(link), "fast", now + FAR) for kind in ("probe", "refresh", "sync_tick")]
    await _copy(lab, "organizations", ("id", "name"), orgs)
    columns = ("id", "org_id", "provider", "external_id", "account_label", "status", "proof_of_life_at")
    await _copy(lab, "connections", columns, links)
    tokens = ("access_token", "refresh_token", "refresh_hash", "issued_at", "expires_at", "refresh_after")
    await _copy(lab, "credentials", ("id", "org_id", "connection_id", *tokens), creds)
    await _copy(lab, "jobs", ("id", "org_id", "kind", "key", "queue", "due_at"), jobs)
    await lab.admin.execute("VACUUM ANALYZE")


async def _copy(lab: Lab, name: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    await lab.admin.copy_records_to_table(name, records=rows, columns=columns)


async def until(lab: Lab, true: str, *arguments: Any, within_s: float) -> None:
    """Asks the database until the statement is true."""
    deadline = time.monotonic() + within_s
    while not await lab.admin.fetchval(true, *arguments):
        if time.monotonic() > deadline:
            raise SystemExit(f"not within {within_s:g} s: {true}")
        await asyncio.sleep(0.2)
