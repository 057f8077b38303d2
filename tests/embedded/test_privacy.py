import os
import pwd
import stat
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import asyncpg
import pytest
import redis

from mailwarden.core.roles import Role
from mailwarden.embedded import EmbeddedServers, embedded_servers
from mailwarden.embedded.home import ROOT_HOME

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="about running as root")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_passwords_and_data_are_closed_to_others(running: EmbeddedServers) -> None:
    assert mode(running.home.folder / "secrets.json") == 0o600
    assert mode(running.home.postgres) == 0o700
    assert mode(running.home.redis) == 0o700


def test_no_password_is_on_a_command_line(running: EmbeddedServers) -> None:
    pids = [running.postgres.pid, running.redis.pid]
    if not Path("/proc/self/cmdline").exists():
        pytest.skip("needs /proc")
    seen = " ".join(Path(f"/proc/{pid}/cmdline").read_text() for pid in pids)
    assert not any(secret in seen for secret in running.home.secrets().values())


@pytest.mark.parametrize("user", ["postgres", *map(str, Role)])
async def test_postgres_refuses_whoever_has_no_password(running: EmbeddedServers, user: str) -> None:
    for password in ("", "wrong"):
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(
                host="127.0.0.1", port=running.postgres.port, user=user, password=password, database="postgres"
            )


def test_redis_refuses_whoever_has_no_password(running: EmbeddedServers) -> None:
    with redis.Redis(port=running.redis.port) as client, pytest.raises(redis.AuthenticationError):
        client.ping()


@as_root
def test_root_runs_the_servers_as_a_user_without_rights(running: EmbeddedServers) -> None:
    assert running.home.account.uid != 0
    for pid in (running.postgres.pid, running.redis.pid):
        assert Path(f"/proc/{pid}").stat().st_uid == running.home.account.uid


@as_root
def test_root_opens_no_folder_of_its_own_to_others(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    before = {path: mode(path) for path in (closed, *closed.parents)}
    with embedded_servers(closed / "data", fast=True, remove=True) as servers:
        assert servers.home.folder.is_relative_to(ROOT_HOME)
        assert servers.postgres.is_running()
    assert {path: mode(path) for path in before} == before


KEEP = """
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from mailwarden.embedded import embedded_servers
with embedded_servers(Path(sys.argv[1]), fast=True, remove=True) as servers:
    print(servers.home.folder)
"""


def run_as_nobody(python: str, script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    env = {"PYTHONPATH": ":".join(sys.path), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [python, "-c", script, str(folder)],
        env=env,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        user=nobody.pw_uid,
        group=nobody.pw_gid,
        extra_groups=[],
    )


def open_python(folder: Path) -> str:
    """An interpreter like ours that another user may run; often ours is under root's closed home."""
    for python in (sys.executable, f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"):
        with suppress(OSError):
            if run_as_nobody(python, "import mailwarden.embedded", folder).returncode == 0:
                return python
    pytest.skip("this checkout or its Python is closed to other users")


@as_root
def test_an_ordinary_user_keeps_the_data_in_the_data_folder() -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as name:  # pytest's own folders are closed to others
        folder = Path(name)
        done = run_as_nobody(open_python(folder), KEEP, folder)
        assert done.returncode == 0, done.stderr
        assert done.stdout.strip() == str(folder / "servers")
