"""Mail per second of one worker, on the product's whole way to an SMTP server, beside raw aiosmtplib to the same one.

In turns, in one run: medians and their ratio. Then a day of sending on a moved clock: no minute at a provider holds
more than the mailbox's speed allows, whatever is paused, resumed, woken or killed.
"""

import argparse
import asyncio
import json
import ssl
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

import aiosmtplib

from tests.benchmarks.lab import RESULTS, cpu_s, say, table
from tests.benchmarks.sends_post import Box, open_boxes, write
from tests.benchmarks.throughput_day import Day, lived
from tests.support.stack import System, running_system, wait_for

PACE_S = 11.0  # a little more than the fastest pace of a mailbox
SIDE_BY_SIDE = 8  # as many as one worker's long jobs
SENT = "SELECT count(*) FROM send_attempts WHERE outcome = 'accepted'"
LAST = "SELECT max(finished_at) FROM send_attempts"


@dataclass(frozen=True)
class Round:
    """``cpu_ms``: of the sending process alone, for one mail."""

    per_s: float
    cpu_ms: float


def by_product(system: System, boxes: Sequence[Box]) -> Round:
    """From the moment at which all mailboxes are woken, with one mail each, until the last one is settled."""
    system.hurry(PACE_S)
    before, pid = system.one(SENT), _pid(system)
    spent, begun = cpu_s(pid), system.now()
    write(system, boxes, len(boxes))
    wait_for(lambda: system.one(SENT) - before >= len(boxes), "sending", 300)
    took = (system.one(LAST) - begun).total_seconds()
    return Round(len(boxes) / took, 1000 * (cpu_s(pid) - spent) / len(boxes))


def _pid(system: System) -> int:
    process = system.stack.children["worker-0"].process
    assert process is not None
    return process.pid


def by_aiosmtplib(system: System, boxes: Sequence[Box], raw: bytes) -> Round:
    """The same mail from the same accounts: a connection, STARTTLS and a login each."""
    ports = system.sandbox.ask("GET", "/mail")
    context = ssl.create_default_context(cadata=ports["ca"])
    logins = [system.sandbox.ask("GET", f"/accounts/imap/{box.account}/login") for box in boxes]
    places = asyncio.Semaphore(SIDE_BY_SIDE)

    async def one(login: dict[str, str]) -> None:
        given: dict[str, Any] = {"sender": login["address"], "recipients": ["r@else.test"], "tls_context": context}
        given |= {"hostname": ports["host"], "port": ports["submission"], "start_tls": True}
        async with places:
            await aiosmtplib.send(raw, **given, username=login["address"], password=login["password"])

    async def everyone() -> None:
        await asyncio.gather(*(one(login) for login in logins))

    spent, begun = time.process_time(), time.monotonic()
    asyncio.run(everyone())
    return Round(len(boxes) / (time.monotonic() - begun), 1000 * (time.process_time() - spent) / len(boxes))


def measure(count: int, rounds: int) -> dict[str, list[Round]]:
    with running_system("throughput", workers=1, campaigns=0, quotas=False) as system:
        boxes = open_boxes(system, count, ("imap",))
        by_product(system, boxes)  # the first round fills caches and pools
        raw = system.sandbox.ask("GET", "/mail/submitted")["messages"][0]["raw"].encode("latin-1")
        ways: dict[str, Callable[[], Round]] = {
            "one worker": lambda: by_product(system, boxes),
            "aiosmtplib": lambda: by_aiosmtplib(system, boxes, raw),
        }
        turns = [(name, way()) for _ in range(rounds) for name, way in ways.items()]
        return {name: [one for whose, one in turns if whose == name] for name in ways}


def show(found: dict[str, list[Round]]) -> None:
    middle = {name: _middle(rounds) for name, rounds in found.items()}
    rows = [(name, f"{one.per_s:.1f}", f"{one.cpu_ms:.1f}", len(found[name])) for name, one in middle.items()]
    say(table(("way", "mails per s", "its own ms of processor a mail", "rounds"), rows))
    ours, raw = middle.values()
    say(f"ratio {ours.per_s / raw.per_s:.3f} by the clock, {raw.cpu_ms / ours.cpu_ms:.3f} by processor time")


def _middle(rounds: Sequence[Round]) -> Round:
    return Round(median(one.per_s for one in rounds), median(one.cpu_ms for one in rounds))


def show_day(day: Day) -> None:
    say(
        f"{day.hours:g} h: {day.mails} mails, {day.pauses} pauses, {day.kills} workers died;"
        f" fullest minutes {day.fullest}; minutes too full: {len(day.wrong)}"
    )
    for wrong in day.wrong[:10]:
        say(f"  {wrong}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.throughput", description=__doc__)
    parser.add_argument("--mailboxes", type=int, default=48)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--hours", type=float, default=24, help="of the day on a moved clock; 0: none")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    told: dict[str, Any] = {"options": vars(options)}
    if options.rounds:
        found = measure(options.mailboxes, options.rounds)
        show(found)
        told["rounds"] = {name: [asdict(one) for one in rounds] for name, rounds in found.items()}
    wrong: list[str] = []
    if options.hours:
        with tempfile.TemporaryDirectory() as folder:
            day = lived(Path(folder), options.hours, options.seed)
        show_day(day)
        told["day"], wrong = asdict(day), day.wrong
        say("WRONG: a minute is too full" if wrong else "no minute holds more than a mailbox's speed allows")
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "throughput.json").write_text(json.dumps(told, indent=2))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
