"""The table of who may what: one place in the code, and the API obeys it for every operation and role."""

import pytest
import pytest_asyncio

from mailwarden.accounts.rules import PERMISSIONS
from mailwarden.core.runtime import Runtime
from mailwarden.main import create_app
from tests.conftest import NewClient
from tests.organizations.steps import join
from tests.support.browser import Browser
from tests.support.routes import Operation, operations

ALL, MANAGERS, OWNERS = {"owner", "manager", "member"}, {"owner", "manager"}, {"owner"}
# As the requirements have it. `mailboxes:own` opens the routes of connections to members: what is not their own
# mailbox is refused behind that door (tests/connections/test_permissions.py).
MATRIX = {
    "status:read": ALL,
    "data:read": ALL,
    "alerts:read": ALL,
    "messages:send": ALL,
    "mailboxes:own": ALL,
    "connections:ask": ALL,
    "support:own": ALL,
    "account:own": ALL,
    "connections:write": MANAGERS,
    "syncs:write": MANAGERS,
    "domains:write": MANAGERS,
    "organization:write": MANAGERS,
    "diagnostics:read": MANAGERS,
    "members:read": MANAGERS,
    "members:write": MANAGERS,
    "alerts:write": MANAGERS,
    "audit:read": MANAGERS,
    "api_keys:write": MANAGERS,
    "webhooks:read": MANAGERS,
    "webhooks:write": MANAGERS,
    "billing:read": MANAGERS,
    "billing:write": OWNERS,
    "ownership:transfer": OWNERS,
}


def test_the_code_says_what_the_requirements_say() -> None:
    held = {one: {role.value for role, granted in PERMISSIONS.items() if one in granted} for one in MATRIX}
    assert held == MATRIX
    assert set().union(*PERMISSIONS.values()) == set(MATRIX)


@pytest_asyncio.fixture(loop_scope="session")
async def refused(runtime: Runtime) -> list[Operation]:
    """Operations that some role may not call."""
    return [one for one in operations(create_app(runtime)) if MATRIX.get(one.permission or "", ALL) != ALL]


@pytest.mark.parametrize("role", ["member", "manager"])
async def test_whoever_may_not_is_refused_and_told_whom_to_ask(
    runtime: Runtime, owner: Browser, new_client: NewClient, refused: list[Operation], role: str
) -> None:
    person = await join(runtime, owner, new_client, role)
    mine = [one for one in refused if role not in MATRIX[str(one.permission)]]
    assert mine
    for one in mine:
        headers = {"If-Match": '"v1"'}
        answer = await person.http.request(one.method, one.example_path(), headers=headers, json={})
        assert (answer.status_code, answer.json()["code"]) == (403, "role_required"), (one, answer.text)
        assert answer.json()["action"] == "ask_owner"
