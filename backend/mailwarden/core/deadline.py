"""A deadline over waiting that does not throw away what has arrived while the whole process stood still."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

STALLED_S = 0.25  # a timer so late means that the loop did not run
GRACE_S = 0.25


@asynccontextmanager
async def deadline(seconds: float) -> AsyncIterator[None]:
    """As ``asyncio.timeout``; but a process that was suspended past it gets a moment to read its sockets.

    After a suspension the loop finds the answer and the timer at once, and ``asyncio.timeout`` would prefer the timer:
    a token answer that a strict provider gives only once would be lost.
    """
    loop = asyncio.get_running_loop()
    due = loop.time() + seconds
    timers: list[asyncio.TimerHandle] = []
    async with asyncio.timeout(None) as limit:

        def look() -> None:
            stood_still = loop.time() - due > STALLED_S
            timers.append(loop.call_later(GRACE_S if stood_still else 0, lambda: limit.reschedule(loop.time())))

        timers.append(loop.call_at(due, look))
        try:
            yield
        finally:
            for timer in timers:
                timer.cancel()
