"""Our own rules about the product's code, each with the reason it exists."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeGuard

from mailwarden.core.db import Base, Tenant
from mailwarden.providers.registry import PROVIDERS
from mailwarden.tables import metadata

assert metadata is Base.metadata  # so that every feature's models are known below
TENANT_MODELS = {mapper.class_.__name__ for mapper in Base.registry.mappers if issubclass(mapper.class_, Tenant)}
SQL_NOW = re.compile(r"(?<![\w.])(now|clock_timestamp|statement_timestamp)\s*\(\)|\bcurrent_timestamp\b", re.IGNORECASE)
DATED = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time")}
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Finding:
    path: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}"


Rule = Callable[[str, ast.Module], Iterator[Finding]]


def commits_outside_db(path: str, tree: ast.Module) -> Iterator[Finding]:
    """One commit point, or a response could leave before its transaction, and events without their cause."""
    if path == "core/db.py":
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit":
            yield Finding(path, node.lineno, "only core/db.py commits")


MAY_READ_THE_HOSTS_CLOCK = {
    "core/clock.py",
    "cli/doctor.py",  # compares it with the database's
    "cli/login/commands.py",  # runs on somebody's own computer, where no database is
    "connections/journal.py",  # compares it with the file system's
}


def own_clocks(path: str, tree: ast.Module) -> Iterator[Finding]:
    """PostgreSQL is the authority for time, and tests and the demo move it: `runtime.clock.now()`, `app_now()`."""
    if path in MAY_READ_THE_HOSTS_CLOCK:
        return
    docstrings = {id(one) for one in _docstrings(tree)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            name = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
            if (name, node.func.attr) in DATED or (name, node.func.attr) == ("func", "now"):
                yield Finding(path, node.lineno, f"{name}.{node.func.attr}() cannot be moved")
        elif _is_text(node) and id(node) not in docstrings and SQL_NOW.search(str(node.value)):
            yield Finding(path, node.lineno, "SQL must ask app_now()")


def _is_text(node: ast.AST) -> TypeGuard[ast.Constant]:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _docstrings(tree: ast.Module) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                yield first.value


def queries_without_organization(path: str, tree: ast.Module) -> Iterator[Finding]:
    """The first wall. A statement on a tenant's model compares some `org_id`, or hands it to what builds the filter.

    Row-level security would hold without it; both must hold alone. A person's own memberships span organizations.
    """
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    for function in functions:
        filtered = set(_filtered_by(function))
        for call, model in _statements_on_tenants(function):
            own = model == "Membership" and "user_id" in filtered
            if "org_id" not in filtered and not own:
                yield Finding(path, call.lineno, f"{function.name}: a statement on {model} without its organization")


def _filtered_by(function: Function) -> Iterator[str]:
    for node in ast.walk(function):
        used: list[ast.expr] = []
        if isinstance(node, ast.Compare):
            used = [node.left, *node.comparators]
        elif isinstance(node, ast.Call):
            used = [one for one in node.args if isinstance(one, ast.Name) or getattr(one, "attr", "") == "org_id"]
        for one in used:
            yield one.attr if isinstance(one, ast.Attribute) else getattr(one, "id", "")


def _statements_on_tenants(function: Function) -> Iterator[tuple[ast.Call, str]]:
    for node in ast.walk(function):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        if node.func.id in {"select", "update", "delete"}:
            for argument in node.args:
                for part in ast.walk(argument):
                    if isinstance(part, ast.Name) and part.id in TENANT_MODELS:
                        yield node, part.id
                        break


def provider_names_in_conditions(path: str, tree: ast.Module) -> Iterator[Finding]:
    """What differs between providers is data in the catalogue or code in the provider's own module."""
    for node in ast.walk(tree):
        tested: list[ast.AST] = []
        if isinstance(node, ast.Compare):
            tested = [node]
        elif isinstance(node, ast.match_case):
            tested = [node.pattern]
        for part in tested:
            for constant in ast.walk(part):
                if isinstance(constant, ast.Constant) and constant.value in PROVIDERS:
                    yield Finding(path, constant.lineno, f"{constant.value!r} in a condition")


RULES: tuple[Rule, ...] = (
    commits_outside_db,
    own_clocks,
    queries_without_organization,
    provider_names_in_conditions,
)


def lint(rule: Rule, root: Path) -> list[Finding]:
    found: list[Finding] = []
    for path in sorted(root.rglob("*.py")):
        found += rule(path.relative_to(root).as_posix(), ast.parse(path.read_text(encoding="utf-8")))
    return found
