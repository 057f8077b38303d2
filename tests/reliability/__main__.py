"""`python -m tests.reliability [P1 T2 …]`: rows of the fault matrix with their negative controls."""

import argparse
import asyncio
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

from mailwarden.core.logging import configure_logging
from tests.faults.report import write
from tests.reliability.row import Ground, Row, Tally
from tests.reliability.rows import ROWS
from tests.support.database import test_servers
from tests.support.sandbox import running_sandbox


@dataclass
class Outcome:
    row: Row
    found: Tally
    control: Tally
    seconds: float

    @property
    def ok(self) -> bool:
        return not self.found.violations and bool(self.row.noticed(self.control)) and self.found.n > 0

    def line(self) -> str:
        bound = f"< {self.found.bound:.2%}" if self.found.bound else "–"
        noticed = f"{len(self.row.noticed(self.control))}/{self.control.n}"
        figures = ", ".join(f"{name} {value:g}" for name, value in self.found.figures.items())
        head = f"{self.row.id:<4} {self.row.title:<38} {len(self.found.violations)}/{self.found.n:<7} {bound:<9}"
        return f"{head} control {noticed:<12} {self.seconds:6.1f} s  {figures} {'' if self.ok else 'WRONG'}".rstrip()


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


async def judge(ground: Ground, row: Row, n: int) -> Outcome:
    """The broken variant needs no more than a few tries to be noticed."""
    began = time.monotonic()
    found = await row.play(ground, n)
    control = await row.control(ground, max(10, min(n, row.quick or 12)))
    return Outcome(row, found, control, time.monotonic() - began)


async def play(rows: list[Row], ground: Ground, scale: float) -> list[Outcome]:
    outcomes = []
    for row in rows:
        outcomes.append(await judge(ground, row, row.scaled(scale)))
        say(outcomes[-1].line())
        for what in outcomes[-1].found.violations[:5]:
            say(f"       {what}")
        if not row.noticed(outcomes[-1].control):
            say(f"       the control found {outcomes[-1].control.violations[:3]}, nothing that says {row.sign!r}")
    return outcomes


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.reliability", description=__doc__)
    parser.add_argument("ids", nargs="*", help="only these rows; default all")
    parser.add_argument("--scale", type=float, default=1.0, help="share of the full number of injections")
    parser.add_argument("--seed", type=int, default=round(time.time()) % 100_000)
    options = parser.parse_args()
    if unknown := set(options.ids) - {row.id for row in ROWS}:
        parser.error(f"no such rows: {', '.join(sorted(unknown))}")
    rows = [row for row in ROWS if not options.ids or row.id in options.ids]
    configure_logging("critical", as_json=True)
    say(f"seed {options.seed}, scale {options.scale:g}")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        servers = stack.enter_context(test_servers())
        sandbox = stack.enter_context(running_sandbox(folder, options=["--no-quotas"]))
        outcomes = asyncio.run(play(rows, Ground(options.seed, folder, servers, sandbox), options.scale))
    wrong = [one.row.id for one in outcomes if not one.ok]
    told = [
        {**asdict(one.found), "id": one.row.id, "title": one.row.title, "control": asdict(one.control)}
        for one in outcomes
    ]
    say(f"written to {write('reliability', {'options': vars(options), 'rows': told})}")
    say(
        f"{len(outcomes) - len(wrong)} of {len(outcomes)} rows hold" + (f"; WRONG: {', '.join(wrong)}" if wrong else "")
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
