"""`make bench`: every measurement, one after another, with its table; what each means stands in README.md here.

With one name, further options are that bench's own.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence

BENCHES: Mapping[str, tuple[str, ...]] = {
    "faults": ("-m", "tests.faults"),
    "chaos": ("-m", "tests.chaos"),
    "sync": ("-m", "tests.benchmarks.sync_throughput"),
    "scale": ("-m", "tests.benchmarks.scale"),
    "refresh": ("-m", "tests.benchmarks.refresh"),
    "fairness": ("-m", "tests.benchmarks.fairness"),
    "webhooks": ("-m", "tests.benchmarks.webhooks"),
    "latency": ("-m", "tests.benchmarks.latency"),
    "deliveries": ("-m", "tests.benchmarks.deliveries"),
    "figures": ("-m", "tests.benchmarks.figures"),
    "export": ("-m", "tests.benchmarks.export"),
    "sends": ("-m", "tests.benchmarks.sends"),
    "throughput": ("-m", "tests.benchmarks.throughput"),
    "dns": ("-m", "tests.benchmarks.dns_check"),
    "reliability": ("-m", "tests.reliability", "--report"),
    "lighthouse": ("-m", "scripts.browser_tests", "--lighthouse"),
}
ONLY_WHEN_NAMED = {"reliability"}  # two hours; `make faults` plays it, too


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def run(name: str, options: Sequence[str]) -> bool:
    say(f"\n=== {name} ===")
    began = time.monotonic()
    done = subprocess.run([sys.executable, *BENCHES[name], *options], check=False)
    say(f"=== {name}: {'passed' if done.returncode == 0 else 'FAILED'} in {time.monotonic() - began:.0f} s ===")
    return done.returncode == 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*BENCHES, []], help="only these; default all")
    given, options = parser.parse_known_args()
    names = given.names or [name for name in BENCHES if name not in ONLY_WHEN_NAMED]
    if options and len(names) > 1:
        parser.error("options go with one name")
    failed = [name for name in names if not run(name, options)]
    say(
        f"\n{len(names) - len(failed)} of {len(names)} benches passed"
        + (f"; failed: {', '.join(failed)}" * bool(failed))
    )
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
