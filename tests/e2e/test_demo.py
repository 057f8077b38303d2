import re
import subprocess
import sys
from pathlib import Path

import pytest

from mailwarden.embedded.home import open_home


@pytest.mark.timeout(400)
def test_demo_ends_well_and_finds_no_difference(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mailwarden", "demo", "--once", "--port", "0", "--data", str(tmp_path / "demo")]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=360, check=False)
    finally:
        open_home(tmp_path / "demo" / "servers").remove()
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert re.search(r"differences\D+0\b", done.stdout, re.IGNORECASE), done.stdout[-3000:]
