"""Running programs as the account that owns their data, and telling our processes from strangers with the same id."""

import os
import pwd
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

PORTS = range(20_000, 32_000)  # below those of outgoing connections on every system


class EmbeddedServerError(RuntimeError):
    """Carries what a person needs to act on, usually the end of the server's own log."""


@dataclass(frozen=True)
class Account:
    """The operating-system user the servers run as: ourselves, or a service user when we are root."""

    name: str
    uid: int
    gid: int

    @property
    def is_other(self) -> bool:
        return self.uid != os.geteuid()

    def own(self, path: Path, mode: int) -> Path:
        if self.is_other:
            os.chown(path, self.uid, self.gid)
        path.chmod(mode)
        return path


def current_account() -> Account:
    return Account(pwd.getpwuid(os.geteuid()).pw_name, os.geteuid(), os.getegid())


def run_as(account: Account, command: Sequence[str | Path], cwd: Path, timeout: float = 90) -> str:
    """In a session of its own: Ctrl-C in the terminal must reach us first, so that we stop the servers in order."""
    drop = {"user": account.uid, "group": account.gid, "extra_groups": []} if account.is_other else {}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "HOME": str(cwd), "TZ": "UTC"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        timeout=timeout,
        check=False,
        text=True,
        **drop,  # type: ignore[call-overload]
    )
    if done.returncode:
        raise EmbeddedServerError(
            f"{Path(command[0]).name} ended with status {done.returncode}:\n{done.stdout.strip()}"
        )
    return str(done.stdout)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (OSError, IndexError):
        return False


def works_for(pid: int, folder: Path) -> bool:
    """True if `pid` is a server of ours: its command line names the data folder. Guards against reused ids."""
    return is_alive(pid) and any(str(folder) in part for part in _command_line(pid))


def _command_line(pid: int) -> list[str]:
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{pid}/cmdline").read_text(errors="replace").split("\0")
        except OSError:
            return []
    seen = subprocess.run(["ps", "-p", str(pid), "-o", "command="], capture_output=True, text=True, check=False)
    return [seen.stdout]


def read_pid(path: Path) -> int | None:
    try:
        return int(path.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return None


def wait_until(done: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def kill(pid: int, folder: Path, how: signal.Signals = signal.SIGKILL) -> None:
    """Signals `pid` only while it is our server."""
    if works_for(pid, folder):
        os.kill(pid, how)


def free_port(preferred: int | None = None) -> int:
    """The preferred port if nobody has it, so that URLs stay the same over restarts.

    Else one that no outgoing connection is ever given: it stays free until the server is there, and between restarts.
    """
    if preferred and can_bind(preferred):
        return preferred
    drawn = random.SystemRandom().sample(PORTS, 200)  # a seed shared by two test processes would let them collide
    return next(port for port in drawn if can_bind(port))


def can_bind(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen there now; an address that is not this machine's counts as taken."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def tail(path: Path, lines: int = 15) -> str:
    try:
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
    except OSError as error:
        return f"(no log: {error})"
