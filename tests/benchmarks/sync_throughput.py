"""Campaigns per second of a sync, beside raw HTTP reads of the same pages and raw upserts of the same rows.

Each size is measured in a process of its own, so that its peak memory is its own. All three ways use as many accounts
side by side, one process, the same sandbox without quotas and the same PostgreSQL.
"""

import argparse
import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from mailwarden.connections.credentials import read_held
from mailwarden.core.logging import configure_logging
from mailwarden.core.roles import Role
from mailwarden.embedded import EmbeddedServers
from mailwarden.metrics.models import Campaign, Observation
from mailwarden.providers.budget import Unlimited
from mailwarden.providers.hubspot import EMAILS
from mailwarden.worker import make_runner
from tests.support.database import ROOT, fresh_database, test_servers
from tests.support.sandbox import Sandbox, running_sandbox
from tests.support.world import Linked, World, open_world

PROVIDER = "hubspot"
SIZES = (1_000, 10_000, 100_000)
PAGE = 100
MEMORY_MAY_GROW_MB = 40
RESULTS = ROOT / ".local" / "bench"


@dataclass(frozen=True)
class Measure:
    size: int
    accounts: int
    synced: int
    sync_per_s: float
    get_per_s: float
    upsert_per_s: float
    peak_mb: float
    grown_mb: float

    @property
    def of_get(self) -> float:
        return self.sync_per_s / self.get_per_s

    @property
    def of_upsert(self) -> float:
        return self.sync_per_s / self.upsert_per_s


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def per_second(work: Callable[[], Awaitable[int]]) -> float:
    began = time.perf_counter()
    done = await work()
    return done / (time.perf_counter() - began)


def measure(size: int, accounts: int) -> Measure:
    with tempfile.TemporaryDirectory() as name, test_servers() as servers:
        folder = Path(name)
        with (
            running_sandbox(folder / "sandbox", campaigns=size, options=("--no-quotas",)) as sandbox,
            fresh_database(servers, f"bench_{size}") as database,
        ):
            return asyncio.run(measure_in(servers, database, folder, sandbox, accounts, size))


async def measure_in(
    servers: EmbeddedServers, database: str, folder: Path, sandbox: Sandbox, accounts: int, size: int
) -> Measure:
    async with open_world(servers, database, folder, sandbox) as world:
        return await measure_world(world, size, accounts, servers.dsn(Role.OWNER, database))


async def measure_world(world: World, size: int, accounts: int, owner: str) -> Measure:
    world.runtime = replace(world.runtime, budget=Unlimited())
    world.runner = make_runner(world.runtime)
    names = [world.sandbox.make_account(PROVIDER, campaigns=size) for _ in range(accounts)]
    await use_a_little(world)
    links = await world.people(1, {PROVIDER: names}, history_range="all")
    tokens = [await token_of(world, linked) for linked in links]
    await read_raw(world.sandbox, tokens)  # the sandbox makes its campaigns when they are first asked for
    before = peak_mb()
    synced, sync_per_s = await sync_all(world, links)
    peak = peak_mb()
    get_per_s = await per_second(lambda: read_raw(world.sandbox, tokens))
    upsert_per_s = await write_raw(world.admin, owner, links)
    return Measure(size, accounts, synced, sync_per_s, get_per_s, upsert_per_s, peak, peak - before)


async def use_a_little(world: World) -> None:
    """A database in use has statistics; in a new one PostgreSQL plans for empty tables until autovacuum comes by."""
    small = world.sandbox.make_account(PROVIDER, campaigns=1_000)
    await world.people(1, {PROVIDER: [small]}, history_range="all")
    await world.drain()
    await world.admin.execute("ANALYZE")


async def token_of(world: World, linked: Linked) -> str:
    org_id = linked.browser.org_id
    return (await read_held(world.runtime, org_id, linked.id)).access_token


async def sync_all(world: World, links: list[Linked]) -> tuple[int, float]:
    """The first sync of every account, by the real jobs; from the first start to the last end."""
    await world.drain()
    rows = await world.admin.fetch(
        "SELECT status, campaigns_processed, started_at, finished_at FROM sync_runs WHERE connection_id = ANY ($1)",
        [linked.id for linked in links],
    )
    if len(rows) != len(links) or {row["status"] for row in rows} != {"success"}:
        raise SystemExit(f"the syncs did not end well: {[tuple(row) for row in rows]}")
    took = max(row["finished_at"] for row in rows) - min(row["started_at"] for row in rows)
    synced = sum(row["campaigns_processed"] for row in rows)
    return synced, synced / took.total_seconds()


async def read_raw(sandbox: Sandbox, tokens: list[str]) -> int:
    """The same pages in cursor order, as an httpx user would read them; rows are counted and forgotten."""
    async with httpx.AsyncClient(base_url=f"{sandbox.url}/{PROVIDER}", timeout=60) as http:
        return sum(await asyncio.gather(*(read_account(http, token) for token in tokens)))


async def read_account(http: httpx.AsyncClient, token: str) -> int:
    found = 0
    for archived in ("false", "true"):
        asked: dict[str, Any] | None = {
            "limit": PAGE,
            "includeStats": "true",
            "sort": "createdAt",
            "archived": archived,
        }
        while asked is not None:
            answer = await http.get(EMAILS, params=asked, headers={"Authorization": f"Bearer {token}"})
            page = answer.raise_for_status().json()
            found += len(page["results"])
            following = page.get("paging", {}).get("next", {}).get("after")
            asked = {**asked, "after": following} if following else None
    return found


