"""What our own source never does, whatever the linter is told to overlook."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.golden import ROOT

PACKAGE = ROOT / "backend" / "mailwarden"
PAGES = ROOT / "frontend" / "app" / "src"
# They start our own programs, with arguments of the operator's.
START_PROGRAMS = {"cli/commands.py", "cli/stack.py", "cli/demo/run.py"}
STARTING = {
    "Popen",
    "create_subprocess_exec",
    "create_subprocess_shell",
    "popen",
    "execv",
    "execvp",
    "posix_spawn",
    "os.system",
}
RUN_CODE = {"eval", "exec", "compile", "__import__"}
READ_OBJECTS = {"pickle", "marshal", "shelve", "dill", "jsonpickle"}
WEAK = {"ECB", "PKCS1v15", "md5", "TripleDES", "ARC4"}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(PACKAGE).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.Module) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {one.name.partition(".")[0] for one in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
    return found


def named(tree: ast.Module) -> set[str]:
    nodes = list(ast.walk(tree))
    dotted = [node for node in nodes if isinstance(node, ast.Attribute)]
    last = {node.attr for node in dotted} | {node.id for node in nodes if isinstance(node, ast.Name)}
    return last | {f"{node.value.id}.{node.attr}" for node in dotted if isinstance(node.value, ast.Name)}


def called(tree: ast.Module) -> set[str]:
    calls = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    return {func.id for func in calls if isinstance(func, ast.Name)}


def test_programs_are_started_by_the_command_line_and_the_embedded_servers_alone() -> None:
    found = {name for name, tree in modules() if "subprocess" in imported(tree) or STARTING & named(tree)}
    assert {name for name in found if not name.startswith("embedded/")} == START_PROGRAMS
    shells = (node for _, tree in modules() for node in ast.walk(tree) if isinstance(node, ast.keyword))
    assert not [node for node in shells if node.arg == "shell"]


@pytest.mark.parametrize(
    ("what", "words"), [("code out of text", RUN_CODE), ("objects out of bytes", READ_OBJECTS), ("weak ciphers", WEAK)]
)
def test_it_is_nowhere(what: str, words: set[str]) -> None:
    pick = {"code out of text": called, "objects out of bytes": imported, "weak ciphers": named}[what]
    assert {name: pick(tree) & words for name, tree in modules() if pick(tree) & words} == {}


CLEANS_WHAT_IS_PASTED = {"rich-area.tsx"}  # the text of a mail, which comes with somebody's markup


def test_pages_merge_no_foreign_objects_and_hinder_no_pasting() -> None:
    for path in (*PAGES.rglob("*.ts"), *PAGES.rglob("*.tsx")):
        text = path.read_text(encoding="utf-8")
        for word in ("__proto__", "Object.assign(", "lodash", "deepmerge"):
            assert word not in text, (Path(path).name, word)
        if "onPaste" in text:
            assert path.name in CLEANS_WHAT_IS_PASTED


def test_fields_for_passwords_say_which_one_they_want() -> None:
    fields = [
        text
        for path in PAGES.rglob("*.tsx")
        if 'autoComplete="current-password"' in (text := path.read_text(encoding="utf-8"))
        or 'autoComplete="new-password"' in text
    ]
    assert len(fields) > 3
