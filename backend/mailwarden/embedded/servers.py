"""Starting, sharing and stopping the servers of one data folder."""

import asyncio
import atexit
import os
import signal
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar

import asyncpg

from mailwarden.core.roles import Role, bootstrap_roles, drop_database, make_database, role_dsn
from mailwarden.embedded.binaries import postgres_bin, redis_program
from mailwarden.embedded.home import Home, open_home
from mailwarden.embedded.postgres_server import PostgresServer
from mailwarden.embedded.redis_server import RedisServer

DATABASE = "mailwarden"
T = TypeVar("T")


@dataclass(frozen=True)
class EmbeddedServers:
    """All methods block; from a coroutine call the slow ones by `asyncio.to_thread`."""

    home: Home
    postgres: PostgresServer
    redis: RedisServer

    @property
    def admin_dsn(self) -> str:
        """The superuser, for bootstrap and tests only; a plain DSN as asyncpg and psql take it."""
        return self.postgres.dsn

    @property
    def redis_url(self) -> str:
        return self.redis.url

    def dsn(self, role: Role, database: str = DATABASE) -> str:
        return role_dsn(self.postgres.dsn, role, self.home.secrets()[role], database)

    def database_url(self, role: Role, database: str = DATABASE) -> str:
        """The DSN as SQLAlchemy's asyncio engine takes it."""
        return self.dsn(role, database).replace("postgresql://", "postgresql+asyncpg://", 1)

    def create_database(self, name: str, template: str | None = None) -> None:
        """Owned by mw_owner. Nobody may be connected to the template while it is copied."""
        self._as_admin(lambda admin: make_database(admin, name, template))

    def drop_database(self, name: str) -> None:
        self._as_admin(lambda admin: drop_database(admin, name))

    def start(self) -> None:
        self.postgres.ensure_started()
        self.redis.ensure_started()
        passwords = {role: self.home.secrets()[role] for role in Role}
        in_own_loop(bootstrap_roles(self.admin_dsn, passwords, DATABASE))

    def stop(self) -> None:
        self.redis.stop()
        self.postgres.stop()

    def _as_admin(self, work: "Callable[[asyncpg.Connection], Coroutine[Any, Any, None]]") -> None:
        async def connected() -> None:
            admin = await asyncpg.connect(self.admin_dsn)
            try:
                await work(admin)
            finally:
                await admin.close()

        in_own_loop(connected())


def open_servers(data_dir: Path, *, fast: bool = False) -> EmbeddedServers:
    """Describes the servers without starting them."""
    home = open_home(data_dir)
    with home.changing():
        passwords = home.secrets()
    bin_folder = postgres_bin(home.programs)
    return EmbeddedServers(
        home,
        PostgresServer(home.postgres, bin_folder, home.account, passwords["postgres"], fast),
        RedisServer(home.redis, redis_program(home.programs), home.account, passwords["redis"]),
    )


@contextmanager
def embedded_servers(data_dir: Path, *, fast: bool = False, remove: bool = False) -> Iterator[EmbeddedServers]:
    """Starts the servers of `data_dir`, or joins them if another process (or one that was killed) started them.

    The last user stops them: when the block ends, at exit, on SIGTERM and SIGHUP. `fast` gives up safety against a
    crash of the machine (tests only); `remove` deletes the data afterwards, wherever it is.
    """
    servers = open_servers(data_dir, fast=fast)
    with servers.home.changing():
        descriptor = servers.home.join_users()
        try:
            servers.start()
        except BaseException:
            _leave(servers, descriptor, remove)
            raise
    leave = _once(lambda: _leave_in_turn(servers, descriptor, remove))
    atexit.register(leave)
    try:
        with _exit_on_signals():
            yield servers
    finally:
        leave()
        atexit.unregister(leave)


def _leave_in_turn(servers: EmbeddedServers, descriptor: int, remove: bool) -> None:
    with servers.home.changing():
        _leave(servers, descriptor, remove)


def _leave(servers: EmbeddedServers, descriptor: int, remove: bool) -> None:
    if servers.home.leave_users(descriptor):
        servers.stop()
        if remove:
            servers.home.remove()


def _once(work: Callable[[], None]) -> Callable[[], None]:
    """Neither twice nor in a forked child, which inherits what was registered."""
    mine, done = os.getpid(), threading.Event()

    def run() -> None:
        if os.getpid() == mine and not done.is_set():
            done.set()
            work()

    return run


@contextmanager
def _exit_on_signals() -> Iterator[None]:
    """SIGTERM and SIGHUP would end us without any clean-up; whoever set a handler of their own keeps it."""

    def leave(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    taken = [number for number in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(number) is signal.SIG_DFL]
    for number in taken:
        signal.signal(number, leave)
    try:
        yield
    finally:
        for number in taken:
            signal.signal(number, signal.SIG_DFL)


def in_own_loop(work: Coroutine[Any, Any, T]) -> T:
    """Runs `work` to its end, whether or not the caller is inside an event loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()
