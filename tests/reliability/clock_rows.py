"""Row T12: the host's clock jumps, PostgreSQL's steps, a provider's is off; tokens are renewed in time all the same."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from mailwarden.connections import refresh
from mailwarden.connections.credentials import Claim
from mailwarden.connections.tokens import StoredTokens
from mailwarden.core.clock import Clock, DatabaseClock
from mailwarden.core.runtime import Runtime
from tests.reliability.live import connected, ever_inactive, lift, living, states, strike
from tests.reliability.patch import broken
from tests.reliability.row import Ground, Row, Tally
from tests.support.database import set_clock_offset
from tests.support.world import Linked, World

MINUTE_S = 60
SPAN_S = 15 * MINUTE_S  # more than the life of a token
MOST_EXPIRED = 0.0001  # of all calls
REST_S = 180  # of real time, for one skew
real_time = time.time


@asynccontextmanager
async def host(ahead_s: float) -> AsyncIterator[None]:
    """What this process would read from its host."""
    with broken(time, "time", lambda: real_time() + ahead_s):
        yield


@asynccontextmanager
async def postgres(world: World, ahead_s: float) -> AsyncIterator[None]:
    """The database's clock steps, and steps back: the provider's does not."""
    clock = world.runtime.clock
    assert isinstance(clock, DatabaseClock)
    for step in (ahead_s, -ahead_s):
        world._offset += step
        await set_clock_offset(world.dsn, world._offset)
        await clock.measure()
        if step == ahead_s:
            yield


@asynccontextmanager
async def provider(world: World, links: Sequence[Linked], ahead_s: float) -> AsyncIterator[None]:
    await strike(world, links, "clock_skew", s=ahead_s)
    yield
    await lift(world, links)


async def clocks_off(ground: Ground, n: int) -> Tally:
    """Every call under each skew: none with an expired token, and nobody is doubted."""
    tally, calls, expired = Tally(), 0, 0
    async with living(ground, "T12") as world:
        links = await connected(world, max(4, n // 6), access_ttl_s=600)
        skews: list[tuple[str, Callable[[], object]]] = [
            ("host +10 min", partial(host, 600)),
            ("host -10 min", partial(host, -600)),
            ("PostgreSQL +60 s", partial(postgres, world, 60)),
            ("PostgreSQL -60 s", partial(postgres, world, -60)),
            ("provider +10 min", partial(provider, world, links, 600)),
            ("provider -10 min", partial(provider, world, links, -600)),
        ]
        await world.run_for(SPAN_S / 2, finest=15, widest=MINUTE_S)
        for name, skew in skews:
            await asyncio.to_thread(world.sandbox.new_requests)
            try:
                async with skew(), asyncio.timeout(REST_S):  # type: ignore[attr-defined]
                    await world.run_for(SPAN_S, finest=15, widest=MINUTE_S)
            except TimeoutError:
                tally.see(False, f"{name}: jobs come back at once, for ever")
                break
            seen = await asyncio.to_thread(world.sandbox.new_requests)
            late = [one for one in seen if one["status"] == 401]
            calls, expired = calls + len(seen), expired + len(late)
            now = await states(world, links)
            for link in links:
                status, why = now[link.id]["status"], now[link.id]["degraded_reason"]
                tally.see(status == "connected" and not why, f"{name}: {link.provider} {status} {why}")
            tally.violations += [f"{name}: {len(late)} of {len(seen)} calls with an expired token"] * (
                len(late) > MOST_EXPIRED * len(seen)
            )
        tally.violations += ["called inactive"] * bool(await ever_inactive(world, links))
    tally.figures |= {"calls": calls, "with an expired token": expired}
    return tally


class HostClock:
    """Goes by the host. Only of tokens: jobs that do so come back at once, which is not what is to be noticed."""

    def __init__(self, true: Clock) -> None:
        self._true = true

    def now(self) -> datetime:
        return self._true.now() + timedelta(seconds=time.time() - real_time())

    def timestamp(self) -> float:
        return self.now().timestamp()


def by_host(rt: Runtime) -> Runtime:
    return rt if isinstance(rt.clock, HostClock) else replace(rt, clock=HostClock(rt.clock))


async def clocks_believed(ground: Ground, n: int) -> Tally:
    """The broken variant dates tokens, and looks whether they have expired, by the host's clock."""
    spend, ask = refresh._spend, StoredTokens.access_token

    async def spend_by_host(rt: Runtime, claim: Claim) -> refresh.Refreshed:
        return await spend(by_host(rt), claim)

    async def ask_by_host(self: StoredTokens) -> str:
        self._rt = by_host(self._rt)
        return await ask(self)

    with broken(refresh, "_spend", spend_by_host), broken(StoredTokens, "access_token", ask_by_host):
        return await clocks_off(ground, n)


ROWS = [
    Row(
        "T12",
        "clocks of host, database, provider off",
        "no expired token used",
        72,
        clocks_off,
        clocks_believed,
        sign="calls with an expired token",
    )
]
