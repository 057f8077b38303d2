"""Starts the product beside the sandbox and walks through it with Chromium; `--lighthouse` measures it instead.

A second instance, on which organizations pay, is started for the walk through billing; `--paid` plays that one alone. A
third one of that kind is for the browser extension; `--extension` plays that one alone. Names of files, such as
`outreach.test.ts`, play these alone, of those on which nobody pays.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from mailwarden.cli.demo.run import demo_environment
from scripts.browser import NoBrowser, ensure
from scripts.browser_desk import desk_for
from scripts.browser_extension import packed_extension
from tests.support.stack import System, running_system

FRONTEND = Path(__file__).resolve().parents[1] / "frontend"
LIMIT_S = 2400


def main(arguments: list[str]) -> int:
    try:
        chromium = ensure()
    except NoBrowser as error:
        print(error, file=sys.stderr)
        return 1
    if "--lighthouse" in arguments:
        return play("lighthouse", chromium)
    if files := [name for name in arguments if name.endswith(".test.ts")]:
        return play("e2e", chromium, files)
    alone = {"--paid": ["e2e:paid"], "--extension": ["e2e:extension"]}
    walks = next((alone[word] for word in arguments if word in alone), ["e2e", "e2e:paid", "e2e:extension"])
    return next((failed for script in walks if (failed := play_twice(script, chromium))), 0)


def play_twice(script: str, chromium: str) -> int:
    """A failed walk is walked once more, on a product started anew; both are printed, and the second one decides.

    A browser on two busy cores is late now and then; what is broken fails twice.
    """
    if not play(script, chromium):
        return 0
    print(f"\n{script} failed and is played once more.\n", flush=True)
    return play(script, chromium)


def play(script: str, chromium: str, files: Sequence[str] = ()) -> int:
    extension = script.endswith("extension")
    paid = extension or script.endswith("paid")
    with ExitStack() as resources:
        extra = {"MAILWARDEN_TIMING__CLOCK_FOLLOW_S": "0.2"} if paid else {}  # time is moved there
        env = resources.enter_context(packed_extension()) if extension else {}
        system = resources.enter_context(running_system("browser", env=demo_environment() | extra, paid=paid))
        env |= where(system) | {"CHROMIUM_PATH": chromium}
        if paid:
            env["E2E_DESK_URL"] = resources.enter_context(desk_for(system))
        command, folder = ["npm", "run", "--silent", script], FRONTEND
        if files:
            command, folder = ["node", "--test", "--test-concurrency=1", *files], FRONTEND / "app" / "e2e"
        return subprocess.run(command, cwd=folder, env=os.environ | env, timeout=LIMIT_S, check=False).returncode


def where(system: System) -> dict[str, str]:
    mails = str(system.stack.settings.data_dir / "mail")
    return {"E2E_BASE_URL": system.url, "E2E_SANDBOX_URL": system.sandbox.url, "E2E_MAILS": mails}


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
