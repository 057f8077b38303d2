"""Row A6: settings that are missing or wrong, a schema of before, a role too mighty: refused in a line."""

import asyncio
import base64
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from uuid import uuid4

from mailwarden.core.roles import Role
from mailwarden.embedded.processes import free_port
from tests.reliability.apis import environment
from tests.reliability.live import living
from tests.reliability.row import Ground, Row, Tally
from tests.support.world import World

GIVE_UP_S = 90  # of a busy machine
SIDE_BY_SIDE = 3
SILENT = "started with"
LONGEST = 1_200  # letters in all, a line of the log included
WRONG_KEY = "k1:" + base64.b64encode(b"w" * 32).decode()
SECRET = "do-not-tell-7f3a"
# Production is asked for more than a test is.
PRODUCTION = {
    "ENVIRONMENT": "production",
    "BASE_URL": "https://mail.example.com",
    "SECURITY__LOOKUP_KEY": WRONG_KEY[3:],
}
WRONG: dict[str, dict[str, str]] = {
    "no database": {"DATABASE__URL": ""},
    "a database that is no address": {"DATABASE__URL": f"no-such://{SECRET}"},
    "no key in production": PRODUCTION,
    "a key of the wrong length": {"SECURITY__ENCRYPTION_KEYS": f"k1:{SECRET}"},
    "a key without an id": {"SECURITY__ENCRYPTION_KEYS": WRONG_KEY[3:]},
    "plain http in production": {**PRODUCTION, "BASE_URL": "http://mail.example.com"},
    "an unknown environment": {"ENVIRONMENT": "prod"},
    "a pool of nobody": {"DATABASE__POOL_SIZE": "0"},
    "words for a number": {"TIMING__API_DEADLINE_S": "soon"},
    "an egress range that is none": {"EGRESS__ALLOW": "everywhere"},
    "a negative time to linger": {"LINGER_S": "-1"},
}
PROGRAMS = (["mailwarden", "api"], ["mailwarden", "worker"])


def _run(program: Sequence[str], env: dict[str, str]) -> tuple[int | None, str]:
    """Status (None: it runs) and all that it said."""
    port = free_port()
    command = [sys.executable, "-m", *program, *(["--port", str(port)] if program[1] == "api" else [])]
    process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    gives_up = time.monotonic() + GIVE_UP_S
    while process.poll() is None and time.monotonic() < gives_up and not _listens(port):
        time.sleep(0.2)
    runs = process.poll() is None
    if runs:
        process.kill()
    said, _ = process.communicate()
    return None if runs else process.returncode, said


def _listens(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


def _judged(tally: Tally, what: str, program: Sequence[str], status: int | None, said: str) -> None:
    where = f"{program[-1]}, {what}"
    if not status:
        tally.see(False, f"{where}: {SILENT} it" if status is None else f"{where}: ended as if all were well")
        return
    lines = [line for line in said.splitlines() if line.strip()]
    clear = lines and "Traceback" not in said and len(said) <= LONGEST and SECRET not in said
    tally.see(bool(clear), f"{where}: said {len(lines)} lines, {said[-300:]!r}")


async def _too_mighty(ground: Ground, world: World, bare: str) -> dict[str, dict[str, str]]:
    """What only a database can be wrong about."""
    database = world.dsn.rpartition("/")[2]
    await world.admin.execute(f"CREATE DATABASE {bare} OWNER mw_owner")
    return {
        "the schema's owner": {"DATABASE__URL": ground.servers.dsn(Role.OWNER, database)},
        "a superuser": {"DATABASE__URL": world.dsn},
        "no schema": {"DATABASE__URL": ground.servers.dsn(Role.APP, bare)},
        "another key than before": {"SECURITY__ENCRYPTION_KEYS": WRONG_KEY.replace("k1", world.runtime.keys.primary)},
    }


async def refused(ground: Ground, n: int, programs: Sequence[Sequence[str]] = PROGRAMS) -> Tally:
    tally = Tally()
    async with living(ground, "A6") as world:
        await world.sign_up()
        bare = f"bare_{uuid4().hex[:6]}"
        cases = await _too_mighty(ground, world, bare) | WRONG
        pairs = [(what, program) for what in cases for program in programs][:n]
        places = asyncio.Semaphore(SIDE_BY_SIDE)

        async def one(what: str, program: Sequence[str]) -> None:
            async with places:
                ended = await asyncio.to_thread(_run, program, environment(ground, world, **cases[what]))
            _judged(tally, what, program, *ended)

        await asyncio.gather(*(one(*pair) for pair in pairs))
        await world.admin.execute(f"DROP DATABASE {bare} WITH (FORCE)")
    return tally


async def refused_by_nobody(ground: Ground, n: int) -> Tally:
    """The broken variant looks at nothing before it starts."""
    return await refused(ground, min(n, 4), [["tests.reliability.workers.trusting_api", "api"]])


ROWS = [
    Row(
        "A6",
        "settings, schema or role are wrong",
        "no start, one clear line",
        30,
        refused,
        refused_by_nobody,
        sign=SILENT,
    )
]
