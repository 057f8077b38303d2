"""What we say about a connection: per cause what happened, who must act, and the one right thing to do."""

from dataclasses import dataclass
from typing import Literal

from mailwarden.connections.rules import Status, WhoMustAct
from mailwarden.providers.base import Cause

ActionCode = Literal[
    "connect", "reconnect", "grant_permission", "sync_now", "wait", "ask_provider_admin", "ask_operator"
]


@dataclass(frozen=True, slots=True)
class CauseText:
    """``{provider}``, ``{account}``, ``{scopes}`` and ``{keeps}`` are filled in."""

    title: str
    explanation: str
    who: WhoMustAct
    action: ActionCode
    button: str


_MANAGERS = WhoMustAct.OWNER_OR_MANAGER

TEXTS: dict[Cause, CauseText] = {
    Cause.APP_UNINSTALLED: CauseText(
        "The app was uninstalled in {provider}",
        "{provider} reports that our app was removed from {account}. {keeps}",
        _MANAGERS,
        "reconnect",
        "Reconnect {provider}",
    ),
    Cause.ACCESS_REVOKED: CauseText(
        "{provider} no longer accepts our authorization",
        "The authorization for {account} was revoked, uninstalled or expired; {provider} does not say which. {keeps}",
        _MANAGERS,
        "reconnect",
        "Reconnect {provider}",
    ),
    Cause.TOKEN_EXPIRED: CauseText(
        "The authorization expired",
        "{provider} lets an authorization die that was not used for long, and this one was not. {keeps}",
        _MANAGERS,
        "reconnect",
        "Reconnect {provider}",
    ),
    Cause.SCOPES_REMOVED: CauseText(
        "A permission was removed in {provider}",
        "The authorization of {account} lacks {scopes}, without which nothing can be read. {keeps}",
        _MANAGERS,
        "grant_permission",
        "Reconnect and grant the permission",
    ),
    Cause.PASSWORD_CHANGED: CauseText(
        "The password of the account was changed",
        "{provider} ended the authorization of {account} when its password was changed. {keeps}",
        _MANAGERS,
        "reconnect",
        "Reconnect {provider}",
    ),
    Cause.ADMIN_POLICY: CauseText(
        "An administrator's policy blocks the access",
        "The administrator of {account} does not allow our app at {provider}. Only they can change that.",
        WhoMustAct.PROVIDER_ADMIN,
        "ask_provider_admin",
        "Ask your {provider} administrator",
    ),
    Cause.ACCOUNT_DISABLED: CauseText(
        "The account is disabled at {provider}",
        "{provider} reports that {account} is suspended or no longer exists. Its administrator can restore it.",
        WhoMustAct.PROVIDER_ADMIN,
        "ask_provider_admin",
        "Ask your {provider} administrator",
    ),
    Cause.INTERACTION_REQUIRED: CauseText(
        "{provider} wants a person to sign in again",
        "{provider} asks for a fresh sign-in to {account} before it lets us go on. {keeps}",
        _MANAGERS,
        "reconnect",
        "Reconnect {provider}",
    ),
    Cause.CREDENTIALS_REJECTED: CauseText(
        "{provider} rejects the user name or password",
        "The sign-in data of {account} no longer work. {keeps}",
        _MANAGERS,
        "reconnect",
        "Enter new sign-in data",
    ),
    Cause.UNKNOWN: CauseText(
        "The connection to {provider} broke",
        "{provider} refuses the authorization of {account}. Its answers do not prove why. {keeps}",
        _MANAGERS,
        "reconnect",
        "Reconnect {provider}",
    ),
}

# Where a provider tells uninstalls apart, a refusal without one says more.
REVOKED_NOT_UNINSTALLED = (
    "Our access to {account} was revoked in {provider}. An authorization there does not expire by itself, "
    "and {provider} reports no uninstall. {keeps}"
)
ANSWER_LOST = (
    "{provider} renewed the authorization of {account}, but its answer with the new one never arrived, "
    "and the old one no longer works. Nobody did anything wrong. {keeps}"
)
UNREADABLE = (
    "Our stored copy of the authorization of {account} cannot be decrypted. {provider} refused nothing, and nobody "
    "there did anything wrong. Whoever runs this installation is told; with the right key it goes on by itself, "
    "and a reconnect mends it at once. {keeps}"
)

CHECKING = CauseText(
    "Checking the connection to {provider}",
    "{provider} gave a suspicious answer. We are asking again, another way, before we call the connection broken. "
    "This takes a few minutes at most, and there is nothing to do.",
    WhoMustAct.NOBODY,
    "wait",
    "Nothing to do",
)

LABELS: dict[Status, str] = {
    Status.CONNECTING: "Connecting…",
    Status.CONNECTED: "Connected",
    Status.VERIFYING: "Checking…",
    Status.INACTIVE: "Inactive",
    Status.DISCONNECTED: "Disconnected",
}
PERMISSION_MISSING = "Permission missing"
