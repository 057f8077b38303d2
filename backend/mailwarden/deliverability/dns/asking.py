"""The questions of one check: each asked once, counted, and kept to be shown."""

import asyncio

from mailwarden.deliverability.dns.answers import Answer, Resolver

Question = tuple[str, str]


class Asking:
    """A Resolver for one check. Who asks what is being asked already waits for the same answer."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._answers: dict[Question, Answer | None] = {}
        self._pending: dict[Question, asyncio.Future[None]] = {}

    async def ask(self, name: str, type: str) -> Answer:
        question = _question(name, type)
        while (answer := self._answers.get(question)) is None:
            pending = self._pending.get(question)
            if pending is None:
                return await self._first(question, name)
            await asyncio.shield(pending)  # and look again: who asked may have given up
        return answer

    async def _first(self, question: Question, name: str) -> Answer:
        self._answers[question] = None  # keeps its place in the order
        pending = self._pending[question] = asyncio.get_running_loop().create_future()
        try:
            answer = self._answers[question] = await self._resolver.ask(name, question[1])
        finally:
            del self._pending[question]
            pending.set_result(None)
        return answer

    @property
    def queries(self) -> int:
        """Questions that went out, however often they were asked here."""
        return len(self._answers)

    @property
    def trace(self) -> tuple[Answer, ...]:
        """What has been answered so far, in the order of the questions; for people to see."""
        return tuple(one for one in self._answers.values() if one is not None)

    def known(self, name: str, type: str) -> Answer | None:
        """An answer that is there already, without asking."""
        return self._answers.get(_question(name, type))


def _question(name: str, type: str) -> Question:
    return name.lower().removesuffix("."), type
