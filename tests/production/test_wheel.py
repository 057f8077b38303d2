import subprocess
import sys
from pathlib import Path

import pytest

from scripts.check_wheel import faults_of

ROOT = Path(__file__).parents[2]


@pytest.mark.wheel
def test_the_wheel_carries_pages_migrations_and_sandbox(tmp_path: Path) -> None:
    assert (ROOT / "frontend/app/dist/index.html").is_file(), "the pages are not built: run `make web`"
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert faults_of(next(tmp_path.glob("*.whl"))) == []
