"""The event loop of the processes that serve and work: uvloop's, which spends less on each byte that comes and goes."""

import asyncio
import gc
from collections.abc import Coroutine
from typing import Any, TypeVar

try:
    from uvloop import new_event_loop
except ImportError:  # it is not made for Windows
    from asyncio import new_event_loop  # type: ignore[assignment]

T = TypeVar("T")
NEW_OBJECTS = 50_000  # some megabytes at most
YOUNG_ROUNDS = 20
COLLECT_EVERY_S = 120.0  # a quiet process would not make so many new objects in days


def run(main: Coroutine[Any, Any, T], collect_every_s: float = COLLECT_EVERY_S) -> T:
    """As ``asyncio.run``, in a process that does nothing else."""
    collect_seldom()
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        _collect_now_and_then(runner.get_loop(), collect_every_s)
        return runner.run(main)


def collect_seldom() -> None:
    """Looking for cycles after every 700 new objects costs a busy process up to a quarter of its time.

    What is there at the start, modules and descriptions, stays for good and is not looked through again.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, YOUNG_ROUNDS, YOUNG_ROUNDS)


def _collect_now_and_then(loop: asyncio.AbstractEventLoop, every_s: float) -> None:
    """Old cycles too, so that a process under a light load keeps its size: some tens of milliseconds each time."""

    def collect() -> None:
        gc.collect()
        loop.call_later(every_s, collect)

    loop.call_later(every_s, collect)