CAMPAIGNS = [column.name for column in Campaign.__table__.columns]
OBSERVATIONS = [column.name for column in Observation.__table__.columns]


async def write_raw(admin: asyncpg.Connection, owner: str, links: list[Linked]) -> float:
    """The same rows into tables of the same shape, a page and a transaction at a time, one connection per account."""
    types = {name: await column_types(admin, name) for name in ("campaigns", "observations")}
    pages = [await pages_of(admin, linked) for linked in links]
    writer = await asyncpg.connect(owner)
    for table in types:
        await writer.execute(f"CREATE TABLE raw_{table} (LIKE {table} INCLUDING ALL)")
    await writer.close()

    async def write_account(mine: list[tuple[list[Any], list[Any]]]) -> int:
        connection = await asyncpg.connect(owner)
        try:
            for campaigns, observations in mine:
                async with connection.transaction():
                    await connection.execute(upsert("campaigns", CAMPAIGNS, types), *columns(campaigns))
                    await connection.execute(upsert("observations", OBSERVATIONS, types), *columns(observations))
        finally:
            await connection.close()
        return sum(len(campaigns) for campaigns, _ in mine)

    async def write_all() -> int:
        return sum(await asyncio.gather(*(write_account(mine) for mine in pages)))

    return await per_second(write_all)


async def column_types(admin: asyncpg.Connection, table: str) -> dict[str, str]:
    found = await admin.fetch(
        "SELECT attname, format_type(atttypid, atttypmod) AS type FROM pg_attribute WHERE attrelid = $1::regclass",
        table,
    )
    return {row["attname"]: row["type"] for row in found}


def upsert(table: str, names: list[str], types: dict[str, dict[str, str]]) -> str:
    given = ", ".join(f"${number}::{types[table][name]}[]" for number, name in enumerate(names, 1))
    listed = ", ".join(names)
    conflict = "connection_id, external_id" if table == "campaigns" else "id"
    changed = ", ".join(f"{name} = excluded.{name}" for name in names if name not in ("id", "connection_id", "org_id"))
    return (
        f"INSERT INTO raw_{table} ({listed}) SELECT * FROM unnest({given})"
        f" ON CONFLICT ({conflict}) DO UPDATE SET {changed}"
    )


def columns(rows: Iterable[Any]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


async def pages_of(admin: asyncpg.Connection, linked: Linked) -> list[tuple[list[Any], list[Any]]]:
    campaigns = await admin.fetch(
        f"SELECT {', '.join(CAMPAIGNS)} FROM campaigns WHERE connection_id = $1 ORDER BY id", linked.id
    )
    observations = await admin.fetch(
        f"SELECT {', '.join(f'o.{name}' for name in OBSERVATIONS)} FROM observations o"
        " JOIN campaigns c ON c.id = o.campaign_id WHERE c.connection_id = $1 ORDER BY o.campaign_id",
        linked.id,
    )
    starts = range(0, len(campaigns), PAGE)
    share = len(observations) / max(1, len(campaigns))
    cuts = [(round(start * share), round((start + PAGE) * share)) for start in starts]
    return [
        (campaigns[start : start + PAGE], observations[low:high] or observations[:1])
        for start, (low, high) in zip(starts, cuts, strict=True)
    ]


def in_own_process(size: int, accounts: int) -> Measure:
    command = [
        sys.executable,
        "-m",
        "tests.benchmarks.sync_throughput",
        "--one",
        str(size),
        "--accounts",
        str(accounts),
    ]
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise SystemExit(f"measuring {size} campaigns failed")
    return Measure(**json.loads(done.stdout.splitlines()[-1]))


def table(measures: list[Measure]) -> str:
    head = ("campaigns", "accounts", "sync/s", "GET/s", "upsert/s", "of GET", "of upsert", "peak MB", "grown MB")
    lines = ["  ".join(f"{name:>10}" for name in head)]
    for one in measures:
        cells = (
            *(f"{one.size:,}", str(one.accounts)),
            *(f"{value:,.0f}" for value in (one.sync_per_s, one.get_per_s, one.upsert_per_s)),
            *(f"{value:.2f}" for value in (one.of_get, one.of_upsert)),
            *(f"{value:.0f}" for value in (one.peak_mb, one.grown_mb)),
        )
        lines.append("  ".join(f"{cell:>10}" for cell in cells))
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.sync_throughput", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="campaigns per account")
    parser.add_argument("--accounts", type=int, default=3, help="side by side")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        configure_logging("error", as_json=True)
        say(json.dumps(asdict(measure(options.one, options.accounts))))
        return 0
    measures = []
    for size in options.sizes:
        measures.append(in_own_process(size, options.accounts))
        say(table(measures[-1:]))
    say("\n" + table(measures))
    RESULTS.mkdir(parents=True, exist_ok=True)
    told = [asdict(one) | {"of_get": one.of_get, "of_upsert": one.of_upsert} for one in measures]
    (RESULTS / "sync.json").write_text(json.dumps(told, indent=2))
    flat = measures[-1].peak_mb - measures[0].peak_mb <= MEMORY_MAY_GROW_MB
    say(f"memory {'is flat' if flat else 'GROWS'}: {measures[0].peak_mb:.0f} → {measures[-1].peak_mb:.0f} MB")
    return 0 if flat else 1


if __name__ == "__main__":
    raise SystemExit(main())
