"""Mail sent twice, lost, or of unknown outcome, while answers get lost and workers, Redis and PostgreSQL die.

All four ways at once, through real worker processes. Judged by what the providers' sandboxes hold in the end.
"""

import argparse
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from tests.benchmarks.lab import RESULTS, say, table
from tests.benchmarks.sends_post import WAYS, Key, open_boxes, taken, write
from tests.reliability.sending_rows import CALLS
from tests.support.stack import System, running_system, wait_for, wait_healthy

TEAM = ("mailwarden", "worker", "--processes", "2")
CONTROL = ("tests.benchmarks.sends_worker",)
WAITS = ("queued", "sending")
STATES = """
SELECT m.subject, r.address, m.state, m.failure_code, m.failure_detail, c.provider FROM messages m
JOIN message_recipients r ON r.message_id = m.id JOIN connections c ON c.id = m.connection_id
"""
LEFT = "SELECT count(*) FROM messages WHERE state IN ('queued','sending')"
LOOKUPS = "SELECT count(*) FROM jobs WHERE kind = 'message.lookup' AND state <> 'done' AND due_at <= app_now()"
OUTCOMES = "SELECT outcome, count(*) AS n FROM send_attempts GROUP BY outcome"
LOOKED_FOR_S = (16, 61, 301, 1801, 7201)  # the moments at which an unknown one is looked for
DONE = "SELECT count(*) FROM send_attempts WHERE finished_at IS NOT NULL"
EVERY = {"kills": (10, 40), "flushes of Redis": (60, 180), "restarts of PostgreSQL": (200, 500)}  # attempts
STEP_S, PATIENCE_S = 30.0, 900.0
AWAY = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)
AFTER: Mapping[str, tuple[dict[str, Any], ...]] = {  # of the call that sends; most of them when it had its effect
    "reset": ({"processed": True, "rate": 0.03},),
    "status": ({"code": 503, "processed": True, "rate": 0.02}, {"code": 500, "rate": 0.01}),
}
FAULTS: Sequence[tuple[str, str, str, dict[str, Any]]] = (
    *((way, path, kind, one) for way, path in CALLS.items() for kind, given in AFTER.items() for one in given),
    ("microsoft", "*/messages", "reset", {"processed": True, "rate": 0.02}),  # a draft that nobody heard of
    ("imap", "/smtp/DELIVERED", "reset", {"rate": 0.05}),
    ("imap", "/smtp/MESSAGE", "reset", {"rate": 0.01}),
    ("imap", "/imap/APPEND", "reset", {"rate": 0.01}),
)


@dataclass
class Told:
    sends: int
    seconds: float = 0.0
    events: Counter[str] = field(default_factory=Counter)
    outcomes: dict[str, int] = field(default_factory=dict)  # of attempts
    ways: dict[str, Counter[str]] = field(default_factory=dict)
    failures: Counter[str] = field(default_factory=Counter)  # why mail is shown as not sent, by way
    wrong: list[str] = field(default_factory=list)

    def count(self, what: str) -> int:
        return sum(way[what] for way in self.ways.values())

    def judge(self, states: Sequence[Mapping[str, Any]], held: Counter[Key]) -> None:
        for row in states:
            way, times = self.ways.setdefault(row["provider"], Counter()), held[row["subject"], row["address"]]
            way["sends"] += 1
            way[row["state"]] += 1
            if row["state"] == "failed":
                self.failures[f"{row['provider']} {row['failure_code']}: {row['failure_detail']}"] += 1
            way["unknown, out"] += row["state"] == "unknown" and times == 1
            fault = _fault(row["state"], times)
            way[fault or "right"] += 1
            if fault:
                self.wrong.append(f"{row['provider']} {row['subject']} {fault}: {row['state']} {row['failure_code']}")


def _fault(state: str, times: int) -> str | None:
    """``times``: at the provider. Nobody refuses anything here, so what failed and is not out was lost, too."""
    if times > 1:
        return "twice"
    if state in WAITS or (state in ("sent", "failed") and not times):
        return "lost"
    return "denied" if state == "failed" and times else None


class Storm:
    """Each after so many attempts: with the clock, a busy machine's workers would die before they begin."""

    def __init__(self, system: System, rng: random.Random, told: Told, calm: int) -> None:
        """``calm``: so many times as many attempts between two blows."""
        self._system, self._rng, self._told, self._calm = system, rng, told, calm
        self._next = {what: self._pause(what) for what in EVERY}

    def _pause(self, what: str) -> int:
        return self._calm * self._rng.randint(*EVERY[what])

    def strike(self, done: int) -> None:
        for what, after in self._next.items():
            if after <= done:
                self._happen(what)
                self._told.events[what] += 1
                self._next[what] = done + self._pause(what)

    def _happen(self, what: str) -> None:
        if what == "kills":
            self._system.kill_a_hand(self._rng)
        elif what == "flushes of Redis":
            self._system.servers.redis.flush()
        else:
            self._system.restart_postgres(crash=self._rng.random() < 0.5)


