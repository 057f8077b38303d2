"""What programs can be granted, in words for consent pages, documentation and the form of a new key."""

from mailwarden.accounts.rules import SCOPES

DESCRIPTIONS: dict[str, str] = {
    "status:read": "See the organization, its integrations and their state",
    "data:read": "Read campaigns, figures, sync log and events",
    "alerts:read": "Read notices",
    "connections:write": "Connect, reconnect, change and disconnect integrations",
    "syncs:write": "Start syncs",
    "domains:write": "Add, change, verify and remove sending domains",
    "organization:write": "Change the organization's settings and members",
    "members:read": "See who belongs to the organization",
    "members:write": "Invite, change and remove members",
    "alerts:write": "Change how notices are sent",
    "audit:read": "Read the audit log",
    "connections:ask": "Ask an owner to reconnect something, or for what one may not do",
    "support:own": "Write to support and read the answers",
    "diagnostics:read": "Look into logs and diagnostics of the organization",
    "webhooks:read": "Read webhook endpoints and their deliveries",
    "webhooks:write": "Change webhook endpoints, send again",
    "mailboxes:own": "Manage your own mailboxes",
    "messages:send": "Send messages and campaigns as you",
    "billing:read": "See the plan and invoices",
}


def describe(scope: str) -> str:
    return DESCRIPTIONS[scope]


def ordered(scopes: frozenset[str]) -> list[str]:
    """As the table above has them: from looking to acting."""
    return [scope for scope in DESCRIPTIONS if scope in scopes and scope in SCOPES]
