"""`python -m tests.chaos`: a long storm, and the negative controls that must fail."""

import argparse
import sys
import time
from dataclasses import replace

from tests.chaos.oracle import Judgement
from tests.chaos.run import CONTROLS, run
from tests.chaos.storm import Plan, Storm
from tests.faults.report import write


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def told(name: str, storm: Storm, judgement: Judgement) -> None:
    say(f"\n{name}")
    for line in judgement.lines(storm):
        say(f"  {line}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=round(time.time()) % 100_000)
    parser.add_argument("--seconds", type=float, default=240)
    parser.add_argument("--each", type=int, default=20, help="connections of each kind of rotation")
    parser.add_argument("--no-controls", dest="controls", action="store_false", help="skip the negative controls")
    options = parser.parse_args()
    storm, judgement = run(Plan(options.seed, options.seconds, options.each))
    told("storm", storm, judgement)
    write("chaos", {"options": vars(options), "counts": storm.counts, "judgement": vars(judgement)})
    controls = {name: control(name, options.seed) for name in CONTROLS} if options.controls else {}
    unable = [name for name, failed in controls.items() if not failed]
    for name in unable:
        say(f"negative control {name!r} found nothing: the storm proves nothing")
    return 1 if judgement.violations or unable else 0


def control(name: str, seed: int) -> bool:
    """Whether the oracle noticed that the worker is broken, as it must."""
    plan, worker = CONTROLS[name]
    storm, judgement = run(replace(plan, seed=seed), worker=worker)
    told(f"negative control: {name}", storm, judgement)
    return bool(judgement.violations)


if __name__ == "__main__":
    raise SystemExit(main())
