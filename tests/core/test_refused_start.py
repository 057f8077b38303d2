"""API, worker and `mailwarden up` do not start with keys that do not open what is stored."""

import asyncio
import base64
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mailwarden import main
from mailwarden.cli.commands import app
from mailwarden.cli.stack import Stack, StackError, alone_in, refuse_wrong_keys, running_stack
from mailwarden.compose import open_runtime
from mailwarden.core.key_check import WrongKeys
from mailwarden.core.roles import Role
from mailwarden.embedded import EmbeddedServers
from mailwarden.settings import Settings
from tests.support.database import fresh_database

PREFIX = "MAILWARDEN_"
KEYS = f"{PREFIX}SECURITY__ENCRYPTION_KEYS"
RIGHT, WRONG = (f"k1:{base64.b64encode(byte * 32).decode()}" for byte in (b"r", b"w"))
SAID = "the encryption key with id 'k1' is not the one that sealed what is stored under this id"


async def used_once() -> None:
    async with open_runtime(Settings(_env_file=None), application="test"):
        pass


@pytest.fixture
def instance(servers: EmbeddedServers, worker_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The settings of an instance in the environment, used once with the right key, and now with a wrong one."""
    with fresh_database(servers, f"refused_{worker_id}") as database:
        env = {
            "ENVIRONMENT": "test",
            "DATA_DIR": str(tmp_path),
            "DATABASE__URL": servers.dsn(Role.APP, database),
            "DATABASE__SYSTEM_URL": servers.dsn(Role.SYSTEM, database),
            "REDIS__URL": servers.redis_url,
        }
        for name, value in env.items():
            monkeypatch.setenv(PREFIX + name, value)
        monkeypatch.setenv(KEYS, RIGHT)
        monkeypatch.chdir(tmp_path)
        asyncio.run(used_once())
        monkeypatch.setenv(KEYS, WRONG)
        yield


@pytest.mark.usefixtures("instance")
def test_the_worker_says_so_in_a_line():
    ended = subprocess.run([sys.executable, "-m", "mailwarden", "worker"], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert SAID in " ".join(ended.stderr.split())
    assert WRONG.split(":")[1] not in ended.stdout + ended.stderr


@pytest.mark.usefixtures("instance")
def test_the_api_does_not_come_up():
    async def start() -> None:
        served = main.app()
        async with served.router.lifespan_context(served):
            pytest.fail("it came up")

    with pytest.raises(WrongKeys, match=SAID):
        asyncio.run(start())


@pytest.mark.usefixtures("instance")
def test_up_says_so_before_it_starts_anything():
    with pytest.raises(StackError, match=SAID):
        asyncio.run(refuse_wrong_keys(Stack(Settings(_env_file=None), None, dict(os.environ))))


@pytest.mark.usefixtures("instance")
def test_a_key_that_is_lost_for_good_is_given_up_by_a_command():
    given_up = CliRunner().invoke(app, ["forget-key", "k1"])
    assert (given_up.exit_code, "k1" in given_up.output) == (0, True)
    assert CliRunner().invoke(app, ["forget-key", "k1"]).exit_code == 1
    asyncio.run(used_once())


def test_two_at_once_in_one_folder_are_refused(tmp_path: Path):
    mine, other = tmp_path / "mine", tmp_path / "other"
    with alone_in(mine), pytest.raises(StackError, match="Another Mailwarden runs"), alone_in(mine):
        pass
    with alone_in(mine), alone_in(other):
        pass


def test_a_port_that_somebody_has_is_refused_before_anything_starts(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        settings = Settings(_env_file=None, data_dir=tmp_path, port=somebody.getsockname()[1])
        with pytest.raises(StackError, match=f"Port {settings.port} of 127.0.0.1 is taken"), running_stack(settings):
            pytest.fail("it started")
    assert not (tmp_path / "servers").exists()
