"""What serves and works runs on the quick loop, wherever there is one."""

import asyncio

import uvloop

from mailwarden.core.loop import run


def test_our_processes_run_on_uvloop() -> None:
    async def mine() -> asyncio.AbstractEventLoop:
        return asyncio.get_running_loop()

    assert isinstance(run(mine()), uvloop.Loop)
