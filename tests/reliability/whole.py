"""`make faults`: what each fault of a provider leads to, then every row of the fault matrix with its negative control.

With rows named, only those.
"""

import argparse
import subprocess
import sys
import time

ROUNDS = 8


def main() -> int:
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("ids", nargs="*", help="only these rows")
    parser.add_argument("--scale", type=float, default=1.0, help="share of the full number of injections")
    parser.add_argument("--seed", type=int, default=round(time.time()) % 100_000)
    options = parser.parse_args()
    rounds = max(1, round(ROUNDS * options.scale))
    given = ["--scale", str(options.scale), "--seed", str(options.seed)]
    parts = [["tests.reliability", *options.ids, *given, "--report"]]
    if not options.ids:
        parts.insert(0, ["tests.faults", "--rounds", str(rounds), "--seed", str(options.seed)])
    return max(subprocess.run([sys.executable, "-m", *part], check=False).returncode for part in parts)


if __name__ == "__main__":
    raise SystemExit(main())
