"""Dashboard queries over a year of figures: series, comparison, looks back and summary, at 10⁵, 10⁶ and 10⁷ rows.

A row is an observation: what a provider told of one campaign at one time. Beside each size, in the same run and
process, stands a bare aggregate over asyncpg of the same data: sums per day of the latest observation of each campaign.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from mailwarden.compose import open_runtime
from mailwarden.core.db import reader, unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.core.roles import Role
from mailwarden.core.runtime import Runtime
from mailwarden.embedded import EmbeddedServers
from mailwarden.metrics.days import Interval
from mailwarden.metrics.queries import CampaignFilter
from mailwarden.metrics.rollup import roll_up_some
from mailwarden.metrics.series import SeriesQuery, read_series, read_summary
from mailwarden.settings import Settings
from tests.benchmarks.lab import RESULTS, Lab, open_lab, say, servers_as_in_production, table
from tests.support.database import fresh_database

SIZES = (100_000, 1_000_000, 10_000_000)
CAMPAIGNS, CONNECTIONS, ROUNDS = 100_000, 4, 200
PER_STATEMENT = 10  # looks at each campaign that are written at once
MAY_GROW = 3.0  # of p99 from the smallest size to the largest
ZONE = "Europe/Berlin"
MAKE_CAMPAIGNS = """
INSERT INTO campaigns (id, org_id, connection_id, external_id, name, status, channel, sent_at, figures_as_of,
  created_at)
SELECT uuidv7(), $1, ($2::uuid[])[1 + n % cardinality($2::uuid[])], n::text, 'News ' || n, 'PUBLISHED', 'email',
  $3::timestamptz - n * interval '364 days' / $4::int, $3, $3::timestamptz - n * interval '364 days' / $4::int
FROM generate_series(1, $4::int) n
"""
MAKE_LOOKS = """
INSERT INTO observations (id, org_id, campaign_id, source_run_id, as_of, sent, delivered, opened, clicked, bounced,
  complaints, unsubscribes)
SELECT uuidv7(), c.org_id, c.id, c.id, c.sent_at + look * interval '7 days' / $3::int, 1000, 980, 3 * look, look, 20,
  1, 3
FROM campaigns c, generate_series($1::int, $2::int) look
"""
POINT = """
UPDATE campaigns c SET latest_observation_id = o.id FROM (
  SELECT DISTINCT ON (campaign_id) campaign_id, id FROM observations ORDER BY campaign_id, as_of DESC, id DESC
) o WHERE o.campaign_id = c.id
"""
BARE = """
SELECT date_trunc('day', c.sent_at AT TIME ZONE $4), count(*), sum(o.sent), sum(o.delivered), sum(o.opened),
  sum(o.clicked), sum(o.bounced), sum(o.complaints), sum(o.unsubscribes)
