"""Waiting for a provider's quota without waiting: the clock moves on to when the first of those who wait is due."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

LET_OTHERS_WORK_S = 0.02
SOON = timedelta(milliseconds=1)


@dataclass
class Naps:
    clock: Callable[[], datetime] | None = None
    advance: Callable[[float], Awaitable[None]] | None = None
    _waiting: list[tuple[datetime, asyncio.Future[None]]] = field(default_factory=list)
    _moving: asyncio.Task[None] | None = None

    async def sleep(self, seconds: float) -> None:
        assert self.clock is not None
        wakes = asyncio.get_running_loop().create_future()
        self._waiting.append((self.clock() + timedelta(seconds=seconds), wakes))
        if self._moving is None or self._moving.done():
            self._moving = asyncio.create_task(self._move())
        await wakes

    async def _move(self) -> None:
        assert self.clock is not None
        assert self.advance is not None
        while self._waiting:
            await asyncio.sleep(LET_OTHERS_WORK_S)
            left = min(until for until, _ in self._waiting) - self.clock()
            if left > SOON:
                await self.advance(left.total_seconds())
            self._wake(self.clock() + SOON)

    def _wake(self, now: datetime) -> None:
        due = [wakes for until, wakes in self._waiting if until <= now]
        self._waiting = [(until, wakes) for until, wakes in self._waiting if until > now]
        for wakes in due:
            if not wakes.done():  # else who waited was cancelled
                wakes.set_result(None)
