"""Resolves pyproject.toml into hash-locked files: `python -m scripts.lock [--upgrade]`.

The files hold for every platform and every Python from 3.11 on, and name no host.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COMMON = ("--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url", "--no-emit-find-links")
PRODUCT = ("pyproject.toml",)
FILES = {
    "build": ("--group", "build"),
    "runtime": PRODUCT,
    "dev": (
        *(*PRODUCT, "--extra", "embedded", "--group", "dev", "--group", "build", "--group", "node"),
        *("-c", "requirements/runtime.txt", "-c", "requirements/build.txt"),
    ),
}


def main() -> int:
    env = os.environ | {"UV_CUSTOM_COMPILE_COMMAND": "make lock"}
    for name, options in FILES.items():
        command = [
            "uv",
            "pip",
            "compile",
            "--quiet",
            *COMMON,
            *options,
            *sys.argv[1:],
            "-o",
            f"requirements/{name}.txt",
        ]
        if subprocess.run(command, cwd=ROOT, env=env, check=False).returncode:
            return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
