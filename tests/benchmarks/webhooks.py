"""How fast a webhook is answered at a steady rate, beside a bare receiver that only checks an HMAC and inserts a row.

Each receiver is a process of its own with one worker; both use the same PostgreSQL. Requests leave on a fixed beat
whether or not earlier ones were answered, and times count from that beat, so a stall is not hidden by waiting for it.
"""

import argparse
import asyncio
import hmac
import json
import statistics
import tempfile
import time
from base64 import b64encode
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

import asyncpg
import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mailwarden.compose import open_runtime
from mailwarden.main import create_app
from mailwarden.providers.hooks.hubspot import signature
from mailwarden.settings import Settings
from tests.benchmarks.lab import RESULTS, say
from tests.benchmarks.serving import Urls, answer, running, served, serves, urls_of
from tests.support.database import fresh_database, test_servers

HERE = "tests.benchmarks.webhooks"
SECRET = "our-secret"
BASE = "https://app.example.test"
MEDIAN_MS, P99_MS = 50.0, 300.0
NO_ANSWER = 0
BARE = "CREATE TABLE bare_hooks (key text PRIMARY KEY, at timestamptz DEFAULT clock_timestamp(), body bytea)"
ROWS = {"product": "SELECT count(*) FROM hook_events", "bare": "SELECT count(*) FROM bare_hooks"}


@dataclass(frozen=True)
class Measure:
    receiver: str
    rate_per_s: float
    sent: int
    taken: int
    sent_back: int
    no_answer: int
    rows: int
    median_ms: float
    p99_ms: float

    @property
    def kept(self) -> bool:
        """Nothing that was taken is missing, and it was taken in time."""
        none_lost = self.taken <= self.rows <= self.taken + self.no_answer
        return none_lost and self.median_ms < MEDIAN_MS and self.p99_ms <= P99_MS


# receivers


def bare_app(dsn: str) -> Starlette:
    pools: list[asyncpg.Pool] = []

    async def receive(request: Request) -> Response:
        if not pools:
            pools.append(await asyncpg.create_pool(dsn, min_size=1, max_size=10))
        body = await request.body()
        stamp = request.headers["x-hubspot-request-timestamp"]
        expected = hmac.new(SECRET.encode(), f"POST{BASE}/hooks/hubspot".encode() + body + stamp.encode(), sha256)
        told = request.headers["x-hubspot-signature-v3"]
        if not hmac.compare_digest(b64encode(expected.digest()).decode(), told):
            return Response(status_code=401)
        insert = "INSERT INTO bare_hooks (key, body) VALUES ($1, $2) ON CONFLICT DO NOTHING"
        await pools[0].execute(insert, str(json.loads(body)[0]["eventId"]), body)
        return Response(status_code=204)

    return Starlette(routes=[Route("/hooks/hubspot", receive, methods=["POST"])])


async def serve(name: str, urls: Urls, port_file: Path) -> None:
    if name == "bare":
        await answer(bare_app(urls["admin"]), port_file)
        return
    settings = Settings(
        _env_file=None,
        environment="test",
        base_url=BASE,
        data_dir=port_file.parent,
        database={"url": urls["app"], "system_url": urls["system"]},
        redis={"url": urls["redis"]},
        providers={"hubspot": {"client_id": "our-client", "client_secret": SECRET}},
    )
    async with open_runtime(settings, application="bench") as runtime:
        await answer(create_app(runtime), port_file)


# sender


def push(number: int) -> tuple[bytes, dict[str, str]]:
    """Spread over a hundred accounts."""
    now = round(time.time() * 1000)
    item = {
        "eventId": number, "subscriptionId": 1, "portalId": 1000 + number % 100, "objectId": number, "occurredAt": now,
        "subscriptionType": "contact.propertyChange", "attemptNumber": 0,
    }  # fmt: skip
    body, stamp = json.dumps([item]).encode(), str(now)
    told = signature(SECRET, "POST", f"{BASE}/hooks/hubspot", body, stamp)
    return body, {"x-hubspot-signature-v3": told, "x-hubspot-request-timestamp": stamp}


async def storm(url: str, rate: float, seconds: float, first: int) -> list[tuple[int, float]]:
    """(status, milliseconds since its beat) of each request."""
    limits = httpx.Limits(max_connections=200, max_keepalive_connections=200)
    async with httpx.AsyncClient(limits=limits, timeout=30, trust_env=False) as http:
        began, tasks = time.perf_counter(), []

        async def one(number: int, beat: float) -> tuple[int, float]:
            body, headers = push(first + number)
            try:
                status = (await http.post(f"{url}/hooks/hubspot", content=body, headers=headers)).status_code
            except httpx.TransportError:
                status = NO_ANSWER  # a provider comes again; whether it was stored is not known
            return status, (time.perf_counter() - beat) * 1000

        for number in range(round(rate * seconds)):
            beat = began + number / rate
            await asyncio.sleep(max(0.0, beat - time.perf_counter()))
            tasks.append(asyncio.create_task(one(number, beat)))
        return list(await asyncio.gather(*tasks))


async def measure(name: str, url: str, dsn: str, rate: float, seconds: float) -> Measure:
    warm = await storm(url, rate / 4, 2, 0)
    results = await storm(url, rate, seconds, 1_000_000)
    took = sorted(ms for status, ms in results if 0 < status < 300)
    admin = await asyncpg.connect(dsn)
    try:
        rows = await admin.fetchval(ROWS[name])
    finally:
        await admin.close()
    taken = len(took)
    return Measure(
        receiver=name,
        rate_per_s=rate,
        sent=len(results),
        taken=taken,
        sent_back=sum(status == 503 for status, _ in results),
        no_answer=sum(status == NO_ANSWER for status, _ in results),
        rows=rows - sum(0 < status < 300 for status, _ in warm),
        median_ms=round(statistics.median(took), 1),
        p99_ms=round(took[max(0, round(taken * 0.99) - 1)], 1),
    )


async def _make_bare(dsn: str) -> None:
    admin = await asyncpg.connect(dsn)
    try:
        await admin.execute(BARE)
    finally:
        await admin.close()


def bench(rate: float, seconds: float) -> list[Measure]:
    found = []
    with tempfile.TemporaryDirectory() as name, test_servers() as servers:
        for receiver in ROWS:
            with fresh_database(servers, f"hooks_{receiver}") as database:
                urls = urls_of(servers, database)
                asyncio.run(_make_bare(urls["admin"]))
                with running(HERE, receiver, urls, Path(name)) as server:
                    found.append(asyncio.run(measure(receiver, server.url, urls["admin"], rate, seconds)))
    return found


def report(found: list[Measure]) -> None:
    say("| receiver | requests/s | sent | 2xx | 503 | none | rows | median ms | p99 ms |")
    say("|---|---|---|---|---|---|---|---|---|")
    for one in found:
        say(
            f"| {one.receiver} | {one.rate_per_s:.0f} | {one.sent} | {one.taken} | {one.sent_back} | {one.no_answer}"
            f" | {one.rows} | {one.median_ms} | {one.p99_ms} |"
        )
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "webhooks.json").write_text(json.dumps([asdict(one) for one in found], indent=1))


def main() -> int:
    parser = argparse.ArgumentParser(prog=f"python -m {HERE}", description=__doc__)
    parser.add_argument("--rate", type=float, default=200)
    parser.add_argument("--seconds", type=float, default=20)
    serves(parser, tuple(ROWS))
    options = parser.parse_args()
    if served(options, serve):
        return 0
    found = bench(options.rate, options.seconds)
    report(found)
    return 0 if found[0].kept else 1


if __name__ == "__main__":
    raise SystemExit(main())
