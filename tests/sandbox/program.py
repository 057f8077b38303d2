"""The sandbox as the program that people start."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BACKEND = Path(__file__).parents[2] / "backend" / "sandbox"
_START_S = 20


@contextmanager
def running_sandbox(folder: Path, *arguments: str) -> Iterator[int]:
    """Yields the port. The program ends with the block."""
    port_file, log = folder / "port", folder / "log"
    command = [sys.executable, "-m", "mailwarden_sandbox", "--port", "0", "--port-file", str(port_file), *arguments]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, env={**os.environ, "PYTHONPATH": str(BACKEND)}
        )
        try:
            yield _await_port(process, port_file, log)
        finally:
            process.terminate()
            process.wait(10)


def _await_port(process: subprocess.Popen[bytes], port_file: Path, log: Path) -> int:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline and process.poll() is None:
        if port_file.exists():
            return int(port_file.read_text())
        time.sleep(0.05)
    raise RuntimeError(f"the sandbox did not start: {log.read_text()}")
