"""Finds a Chromium for the browser tests, or installs one: `python -m scripts.browser` prints its path.

In this order: CHROMIUM_PATH, the PATH, Playwright's own, Debian's package (as root), a download by Playwright.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PLAYWRIGHT = ROOT / "frontend" / "node_modules" / ".bin" / "playwright-core"
OWN_PATH = "import { chromium } from 'playwright-core'; console.log(chromium.executablePath())"
APT = ("apt-get", "-o", "DPkg::Lock::Timeout=120", "-q")


class NoBrowser(RuntimeError):
    """Says what was tried and what a person can do."""


def find() -> str | None:
    chosen = os.environ.get("CHROMIUM_PATH")
    if chosen:
        return chosen if os.access(chosen, os.X_OK) else None
    on_path = next(filter(None, map(shutil.which, NAMES)), None)
    return on_path or _playwrights()


def ensure() -> str:
    """The path of a Chromium, installing one if need be."""
    tried = []
    for what, install in (("Debian's package", _install_package), ("Playwright's download", _install_download)):
        found = find()
        if found or os.environ.get("CHROMIUM_PATH"):
            break
        tried.append(f"{what}: {install()}")
    found = find()
    if found:
        return found
    raise NoBrowser(
        "The browser tests need Chromium, and none was found or could be installed.\n"
        + "".join(f"  {line}\n" for line in tried)
        + "Install Chromium or Chrome, or name one by CHROMIUM_PATH."
    )


def _playwrights() -> str | None:
    if not PLAYWRIGHT.exists():
        return None
    asked = _run("node", "--input-type=module", "-e", OWN_PATH)
    path = asked.stdout.strip()
    return path if asked.returncode == 0 and os.access(path, os.X_OK) else None


def _install_package() -> str:
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        return "needs apt-get and root"
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    updated = _run(*APT, "update")
    installed = _run(*APT, "install", "-y", "--no-install-recommends", "chromium", "fonts-liberation")
    return _outcome(installed if installed.returncode else updated)


def _install_download() -> str:
    if not PLAYWRIGHT.exists():
        return "needs `make setup` first"
    return _outcome(_run(str(PLAYWRIGHT), "install", "chromium"))


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    print("+", " ".join(command[:6]), file=sys.stderr)
    return subprocess.run(command, cwd=ROOT / "frontend", capture_output=True, text=True, check=False)


def _outcome(done: subprocess.CompletedProcess[str]) -> str:
    last = (done.stderr.strip() or done.stdout.strip() or "no output").splitlines()[-1]
    return "done" if done.returncode == 0 else f"failed: {last}"


if __name__ == "__main__":
    try:
        print(ensure())
    except NoBrowser as error:
        sys.exit(str(error))
