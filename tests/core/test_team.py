"""Whoever dies is replaced, whoever ends the leader ends all, and nobody continues another's random numbers."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator

import pytest

PROGRAM = """
import os, sys, time
from mailwarden.core import team
from mailwarden.core.ids import new_id

team.SOON_S, team.PAUSE_S = 1.0, 0.1
new_id()

def work(place):
    os.write(1, f"{{place}} {{os.getpid()}} {{new_id()}}\\n".encode())
    {work}
    return 0

os.write(1, b"leader\\n")
sys.exit(team.Team({size}, work).run())
"""
STAYS = "time.sleep(60)"
Started = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def started() -> Iterator[Started]:
    running: list[subprocess.Popen[str]] = []

    def start(work: str, size: int = 2) -> "subprocess.Popen[str]":
        code = textwrap.dedent(PROGRAM).format(work=work, size=size)
        process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, bufsize=1)
        running.append(process)
        assert line_of(process) == ["leader"]
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()


def line_of(process: "subprocess.Popen[str]") -> list[str]:
    assert process.stdout is not None
    return process.stdout.readline().split()


def members_of(process: "subprocess.Popen[str]", count: int = 2) -> dict[str, int]:
    """Process ids by place."""
    lines = [line_of(process) for _ in range(count)]
    return {place: int(pid) for place, pid, _ in lines}


def is_gone(pid: int, within_s: float = 10) -> bool:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_ending_the_leader_ends_all(started: Started, number: int) -> None:
    process = started(STAYS)
    members = members_of(process)
    assert sorted(members) == ["0", "1"]
    process.send_signal(number)
    assert process.wait(10) == 0
    assert all(is_gone(pid) for pid in members.values())


def test_a_killed_one_is_replaced_in_its_place(started: Started) -> None:
    process = started(STAYS)
    members = members_of(process)
    os.kill(members["1"], signal.SIGKILL)
    (place, successor), *_ = members_of(process, 1).items()
    assert (place, successor != members["1"]) == ("1", True)
    os.kill(members["0"], 0)  # the other one works on


def test_who_cannot_begin_ends_all_with_its_status(started: Started) -> None:
    process = started("if place: return 3\n    time.sleep(60)")
    members = members_of(process)
    assert process.wait(10) == 3
    assert is_gone(members["0"])


def test_who_fails_once_the_team_has_worked_is_replaced(started: Started) -> None:
    process = started("time.sleep(1.5 if place else 60); return 3")
    members = members_of(process)
    assert [line_of(process)[0] for _ in range(2)] == ["1", "1"]
    assert process.poll() is None
    os.kill(members["0"], 0)


def test_a_member_that_breaks_down_says_so(started: Started) -> None:
    process = started("raise RuntimeError('no way')", size=1)
    members_of(process, 1)
    assert process.wait(10) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process of its parent's end")
def test_a_killed_leader_takes_its_members_along(started: Started) -> None:
    process = started(STAYS)
    members = members_of(process)
    process.kill()
    assert all(is_gone(pid) for pid in members.values())


def test_nobody_makes_the_ids_of_another(started: Started) -> None:
    process = started(STAYS, size=4)
    made = [line_of(process)[2] for _ in range(4)]
    random_parts = {one[19:] for one in made}  # behind the time
    assert len(random_parts) == 4
