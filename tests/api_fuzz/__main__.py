"""`python -m tests.api_fuzz --examples 50`: a long run, with the cases of each operation and what was answered."""

import argparse
import asyncio
import logging
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.api_fuzz.ground import open_ground
from tests.api_fuzz.play import CREDENTIALS, Played, Player
from tests.support.database import test_servers
from tests.support.sandbox import running_sandbox


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def tell(played: Played) -> None:
    for name in sorted({name for name, _ in played.cases}):
        cases = "  ".join(f"{who} {played.cases[name, who]:5}" for who in CREDENTIALS)
        answers = ", ".join(
            f"{status}: {count}" for (one, status), count in sorted(played.answers.items()) if one == name
        )
        say(f"{name:40} {cases}  {played.seconds[name]:5.1f} s  {answers}")
    for (name, kind), told in sorted(played.failures.items()):
        say(f"\n{name}: {kind}\n{told}")
    say(f"\n{played.cases.total()} cases at {len({name for name, _ in played.cases})} operations")
    say(f"{len(played.failures)} kinds of failure")


async def run(examples: int, number: int, only: str) -> Played:
    with TemporaryDirectory() as folder, test_servers() as servers, running_sandbox(Path(folder)) as sandbox:
        async with open_ground(servers, sandbox, Path(folder)) as ground:
            return await asyncio.to_thread(Player(ground, examples, number).play, only)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.api_fuzz", description=__doc__)
    parser.add_argument("--examples", type=int, default=20, help="of each operation, credential and kind of data")
    parser.add_argument("--seed", type=int, default=round(time.time()) % 100_000)
    parser.add_argument("--only", default="", help="operations whose name holds one of these, comma separated")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    say(f"seed {options.seed}")
    played = asyncio.run(run(options.examples, options.seed, options.only))
    tell(played)
    return 1 if played.failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