FROM campaigns c JOIN observations o ON o.id = c.latest_observation_id
WHERE c.org_id = $1 AND c.sent_at >= $2 AND c.sent_at < $3 GROUP BY 1 ORDER BY 1
"""


@dataclass(frozen=True)
class Measure:
    query: str
    rows: int
    p50_ms: float
    p99_ms: float


@dataclass(frozen=True)
class Bench:
    lab: Lab
    rt: Runtime
    org: UUID
    links: list[UUID]
    now: datetime
    rounds: int

    @property
    def year(self) -> tuple[date, date]:
        return (self.now - timedelta(days=363)).date(), self.now.date()


async def seed(lab: Lab, rt: Runtime, rows: int, campaigns: int, rounds: int) -> Bench:
    org, links, now = new_id(), [new_id() for _ in range(CONNECTIONS)], datetime.now(UTC)
    await lab.admin.execute("TRUNCATE organizations, jobs CASCADE")
    await lab.admin.execute("INSERT INTO organizations (id, name, time_zone) VALUES ($1, 'Acme', $2)", org, ZONE)
    made = (
        "INSERT INTO connections (id, org_id, provider, external_id, account_label, status, history_range,"
        " backfilled_range, data_as_of) VALUES ($1, $2, 'hubspot', $3, $3, 'connected', 'all', 'all', $4)"
    )
    await lab.admin.executemany(made, [(one, org, one.hex, now) for one in links])
    await lab.admin.execute(MAKE_CAMPAIGNS, org, links, now, campaigns)
    looks = max(1, rows // campaigns)
    for first in range(1, looks + 1, PER_STATEMENT):
        await lab.admin.execute(MAKE_LOOKS, first, min(looks, first + PER_STATEMENT - 1), looks)
    await lab.admin.execute(POINT)
    await lab.admin.execute("VACUUM ANALYZE campaigns, observations")
    return Bench(lab, rt, org, links, now, rounds)


async def roll_up_all(bench: Bench) -> float:
    began = time.monotonic()
    for link in bench.links:
        more = True
        while more:
            async with unit_of_work(bench.rt.sessions, bench.org) as tx:
                more = await roll_up_some(tx, bench.org, link)
    await bench.lab.admin.execute("VACUUM ANALYZE figure_days, stale_figures")
    return time.monotonic() - began


async def timed(bench: Bench, query: str, rows: int, ask: Callable[[], Awaitable[object]]) -> Measure:
    await ask()
    spent = []
    for _ in range(bench.rounds):
        began = time.perf_counter()
        await ask()
        spent.append((time.perf_counter() - began) * 1000)
    spent.sort()
    return Measure(query, rows, spent[len(spent) // 2], spent[min(len(spent) - 1, int(len(spent) * 0.99))])


async def series(bench: Bench, **asked: object) -> bytes:
    first, last = bench.year
    wanted = SeriesQuery(first, last, **asked)  # type: ignore[arg-type]
    async with reader(bench.rt.sessions, bench.org) as tx:
        return (await read_series(bench.rt, tx, bench.org, CampaignFilter(), wanted)).model_dump_json().encode()


async def summary(bench: Bench) -> bytes:
    async with reader(bench.rt.sessions, bench.org) as tx:
        return (await read_summary(bench.rt, tx, bench.org, CampaignFilter())).model_dump_json().encode()


async def bare(bench: Bench) -> object:
    start = bench.now - timedelta(days=365)
    return await bench.lab.admin.fetch(BARE, bench.org, start, bench.now + timedelta(days=1), ZONE)


async def equal(bench: Bench) -> None:
    """What is measured is right: the year is the same both ways."""
    found = json.loads(await series(bench, compare=False))
    totals = await bench.lab.admin.fetchrow(
        "SELECT count(*) AS campaigns, sum(o.opened) AS opened FROM campaigns c JOIN observations o"
        " ON o.id = c.latest_observation_id WHERE c.sent_at >= $1",
        datetime.fromisoformat(found["points"][0]["starts_at"]),
    )
    assert found["total"]["campaigns"] == totals["campaigns"], "campaigns are lost"
    assert found["total"]["figures"]["opened"] == totals["opened"], "opens are lost"


async def measure(lab: Lab, rt: Runtime, rows: int, campaigns: int, rounds: int) -> list[Measure]:
    bench = await seed(lab, rt, rows, campaigns, rounds)
    fresh = await timed(bench, "series by day, nothing rolled up", rows, lambda: series(bench))
    took = await roll_up_all(bench)
    say(f"{rows:,} rows: rolled up in {took:.1f} s")
    await equal(bench)
    back = bench.now.date() - timedelta(days=60)
    return [
        await timed(bench, "bare aggregate", rows, lambda: bare(bench)),
        fresh,
        await timed(bench, "series by day, compared", rows, lambda: series(bench)),
        await timed(bench, "series by month", rows, lambda: series(bench, interval=Interval.MONTH)),
        await timed(bench, "series as known 60 days ago", rows, lambda: series(bench, known_on=back)),
        await timed(bench, "summary", rows, lambda: summary(bench)),
    ]


def report(found: list[Measure]) -> bool:
    bare_of = {one.rows: one for one in found if one.query == "bare aggregate"}
    head = ("rows", "query", "p50 ms", "p99 ms", "p99 / bare")
    say(table(head, [_row(one, bare_of[one.rows]) for one in found]))
    grown = max(_growth(found, name) for name in {one.query for one in found} if name.startswith("series by"))
    say(f"p99 of a series grew {grown:.1f}-fold from the smallest to the largest; {MAY_GROW:.0f}-fold is allowed")
    (RESULTS / "figures.json").write_text(json.dumps([asdict(one) for one in found], indent=1))
    return grown <= MAY_GROW


def _row(one: Measure, beside: Measure) -> tuple[str, ...]:
    times = (f"{one.p50_ms:.1f}", f"{one.p99_ms:.1f}", f"{one.p99_ms / beside.p99_ms:.2f}")
    return (f"{one.rows:,}", one.query, *times)


def _growth(found: list[Measure], query: str) -> float:
    mine = sorted((one for one in found if one.query == query), key=lambda one: one.rows)
    return mine[-1].p99_ms / mine[0].p99_ms


def settings_of(servers: EmbeddedServers, database: str, folder: Path) -> Settings:
    urls = {"url": servers.dsn(Role.APP, database), "system_url": servers.dsn(Role.SYSTEM, database)}
    return Settings(
        _env_file=None, environment="test", data_dir=folder, database=urls, redis={"url": servers.redis_url}
    )


async def run(servers: EmbeddedServers, database: str, folder: Path, options: argparse.Namespace) -> list[Measure]:
    lab = await open_lab(servers, database, folder, "http://127.0.0.1:9")
    found: list[Measure] = []
    async with open_runtime(settings_of(servers, database, folder), application="bench-figures", worker=True) as rt:
        for rows in options.sizes:
            found += await measure(lab, rt, rows, min(options.campaigns, rows), options.rounds)
    await lab.admin.close()
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.figures", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--campaigns", type=int, default=CAMPAIGNS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    with (
        TemporaryDirectory() as made,
        servers_as_in_production() as servers,
        fresh_database(servers, "figures") as database,
    ):
        found = asyncio.run(run(servers, database, Path(made), options))
    return 0 if report(found) else 1


if __name__ == "__main__":
    raise SystemExit(main())
