"""Main reads and writes of the API beside FastAPI and asyncpg with the same statements, in turns, one process each.

The same clients ask both: a fixed number of connections that stay open, the next request when the answer is there.
"""

import argparse
import asyncio
import contextlib
import json
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path

from mailwarden.compose import open_runtime
from mailwarden.main import create_app
from mailwarden.settings import Settings
from tests.benchmarks.lab import RESULTS, cpu_s, say, table
from tests.benchmarks.latency_bare import bare_app
from tests.benchmarks.latency_rows import Seeded, seed_rows
from tests.benchmarks.serving import Server, Urls, answer, running, served, serves, urls_of
from tests.support.database import fresh_database, test_servers

HERE = "tests.benchmarks.latency"
SERVERS = ("product", "same duties", "bare")
CLIENTS = 8
FREE = {"enabled": True} | dict.fromkeys(("user", "organization", "address", "key"), 10**9)  # counted, never reached
AIM = 0.6


@dataclass(frozen=True)
class Asked:
    """``{one}`` is another object for each client; a write that says so must name the version it was shown."""

    name: str
    method: str
    path: str
    bare: str
    of: str = ""
    body: str = ""
    versioned: bool = False


ASKED = (
    Asked("integrations", "GET", "/v1/integrations", "/integrations"),
    Asked("connection", "GET", "/v1/connections/{one}", "/connections/{one}", "conn"),
    Asked("campaigns", "GET", "/v1/campaigns", "/campaigns"),
    Asked("sync log", "GET", "/v1/syncs", "/syncs"),
    Asked("alerts", "GET", "/v1/alerts", "/alerts"),
    Asked("events", "GET", "/v1/events", "/events"),
    Asked("settings", "PATCH", "/v1/connections/{one}", "/connections/{one}", "conn", "sync_frequency", True),
    Asked("alert read", "POST", "/v1/alerts/{one}/read", "/alerts/{one}/read", "alrt"),
)


# servers


async def serve(name: str, urls: Urls, port_file: Path) -> None:
    if name != "product":
        database = urls["admin" if name == "bare" else "app"]
        await answer(bare_app(database, urls["redis"], duties=name != "bare"), port_file)
        return
    settings = Settings(
        _env_file=None,
        environment="test",
        data_dir=port_file.parent,
        database={"url": urls["app"], "system_url": urls["system"]},
        redis={"url": urls["redis"]},
        limits=FREE,
    )
    async with open_runtime(settings, application="bench") as runtime:
        await answer(create_app(runtime), port_file)


# clients


