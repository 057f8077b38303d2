"""docs/security.md names the test of each item: here they exist, and every item is either shown or explained."""

import re

import pytest

from tests.support.golden import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (\d+\.\d+\.\d+[^|]*) \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
ANSWERS = {"yes", "operator", "**partly**", "**no**", "n/a"}
REFERENCE = re.compile(r"`([^`]+?)::([^`]+)`")


def rows() -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = ROW.findall(PAGE)
    return found


def references() -> list[tuple[str, str]]:
    return sorted({(file, name) for row in rows() for file, name in REFERENCE.findall(row[4])})


@pytest.mark.parametrize(("file", "name"), references())
def test_a_named_test_exists(file: str, name: str) -> None:
    path = ROOT / file if file.startswith("frontend/") else ROOT / "tests" / file
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        assert re.search(rf"^(async )?def {name}\(", text, re.MULTILINE)
    else:
        assert name in text


def test_each_item_is_answered_and_shown_or_explained() -> None:
    assert len(rows()) > 200
    for item, _, answer, how, shown in rows():
        assert answer.strip() in ANSWERS, item
        if answer == "yes":
            assert REFERENCE.search(shown), item
        else:
            assert len(how) > 3, item


def test_no_item_is_answered_twice() -> None:
    items = [row[0] for row in rows()]
    assert len(items) == len(set(items))
