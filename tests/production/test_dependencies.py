import re
import tomllib
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def direct() -> set[str]:
    project = PROJECT["project"]
    groups = [*project["optional-dependencies"].values(), *PROJECT["dependency-groups"].values()]
    listed = [*project["dependencies"], *chain.from_iterable(groups)]
    return {re.split(r"[\[<>=~ ]", requirement)[0].lower() for requirement in listed}


def test_each_dependency_has_its_sentence_and_licence() -> None:
    rows = re.findall(r"^\| `([^`]+)` \| (.+?) \| (.+?) \|$", (ROOT / "docs/dependencies.md").read_text(), re.MULTILINE)
    told = {name.lower() for name, _, _ in rows}
    assert direct() - told == set(), "say in docs/dependencies.md why, and under which licence"


def test_each_dependency_is_locked() -> None:
    locked = re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements/dev.txt").read_text(), re.MULTILINE)
    assert direct() - set(locked) == set(), "run `make lock`"
