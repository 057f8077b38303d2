"""The golden route table: who may call what. A route without a Caller must be on the public list."""

from collections.abc import Iterator
from contextlib import asynccontextmanager
from inspect import isasyncgenfunction, iscoroutinefunction
from typing import Any

import pytest
from fastapi import FastAPI

from mailwarden.accounts.rules import PERMISSIONS
from mailwarden.main import build
from tests.support import golden
from tests.support.routes import Operation, api_routes, operations

PUBLIC = {
    "sign_up",
    "sign_in",
    "confirm_email",
    "forgot_password",
    "reset_password",
    "list_identity_providers",
    "start_identity_sign_in",
    "identity_callback",
    "finish_identity_sign_in",
    "get_support",
    "contact_support",
    "list_help_articles",
    "get_help_article",
    "look_up_invitation",
    "sign_up_by_invitation",
}


@pytest.fixture(scope="module")
def app() -> FastAPI:
    @asynccontextmanager
    async def nothing(_: FastAPI):
        yield

    return build(nothing)


@pytest.fixture(scope="module")
def table(app: FastAPI) -> list[Operation]:
    return operations(app)


def test_the_table_is_the_golden_one(table: list[Operation]) -> None:
    lines = [f"{one.method:6} {one.path:55} {one.name:28} {one.permission or 'PUBLIC'}" for one in table]
    golden.check(golden.ROOT / "tests" / "architecture" / "routes.txt", "\n".join(lines) + "\n")


def test_the_table_holds_what_the_description_says(app: FastAPI, table: list[Operation]) -> None:
    described = {(method.upper(), path) for path, item in app.openapi()["paths"].items() for method in item}
    assert {(one.method, one.path) for one in table} == described


def test_every_route_asks_who_is_calling(table: list[Operation]) -> None:
    assert {one.name for one in table if one.permission is None} == PUBLIC


def test_every_permission_is_somebodys(table: list[Operation]) -> None:
    known = frozenset({"operator"}).union(*PERMISSIONS.values())  # who is no role of an organization
    assert {one.permission for one in table if one.permission} <= known


def test_names_are_methods_of_the_client_and_unique(table: list[Operation]) -> None:
    names = [one.name for one in table]
    assert len(names) == len(set(names))


def test_every_operation_declares_its_errors_as_problems(app: FastAPI) -> None:
    for path, item in app.openapi()["paths"].items():
        for method, operation in item.items():
            assert {"401", "403", "422"} <= set(operation["responses"]), (method, path)
            for status, response in operation["responses"].items():
                if status >= "400":
                    assert list(response["content"]) == ["application/problem+json"], (method, path, status)


def test_no_dependency_needs_a_thread(app: FastAPI) -> None:
    """The framework runs plain functions in its thread pool, which costs a request more than its query does."""

    def plain(dependant: Any) -> Iterator[str]:
        for one in dependant.dependencies:
            if not iscoroutinefunction(one.call) and not isasyncgenfunction(one.call):
                yield one.call.__qualname__
            yield from plain(one)

    assert {name for route in api_routes(app.routes) for name in plain(route.dependant)} == set()
