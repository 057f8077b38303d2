"""One authority for time: PostgreSQL's clock plus an offset that only tests and the demo may set."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine


class Clock(Protocol):
    def now(self) -> datetime: ...

    def timestamp(self) -> float: ...


class DatabaseClock:
    """Local time corrected by the last measured difference to ``app_now()``.

    Between measurements it runs on the monotonic clock, so a step of the host's clock changes nothing.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._base = time.time() - time.monotonic()

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.timestamp(), UTC)

    def timestamp(self) -> float:
        return self._base + time.monotonic()

    async def measure(self) -> None:
        """Half of the round trip is taken as the age of the answer."""
        async with self._engine.connect() as connection:
            before = time.monotonic()
            answer: datetime = (await connection.execute(text("SELECT app_now()"))).scalar_one()
            after = time.monotonic()
        self._base = answer.timestamp() - (before + after) / 2

    async def follow(self, every_s: float) -> None:
        """Keep measuring; a database that is away only means that the last measure stays in force."""
        while True:
            await asyncio.sleep(every_s)
            try:
                await self.measure()
            except Exception:  # noqa: BLE001, S112 - any database trouble is reported by those who work with it
                continue


class FixedClock:
    """For pure tests: stands still until moved."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        return self._at

    def timestamp(self) -> float:
        return self._at.timestamp()

    def advance(self, by: timedelta) -> None:
        self._at += by