def count(system: System, asked: str) -> int | None:
    """None: PostgreSQL is away."""
    with suppress(*AWAY):
        return int(system.one(asked))
    return None


def rage(system: System, storm: Storm | None, sends: int) -> None:
    """Until nearly all is sent; what the last kills left behind is for afterwards."""
    deadline = time.monotonic() + PATIENCE_S + sends
    while time.monotonic() < deadline:
        left, done = count(system, LEFT), count(system, DONE)
        if left is not None and left <= sends // 50:
            break
        if storm is not None and done is not None:
            storm.strike(done)
        time.sleep(1)


def settle(system: System) -> None:
    """Everything up again. Leases run out, the last mails go, and what is unknown is looked for."""
    wait_healthy(system, 60)
    wait_for(lambda: all(child.alive() for child in system.stack.children.values()), "all processes", 30)
    for way in WAYS:
        system.sandbox.lift(way, None)
    deadline = time.monotonic() + PATIENCE_S
    while system.one(LEFT) and time.monotonic() < deadline:
        system.advance(STEP_S)
        time.sleep(2)
    for wait in LOOKED_FOR_S:
        system.advance(wait)
        with suppress(AssertionError):
            wait_for(lambda: not system.one(LOOKUPS), "looking for mail", 120)


def play(sends: int, each: int, seed: int, calm: int = 1, *, broken: bool = False) -> Told:
    told, rng = Told(sends), random.Random(seed)
    worker, label = (CONTROL, "sends-control") if broken else (TEAM, "sends")
    with running_system(label, seed=seed, quotas=False, campaigns=0, worker=worker) as system:
        boxes = open_boxes(system, each)
        strike(system)
        begun = time.monotonic()
        write(system, boxes, sends)
        say(f"{sends} mails wait in {len(boxes)} mailboxes")
        rage(system, None if broken else Storm(system, rng, told, calm), sends)
        told.seconds = time.monotonic() - begun
        settle(system)
        told.outcomes = {row["outcome"]: row["n"] for row in system.rows(OUTCOMES)}
        told.judge(system.rows(STATES), taken(system, boxes))
    return told


def strike(system: System) -> None:
    for way, path, kind, given in FAULTS:
        system.sandbox.fault(way, None, kind, path=path, **given)


HEAD = ("way", "sends", "sent", "failed", "unknown", "of them out", "twice", "lost", "denied")


def show(told: Told) -> None:
    columns = ("sends", "sent", "failed", "unknown", "unknown, out", "twice", "lost", "denied")
    rows = [(way, *(told.ways[way][one] for one in columns)) for way in WAYS if way in told.ways]
    say(table(HEAD, [*rows, ("all", *(told.count(one) for one in columns))]))
    events = ", ".join(f"{n} {what}" for what, n in told.events.items()) or "nobody died"
    found, unknown = told.outcomes.get("found", 0), told.count("unknown")
    say(f"{events}; {told.sends / told.seconds:.1f} sends per second, with all that")
    say(f"outcome unknown at first {found + unknown} ({(found + unknown) / told.sends:.2%}), found by looking {found}")
    say(f"unknown in the end {unknown} ({unknown / told.sends:.2%}), shown so and not sent again")
    for why, times in told.failures.most_common(10):
        say(f"failed {times}: {why}")
    for wrong in told.wrong[:20]:
        say(f"  {wrong}")


def keep(told: Told, seed: int) -> None:
    RESULTS.mkdir(parents=True, exist_ok=True)
    facts = {"sends": told.sends, "seed": seed, "seconds": told.seconds, "events": told.events, "ways": told.ways}
    (RESULTS / "sends.json").write_text(json.dumps(facts | {"outcomes": told.outcomes, "wrong": told.wrong}, indent=2))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.sends", description=__doc__)
    parser.add_argument("--sends", type=int, default=4_000)
    parser.add_argument("--each", type=int, default=25, help="mailboxes of each way; one sends every 10 s")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--calm", type=int, default=1, help="so many times as many sends between two deaths")
    parser.add_argument("--no-control", dest="control", action="store_false")
    options = parser.parse_args()
    say(f"seed {options.seed}: {options.sends} sends from {options.each * len(WAYS)} mailboxes")
    told = play(options.sends, options.each, options.seed, options.calm)
    show(told)
    keep(told, options.seed)
    noticed = True
    if options.control:
        say("CONTROL: what did not succeed is sent again")
        control = play(120, 3, options.seed, broken=True)
        show(control)
        noticed = control.count("twice") > 0
    good = not told.wrong and noticed
    say("0 twice, 0 lost" + ", and the control fails" * options.control if good else "WRONG")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
