"""One Redis-compatible server. It keeps nothing over a restart: PostgreSQL holds all work, Redis only wakes it."""

import signal
import socket
from dataclasses import dataclass
from pathlib import Path

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

STARTS = 3
# `set-proc-title no` keeps the configuration's path on the command line, by which we know our own process.
CONFIGURATION = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir {folder}
pidfile {folder}/server.pid
logfile {folder}/server.log
daemonize yes
set-proc-title no
save ""
appendonly no
maxmemory 256mb
maxmemory-policy noeviction
"""


@dataclass(frozen=True)
class RedisServer:
    folder: Path
    program: Path
    account: Account
    password: str

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    @property
    def pid(self) -> int | None:
        pid = read_pid(self.folder / "server.pid")
        return pid if pid is not None and works_for(pid, self.folder) else None

    @property
    def port(self) -> int:
        return int((self.folder / "port").read_text())

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def is_running(self) -> bool:
        return self.pid is not None and self._answers()

    def ensure_started(self) -> None:
        if self.pid is None or not wait_until(self._answers, 10):
            self.kill()
            self.start()

    def start(self) -> None:
        for _ in range(STARTS):
            self._start_once()
            if wait_until(self.is_running, 10):
                return
        raise EmbeddedServerError(f"Redis does not start:\n{tail(self.log)}")

    def stop(self) -> None:
        pid = self.pid
        if pid is None:
            return
        kill(pid, self.folder, signal.SIGTERM)
        if not wait_until(lambda: not is_alive(pid), 10):
            self.kill()

    def restart(self) -> None:
        self.stop()
        self.start()

    def kill(self) -> None:
        pid = self.pid
        if pid is not None:
            kill(pid, self.folder, signal.SIGKILL)
            wait_until(lambda: not is_alive(pid), 10)

    def flush(self) -> None:
        if self._ask("FLUSHALL") != "+OK":
            raise EmbeddedServerError("Redis did not flush")

    def _start_once(self) -> None:
        port = free_port(self.port if (self.folder / "port").exists() else None)
        write_private(self.folder / "port", str(port))
        configuration = self.folder / "server.conf"
        text = CONFIGURATION.format(port=port, password=self.password, folder=self.folder)
        write_private(configuration, text)
        self.account.own(configuration, 0o600)
        run_as(self.account, [self.program, configuration], self.folder)

    def _answers(self) -> bool:
        try:
            return self._ask("PING") == "+PONG"
        except (OSError, IndexError):
            return False

    def _ask(self, command: str) -> str:
        """Inline commands and their plain answers; the server hangs up after QUIT."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
            connection.sendall(f"AUTH {self.password}\r\n{command}\r\nQUIT\r\n".encode())
            with connection.makefile() as answers:
                return answers.read().splitlines()[1]
