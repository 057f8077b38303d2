"""Everything on one machine: embedded servers where none are named, and API, worker and sandbox as child processes."""

import asyncio
import contextlib
import fcntl
import json
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from mailwarden.compose import async_dsn
from mailwarden.core.crypto import Keyring
from mailwarden.core.db import make_engine, make_sessions
from mailwarden.core.key_check import WrongKeys, check_keys
from mailwarden.core.roles import Role
from mailwarden.embedded import EmbeddedServers, embedded_servers
from mailwarden.embedded.processes import can_bind
from mailwarden.embedded.servers import DATABASE
from mailwarden.migrate import migrate
from mailwarden.settings import DEVELOPMENT_KEY, Settings, parse_keys
from mailwarden.tables import metadata

STOP_S = 35
START_S = 60
KEYS = "keys.json"
ENCRYPTION_KEYS = "MAILWARDEN_SECURITY__ENCRYPTION_KEYS"


class StackError(Exception):
    """One clear line: what did not start, and where its log lies."""


@dataclass
class Child:
    """A child process that is started again when it dies without being asked to."""

    name: str
    command: list[str]
    env: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    stopping: bool = False
    restarts: int = 0

    def start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(  # noqa: S603 - our own program
                self.command, env=self.env, stdout=out, stderr=out, start_new_session=True
            )

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def revive(self) -> None:
        if not self.stopping and not self.alive():
            self.restarts += 1
            self.start()

    def kill(self) -> None:
        """As a crash would: no clean-up at all."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def stop(self) -> None:
        self.stopping = True
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.kill()


@dataclass
class Stack:
    settings: Settings
    servers: EmbeddedServers | None
    env: dict[str, str]
    children: dict[str, Child] = field(default_factory=dict)
    sandbox_url: str | None = None
    _done: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return self.settings.public_url

    def add(self, name: str, arguments: Sequence[str]) -> Child:
        log = self.settings.data_dir / "logs" / f"{name}.log"
        child = Child(name, [sys.executable, "-m", *arguments], self.env, log)
        child.start()
        self.children[name] = child
        return child

    def watch(self) -> None:
        """Restarts children that die; runs in a thread of its own until the stack stops."""
        while not self._done.wait(1):
            for child in list(self.children.values()):
                child.revive()

    def stop(self) -> None:
        """The API first, so that nothing new begins; the sandbox last, so that nothing fails for want of it."""
        self._done.set()
        order = sorted(
            self.children.values(), key=lambda child: ("api", "worker", "sandbox").index(child.name.split("-")[0])
        )
        for child in order:
            child.stop()


def own_keys(data_dir: Path) -> dict[str, str]:
    """Made at the first start, kept beside the data: an embedded instance never runs on a published key."""
    path = data_dir / KEYS
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        made = [b64encode(secrets.token_bytes(32)).decode() for _ in range(2)]
        text = json.dumps({"encryption_keys": f"k1:{made[0]}", "lookup_key": made[1]})
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
    loaded: dict[str, str] = json.loads(path.read_text())
    return loaded


def environment(settings: Settings, servers: EmbeddedServers | None) -> dict[str, str]:
    """What the children need to meet the same servers and keys, as environment variables."""
    env = dict(os.environ)
    env["MAILWARDEN_DATA_DIR"] = str(settings.data_dir)
    env["MAILWARDEN_ENVIRONMENT"] = settings.environment
    env["MAILWARDEN_BASE_URL"] = settings.public_url
    if servers is not None:
        env["MAILWARDEN_DATABASE__URL"] = servers.dsn(Role.APP)
        env["MAILWARDEN_DATABASE__SYSTEM_URL"] = servers.dsn(Role.SYSTEM)
        env["MAILWARDEN_DATABASE__OWNER_URL"] = servers.dsn(Role.OWNER)
        env["MAILWARDEN_REDIS__URL"] = servers.redis_url
    if DEVELOPMENT_KEY in settings.security.encryption_keys.get_secret_value():
        keys = own_keys(settings.data_dir)
        env[ENCRYPTION_KEYS] = keys["encryption_keys"]
        env["MAILWARDEN_SECURITY__LOOKUP_KEY"] = keys["lookup_key"]
    return env


@contextmanager
def local_servers(settings: Settings) -> Iterator[Settings]:
    """For one-off commands on an instance that `mailwarden up` runs: the same embedded servers and keys.

    Settings that name servers of their own, and folders without embedded ones, pass through unchanged.
    """
    if settings.database.url is not None or not (settings.data_dir / KEYS).exists():
        yield settings
        return
    with embedded_servers(settings.data_dir / "servers") as servers:
        before = dict(os.environ)
        os.environ.update(environment(settings, servers))
        try:
            yield Settings()
        finally:
            os.environ.clear()
            os.environ.update(before)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Two at once would empty each other's database and take each other's jobs. It ends with the process."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "running.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StackError(f"Another Mailwarden runs in {folder}; end it, or name another folder.") from None
        yield


def refuse_taken_port(settings: Settings) -> None:
    """Else whoever listens there would answer for the API that cannot start, and be taken for it."""
    if not can_bind(settings.port, settings.host):
        taken = f"Port {settings.port} of {settings.host} is taken"
        raise StackError(f"{taken}; end what listens there, or set MAILWARDEN_PORT to another.")


@contextmanager
def running_stack(
    settings: Settings,
    *,
    workers: int = 1,
    worker: Sequence[str] = ("mailwarden", "worker"),
    extra_env: dict[str, str] | None = None,
    fresh: bool = False,
    before: Callable[["Stack"], dict[str, str]] | None = None,
) -> Iterator[Stack]:
    """Servers, migration, API and workers. Stops all of it at the end of the block.

    ``fresh`` empties the database first. ``before`` may start other children, and adds to the environment.
    """
    with contextlib.ExitStack() as resources:
        resources.enter_context(alone_in(settings.data_dir))
        refuse_taken_port(settings)
        servers = None
        if settings.database.url is None:
            servers = resources.enter_context(embedded_servers(settings.data_dir / "servers"))
            if fresh:
                servers.drop_database(DATABASE)
                servers.start()
        stack = Stack(settings, servers, environment(settings, servers) | (extra_env or {}))
        migrate(async_dsn(stack.env["MAILWARDEN_DATABASE__OWNER_URL"]))
        asyncio.run(refuse_wrong_keys(stack))
        resources.callback(stack.stop)
        stack.env |= before(stack) if before else {}
        stack.add("api", ["mailwarden", "api", "--host", settings.host, "--port", str(settings.port)])
        for number in range(workers):
            stack.add(f"worker-{number}", worker)
        wait_ready(stack)
        threading.Thread(target=stack.watch, daemon=True).start()
        yield stack


async def refuse_wrong_keys(stack: Stack) -> None:
    """Before the children do, whose word would only stand in their logs."""
    configured = stack.env.get(ENCRYPTION_KEYS) or stack.settings.security.encryption_keys.get_secret_value()
    keys = parse_keys(configured)
    dsn = async_dsn(stack.env["MAILWARDEN_DATABASE__URL"])
    engine = make_engine(dsn, pool_size=1, statement_timeout_ms=60_000, application="mailwarden-up")
    try:
        await check_keys(make_sessions(engine), Keyring(next(iter(keys)), keys, lookup=b""), metadata)
    except WrongKeys as exc:
        raise StackError(str(exc)) from exc
    finally:
        await engine.dispose()


def wait_ready(stack: Stack) -> None:
    deadline = time.monotonic() + START_S
    api = stack.children["api"]
    while time.monotonic() < deadline:
        if not api.alive():
            raise StackError(f"the API did not start; see {api.log}")
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{stack.url}/readyz", timeout=2).status_code == 200:
                return
        time.sleep(0.1)
    raise StackError(f"the API was not ready within {START_S} s; see {api.log}")


def start_sandbox(stack: Stack, *, seed: int, accounts: int, campaigns: int, quotas: bool = True) -> str:
    """The provider sandbox as a child process; its address."""
    port_file = stack.settings.data_dir / "sandbox.port"
    port_file.unlink(missing_ok=True)
    arguments = ["mailwarden_sandbox", "--port", "0", "--port-file", str(port_file), "--seed", str(seed)]
    arguments += ["--accounts", str(accounts), "--campaigns", str(campaigns)]
    child = stack.add("sandbox", arguments if quotas else [*arguments, "--no-quotas"])
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and child.alive():
        if port_file.exists() and port_file.read_text().strip():
            stack.sandbox_url = f"http://127.0.0.1:{port_file.read_text().strip()}"
            return stack.sandbox_url
        time.sleep(0.05)
    raise StackError(f"the sandbox did not start; see {child.log}")
