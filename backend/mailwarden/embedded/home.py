"""The private folder of a set of servers: data, logs, passwords, and who is using them right now."""

import fcntl
import hashlib
import json
import os
import pwd
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mailwarden.embedded.files import exclusive, open_lock, write_private
from mailwarden.embedded.processes import Account, EmbeddedServerError, current_account

ROOT_HOME = Path("/var/lib/mailwarden")
SERVICE_USER = "mailwarden"


@dataclass(frozen=True)
class Home:
    folder: Path
    account: Account
    programs: Path | None  # where root keeps copies of the programs

    @property
    def postgres(self) -> Path:
        return self.folder / "postgres"

    @property
    def redis(self) -> Path:
        return self.folder / "redis"

    def secrets(self) -> dict[str, str]:
        """Made once; readable by us alone, not by the account the servers run as."""
        path = self.folder / "secrets.json"
        if not path.exists():
            names = ("postgres", "mw_owner", "mw_app", "mw_system", "redis")
            write_private(path, json.dumps({name: secrets.token_urlsafe(24) for name in names}))
        loaded: dict[str, str] = json.loads(path.read_text())
        return loaded

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Starts and stops happen one at a time, whichever processes ask for them."""
        with exclusive(self.folder / "change.lock"):
            yield

    def join_users(self) -> int:
        """The kernel drops this lock when we die, however we die; the last to leave stops the servers."""
        descriptor = open_lock(self.folder / "users.lock")
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        return descriptor

    def leave_users(self, descriptor: int) -> bool:
        """True if nobody else uses the servers. Call it inside `changing`."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        else:
            return True
        finally:
            os.close(descriptor)


def open_home(data_dir: Path) -> Home:
    if os.geteuid() != 0:
        folder = data_dir.resolve() / "servers"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
        home = Home(folder, current_account(), None)
    else:
        home = _root_home(data_dir.resolve())
    for part in (home.postgres, home.redis):
        part.mkdir(exist_ok=True)
        home.account.own(part, 0o700)
    return home


def data_dirs_below(folder: Path) -> list[Path]:
    """The data folders in `folder` that have servers, running or not."""
    folder = folder.resolve()
    if os.geteuid() != 0:
        return sorted(path.parent.parent for path in folder.rglob("servers/secrets.json"))
    origins = (Path(path.read_text().strip()) for path in ROOT_HOME.glob("*/origin"))
    return sorted(origin for origin in origins if origin.is_relative_to(folder))


def _root_home(data_dir: Path) -> Home:
    """PostgreSQL refuses to run as root, and the service user must reach its data: not under root's own folders, whose
    permissions we leave alone, but in a place of our own, one folder per data folder. ADR 0003 has the reasons."""
    name = hashlib.sha256(str(data_dir).encode()).hexdigest()[:16]
    programs, folder = ROOT_HOME / "programs", ROOT_HOME / name
    for path, mode in ((ROOT_HOME, 0o711), (programs, 0o755), (folder, 0o711)):
        path.mkdir(exist_ok=True)
        path.chmod(mode)
    write_private(folder / "origin", f"{data_dir}\n")
    return Home(folder, _service_account(), programs)


def _service_account() -> Account:
    try:
        entry = pwd.getpwnam(SERVICE_USER)
    except KeyError:
        _make_service_user()
        entry = pwd.getpwnam(SERVICE_USER)
    if entry.pw_uid == 0:
        raise EmbeddedServerError(f"The user {SERVICE_USER} has the id of root; PostgreSQL will not run as it.")
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _make_service_user() -> None:
    program = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if program is None or sys.platform != "linux":
        raise EmbeddedServerError(
            f"PostgreSQL does not run as root. Make a user named {SERVICE_USER}, or start as an ordinary user."
        )
    options = [
        "--system",
        "--user-group",
        "--no-create-home",
        "--home-dir",
        str(ROOT_HOME),
        "--shell",
        "/usr/sbin/nologin",
    ]
    made = subprocess.run([program, *options, SERVICE_USER], capture_output=True, text=True, check=False)
    already_there = 9
    if made.returncode not in (0, already_there):
        raise EmbeddedServerError(f"Could not make the user {SERVICE_USER}: {made.stderr.strip()}")
