"""A blocked loop ends its process and says where it stood; a stopped process and a busy loop do not."""

import asyncio
import signal
import subprocess
import sys
import textwrap
import time

import pytest

from mailwarden.core.watchdog import BLOCKED, Stillness, watched_loop

LIMIT_S = 1.0
PROGRAM = """
import asyncio, logging, re, time
from mailwarden.core.logging import configure_logging
from mailwarden.core.watchdog import watched_loop

def stand_still():
    {block}

async def main():
    async with watched_loop({limit}):
        await asyncio.sleep(0.3)
        print("begins", flush=True)
        {first}
        stand_still()
        await asyncio.sleep(0.3)
    print("went on", flush=True)

configure_logging("info", as_json=True)
asyncio.run(main())
"""


def start(block: str, *, limit: float = LIMIT_S, first: str = "pass") -> "subprocess.Popen[str]":
    code = textwrap.dedent(PROGRAM).format(block=block, limit=limit, first=first)
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begins\n"
    return process


@pytest.mark.parametrize(
    ("block", "status"),
    [
        ("time.sleep(30)", BLOCKED),
        ("while True: pass", BLOCKED),
        ("re.match('(a+)+$', 'a' * 60 + 'b')", -signal.SIGPROF),  # never gives up the interpreter's lock
    ],
)
def test_a_blocked_loop_ends_its_process(block: str, status: int) -> None:
    process, began = start(block), time.monotonic()
    _, said = process.communicate(timeout=30)
    assert process.returncode == status
    assert "stand_still" in said
    assert time.monotonic() - began >= LIMIT_S * 0.9


def test_whoever_holds_the_log_cannot_keep_the_process_alive() -> None:
    process = start("logging.getLogger().handlers[0].acquire(); time.sleep(30)")
    process.communicate(timeout=30)
    assert process.returncode == BLOCKED


@pytest.mark.parametrize(("block", "limit"), [("time.sleep(0.5)", LIMIT_S), ("time.sleep(1.5)", 0)])
def test_a_short_block_and_an_unwatched_loop_go_on(block: str, limit: float) -> None:
    said, _ = start(block, limit=limit).communicate(timeout=30)
    assert said == "went on\n"


def test_a_stopped_process_goes_on() -> None:
    process = start("pass", first="await asyncio.sleep(0.5)")
    process.send_signal(signal.SIGSTOP)
    time.sleep(2 * LIMIT_S)
    process.send_signal(signal.SIGCONT)
    said, _ = process.communicate(timeout=30)
    assert (said, process.returncode) == ("went on\n", 0)


def test_only_time_that_was_lived_through_counts() -> None:
    stillness = Stillness(2.0)
    assert stillness.look(1, 1.0) == 0
    assert stillness.look(1, 1.1) == 1.1
    assert stillness.look(1, 3_600) == 3.1  # nobody ran
    assert stillness.look(2, 1.0) == 0
    assert [stillness.look(2, 1.0) for _ in range(3)] == [1, 2, 3]


async def test_nothing_is_left_behind() -> None:
    async with watched_loop(30):
        await asyncio.sleep(0)
        assert signal.getitimer(signal.ITIMER_PROF)[0] > 0
    assert signal.getitimer(signal.ITIMER_PROF) == (0, 0)
