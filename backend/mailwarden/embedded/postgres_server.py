"""One PostgreSQL cluster, driven by its own programs so that ports, settings and recovery are ours."""

import shutil
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mailwarden.embedded.files import write_private
from mailwarden.embedded.processes import (
    Account,
    EmbeddedServerError,
    free_port,
    is_alive,
    kill,
    read_pid,
    run_as,
    tail,
    wait_until,
    works_for,
)

STARTS = 5
IMPOSSIBLE_PID = 99_999_999
DURABLE = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "300",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "max_wal_size": "512MB",
}
# For tests: the operating system may lose our writes, a killed server may not. So synchronous_commit stays on, and
# what the chaos tests say about lost rows holds.
FAST = {"fsync": "off", "full_page_writes": "off", "autovacuum_naptime": "10min", "shared_buffers": "64MB"}


@dataclass(frozen=True)
class PostgresServer:
    folder: Path
    bin: Path
    account: Account
    password: str
    fast: bool

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    @property
    def pid_file(self) -> Path:
        return self.data / "postmaster.pid"

    @property
    def pid(self) -> int | None:
        pid = read_pid(self.pid_file)
        return pid if pid is not None and works_for(pid, self.data) else None

    @property
    def port(self) -> int:
        """Fixed once chosen, so that a URL stays true while the server is away."""
        return int((self.folder / "port").read_text())

    @property
    def dsn(self) -> str:
        return f"postgresql://postgres:{self.password}@127.0.0.1:{self.port}/postgres"

    def is_running(self) -> bool:
        return self.pid is not None and _is_ready(self.pid_file)

    def ensure_started(self) -> None:
        self._ensure_initialized()
        if self.pid is not None and wait_until(self.is_running, 60):
            return
        self.start()

    def start(self) -> None:
        """A backend that outlived a killed postmaster, or a port just taken, is a reason to try again."""
        for attempt in range(1, STARTS + 1):
            self._forget_stranger()
            try:
                self._start_once()
            except EmbeddedServerError as error:
                if attempt == STARTS:
                    raise EmbeddedServerError(f"PostgreSQL does not start: {error}\n{tail(self.log)}") from error
                time.sleep(1)
            else:
                return

    def stop(self, mode: Literal["fast", "immediate"] = "fast") -> None:
        """`immediate` is a crash with all processes gone: the next start replays the log."""
        if self.pid is not None:
            self._pg_ctl("stop", "-m", mode, "-t", "60", "-w")

    def restart(self, mode: Literal["fast", "immediate"] = "fast") -> None:
        self.stop(mode)
        self.start()

    def kill(self) -> None:
        """kill -9 of the postmaster, whose backends then end by themselves."""
        pid = self.pid
        if pid is not None:
            kill(pid, self.data, signal.SIGKILL)
            wait_until(lambda: not is_alive(pid), 10)

    def _start_once(self) -> None:
        port = free_port(self.port if (self.folder / "port").exists() else None)
        write_private(self.folder / "port", str(port))
        settings = DURABLE | (FAST if self.fast else {}) | {"port": str(port)}
        options = " ".join(f"-c {name}={value or repr('')}" for name, value in settings.items())
        self._pg_ctl("start", "-l", self.log, "-o", options, "-t", "60", "-w")

    def _pg_ctl(self, verb: str, *options: str | Path) -> None:
        run_as(self.account, [self.bin / "pg_ctl", verb, "-s", "-D", self.data, *options], self.folder)

    def _ensure_initialized(self) -> None:
        version = self.data / "PG_VERSION"
        ours = self.bin.parent.name.removeprefix("pginstall")
        if not version.exists():
            self._initialize()
        elif version.read_text().strip() != ours:
            raise EmbeddedServerError(
                f"{self.data} was written by PostgreSQL {version.read_text().strip()}, this is {ours}: "
                "save what you need with the old version and remove the folder."
            )

    def _initialize(self) -> None:
        """Beside its final place: an initdb that was killed half-way must not look like a cluster."""
        draft, password_file = self.folder / "new", self.folder / "password"
        shutil.rmtree(draft, ignore_errors=True)
        write_private(password_file, self.password)
        self.account.own(password_file, 0o600)
        self._initdb(draft, password_file)
        password_file.unlink()
        draft.rename(self.data)

    def _initdb(self, target: Path, password_file: Path) -> None:
        options = ["--username=postgres", "--auth=scram-sha-256", "--encoding=UTF8", "--no-instructions"]
        locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        durability = ["--no-sync"] if self.fast else []
        command: list[str | Path] = [
            self.bin / "initdb",
            "-D",
            target,
            f"--pwfile={password_file}",
            *options,
            *locale,
            *durability,
        ]
        run_as(self.account, command, self.folder)

    def _forget_stranger(self) -> None:
        """After a reboot the id in the file may belong to another program, which PostgreSQL takes for a running
        server. The rest of the file stays: by it PostgreSQL sees backends that outlived their postmaster."""
        pid = read_pid(self.pid_file)
        if pid is not None and is_alive(pid) and not works_for(pid, self.data):
            _, rest = self.pid_file.read_text().split("\n", 1)
            self.pid_file.write_text(f"{IMPOSSIBLE_PID}\n{rest}")


def _is_ready(pid_file: Path) -> bool:
    status_line = 7
    try:
        lines = pid_file.read_text().splitlines()
    except OSError:
        return False
    return len(lines) > status_line and lines[status_line].strip() == "ready"
