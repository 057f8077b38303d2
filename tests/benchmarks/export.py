"""A CSV of all campaigns at 10,000, 100,000 and 1,000,000 of them: memory, time, and every row of the file.

Each is made by a worker process of its own; beside it, in the same run, PostgreSQL's own `COPY … TO STDOUT` of the same
join to the same machine. The file is read back from its pieces: rows, ids and hash are compared.
"""

import argparse
import asyncio
import csv
import hashlib
import io
import json
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from uuid import UUID

from mailwarden.core.ids import format_id, new_id
from tests.benchmarks.lab import RESULTS, Lab, open_lab, say, servers_as_in_production, table
from tests.support.database import fresh_database

SIZES = (10_000, 100_000, 1_000_000)
MAY_GROW_MB = 40.0  # of the smallest: buffers of one batch are not all of one size
NAMES = ("Spring sale – 20 % off", "=1+1", "Größe „M“, rot", "two\nlines", "春のセール", 'say "hi"')
CAMPAIGNS = """
INSERT INTO campaigns (id, org_id, connection_id, external_id, name, subject, status, channel, sent_at, figures_as_of,
  latest_observation_id)
SELECT uuidv7(), $1, $2, n::text, ($3::text[])[1 + n % 6] || ' ' || n, 'Our news of week ' || n % 52, 'PUBLISHED',
  'email', now() - n * interval '20 seconds', now(), gen_random_uuid()
FROM generate_series(1, $4::int) n
"""
OBSERVATIONS = """
INSERT INTO observations (id, org_id, campaign_id, source_run_id, as_of, sent, delivered, opened, clicked, bounced,
  complaints, unsubscribes)
SELECT latest_observation_id, org_id, id, gen_random_uuid(), now(), 1000, 980, 300, 40, 20, 1, 3 FROM campaigns
"""
COPY = """SELECT c.*, o.* FROM campaigns c LEFT JOIN observations o ON o.id = c.latest_observation_id
  ORDER BY c.sent_at DESC, c.id DESC"""


@dataclass(frozen=True)
class Measure:
    rows: int
    seconds: float
    cpu_s: float
    before_mb: float
    peak_mb: float
    file_mb: float
    stored_mb: float
    copy_s: float

    @property
    def per_s(self) -> float:
        return self.rows / self.seconds


async def seed(lab: Lab, rows: int) -> tuple[UUID, UUID]:
    """The export's job and the export."""
    org, link, export, job = (new_id() for _ in range(4))
    await lab.admin.execute("TRUNCATE organizations, jobs CASCADE")
    await lab.admin.execute("INSERT INTO organizations (id, name) VALUES ($1, 'Acme')", org)
    await lab.admin.execute(
        "INSERT INTO connections (id, org_id, provider, external_id, account_label, status, history_range)"
        " VALUES ($1, $2, 'hubspot', '1', 'acme.test', 'connected', 'all')",
        link,
        org,
    )
    await lab.admin.execute(CAMPAIGNS, org, link, list(NAMES), rows)
    await lab.admin.execute(OBSERVATIONS)
    await lab.admin.execute("VACUUM ANALYZE campaigns, observations")
    await lab.admin.execute(
        "INSERT INTO exports (id, org_id, report, format, time_zone, file_name)"
        " VALUES ($1, $2, 'campaigns', 'csv', 'Europe/Berlin', 'campaigns.csv')",
        export,
        org,
    )
    made = "INSERT INTO jobs (id, org_id, kind, key, queue) VALUES ($1, $2, 'export_make', $3, 'bulk')"
    await lab.admin.execute(made, job, org, str(export))
    return job, export


async def bare(lab: Lab) -> float:
    began = time.monotonic()
    with (lab.folder / "copy.csv").open("wb") as file:
        await lab.admin.copy_from_query(COPY, output=file, format="csv")
    return time.monotonic() - began


def make(lab: Lab, job: UUID) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.benchmarks.export_worker", str(job)]
    done = subprocess.run(command, env=lab.env("export"), capture_output=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


async def stored(lab: Lab, export: UUID) -> tuple[int, int]:
    """Bytes as stored, and as in the file. Raises AssertionError where a row is missing, twice or not where it was."""
    rows = await lab.admin.fetch("SELECT data FROM export_parts WHERE export_id = $1 ORDER BY number", export)
    told = await lab.admin.fetchrow("SELECT status, size, sha256, rows_done FROM exports WHERE id = $1", export)
    whole = b"".join(zlib.decompress(row["data"]) for row in rows)
    assert (told["status"], told["size"], told["sha256"]) == ("ready", len(whole), hashlib.sha256(whole).digest())
    wanted = [row["id"] for row in await lab.admin.fetch("SELECT id FROM campaigns ORDER BY sent_at DESC, id DESC")]
    found = list(_ids(whole))
    assert found == [format_id("camp", one) for one in wanted]
    assert told["rows_done"] == len(found)
    return sum(len(row["data"]) for row in rows), len(whole)


def _ids(whole: bytes) -> Iterator[str]:
    for row in csv.DictReader(io.TextIOWrapper(io.BytesIO(whole), "utf-8-sig", newline="")):
        yield row["Id"]


async def measure(lab: Lab, rows: int) -> Measure:
    job, export = await seed(lab, rows)
    copy_s = await bare(lab)
    cost = await asyncio.to_thread(make, lab, job)
    kept, size = await stored(lab, export)
    return Measure(rows=rows, **cost, file_mb=size / 1e6, stored_mb=kept / 1e6, copy_s=copy_s)


async def measure_all(lab: Lab, sizes: list[int]) -> list[Measure]:
    try:
        return [await measure(lab, rows) for rows in sizes]
    finally:
        await lab.admin.close()


def _row(m: Measure) -> tuple[str, ...]:
    memory = (f"{m.peak_mb:.0f}", f"{m.before_mb:.0f}")
    files = (f"{m.file_mb:.1f}", f"{m.stored_mb:.1f}")
    return (f"{m.rows:,}", f"{m.per_s:,.0f}", f"{m.cpu_s:.1f}", *memory, *files, f"{m.seconds:.1f}", f"{m.copy_s:.2f}")


def report(found: list[Measure]) -> bool:
    head = ("rows", "rows/s", "CPU s", "peak MB", "of it before", "file MB", "stored MB", "s", "COPY s")
    rows = [_row(one) for one in found]
    say(table(head, rows))
    grown = max(m.peak_mb for m in found) - found[0].peak_mb
    say(f"memory grew by {grown:.1f} MB from the smallest; {MAY_GROW_MB:.0f} MB are allowed")
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "export.json").write_text(json.dumps([asdict(one) for one in found], indent=1))
    return grown <= MAY_GROW_MB


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.export", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    sizes = parser.parse_args().sizes
    with servers_as_in_production() as servers, fresh_database(servers, "export") as database:
        folder = RESULTS / "export"
        folder.mkdir(exist_ok=True)

        async def run() -> list[Measure]:
            return await measure_all(await open_lab(servers, database, folder, "http://127.0.0.1:9"), sizes)

        found = asyncio.run(run())
    return 0 if report(found) else 1


if __name__ == "__main__":
    raise SystemExit(main())
