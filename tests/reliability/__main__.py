"""`python -m tests.reliability [P1 T2 …]`: rows of the fault matrix with their negative controls."""

import argparse
import asyncio
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

from mailwarden.core.logging import configure_logging
from tests.faults.report import write
from tests.reliability import report
from tests.reliability.row import BROKE_DOWN, Ground, Outcome, Play, Row, Tally
from tests.reliability.rows import ROWS
from tests.support.database import test_servers
from tests.support.sandbox import running_sandbox


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


async def _played(play: Play, ground: Ground, n: int) -> Tally:
    """A row that breaks down must not take the others with it."""
    try:
        return await play(ground, n)
    except Exception as exc:  # noqa: BLE001
        return Tally(violations=[f"{BROKE_DOWN} {exc!r}"[:300]])


async def judge(ground: Ground, row: Row, n: int) -> Outcome:
    """The broken variant needs no more than a few tries to be noticed."""
    began = time.monotonic()
    found = await _played(row.play, ground, n)
    control = await _played(row.control, ground, max(10, min(n, row.quick or 12)))
    return Outcome(row, found, control, time.monotonic() - began)


async def play(rows: list[Row], ground: Ground, scale: float, *, tell: bool) -> list[Outcome]:
    outcomes = []
    for row in rows:
        outcomes.append(await judge(ground, row, row.scaled(scale)))
        say(outcomes[-1].line())
        if tell:  # at once: two hours may be cut short
            report.write(outcomes[-1:], scale, ground.seed)
        for what in outcomes[-1].found.violations[:5]:
            say(f"       {what}")
        if not row.noticed(outcomes[-1].control):
            say(f"       the control found {outcomes[-1].control.violations[:3]}, nothing that says {row.sign!r}")
    return outcomes


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.reliability", description=__doc__)
    parser.add_argument("ids", nargs="*", help="only these rows; default all")
    parser.add_argument("--scale", type=float, default=1.0, help="share of the full number of injections")
    parser.add_argument("--report", action="store_true", help="tell of it in docs/reliability.md")
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
        outcomes = asyncio.run(
            play(rows, Ground(options.seed, folder, servers, sandbox), options.scale, tell=options.report)
        )
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
