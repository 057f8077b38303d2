"""A check ends in time, however slow the DNS is: what has not come by then, nobody could tell."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from mailwarden.deliverability.dns.answers import Answer, Reason, Resolver, unknown


@asynccontextmanager
async def bounded(resolver: Resolver, seconds: float) -> AsyncIterator[Resolver]:
    one = _Bounded(resolver)
    end = asyncio.get_running_loop().call_later(seconds, one.end)
    try:
        yield one
    finally:
        end.cancel()


class _Bounded:
    """One clock for all questions: one for each would take a tenth of a check's processor time."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._waiting: set[asyncio.Task[Any]] = set()
        self._is_over = False

    def end(self) -> None:
        self._is_over = True
        for one in self._waiting:
            one.cancel()

    async def ask(self, name: str, type: str) -> Answer:
        task = asyncio.current_task()
        if self._is_over or task is None:
            return unknown(name, type, Reason.TIMEOUT)
        cancelled = task.cancelling()
        self._waiting.add(task)
        try:
            return await self._resolver.ask(name, type)
        except asyncio.CancelledError:
            if not self._is_over or task.uncancel() > cancelled:  # somebody else ends it, too
                raise
            return unknown(name, type, Reason.TIMEOUT)
        finally:
            self._waiting.discard(task)
