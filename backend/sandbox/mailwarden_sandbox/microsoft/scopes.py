"""Permissions: of which service they are, and how they are written."""

from collections.abc import Iterable

GRAPH, OUTLOOK = "https://graph.microsoft.com", "https://outlook.office.com"
OPENID = ("openid", "profile", "email", "offline_access")
_GRAPH_NAMES = (
    "User.Read", "User.ReadBasic.All", "Mail.Send", "Mail.Read", "Mail.ReadBasic", "Mail.ReadWrite",
    "MailboxSettings.Read", "Contacts.Read", "Calendars.Read",
)  # fmt: skip
_OUTLOOK_NAMES = ("IMAP.AccessAsUser.All", "SMTP.Send", "POP.AccessAsUser.All")
_KNOWN = {name: name for name in OPENID}
_KNOWN |= {name.lower(): name for name in _GRAPH_NAMES}
_KNOWN |= {f"{GRAPH}/{name}".lower(): name for name in _GRAPH_NAMES}
_KNOWN |= {f"{OUTLOOK}/{name}".lower(): f"{OUTLOOK}/{name}" for name in _OUTLOOK_NAMES}
DEFAULTS = {f"{resource}/.default": resource for resource in (GRAPH, OUTLOOK)}


def canonical(scope: str) -> str | None:
    """Graph's by their short names, the others with their service; None for one that does not exist."""
    if scope.lower() in DEFAULTS:
        return scope.lower()
    return _KNOWN.get(scope.lower().replace("https://outlook.office365.com/", f"{OUTLOOK}/"))


def resource_of(scope: str) -> str | None:
    """The service a canonical scope belongs to; None for those of OpenID Connect."""
    if scope in OPENID:
        return None
    return OUTLOOK if scope.startswith(OUTLOOK) else GRAPH


def resources_of(scopes: Iterable[str]) -> set[str]:
    return {resource for scope in scopes if (resource := resource_of(scope))}


def written(scopes: Iterable[str], asked: str) -> str:
    """As a token answer tells them: spelled as they were asked for, and never ``offline_access``."""
    whole = f"{GRAPH}/" in asked.lower()
    told = [f"{GRAPH}/{s}" if whole and resource_of(s) == GRAPH else s for s in sorted(scopes) if s != "offline_access"]
    return " ".join(told)
