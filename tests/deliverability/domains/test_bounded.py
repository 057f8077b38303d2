"""The end of a check's time, while questions are out."""

import asyncio

import pytest

from mailwarden.deliverability.dns.answers import Answer, Reason
from mailwarden.deliverability.dns.memory import MemoryResolver
from mailwarden.deliverability.domains.bounded import bounded


class Stalled(MemoryResolver):
    """Answers quickly for one name alone."""

    async def ask(self, name: str, type: str) -> Answer:
        if name != "quick.example":
            await asyncio.Event().wait()
        return await super().ask(name, type)


RESOLVER = Stalled({"quick.example": {"A": ["192.0.2.1"]}})


async def test_what_has_not_come_in_time_nobody_could_tell():
    async with bounded(RESOLVER, 0.05) as asked:
        names = ("quick.example", "slow.example", "slower.example")
        answers = await asyncio.gather(*(asked.ask(name, "A") for name in names))
        assert [one.reason for one in answers] == [None, Reason.TIMEOUT, Reason.TIMEOUT]
        assert (await asked.ask("quick.example", "A")).reason is Reason.TIMEOUT


async def test_a_time_limit_within_keeps_its_own_end():
    async with bounded(RESOLVER, 5) as asked:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await asked.ask("slow.example", "A")
        assert (await asked.ask("quick.example", "A")).found


async def test_a_time_limit_around_sees_an_answer_and_goes_on():
    async with bounded(RESOLVER, 0.01) as asked, asyncio.timeout(5):
        assert (await asked.ask("slow.example", "A")).reason is Reason.TIMEOUT
        await asyncio.sleep(0)


async def test_who_ends_the_whole_check_ends_it():
    async with bounded(RESOLVER, 5) as asked:
        task = asyncio.create_task(asked.ask("slow.example", "A"))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
