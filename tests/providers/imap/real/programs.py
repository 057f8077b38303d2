"""Finding real mail servers on this machine, or installing them where that is possible."""

import os
import shutil
import socket
import time
from pathlib import Path

import pytest

from tests.support.debian import install

SEARCH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
PACKAGES = {
    "dovecot": ["dovecot-imapd", "dovecot-lmtpd", "dovecot-submissiond"],
    "postfix": ["postfix"],
}
PARTS = {"dovecot": ("lmtp", "submission")}  # packed apart; without them it does not start as it is configured here
HOMES = (Path("/usr/lib/dovecot"), Path("/usr/libexec/dovecot"))


def program(name: str) -> str:
    """Its path. In CI a missing server is a failure; elsewhere the tests are skipped and say what is not proven."""
    found, came = _whole(name), "not tried to install it"
    if found is None and os.environ.get("CI"):
        came = install(PACKAGES[name])
        found = _whole(name)
    if found is not None:
        return found
    missing = f"{name} is not here: that our mail adapter works with it is NOT PROVEN in this run"
    if os.environ.get("CI"):
        pytest.fail(f"{missing} ({came})")
    pytest.skip(f"{missing} (apt-get install {' '.join(PACKAGES[name])})")


def _whole(name: str) -> str | None:
    there = all(any((home / part).exists() for home in HOMES) for part in PARTS.get(name, ()))
    return shutil.which(name, path=SEARCH) if there else None


def as_root(what: str) -> None:
    if os.getuid() != 0:
        pytest.skip(f"{what} starts only as root: NOT PROVEN in this run")


def await_port(port: int, log: Path) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"nothing listens: {log.read_text() if log.exists() else 'no log'}")