@dataclass
class Client:
    """HTTP/1.1 with bytes that were made before: what is measured is the server."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        self.writer.write(request)
        head = await self.reader.readuntil(b"\r\n\r\n")
        size = int(head.lower().split(b"content-length: ", 1)[1].split(b"\r\n", 1)[0])
        await self.reader.readexactly(size)
        return int(head[9:12]), head


@contextlib.asynccontextmanager
async def opened(port: int) -> AsyncIterator[Client]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Client(reader, writer)
    finally:
        writer.close()


def request_of(asked: Asked, server: str, seeded: Seeded, number: int, turn: int, version: int) -> bytes:
    one = seeded.named(asked.of, number) if server == "product" else seeded.bare(asked.of, number)
    path = asked.path if server == "product" else f"{asked.bare}?org={seeded.org_id}"
    body = json.dumps({asked.body: ("daily", "hourly")[turn % 2]}).encode() if asked.body else b""
    head = [
        f"{asked.method} {path.replace('{one}', one)} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Cookie: session={seeded.cookie}; __Host-session={seeded.cookie}",
        f"X-CSRF: {seeded.csrf}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    ]
    head += [f'If-Match: "v{version}"'] if asked.versioned else []
    return "\r\n".join([*head, "", ""]).encode() + body


def version_of(head: bytes) -> int:
    """0: the answer names none."""
    _, _, rest = head.partition(b'etag: "v')
    return int(rest.partition(b'"')[0] or 0)


async def one_client(
    asked: Asked, server: str, port: int, seeded: Seeded, number: int, until: float, took: list[float]
) -> None:
    async with opened(port) as client:
        turn = 0
        while time.perf_counter() < until:
            version = seeded.versions.get(number, 1)
            request = request_of(asked, server, seeded, number, turn, version)
            began = time.perf_counter()
            status, head = await client.ask(request)
            took.append(time.perf_counter() - began)
            if status != 200:
                raise SystemExit(f"{server}: {asked.name} was answered {status}")
            turn += 1
            if asked.versioned:
                seeded.versions[number] = version_of(head) or version + 1


async def measure(asked: Asked, server: str, port: int, seeded: Seeded, seconds: float) -> list[float]:
    took: list[float] = []
    until = time.perf_counter() + seconds
    await asyncio.gather(*(one_client(asked, server, port, seeded, number, until, took) for number in range(CLIENTS)))
    return took


# figures


@dataclass(frozen=True)
class Figures:
    """``cpu_ms``: processor time of the server for one request, which other work on the machine hardly changes."""

    name: str
    server: str
    per_s: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float


@dataclass
class Rounds:
    took: list[list[float]] = field(default_factory=list)
    cpu_s: float = 0.0

    def figures(self, name: str, server: str, seconds: float) -> Figures:
        every = sorted(took for one in self.took for took in one)
        rate = statistics.median(len(one) / seconds for one in self.took)
        p50, p99 = (every[len(every) * part // 100] * 1000 for part in (50, 99))
        return Figures(name, server, rate, p50, p99, self.cpu_s / len(every) * 1000)


async def compare(servers: list[Server], seeded: Seeded, rounds: int, seconds: float) -> list[Figures]:
    found: list[Figures] = []
    for asked in ASKED:
        played = {server.name: Rounds() for server in servers}
        for number in range(rounds + 1):
            for server in servers:
                before = cpu_s(server.pid)
                took = await measure(asked, server.name, server.port, seeded, seconds if number else 0.3)
                if number:  # the first one warms up
                    played[server.name].took.append(took)
                    played[server.name].cpu_s += cpu_s(server.pid) - before
        found += [one.figures(asked.name, name, seconds) for name, one in played.items()]
    return found


def ratio(found: list[Figures], name: str, to: str, figure: str) -> float:
    """Of throughput; for ``cpu_ms`` of what one second of the processor serves."""
    there = {one.server: getattr(one, figure) for one in found if one.name == name}
    quotient = there["product"] / there[to]
    return float(1 / quotient if figure == "cpu_ms" else quotient)


def tell(found: list[Figures]) -> None:
    rows = [
        (one.name, one.server, f"{one.per_s:.0f}", f"{one.p50_ms:.1f}", f"{one.p99_ms:.1f}", f"{one.cpu_ms:.2f}")
        for one in found
    ]
    say(table(("request", "server", "per s", "p50 ms", "p99 ms", "cpu ms"), rows))
    names = [asked.name for asked in ASKED]
    for figure, words in {"per_s": "requests per second", "cpu_ms": "requests per second of processor"}.items():
        lines = [(name, *(f"{ratio(found, name, to, figure):.0%}" for to in SERVERS[1:])) for name in names]
        middle = [statistics.median(ratio(found, name, to, figure) for name in names) for to in SERVERS[1:]]
        lines.append(("median", *(f"{one:.0%}" for one in middle)))
        say(f"\n{words}: the product in per cent of (aim {AIM:.0%})\n" + table(("request", *SERVERS[1:]), lines))


async def run(rounds: int, seconds: float) -> None:
    RESULTS.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        servers = stack.enter_context(test_servers())
        database = stack.enter_context(fresh_database(servers, "latency"))
        urls = urls_of(servers, database)
        seeded = await seed_rows(servers, database)
        running_now = [stack.enter_context(running(HERE, name, urls, folder)) for name in SERVERS]
        found = await compare(running_now, seeded, rounds, seconds)
    (RESULTS / "latency.json").write_text(json.dumps([asdict(one) for one in found], indent=1))
    tell(found)


def main() -> int:
    parser = argparse.ArgumentParser(prog=f"python -m {HERE}", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2)
    serves(parser, SERVERS)
    options = parser.parse_args()
    if served(options, serve):
        return 0
    asyncio.run(run(options.rounds, options.seconds))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
