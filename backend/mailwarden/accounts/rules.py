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
    | {"members:read", "members:write", "alerts:write", "audit:read", "domains:write"}
)
OWN = frozenset({"mailboxes:own", "messages:send", "connections:ask", "support:own"})
ACCOUNT = "account:own"  # one's own password, sessions, devices; never in somebody else's hands
KEYS = "api_keys:write"
OWNERSHIP = "ownership:transfer"
WITHOUT_PROOF = frozenset({ACCOUNT, "support:own"})  # what one needs to get there

PERMISSIONS: dict[Role, frozenset[str]] = {
    Role.OWNER: READ | OWN | MANAGE | {"billing:write", "billing:read", OWNERSHIP, KEYS, ACCOUNT},
    Role.MANAGER: READ | OWN | MANAGE | {"billing:read", KEYS, ACCOUNT},
    Role.MEMBER: READ | OWN | {ACCOUNT},
}
ALL_PERMISSIONS = frozenset().union(*PERMISSIONS.values())
# What programs can be granted. Money, keys and one's own account are decided by somebody at a browser.
SCOPES = ALL_PERMISSIONS - {"billing:write", OWNERSHIP, KEYS, ACCOUNT}


def permissions_of(role: str, *, may_act: bool = True) -> frozenset[str]:
    """``may_act`` False: of somebody who has not confirmed their address yet. They may look, and put that right."""
    granted = PERMISSIONS[Role(role)]
    return granted if may_act else frozenset(one for one in granted if one.endswith(":read") or one in WITHOUT_PROOF)


def may_act(unverified_may: bool, verified_at: datetime | None) -> bool:
    return verified_at is not None or unverified_may


def who_may(permission: str) -> tuple[str, ...]:
    """The roles to ask, most powerful first."""
    return tuple(role for role, granted in PERMISSIONS.items() if permission in granted)


def why_not(permission: str) -> str:
    roles = " or ".join(who_may(permission)) or "nobody"
    return f"This needs the role {roles}. Ask one of them."


def not_theirs_to_set(actor: str, current: str | None, wanted: str | None) -> str | None:
    """Why ``actor`` may not change a member's role from ``current`` to ``wanted``; None where they may.

    ``current`` None: somebody is invited; ``wanted`` None: somebody is removed. Who may not change members at all is
    refused before.
    """
    if Role.OWNER in (current, wanted) and actor != Role.OWNER:
        return "Only an owner decides who is an owner."
    return None
