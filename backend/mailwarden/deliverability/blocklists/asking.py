"""Puts questions to lists, no faster than each of them likes."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from mailwarden.core.runtime import Runtime
from mailwarden.deliverability.blocklists.registry import Blocklist, Face
from mailwarden.deliverability.blocklists.rules.health import Round
from mailwarden.deliverability.blocklists.rules.names import canaries, made_up, prefixes
from mailwarden.deliverability.blocklists.rules.reading import Reading, Verdict, read, read_test_entry, together
from mailwarden.deliverability.blocklists.rules.texts import clean
from mailwarden.deliverability.blocklists.use import Use
from mailwarden.deliverability.dns.answers import Answer, Resolver
from mailwarden.providers.budget import Budget, Claim, Quota

PATIENCE_S = 20.0
LATER = Reading(Verdict.UNKNOWN, "Not asked yet: the list wants to be asked more slowly.")


@dataclass(frozen=True, slots=True)
class Told:
    """``said``: the list's own words, made harmless; empty where it lists nothing or says nothing.

    ``asked`` False: the question was not even put.
    """

    reading: Reading
    said: str = ""
    asked: bool = True


def claim_of(use: Use) -> Claim:
    """All processes of the installation count together."""
    key, limits = f"budget:blocklist:{use.blocklist.key}", use.blocklist.limits
    a_minute = limits.a_day // (24 * 60)
    return Claim(f"{key}:ban", (Quota(f"{key}:1", limits.a_second, 1), Quota(f"{key}:60", a_minute, 60)))


class Asker:
    """For one check: remembers nothing of earlier ones."""

    def __init__(
        self, resolver: Resolver, budget: Budget, rng: random.Random, sleep: Callable[[float], Awaitable[None]]
    ) -> None:
        self._resolver = resolver
        self._budget = budget
        self._rng = rng
        self._sleep = sleep

    async def tell(self, use: Use, asset: str) -> Told:
        """What the list says of the asset, whether or not it may be believed."""
        names = [f"{prefix}.{use.zone}" for prefix in prefixes(use.blocklist, asset)]
        if not await self._may_ask(use):
            return Told(LATER, asked=False)
        reading = together(await asyncio.gather(*(self._read(use, name) for name in names)))
        if reading.verdict is not Verdict.LISTED:
            return Told(reading)
        answers = await asyncio.gather(*(self._resolver.ask(name, "TXT") for name in names))
        return Told(reading, clean(text for answer in answers for text in answer.texts))

    async def examine(self, use: Use, face: Face) -> Round:
        """Questions whose answers are known beforehand. They are few, and never wait."""
        listed, unlisted = canaries(use.blocklist, face)
        return Round(
            *await asyncio.gather(
                self._read(use, f"{listed}.{use.zone}", read_test_entry),
                self._read(use, f"{unlisted}.{use.zone}"),
                self._read(use, f"{made_up(self._rng)}.{use.zone}"),
            )
        )

    async def _read(self, use: Use, name: str, how: Callable[[Blocklist, Answer], Reading] = read) -> Reading:
        return how(use.blocklist, await self._resolver.ask(name, "A"))

    async def _may_ask(self, use: Use) -> bool:
        waited = 0.0
        while (wait := await self._budget.take(claim_of(use))) > 0:
            if waited + wait > PATIENCE_S:
                return False
            await self._sleep(wait)
            waited += wait
        return True


@asynccontextmanager
async def asker(rt: Runtime) -> AsyncIterator[Asker]:
    """A resolver that remembers nothing: what it knew from before would prove nothing about now."""
    async with rt.resolver.fresh() as resolver:
        yield Asker(resolver, rt.budget, rt.rng, rt.sleep)
