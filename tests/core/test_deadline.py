"""What arrived while the process stood still is read; what did not arrive ends in time."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest

from mailwarden.core.deadline import deadline


async def answer_of(limit: Callable[[float], AbstractAsyncContextManager[object]], *, stands_still_s: float) -> bytes:
    """Waits at most 0.2 s for an answer that comes after 0.1 s, while the process sleeps from 0.05 s on."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    loop = asyncio.get_running_loop()
    threading.Timer(0.1, theirs.send, [b"token"]).start()
    loop.call_later(0.05, time.sleep, stands_still_s)
    try:
        async with limit(0.2):
            return await loop.sock_recv(ours, 10)
    finally:
        ours.close()
        theirs.close()


async def test_an_answer_that_came_during_a_suspension_is_read() -> None:
    assert await answer_of(deadline, stands_still_s=0.6) == b"token"


async def test_a_plain_timeout_would_have_lost_it() -> None:
    with pytest.raises(TimeoutError):
        await answer_of(asyncio.timeout, stands_still_s=0.6)


async def test_without_an_answer_it_ends_in_time_also_after_a_suspension() -> None:
    for still_s, most_s in ((0.0, 0.3), (0.6, 1.5)):
        asyncio.get_running_loop().call_later(0.01, time.sleep, still_s)
        began = time.monotonic()
        with pytest.raises(TimeoutError):
            async with deadline(0.1):
                await asyncio.sleep(30)
        assert time.monotonic() - began < most_s + 0.7  # a busy machine


async def test_a_cancellation_from_outside_stays_one() -> None:
    async def wait() -> None:
        async with deadline(30):
            await asyncio.sleep(30)

    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
