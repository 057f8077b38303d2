"""Environments for the providers' official clients, made once from hash-locked files and kept under ``.local/sdk``.

Each client gets its own: two versions of one client exclude each other, and none of them belongs into the product.

    python scripts/sdk_envs.py           make what is missing
    python scripts/sdk_envs.py --lock    write requirements/sdk-*.txt anew from requirements/sdk-*.in
"""

import argparse
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
REQUIREMENTS, HOME = ROOT / "requirements", ROOT / ".local" / "sdk"
NAMES = ("hubspot-12", "klaviyo-24", "klaviyo-25", "keap-2", "google-2", "microsoft-1", "localstripe-1")
_MAKE_S = 600


class EnvironmentFailed(RuntimeError):
    """The environment of a client could not be made; says what the installer said."""


def environment(name: str) -> Path:
    """The Python of the client's environment, made now if it is missing or its lock file has changed."""
    lock, home = REQUIREMENTS / f"sdk-{name}.txt", HOME / name
    python, mark = home / "bin" / "python", home / "made-from"
    digest = hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()
    HOME.mkdir(parents=True, exist_ok=True)
    with (HOME / f"{name}.lock").open("w") as guard:  # test processes side by side make it once
        fcntl.flock(guard, fcntl.LOCK_EX)
        if not (mark.exists() and mark.read_text() == digest and python.exists()):
            _make(home, lock, python)
            mark.write_text(digest)
    return python


def _make(home: Path, lock: Path, python: Path) -> None:
    shutil.rmtree(home, ignore_errors=True)
    uv = _uv()
    if uv:
        _run([uv, "venv", "--quiet", "--python", sys.executable, str(home)])
        _run([uv, "pip", "install", "--quiet", "--require-hashes", "--python", str(python), "-r", str(lock)])
    else:
        _run([sys.executable, "-m", "venv", str(home)])
        _run([str(python), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(lock)])


def _uv() -> str | None:
    places = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return shutil.which("uv", path=places)


def _run(command: list[str]) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=_MAKE_S, check=False)
    if done.returncode:
        raise EnvironmentFailed(f"{' '.join(command)}\nended with {done.returncode}\n{done.stdout}{done.stderr}")


def lock_all() -> None:
    uv = _uv()
    if uv is None:
        raise EnvironmentFailed("locking needs uv")
    for name in NAMES:
        source, target = f"requirements/sdk-{name}.in", f"requirements/sdk-{name}.txt"
        options = ["--generate-hashes", "--no-emit-index-url", "--quiet", "--no-header", "--universal"]
        _run([uv, "pip", "compile", *options, "--python-version", "3.11", "-o", target, source])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--lock", action="store_true")
    if parser.parse_args().lock:
        lock_all()
    for name in NAMES:
        print(environment(name))


if __name__ == "__main__":
    main()
