"""Every operation with a key of every single scope: what it lets through is what the description says, exactly."""

from typing import Any

import httpx
import pytest

from mailwarden.accounts.rules import SCOPES
from mailwarden.core.runtime import Runtime
from mailwarden.main import create_app, schema
from tests.conftest import NewClient
from tests.developers.steps import as_program, make_key
from tests.support.browser import Browser
from tests.support.routes import Operation, operations

LOCKED = {"scope_required", "session_required", "operator_required"}
LANDS = "oauth_callback"  # answers a browser that comes from a provider: every outcome is a page of the app


@pytest.fixture(scope="module")
def declared() -> dict[str, set[str]]:
    """Scopes by operation."""
    found = [one for item in schema()["paths"].values() for one in item.values()]
    return {one["operationId"]: {s for given in one["security"] for s in given.get("apiKey", [])} for one in found}


@pytest.fixture
def offered(runtime: Runtime) -> list[Operation]:
    return [one for one in operations(create_app(runtime)) if one.permission is not None and one.name != LANDS]


async def code_of(program: httpx.AsyncClient, operation: Operation) -> Any:
    """None for whatever is no problem; bodies are empty, so that nothing is done."""
    body: dict[str, str] | None = {} if operation.method in ("POST", "PATCH", "PUT") else None
    headers = {"If-Match": '"v1"'}
    answer = await program.request(operation.method, operation.example_path(), json=body, headers=headers)
    return answer.json()["code"] if answer.status_code >= 400 else None


@pytest.mark.parametrize("scope", sorted(SCOPES))
async def test_a_scope_opens_what_it_says(
    owner: Browser, new_client: NewClient, offered: list[Operation], declared: dict[str, set[str]], scope: str
) -> None:
    program = as_program(new_client(), (await make_key(owner, [scope]))["secret"])
    for one in offered:
        may = scope in declared[one.name]
        assert may == (one.permission == scope), one
        code = await code_of(program, one)
        assert (code in LOCKED) == (not may) or (may and code == "session_required"), (one, code)


async def test_no_key_reaches_ones_own_account(owner: Browser, new_client: NewClient, offered: list[Operation]) -> None:
    program = as_program(new_client(), (await make_key(owner, sorted(SCOPES)))["secret"])
    mine = [one for one in offered if one.path.startswith(("/v1/auth/", "/v1/me/", "/v1/api-keys"))]
    assert len(mine) > 10
    for one in mine:
        assert one.permission not in SCOPES, one
        assert await code_of(program, one) == "session_required", one
