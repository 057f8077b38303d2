"""A process that asks for tokens of many connections at once, and may die or be broken in the middle.

Settings and what is broken come as arguments. Each line of its input names the callers of each connection and the
connections, as JSON; each line of its output holds the distinct tokens of each.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn
from uuid import UUID

from mailwarden.compose import open_runtime
from mailwarden.connections import refresh
from mailwarden.connections.credentials import store
from mailwarden.connections.journal import TokenAnswer, TokenJournal
from mailwarden.connections.tokens import StoredTokens
from mailwarden.core.clock import DatabaseClock
from mailwarden.core.logging import configure_logging
from mailwarden.core.runtime import Runtime
from mailwarden.settings import Settings
from tests.benchmarks.refresh_worker import claim_anyway, store_anyway


def die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("unreachable")


def die_journaled() -> None:
    """The last of those asked for has its answer written down: none is stored yet, and all die."""
    waiting: list[Any] = []

    async def hold(_: Runtime, answer: TokenAnswer) -> Any:
        waiting.append(answer)
        if len(waiting) == int(os.environ["ASKER_DIES_OF"]):
            die()
        await asyncio.sleep(5)
        die()

    vars(refresh)["store_for_sure"] = hold


def die_unwritten() -> None:
    """As soon as one answer came: the others are on their way."""

    def unwritten(_: TokenJournal, __: TokenAnswer) -> None:
        die()

    setattr(TokenJournal, "append", unwritten)  # noqa: B010 - a method of a class, by name


def forget() -> None:
    def nothing(_: TokenJournal, __: TokenAnswer) -> None:
        return None

    setattr(TokenJournal, "append", nothing)  # noqa: B010


def store_once() -> None:
    vars(refresh)["store_for_sure"] = store


def blind() -> None:
    """Whoever wants to refresh takes the lease, and stores what comes without comparing."""
    vars(refresh)["claim_refresh"] = claim_anyway
    vars(refresh)["store_for_sure"] = store_anyway


HOW: Mapping[str, Callable[[], None]] = {
    "die_journaled": die_journaled,
    "die_unwritten": die_unwritten,
    "forget": forget,
    "store_once": store_once,
    "blind": blind,
}


async def tokens_of(rt: Runtime, link: Sequence[str], callers: int) -> list[str]:
    tokens = StoredTokens(rt, UUID(link[0]), UUID(link[1]), link[2])
    told = await asyncio.gather(*(tokens.access_token() for _ in range(callers)), return_exceptions=True)
    return sorted({one if isinstance(one, str) else f"error: {type(one).__module__} {one!r}"[:300] for one in told})


async def main(settings: Settings) -> None:
    async with open_runtime(settings, application="test-asker", worker=True) as rt:
        assert isinstance(rt.clock, DatabaseClock)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while line := await asyncio.to_thread(sys.stdin.readline):
            asked = json.loads(line)
            await rt.clock.measure()  # the test has moved it
            told = await asyncio.gather(*(tokens_of(rt, one, asked["callers"]) for one in asked["links"]))
            sys.stdout.write(json.dumps(told) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    configure_logging("critical", as_json=True)
    for name in sys.argv[2:]:
        HOW[name]()
    asyncio.run(main(Settings.model_validate_json(sys.argv[1])))
