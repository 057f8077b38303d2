"""Roles and what they may do: what docs/architecture.md calls permissions, in one place."""

from enum import StrEnum


class Role(StrEnum):
    OWNER = "owner"
    MANAGER = "manager"
    MEMBER = "member"


READ = frozenset({"status:read", "data:read", "alerts:read"})
MANAGE = frozenset({"connections:write", "syncs:write", "organization:write", "diagnostics:read"})
OWN = frozenset({"mailboxes:own", "messages:send"})

PERMISSIONS: dict[Role, frozenset[str]] = {
    Role.OWNER: READ | OWN | MANAGE | {"billing:write", "billing:read"},
    Role.MANAGER: READ | OWN | MANAGE | {"billing:read"},
    Role.MEMBER: READ | OWN,
}


def permissions_of(role: str) -> frozenset[str]:
    return PERMISSIONS[Role(role)]


def who_may(permission: str) -> tuple[str, ...]:
    """The roles to ask, most powerful first."""
    return tuple(role for role, granted in PERMISSIONS.items() if permission in granted)
