"""Moves the one clock of a test: the database's offset, and the runtime's measure of it."""

from datetime import timedelta

from mailwarden.core.clock import DatabaseClock
from tests.support.database import set_clock_offset


class TimeMachine:
    def __init__(self, dsn: str, clock: DatabaseClock) -> None:
        self._dsn = dsn
        self._clock = clock
        self._offset = 0.0

    async def advance(self, by: timedelta | float) -> None:
        """Forward by a span or by seconds."""
        self._offset += by.total_seconds() if isinstance(by, timedelta) else by
        await set_clock_offset(self._dsn, self._offset)
        await self._clock.measure()
