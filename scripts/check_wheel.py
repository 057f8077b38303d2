"""Opens a built wheel and runs what is in it, far from the checkout: `python -m scripts.check_wheel FOLDER`."""

import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

NEEDED = (
    "mailwarden/web/dist/index.html",
    "mailwarden/migrations/env.py",
    "mailwarden/providers/catalog/hubspot.yaml",
    "mailwarden/py.typed",
    "mailwarden_sandbox/py.typed",
)
UNWANTED = (".map", ".pyc", ".env", "/tests/")
SELF_TEST = """
import sys
from mailwarden.core.web import dist
from mailwarden.migrate import newest_revision, scripts
from mailwarden.providers import catalog
import mailwarden, mailwarden_sandbox
here = sys.argv[1]
for path in (mailwarden.__file__, mailwarden_sandbox.__file__, dist(), scripts()):
    assert str(path).startswith(here), path
assert newest_revision() and catalog.load()
"""


def faults_of(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        missing = [f"{name} is missing" for name in NEEDED if name not in names]
        extra = [f"{name} does not belong in it" for name in names if any(part in name for part in UNWANTED)]
        script = any(name.startswith("mailwarden/web/dist/assets/") and name.endswith(".js") for name in names)
        with tempfile.TemporaryDirectory() as folder:
            archive.extractall(folder)
            return missing + extra + ([] if script else ["the pages have no script"]) + _self_test(folder)


def _self_test(folder: str) -> list[str]:
    real = str(Path(folder).resolve())
    env = os.environ | {"PYTHONPATH": real}
    tests = {
        "loading": ["-c", SELF_TEST, real],
        "mailwarden --help": ["-m", "mailwarden", "--help"],
        "mailwarden_sandbox --help": ["-m", "mailwarden_sandbox", "--help"],
    }
    for name, arguments in tests.items():
        command = [sys.executable, *arguments]
        done = subprocess.run(command, cwd=real, env=env, capture_output=True, text=True, check=False)
        if done.returncode:
            return [f"{name} fails: {done.stderr.strip().splitlines()[-1]}"]
    return []


def main() -> int:
    wheels = sorted(Path(sys.argv[1]).glob("*.whl"))
    if len(wheels) != 1:
        sys.exit(f"expected one wheel in {sys.argv[1]}, found {len(wheels)}")
    faults = faults_of(wheels[0])
    print("\n".join(faults) or f"{wheels[0].name}: pages, migrations, catalogue and sandbox are inside and load")
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
