"""Rows P1-P8: one call to a provider that misbehaves, over real sockets."""

import asyncio
import gzip
import random
import resource
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx

from mailwarden.core.http import NoAnswer
from mailwarden.providers.base import (
    AccessRevoked,
    ProviderError,
    RateLimited,
    ScopesMissing,
    Unavailable,
)
from mailwarden.providers.budget import LocalBudget
from tests.reliability.garbage import KINDS, spoiled
from tests.reliability.hostile import Asked, Hostile, Reply, hostile
from tests.reliability.ours import DEADLINE_S, FIGURES, IDENTITY, Client, client, failure_of
from tests.reliability.row import Ground, Row, Tally

Reading = Callable[[BaseException | None], bool]


def dead(error: BaseException | None) -> bool:
    """Whether we would take it for a sign that the grant is dead."""
    return isinstance(error, AccessRevoked | ScopesMissing)


def naive(error: BaseException | None) -> bool:
    """The broken variant: whatever is not a success is a dead connection."""
    return error is not None


@asynccontextmanager
async def facing(answer: Callable[[Asked], Reply], **more: Any) -> AsyncIterator[tuple[Hostile, list[Client]]]:
    """One client for each provider of figures."""
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(hostile(answer))
        yield server, [await stack.enter_async_context(client(name, server.url, **more)) for name in FIGURES]


async def _calls(ground: Ground, row: str, n: int, answer: Callable[[random.Random], Reply], good: Reading) -> Tally:
    """``n`` identity calls, each answered by chance; ``good`` judges what came of it."""
    rng, tally = ground.rng(row), Tally()
    async with facing(lambda _: answer(rng)) as (_, clients):
        for number in range(n):
            one = clients[number % 2]
            error = await failure_of(one.get(IDENTITY[one.app.spec.name]))
            tally.see(good(error), f"{one.app.spec.name}: {error!r}"[:200])
    return tally


# P1


def _outage(rng: random.Random) -> Reply:
    headers = {"Retry-After": rng.choice(["1", "30", "junk"])} if rng.random() < 0.5 else {}
    return Reply(rng.choice([500, 502, 503, 504]), rng.choice([b"{}", b"", b"<html>", b'{"message":"oops"}']), headers)


async def outages(ground: Ground, n: int, is_dead: Reading = dead) -> Tally:
    return await _calls(ground, "P1", n, _outage, lambda e: isinstance(e, Unavailable) and not is_dead(e))


async def naive_outages(ground: Ground, n: int) -> Tally:
    return await outages(ground, n, naive)


# P2


async def unreachable(ground: Ground, n: int, *, says_sent: bool = False) -> Tally:
    """A refused connection and a name without address: surely no byte left, so a token was not spent."""
    tally, addresses = Tally(), ("http://127.0.0.1:1", "http://no-such-host.invalid")
    for number in range(n):
        async with client(FIGURES[number % 2], addresses[number % 20 == 0]) as one:
            error = await failure_of(one.get(IDENTITY[one.app.spec.name]))
        sent = says_sent or not isinstance(error, Unavailable) or error.sent
        tally.see(isinstance(error, Unavailable) and not sent, f"{error!r}, sent {sent}"[:200])
    return tally


async def always_sent(ground: Ground, n: int) -> Tally:
    """The broken variant takes every failure for a token that may be spent."""
    return await unreachable(ground, n, says_sent=True)


# P3, P4


async def _held(n: int, reply: Reply, http: httpx.AsyncClient | None = None) -> Tally:
    """``n`` calls at once to a server that never ends; each must end by itself."""
    tally, longest = Tally(), 0.0

    async def one(number: int, clients: Sequence[Client]) -> None:
        nonlocal longest
        mine, began = clients[number % 2], time.monotonic()
        try:
            async with asyncio.timeout(DEADLINE_S * 6):
                error = await _once(mine, http)
        except TimeoutError:
            error = TimeoutError("went on without end")
        longest = max(longest, took := time.monotonic() - began)
        tally.see(isinstance(error, Unavailable | NoAnswer) and took < DEADLINE_S * 4, f"{error!r} after {took:.1f} s")

    async with facing(lambda _: reply) as (_, clients):
        for start in range(0, n, 50):
            await asyncio.gather(*(one(number, clients) for number in range(start, min(n, start + 50))))
    tally.figures["longest, in deadlines"] = round(longest / DEADLINE_S, 2)
    return tally


async def _once(mine: Client, http: httpx.AsyncClient | None) -> BaseException | None:
    if http is None:
        return await failure_of(mine.get(IDENTITY[mine.app.spec.name]))
    url = mine.app.settings.api_base or ""
    return await failure_of(http.get(url + IDENTITY[mine.app.spec.name]))


async def silence(_: Ground, n: int) -> Tally:
    return await _held(n, Reply(silent=True))


async def drip(_: Ground, n: int) -> Tally:
    return await _held(n, Reply(body=b" " * 10_000, drip_s=DEADLINE_S / 5))


async def without_deadline(_: Ground, n: int) -> Tally:
    async with httpx.AsyncClient(timeout=None) as plain:
        return await _held(min(n, 20), Reply(silent=True), plain)


async def read_timeout_only(_: Ground, n: int) -> Tally:
    """The broken variant: a timeout per read never ends a body that comes a byte at a time."""
    async with httpx.AsyncClient(timeout=DEADLINE_S) as plain:
        return await _held(min(n, 20), Reply(body=b" " * 10_000, drip_s=DEADLINE_S / 5), plain)


