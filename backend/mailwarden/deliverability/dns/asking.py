"""The questions of one check: each asked once, counted, and kept to be shown."""

import asyncio

from mailwarden.deliverability.dns.answers import Answer, Resolver


class Asking:
    """A Resolver for one check. Who asks what is being asked waits for the same answer."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._answers: dict[tuple[str, str], asyncio.Future[Answer]] = {}

    async def ask(self, name: str, type: str) -> Answer:
        key = (name.lower().removesuffix("."), type)
        pending = self._answers.get(key)
        if pending is None:
            pending = self._answers[key] = asyncio.ensure_future(self._resolver.ask(name, type))
        return await asyncio.shield(pending)

    @property
    def queries(self) -> int:
        """Questions that went out, however often they were asked here."""
        return len(self._answers)

    @property
    def trace(self) -> tuple[Answer, ...]:
        """What has been answered so far, in the order of the questions; for people to see."""
        return tuple(one.result() for one in self._answers.values() if one.done() and not one.cancelled())

    def known(self, name: str, type: str) -> Answer | None:
        """An answer that is there already, without asking."""
        one = self._answers.get((name.lower().removesuffix("."), type))
        return one.result() if one is not None and one.done() and not one.cancelled() else None
