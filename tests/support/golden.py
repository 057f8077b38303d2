"""Files that must equal what the program says of itself. `UPDATE_GOLDEN=1 make test` writes them anew."""

import os
from pathlib import Path

ROOT = Path(__file__).parents[2]


def check(path: Path, text: str) -> None:
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    found = path.read_text(encoding="utf-8") if path.exists() else ""
    assert found == text, f"{path.relative_to(ROOT)} is out of date; run the tests with UPDATE_GOLDEN=1 and look at it"
