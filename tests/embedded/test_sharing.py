import os
import signal
import subprocess
from pathlib import Path

import asyncpg
import pytest
import redis

from mailwarden.core.roles import Role
from mailwarden.embedded import embedded_servers
from mailwarden.embedded.__main__ import main
from mailwarden.embedded.home import data_dirs_below
from mailwarden.embedded.processes import is_alive, wait_until
from mailwarden.embedded.servers import open_servers
from tests.embedded.holder import Holder


async def add_row(dsn: str) -> int:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("CREATE TABLE IF NOT EXISTS kept (id int GENERATED ALWAYS AS IDENTITY)")
        await connection.execute("INSERT INTO kept DEFAULT VALUES")
        return int(await connection.fetchval("SELECT count(*) FROM kept"))
    finally:
        await connection.close()


async def test_a_second_start_finds_data_passwords_and_ports_of_the_first(data_dir: Path) -> None:
    urls = []
    for rows in (1, 2):
        with embedded_servers(data_dir, fast=True) as servers:
            urls.append((servers.dsn(Role.OWNER), servers.redis_url))
            assert await add_row(servers.dsn(Role.OWNER)) == rows
        assert not servers.postgres.is_running()
        assert not servers.redis.is_running()
    assert urls[0] == urls[1]


async def test_servers_of_a_killed_process_are_joined_and_then_stopped(data_dir: Path) -> None:
    holder = Holder(data_dir)
    holder.end(signal.SIGKILL)
    assert all(is_alive(pid) for pid in holder.pids)
    with embedded_servers(data_dir, fast=True) as servers:
        assert [servers.postgres.pid, servers.redis.pid] == holder.pids
        assert await add_row(servers.dsn(Role.OWNER)) == 1
    assert not any(is_alive(pid) for pid in holder.pids)


def test_servers_killed_with_their_process_start_again(data_dir: Path) -> None:
    holder = Holder(data_dir)
    holder.end(signal.SIGKILL)
    for pid in holder.pids:
        os.kill(pid, signal.SIGKILL)
    with embedded_servers(data_dir, fast=True) as servers:
        assert servers.postgres.is_running()
        assert servers.redis.is_running()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_signals_stop_the_servers(data_dir: Path, how: signal.Signals, capfd: pytest.CaptureFixture[str]) -> None:
    holder = Holder(data_dir)
    assert holder.end(how) != 0
    assert not any(is_alive(pid) for pid in holder.pids)


def test_only_the_last_user_stops_the_servers(data_dir: Path) -> None:
    holder = Holder(data_dir)
    with embedded_servers(data_dir, fast=True) as servers:
        assert [servers.postgres.pid, servers.redis.pid] == holder.pids
    assert servers.postgres.is_running()
    holder.end(signal.SIGTERM)
    assert wait_until(lambda: not servers.postgres.is_running(), 5)


def test_a_pid_file_that_names_a_stranger_is_no_obstacle(data_dir: Path) -> None:
    with embedded_servers(data_dir, fast=True) as servers:
        lines = servers.postgres.pid_file.read_text().splitlines()
    stranger = subprocess.Popen(["/bin/sleep", "60"], user=servers.home.account.uid)
    try:
        servers.postgres.pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        servers.home.account.own(servers.postgres.pid_file, 0o600)
        with embedded_servers(data_dir, fast=True) as servers:
            assert servers.postgres.is_running()
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_server_that_is_away_is_away_and_comes_back_under_the_same_url(data_dir: Path) -> None:
    with embedded_servers(data_dir, fast=True) as servers:
        url = servers.redis_url
        servers.redis.stop()
        with redis.Redis.from_url(url) as client, pytest.raises(redis.ConnectionError):
            client.ping()
        servers.redis.start()
        assert servers.redis_url == url


async def test_a_killed_or_stopped_postgres_keeps_what_was_committed(data_dir: Path) -> None:
    with embedded_servers(data_dir, fast=True) as servers:
        dsn = servers.dsn(Role.OWNER)
        assert await add_row(dsn) == 1
        servers.postgres.kill()
        assert not servers.postgres.is_running()
        servers.postgres.start()
        assert await add_row(dsn) == 2
        servers.postgres.restart("immediate")
        assert await add_row(dsn) == 3
        servers.postgres.restart("fast")
        assert await add_row(dsn) == 4


def test_describing_the_servers_starts_none(data_dir: Path) -> None:
    servers = open_servers(data_dir, fast=True)
    assert not servers.postgres.is_running()
    assert not servers.redis.is_running()


def test_what_a_killed_process_left_can_be_removed(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    inner = data_dir / "some" / "instance"
    holder = Holder(inner)
    holder.end(signal.SIGKILL)
    assert data_dirs_below(data_dir) == [inner]
    assert main(["remove", str(data_dir)]) == 0
    assert not any(is_alive(pid) for pid in holder.pids)
    assert data_dirs_below(data_dir) == []
    assert str(inner) in capsys.readouterr().out
