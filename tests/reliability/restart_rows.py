"""Row A3: two APIs behind a balancer are stopped and started in turns while people work."""

import asyncio
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.reliability.apis import Api, running_api
from tests.reliability.live import living
from tests.reliability.row import Ground, Row, Tally
from tests.support.browser import Browser

PER_S, PEOPLE = 150, 6
LOOKS_EVERY_S = 0.1
LINGER_S = 1.5
FAILED = "failed"


@dataclass
class Balancer:
    """Sends to whoever said yes when last looked at, and never twice."""

    apis: list[Api]
    clients: dict[str, httpx.AsyncClient]
    ready: list[Api] = field(default_factory=list)
    turn: int = 0

    async def watch(self) -> None:
        while True:
            self.ready = [one for one in self.apis if await one.is_ready()]
            await asyncio.sleep(LOOKS_EVERY_S)

    def client(self) -> httpx.AsyncClient | None:
        self.turn += 1
        return self.clients[self.ready[self.turn % len(self.ready)].url] if self.ready else None


async def _work(balancer: Balancer, tally: Tally, n: int, times: list[float]) -> None:
    """Until it was asked often enough, and at least one of them was gone and came back meanwhile."""
    while tally.n < n or not tally.figures.get("restarts"):
        begun, http = time.monotonic(), balancer.client()
        what = "nobody is ready"
        if http is not None:
            try:
                what = str((await http.get("/v1/organization")).status_code)
            except httpx.TransportError as exc:
                what = type(exc).__name__
        times.append(time.monotonic() - begun)
        tally.see(what == "200", f"{FAILED}: {what}")
        await asyncio.sleep(max(0, PEOPLE / PER_S - times[-1]))


async def _roll(balancer: Balancer, tally: Tally) -> None:
    """One after the other, and the next only when the last one is back."""
    while True:
        for api in balancer.apis:
            await asyncio.sleep(1)
            await api.stop()
            await api.start()
            await asyncio.sleep(3 * LOOKS_EVERY_S)
            tally.figures["restarts"] = tally.figures.get("restarts", 0) + 1


async def rolling(ground: Ground, n: int, linger_s: float = LINGER_S) -> Tally:
    tally, times = Tally(), list[float]()
    async with living(ground, "A3") as world, AsyncExitStack() as stack:
        owner: Browser = await world.sign_up()
        enter = stack.enter_async_context
        apis = [await enter(running_api(ground, world, LINGER_S=str(linger_s))) for _ in range(2)]
        cookies = owner.http.cookies
        clients = {one.url: await enter(httpx.AsyncClient(base_url=one.url, cookies=cookies)) for one in apis}
        balancer = Balancer(apis, clients, list(apis))
        busy = [asyncio.create_task(one) for one in (balancer.watch(), _roll(balancer, tally))]
        people = asyncio.gather(*(_work(balancer, tally, n, times) for _ in range(PEOPLE)))
        tasks: list[asyncio.Future[Any]] = [people, *busy]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        tally.violations += [f"whoever restarts broke down: {task.exception()!r}" for task in busy if task.done()]
        for one in tasks:
            one.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if not people.cancelled():
            people.result()
    times.sort()
    restarts = tally.figures.get("restarts", 0)
    tally.figures |= {"p99 s": round(times[int(len(times) * 0.99)], 3), "restarts": restarts}
    return tally


async def rolling_at_once(ground: Ground, n: int) -> Tally:
    """The broken variant ends as soon as it is told to, whoever is still sent there."""
    return await rolling(ground, max(n, 1_200), 0)


ROWS = [Row("A3", "rolling restarts under traffic", "no request fails", 12_000, rolling, rolling_at_once, sign=FAILED)]
