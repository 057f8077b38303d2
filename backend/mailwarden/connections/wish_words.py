"""What people ask for who may not do it themselves, and which permission it takes."""

from dataclasses import dataclass
from enum import StrEnum


class Wish(StrEnum):
    CONNECT = "connect"
    DISCONNECT = "disconnect"
    CHANGE_CONNECTION = "change_connection"
    SYNC = "sync"
    MEMBERS = "manage_members"
    ORGANIZATION = "change_organization"
    API_KEYS = "manage_api_keys"
    WEBHOOKS = "manage_webhooks"
    DIAGNOSTICS = "look_at_diagnostics"
    AUDIT_LOG = "look_at_audit_log"
    BILLING = "manage_billing"
    ALERTS = "manage_alerts"
    DOMAINS = "manage_domains"


@dataclass(frozen=True)
class Meaning:
    """``words`` go on "… asks you to"; ``{about}`` is an account or a provider. ``page`` is where it is done."""

    permission: str
    words: str
    page: str


ORGANIZATION_PAGE = "/settings?tab=organization"
ACCOUNT_PAGE = "/integrations/{provider}?account={account}"
MEANING = {
    Wish.CONNECT: Meaning("connections:write", "connect {about}", "/integrations"),
    Wish.DISCONNECT: Meaning("connections:write", "disconnect {about}", ACCOUNT_PAGE),
    Wish.CHANGE_CONNECTION: Meaning("connections:write", "change the settings of {about}", ACCOUNT_PAGE),
    Wish.SYNC: Meaning("syncs:write", "sync {about} now", ACCOUNT_PAGE),
    Wish.MEMBERS: Meaning("members:write", "invite or change members", ORGANIZATION_PAGE),
    Wish.ORGANIZATION: Meaning("organization:write", "change the organization’s settings", ORGANIZATION_PAGE),
    Wish.API_KEYS: Meaning("api_keys:write", "look after API keys", "/developers?tab=keys"),
    Wish.WEBHOOKS: Meaning("webhooks:write", "look after webhook endpoints", "/developers?tab=webhooks"),
    Wish.DIAGNOSTICS: Meaning("diagnostics:read", "look at the diagnostics", "/diagnostics"),
    Wish.AUDIT_LOG: Meaning("audit:read", "look at the audit log", "/audit-log"),
    Wish.BILLING: Meaning("billing:write", "look after plan and payment", "/settings/billing"),
    Wish.ALERTS: Meaning("alerts:write", "change what is alerted and how", "/settings?tab=alerts"),
    Wish.DOMAINS: Meaning("domains:write", "look after domains and blocklists", "/deliverability/domains"),
}