# P5

WAITS = {"0": 1, "1": 1, "30": 30, "3600": 3600, "1000000000": 3600, "-5": None, "junk": None, "": None, "1e9": None}


async def limits(ground: Ground, n: int, *, obeys: bool = True) -> Tally:
    """A 429 names its wait in every way there is; during the ban nothing leaves."""
    rng, tally, now = ground.rng("P5"), Tally(), [1000.0]
    said = ["0"]
    budget = LocalBudget(lambda: now[0])
    async with facing(lambda _: Reply(429, b"{}", {"Retry-After": said[0]}), budget=budget if obeys else None) as (
        server,
        clients,
    ):
        for _ in range(n):
            now[0] += 4000
            said[0] = rng.choice(list(WAITS))
            one = rng.choice(clients)
            error = await failure_of(one.get(IDENTITY[one.app.spec.name]))
            before = len(server.asked)
            again = await failure_of(one.get(IDENTITY[one.app.spec.name]))
            wanted = WAITS[said[0]] or one.app.spec.api.retry_after_s
            good = isinstance(error, RateLimited) and error.retry_after_s == wanted and isinstance(again, RateLimited)
            tally.see(good and len(server.asked) == before, f"Retry-After {said[0]!r}: {error!r}, then {again!r}"[:200])
    return tally


async def disobeyed(ground: Ground, n: int) -> Tally:
    return await limits(ground, n, obeys=False)


# P6


async def garbage(ground: Ground, n: int, is_bad: Reading | None = None) -> Tally:
    """Whatever a broken proxy makes of a good body: an account or a failure of ours, never a verdict or a crash."""
    bad = is_bad or (lambda e: dead(e) or (e is not None and not isinstance(e, ProviderError)))
    tally = await _calls(ground, "P6", n, lambda rng: spoiled(rng, rng.choice(KINDS)), lambda e: not bad(e))
    tally.figures["kinds of garbage"] = len(KINDS)
    return tally


async def naive_garbage(ground: Ground, n: int) -> Tally:
    return await garbage(ground, n, naive)


# P7

BIG = 50_000_000


async def _swallow(n: int, work: Callable[[Client], Awaitable[object]], reply: Reply) -> Tally:
    tally = Tally()
    async with facing(lambda _: reply, deadline_s=30) as (_, clients):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for number in range(n):
            error = await failure_of(work(clients[number % 2]))
            grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
            tally.see(isinstance(error, Unavailable) and grown < 64, f"{error!r}, {grown:.0f} MB more"[:200])
            tally.figures["peak memory, MB more"] = round(grown, 1)
    return tally


def _bomb() -> Reply:
    return Reply(body=gzip.compress(b" " * BIG * 4, 9), headers={"Content-Encoding": "gzip"})


async def bombs(_: Ground, n: int) -> Tally:
    """200 MB in 200 kB. Our cap is 16 MiB; what stands in the table is the process's peak over all calls."""
    return await _swallow(n, lambda one: one.get(IDENTITY[one.app.spec.name]), _bomb())


async def unbounded(_: Ground, n: int) -> Tally:
    async with httpx.AsyncClient() as plain:
        return await _swallow(min(n, 3), lambda one: plain.get(one.app.settings.api_base or ""), _bomb())


# P8


async def redirects(_ground: Ground, n: int, http: httpx.AsyncClient | None = None) -> Tally:
    """Redirects are answers, not orders: a token never follows them."""
    tally = Tally()
    async with hostile(lambda _: Reply(200, b"{}")) as canary:
        target = canary.url.replace("127.0.0.1", "localhost")
        codes = iter(code for _ in range(n) for code in (301, 302, 303, 307, 308))
        async with facing(lambda asked: Reply(next(codes), b"", {"Location": target + asked.path})) as (_, clients):
            for number in range(n):
                before, one = len(canary.asked), clients[number % 2]
                error = await _followed(one, http)
                tally.see(len(canary.asked) == before, f"followed; {error!r}"[:200])
    tally.figures["requests at the foreign host"] = len(canary.asked)
    return tally


async def _followed(one: Client, http: httpx.AsyncClient | None) -> BaseException | None:
    if http is None:
        return await failure_of(one.get(IDENTITY[one.app.spec.name]))
    url = (one.app.settings.api_base or "") + IDENTITY[one.app.spec.name]
    return await failure_of(http.get(url, headers={"Authorization": "Bearer token-0"}))


async def obedient(ground: Ground, n: int) -> Tally:
    async with httpx.AsyncClient(follow_redirects=True) as plain:
        return await redirects(ground, n, plain)


ROWS = [
    Row("P1", "500, 502, 503, 504", "Unavailable, never a suspicion", 20_000, outages, naive_outages, quick=200),
    Row("P2", "refused connection, no address", "token surely not spent", 2_000, unreachable, always_sent, quick=60),
    Row("P3", "silence", "ends at its deadline", 1_000, silence, without_deadline, quick=20),
    Row("P4", "one byte at a time", "ends at its deadline", 1_000, drip, read_timeout_only, quick=20),
    Row("P5", "429 with every Retry-After", "1 s to 1 h, no call in a ban", 5_000, limits, disobeyed, quick=100),
    Row("P6", "garbled bodies", "no verdict, no crash", 50_000, garbage, naive_garbage, quick=500),
    Row("P7", "compression bombs", "cut at the cap", 40, bombs, unbounded, quick=2),
    Row("P8", "redirects", "never followed with a token", 5_000, redirects, obedient, quick=50),
]
