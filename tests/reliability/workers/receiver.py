"""A receiver of webhooks that is killed between commit and answer, or before the commit, and started again at once.

The listening socket outlives it, as a load balancer would: who comes meanwhile waits for the next one. Forked after
everything is loaded, so that a death costs little time.
"""

import argparse
import asyncio
import os
import random
import signal
import socket
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import uvicorn

from mailwarden.compose import open_runtime
from mailwarden.hooks import receive
from mailwarden.hooks.store import store
from mailwarden.main import create_app
from mailwarden.settings import Settings

BEFORE, AFTER = 0.02, 0.08  # of requests
LATE_S = 0.05


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def mortal(rng: random.Random) -> Any:
    async def keep(*args: Any) -> int:
        fate = rng.random()
        if fate < BEFORE:
            die()
        kept = await store(*args)
        if fate < BEFORE + AFTER:
            die()
        return kept

    return keep


def hasty(rng: random.Random) -> Any:
    """The broken variant is answered first and stored afterwards."""
    tasks = set()

    async def later(*args: Any) -> None:
        await asyncio.sleep(LATE_S)
        if rng.random() < BEFORE:
            die()
        await store(*args)

    async def keep(*args: Any) -> int:
        tasks.add(asyncio.create_task(later(*args)))
        return 1

    return keep


async def serve(options: argparse.Namespace, listener: socket.socket, generation: int) -> None:
    settings = Settings.model_validate_json(options.settings)
    rng = random.Random(f"{options.seed}:{generation}")
    vars(receive)["store"] = (hasty if options.hasty else mortal)(rng)
    async with open_runtime(settings, application="receiver") as runtime:
        config = uvicorn.Config(create_app(runtime), lifespan="off", log_level="critical", access_log=False)
        await uvicorn.Server(config).serve(sockets=[listener])


Serve = Callable[[argparse.Namespace, socket.socket, int], Coroutine[Any, Any, None]]


def main(serve: Serve = serve) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--settings", required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--seed", required=True)
    parser.add_argument("--hasty", action="store_true")
    options = parser.parse_args()
    listener = socket.create_server(("127.0.0.1", 0), backlog=256)
    generation, ending = 0, False
    child = 0

    def end(*_: object) -> None:
        nonlocal ending
        ending = True
        if child:
            os.kill(child, signal.SIGKILL)

    signal.signal(signal.SIGTERM, end)
    _write(options.folder / "port", str(listener.getsockname()[1]))
    while not ending:
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            asyncio.run(serve(options, listener, generation))
            os._exit(0)
        os.waitpid(child, 0)
        generation += 1
        _write(options.folder / "deaths", str(generation))


def _write(path: Path, text: str) -> None:
    partial = path.with_suffix(".partial")
    partial.write_text(text)
    partial.replace(path)


if __name__ == "__main__":
    main()
