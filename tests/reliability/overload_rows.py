"""Rows A1 and A2: ten times as much as can be worked on, and clients that hold on without asking anything."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

import httpx
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from mailwarden.core import body_limit
from mailwarden.core.runtime import Limits
from mailwarden.core.server import Hurried, Server
from tests.reliability.live import living
from tests.reliability.patch import broken
from tests.reliability.row import Ground, Row, Tally
from tests.support.browser import Browser
from tests.support.world import BASE, World

# A1

AT_ONCE, FEWER = 300, 40  # more than there are places, and fewer
QUOTA = 60  # of one organization in a minute
PATH = "/v1/connections"
UNLIMITED, UNFAIR = "answers of one organization in a minute", "suffers"


def _as(world: World, browser: Browser, limits: Limits) -> httpx.AsyncClient:
    app = world.app
    rt = app.state.runtime
    app.state.runtime = replace(rt, config=replace(rt.config, limits=limits))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=BASE, cookies=browser.http.cookies, timeout=60)


async def _flood(http: httpx.AsyncClient, tally: Tally, n: int, at_once: int, codes: Counter[int]) -> None:
    places = asyncio.Semaphore(at_once)

    async def one() -> None:
        async with places:
            answer = await http.get(PATH)
        codes[answer.status_code] += 1
        when = "retry-after" in answer.headers
        good = answer.status_code == 200 or (answer.status_code in (429, 503) and when)
        tally.see(good, f"answered {answer.status_code}, Retry-After {when}")

    await asyncio.gather(*(one() for _ in range(n)))


async def _beside(http: httpx.AsyncClient, path: str, tally: Tally, times: list[float]) -> None:
    """A neighbour, or somebody who looks whether the process is well."""
    while True:
        begun = time.monotonic()
        answer = await http.get(path)
        times.append(time.monotonic() - begun)
        tally.see(answer.status_code == 200, f"{path} {UNFAIR}: {answer.status_code}")
        await asyncio.sleep(0.2)


async def overload(ground: Ground, n: int, *, limited: bool = True) -> Tally:
    """One organization asks without end: it is held to its quota, its neighbour and the probes are served."""
    tally, codes = Tally(), Counter[int]()
    neighbours, probes = list[float](), list[float]()
    limits = Limits(enabled=limited, organization=QUOTA, user=QUOTA)
    async with living(ground, "A1") as world:
        greedy, modest = await world.sign_up(), await world.sign_up()
        async with _as(world, greedy, limits) as flooding, _as(world, modest, limits) as calm:
            begun = world.runtime.clock.timestamp()
            tasks = [asyncio.create_task(_beside(calm, PATH, tally, neighbours))]
            tasks += [asyncio.create_task(_beside(calm, path, tally, probes)) for path in ("/healthz", "/readyz")]
            await _flood(flooding, tally, n, AT_ONCE if limited else FEWER, codes)
            minutes = 1 + (world.runtime.clock.timestamp() - begun) / 60
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
    if codes[200] > QUOTA * minutes + 1:
        tally.violations.append(f"{codes[200]} {UNLIMITED}")
    if not (codes[200] and neighbours and probes) or (limited and n > QUOTA * minutes and not codes[429]):
        tally.violations.append(f"nothing was tried: {dict(codes)}, {len(neighbours)} and {len(probes)} beside")
    slowest = sorted(neighbours)[int(len(neighbours) * 0.99)] if neighbours else 0.0
    tally.figures |= {f"{code}s of the greedy": count for code, count in sorted(codes.items())}
    tally.figures |= {"neighbour p99, s": round(slowest, 2), "probe worst, s": round(max(probes, default=0), 2)}
    return tally


async def overload_unlimited(ground: Ground, n: int) -> Tally:
    return await overload(ground, max(n, 200), limited=False)


# A2

WITHIN_S, ROOM_S = 2.0, 3.0
HELD = "is still held"
HEAD = b"POST /v1/auth/sign-in HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
KINDS = ("idle", "half a head", "dripping head", "dripping body", "huge head", "huge body")


@asynccontextmanager
async def _listening(world: World, protocol: type[H11Protocol]) -> AsyncIterator[int]:
    config = uvicorn.Config(world.app, port=0, lifespan="off", log_level="critical", http=protocol, backlog=4096)
    server = Server(config, linger_s=0)
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = server.force_exit = True
    await task


async def _send(kind: str, writer: asyncio.StreamWriter) -> None:
    if kind == "half a head":
        writer.write(HEAD)
    elif kind == "huge head":
        writer.write(HEAD + b"X-Long: " + b"x" * 100_000 + b"\r\n\r\n")
    elif kind == "huge body":
        writer.write(HEAD + b"Content-Length: 3000000\r\n\r\n" + b" " * 3_000_000)
    elif kind.startswith("dripping"):
        writer.write(HEAD + b"Content-Length: 100\r\n\r\n" if kind == "dripping body" else b"")
        while True:
            writer.write(b" " if kind == "dripping body" else b"G")
            await writer.drain()
            await asyncio.sleep(0.3)


async def _slow(port: int, kind: str, tally: Tally) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    sending, ended, begun = asyncio.create_task(_send(kind, writer)), True, time.monotonic()
    try:
        async with asyncio.timeout(WITHIN_S + ROOM_S):
            with suppress(ConnectionError):
                while await reader.read(65_536):
                    continue
    except TimeoutError:
        ended = False
    tally.see(ended, f"{kind} {HELD} after {time.monotonic() - begun:.1f} s")
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    writer.close()


def _megabytes() -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


async def slow_clients(ground: Ground, n: int, protocol: type[H11Protocol] = Hurried) -> Tally:
    """All at once; somebody with manners is served all the while. Deadlines are shorter than in life."""
    tally, times = Tally(), list[float]()
    shorter = broken(Hurried, "head_s", WITHIN_S), broken(body_limit, "WHOLE_S", WITHIN_S)
    async with living(ground, "A2") as world:
        with shorter[0], shorter[1], broken(body_limit, "SLOWEST", 1 << 30):
            async with _listening(world, protocol) as port, httpx.AsyncClient(timeout=30) as http:
                before = _megabytes()
                path = f"http://127.0.0.1:{port}/v1/support/articles"
                neighbour = asyncio.create_task(_beside(http, path, tally, times))
                await asyncio.gather(*(_slow(port, KINDS[number % len(KINDS)], tally) for number in range(n)))
                neighbour.cancel()
                await asyncio.gather(neighbour, return_exceptions=True)
                tally.figures["grew by MB"] = round(_megabytes() - before, 1)
    tally.figures["neighbour worst, s"] = round(max(times, default=0), 2)
    return tally


async def slow_clients_waited_for(ground: Ground, n: int) -> Tally:
    """The broken variant is the server as it comes."""
    return await slow_clients(ground, max(n, 12), H11Protocol)


ROWS = [
    Row(
        "A1",
        "one asks ten times too much",
        "429 for it, others served",
        6_000,
        overload,
        overload_unlimited,
        sign=UNLIMITED,
    ),
    Row(
        "A2", "clients that hold on", "let go at the deadline", 1_200, slow_clients, slow_clients_waited_for, sign=HELD
    ),
]
