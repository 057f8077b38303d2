"""What is measured against each other runs in processes of their own: how they start, and where they are found."""

import argparse
import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn

from mailwarden.core.roles import Role
from mailwarden.embedded import EmbeddedServers
from tests.support.database import admin_dsn

WITHIN_S = 60
Urls = dict[str, str]


@dataclass(frozen=True)
class Server:
    name: str
    port: int
    pid: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def urls_of(servers: EmbeddedServers, database: str) -> Urls:
    return {
        "app": servers.dsn(Role.APP, database),
        "system": servers.dsn(Role.SYSTEM, database),
        "admin": admin_dsn(servers, database),
        "redis": servers.redis_url,
    }


async def answer(app: Any, port_file: Path) -> None:
    """Until it is told to end. Nothing of it is logged."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", access_log=False))
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn tells it in no other way
        await asyncio.sleep(0.01)
    partial = port_file.with_suffix(".partial")
    partial.write_text(str(server.servers[0].sockets[0].getsockname()[1]))
    partial.replace(port_file)
    await task


@contextmanager
def running(module: str, name: str, urls: Urls, folder: Path) -> Iterator[Server]:
    """``module`` must hand its arguments to ``serves``."""
    port_file = folder / f"{name.replace(' ', '-')}.port"
    command = [sys.executable, "-m", module, "--serve", name, "--port-file", str(port_file)]
    process = subprocess.Popen([*command, "--urls", json.dumps(urls)])
    try:
        deadline = time.monotonic() + WITHIN_S
        while not port_file.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the server {name} did not start")
            time.sleep(0.05)
        yield Server(name, int(port_file.read_text()), process.pid)
    finally:
        process.terminate()
        process.wait(10)


def serves(parser: argparse.ArgumentParser, names: Sequence[str]) -> None:
    parser.add_argument("--serve", choices=names, help=argparse.SUPPRESS)
    parser.add_argument("--port-file", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--urls", type=json.loads, help=argparse.SUPPRESS)


def served(options: argparse.Namespace, serve: Callable[[str, Urls, Path], Awaitable[None]]) -> bool:
    """Whether this process was one of them."""
    if options.serve:
        asyncio.run(serve(options.serve, options.urls, options.port_file))  # type: ignore[arg-type]
    return bool(options.serve)
