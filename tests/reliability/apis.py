"""API processes as an operator starts them, on the database of a world in this process."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx

from mailwarden.core.roles import Role
from mailwarden.embedded.processes import free_port
from tests.reliability.row import Ground
from tests.support.world import World

PROGRAM = ("mailwarden", "api")
START_S = 60


@dataclass
class Api:
    env: dict[str, str] = field(repr=False)
    program: Sequence[str] = PROGRAM
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def _launch(self) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", *self.program, "--port", str(self.port)]
        return subprocess.Popen(
            command, env=self.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )

    async def start(self) -> None:
        started = self.process = self._launch()
        async with asyncio.timeout(START_S):
            while not await self.is_ready():
                if started.poll() is not None:
                    raise RuntimeError("the API did not start")
                await asyncio.sleep(0.1)

    async def is_ready(self) -> bool:
        try:
            async with httpx.AsyncClient(timeout=5, trust_env=False) as http:
                return (await http.get(f"{self.url}/readyz")).status_code == 200
        except httpx.TransportError:
            return False

    async def stop(self, how: int = signal.SIGTERM) -> None:
        assert self.process is not None
        self.process.send_signal(how)
        await asyncio.to_thread(self.process.wait, 40)


def environment(ground: Ground, world: World, **more: str) -> dict[str, str]:
    database = world.dsn.rpartition("/")[2]
    given = {
        "ENVIRONMENT": "test",
        "DATA_DIR": str(ground.folder),
        "DATABASE__URL": ground.servers.dsn(Role.APP, database),
        "DATABASE__SYSTEM_URL": ground.servers.dsn(Role.SYSTEM, database),
        "REDIS__URL": ground.servers.redis_url,
        "LOG_LEVEL": "critical",
        **more,
    }
    return dict(os.environ) | {f"MAILWARDEN_{name}": value for name, value in given.items()}


@asynccontextmanager
async def running_api(
    ground: Ground, world: World, program: Sequence[str] = PROGRAM, **more: str
) -> AsyncIterator[Api]:
    api = Api(environment(ground, world, **more), program)
    try:
        await api.start()
        yield api
    finally:
        if api.process is not None and api.process.poll() is None:
            await api.stop(signal.SIGKILL)
