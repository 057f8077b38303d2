"""A check ends in time, however slow the DNS is: what has not come by then, nobody could tell."""

import asyncio
import time

from mailwarden.deliverability.dns.answers import Answer, Reason, Resolver, unknown


class Bounded:
    def __init__(self, resolver: Resolver, seconds: float) -> None:
        self._resolver = resolver
        self._end = time.monotonic() + seconds

    async def ask(self, name: str, type: str) -> Answer:
        left = self._end - time.monotonic()
        if left <= 0:
            return unknown(name, type, Reason.TIMEOUT)
        try:
            async with asyncio.timeout(left):
                return await self._resolver.ask(name, type)
        except TimeoutError:
            return unknown(name, type, Reason.TIMEOUT)
