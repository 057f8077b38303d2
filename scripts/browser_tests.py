"""Starts the product beside the sandbox and walks through it with Chromium; `--lighthouse` measures it instead."""

import os
import subprocess
import sys
from pathlib import Path

from mailwarden.cli.demo.run import demo_environment
from scripts.browser import NoBrowser, ensure
from tests.support.stack import running_system

FRONTEND = Path(__file__).resolve().parents[1] / "frontend"
LIMIT_S = 1200


def main(arguments: list[str]) -> int:
    script = "lighthouse" if "--lighthouse" in arguments else "e2e"
    try:
        chromium = ensure()
    except NoBrowser as error:
        print(error, file=sys.stderr)
        return 1
    with running_system("browser", env=demo_environment()) as system:
        env = {"CHROMIUM_PATH": chromium, "E2E_BASE_URL": system.url, "E2E_SANDBOX_URL": system.sandbox.url}
        env |= {"E2E_MAILS": str(system.stack.settings.data_dir / "mail")}
        command = ["npm", "run", "--silent", script]
        return subprocess.run(command, cwd=FRONTEND, env=os.environ | env, timeout=LIMIT_S, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
