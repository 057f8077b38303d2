"""What every file in the tree must keep to."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.support.golden import ROOT

LONGEST = 400
GENERATED = (
    "frontend/api-client/src/generated/",
    "frontend/package-lock.json",
    "frontend/app/src/routeTree.gen.ts",
)
# Put together here, so that this file does not hold what it looks for.
REGISTRIES = re.compile(
    "|".join(["pypi" + r"\.org", "python" + r"hosted\.org", "npm" + r"js\.(org|com)", "yarn" + r"pkg\.com"])
)
MACHINE = re.compile(r"(?<![\w.])/(work|root|Users|home/\w+)" + "/")
TEXT = {
    ".py",
    ".ts",
    ".tsx",
    ".md",
    ".toml",
    ".yaml",
    ".yml",
    ".json",
    ".txt",
    ".ini",
    ".css",
    ".html",
    ".mjs",
    ".sh",
    ".in",
    "",
}


@pytest.fixture(scope="module")
def files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_no_file_is_too_long_to_read(files: list[Path]) -> None:
    long = {
        name_of(path): count
        for path in files
        if path.suffix in {".py", ".ts", ".tsx"} and not name_of(path).startswith(GENERATED)
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST
    }
    assert not long


@pytest.mark.parametrize("pattern", [REGISTRIES, MACHINE], ids=["package registries", "paths of one machine"])
def test_the_tree_names_nothing_of_the_machine_it_was_made_on(files: list[Path], pattern: re.Pattern[str]) -> None:
    ours = [path for path in files if path.suffix in TEXT and not name_of(path).startswith(GENERATED)]
    texts = {name_of(path): path.read_text(encoding="utf-8") for path in ours}
    found = {name: match.group() for name, text in texts.items() if (match := pattern.search(text))}
    assert not found


def test_every_test_file_has_a_package_or_a_name_of_its_own(files: list[Path]) -> None:
    names = [
        path.name for path in files if path.name.startswith("test_") and not (path.parent / "__init__.py").exists()
    ]
    assert len(names) == len(set(names))
