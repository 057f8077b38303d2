"""What serves and works runs on the quick loop, wherever there is one, and seldom looks for cycles."""

import asyncio
import gc
import weakref
from collections.abc import Iterator

import pytest
import uvloop

from mailwarden.core.loop import NEW_OBJECTS, run


@pytest.fixture(autouse=True)
def collector_as_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


def test_our_processes_run_on_uvloop() -> None:
    async def mine() -> asyncio.AbstractEventLoop:
        return asyncio.get_running_loop()

    assert isinstance(run(mine()), uvloop.Loop)


def test_what_is_there_at_the_start_is_not_looked_through_again_but_cycles_are_found() -> None:
    class Knot:
        gone = 0

        def __init__(self) -> None:
            self.itself = self

        def __del__(self) -> None:
            Knot.gone += 1

    async def tie() -> None:
        assert gc.get_freeze_count() > 1000
        for _ in range(NEW_OBJECTS):
            Knot()

    run(tie())
    assert Knot.gone > NEW_OBJECTS / 4


def test_old_cycles_of_a_quiet_process_are_found_in_time() -> None:
    class Knot:
        def __init__(self) -> None:
            self.itself = self

    async def tie() -> None:
        knot = Knot()
        for generation in (0, 1):
            gc.collect(generation)  # what is old is looked for seldom
        gone = asyncio.Event()
        weakref.finalize(knot, gone.set)
        del knot
        await asyncio.wait_for(gone.wait(), 20)

    run(tie(), collect_every_s=0.05)
