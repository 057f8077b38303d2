"""Who may what: the table of roles, and the flag that stands outside of it."""

import pytest

from mailwarden.accounts.rules import Role, permissions_of, who_may
from mailwarden.accounts.service import make_operator
from mailwarden.core.db import unit_of_work
from mailwarden.core.errors import NotFound
from mailwarden.core.runtime import Runtime
from tests.accounts.steps import prove_address
from tests.conftest import NewClient
from tests.support.browser import Browser, sign_up

EVERYBODY = ("owner", "manager", "member")
MANAGERS = ("owner", "manager")


@pytest.mark.parametrize(
    ("permission", "roles"),
    [
        ("status:read", EVERYBODY),
        ("data:read", EVERYBODY),
        ("alerts:read", EVERYBODY),
        ("connections:write", MANAGERS),
        ("syncs:write", MANAGERS),
        ("organization:write", MANAGERS),
        ("diagnostics:read", MANAGERS),
        ("mailboxes:own", EVERYBODY),
        ("messages:send", EVERYBODY),
        ("billing:read", MANAGERS),
        ("billing:write", ("owner",)),
        ("no:such", ()),
    ],
)
def test_a_permission_is_held_by_these_roles(permission: str, roles: tuple[str, ...]) -> None:
    assert who_may(permission) == roles
    assert tuple(role for role in EVERYBODY if permission in permissions_of(role)) == roles


def test_an_unknown_role_may_nothing() -> None:
    with pytest.raises(ValueError, match="superuser"):
        permissions_of("superuser")
    assert {role.value for role in Role} == set(EVERYBODY)


async def test_an_operator_is_made_by_address(runtime: Runtime, owner: Browser) -> None:
    assert (await owner.get("/v1/me")).json()["is_operator"] is False
    async with unit_of_work(runtime.sessions) as tx:
        await make_operator(tx, "Owner@example.com")
    assert (await owner.get("/v1/me")).json()["is_operator"] is True


async def test_nobody_becomes_operator_by_a_wrong_address(runtime: Runtime, owner: Browser) -> None:
    async with unit_of_work(runtime.sessions) as tx:
        with pytest.raises(NotFound):
            await make_operator(tx, "nobody@example.com")
    assert (await owner.get("/v1/me")).json()["is_operator"] is False


async def test_nobody_becomes_operator_by_typing_the_address_of_another(
    runtime: Runtime, owner: Browser, new_client: NewClient
) -> None:
    later = await sign_up(new_client(), "owner@example.com", "Theirs")
    async with unit_of_work(runtime.sessions) as tx:
        with pytest.raises(NotFound):
            await make_operator(tx, "owner@example.com")
    await prove_address(runtime, owner)
    async with unit_of_work(runtime.sessions) as tx:
        await make_operator(tx, "owner@example.com")
    assert (await owner.get("/v1/me")).json()["is_operator"] is True
    assert (await later.get("/v1/me")).json()["is_operator"] is False
