"""Installs Debian's packages where tests need a program that pip cannot bring: as root, and in bounded time."""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import gettempdir

# Together less than the timeout of a test that waits for it.
UPDATE_S, INSTALL_S = 120, 600
APT = ("apt-get", "-o", "DPkg::Lock::Timeout=120", "-q")
QUIET = {"DEBIAN_FRONTEND": "noninteractive"}


def install(packages: Sequence[str]) -> str:
    """What came of it, in words for whoever reads the log. Never raises: a program may be missing for good reasons."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return "installing it needs root and apt-get"
    with Path(gettempdir(), "mailwarden-tests-apt.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests run in several processes, and apt-get update waits for nobody
        updated = _run([*APT, "update"], UPDATE_S)
        installed = _run([*APT, "install", "-y", "--no-install-recommends", *packages], INSTALL_S)
    return installed if installed == "done" else f"apt-get update: {updated}; apt-get install: {installed}"


def _run(command: Sequence[str], limit_s: float) -> str:
    try:
        found = subprocess.run(
            command,
            env=os.environ | QUIET,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=limit_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"not done after {limit_s:.0f} s"
    last = (found.stderr.strip() or found.stdout.strip() or "no output").splitlines()[-1]
    return "done" if found.returncode == 0 else last
