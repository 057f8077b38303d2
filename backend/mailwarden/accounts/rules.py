"""Roles and what they may do: what docs/architecture.md calls permissions, in one place."""

from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    OWNER = "owner"
    MANAGER = "manager"
    MEMBER = "member"


READ = frozenset({"status:read", "data:read", "alerts:read"})
MANAGE = frozenset(
    {"webhooks:read", "webhooks:write", "connections:write", "syncs:write", "organization:write", "diagnostics:read"}
)
OWN = frozenset({"mailboxes:own", "messages:send"})

PERMISSIONS: dict[Role, frozenset[str]] = {
    Role.OWNER: READ | OWN | MANAGE | {"billing:write", "billing:read"},
    Role.MANAGER: READ | OWN | MANAGE | {"billing:read"},
    Role.MEMBER: READ | OWN,
}


def permissions_of(role: str, *, may_act: bool = True) -> frozenset[str]:
    """``may_act`` False: of somebody who has not confirmed their address yet. They may look."""
    granted = PERMISSIONS[Role(role)]
    return granted if may_act else frozenset(one for one in granted if one.endswith(":read"))


def may_act(unverified_may: bool, verified_at: datetime | None) -> bool:
    return verified_at is not None or unverified_may


def who_may(permission: str) -> tuple[str, ...]:
    """The roles to ask, most powerful first."""
    return tuple(role for role, granted in PERMISSIONS.items() if permission in granted)
