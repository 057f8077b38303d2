"""Domains that the organization's own accounts send from, as far as their names tell."""

from collections.abc import Iterable
from dataclasses import dataclass

from mailwarden.core.errors import Invalid
from mailwarden.deliverability.domains.names import normalized, registered_domain

# Where everybody has an address; what their DNS says is not our customers' to change.
FREE_MAIL = frozenset(
    (
        *("gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "yahoo.com", "ymail.com"),
        *("aol.com", "icloud.com", "me.com", "mac.com", "proton.me", "protonmail.com", "gmx.com", "gmx.net", "gmx.de"),
        *("web.de", "mail.com", "zoho.com", "yandex.com", "yandex.ru", "mail.ru", "fastmail.com", "t-online.de"),
        *("hotmail.co.uk", "yahoo.co.uk", "btinternet.com", "orange.fr", "free.fr", "libero.it", "qq.com", "163.com"),
    )
)


@dataclass(frozen=True, slots=True)
class Suggestion:
    domain: str
    provider: str
    account_label: str


def suggestions_of(accounts: Iterable[tuple[str, str, str]], known: Iterable[str]) -> tuple[Suggestion, ...]:
    """``accounts``: provider, number, label. Each domain once, none that is ``known`` already."""
    taken = set(known)
    found: list[Suggestion] = []
    for provider, _, label in accounts:
        name = domain_of(label)
        if name is not None and name not in taken:
            taken.add(name)
            found.append(Suggestion(name, provider, label))
    return tuple(found)


def domain_of(label: str) -> str | None:
    """Of a label that is an address or a domain, and no free mail service's."""
    text = label.strip()
    if "." not in text or " " in text:
        return None
    try:
        name = normalized(text)
        return None if registered_domain(name) in FREE_MAIL else name
    except Invalid:
        return None
