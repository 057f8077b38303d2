"""What we write to people about their accounts. Each says why it came, and what to do if one did not ask."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from mailwarden.core.letter import Button, Letter

NOT_YOU = "You did not ask for this? Then ignore this mail: nothing happens without the link."


class Kind(StrEnum):
    VERIFY = "verify"
    ADDRESS_IN_USE = "address_in_use"


# How long the link of a letter works; a kind that is not here has none.
LINK_LIFE = {Kind.VERIFY: timedelta(days=3)}
LINK_PAGE = {Kind.VERIFY: "/confirm-email"}


@dataclass(frozen=True)
class Facts:
    """``link`` is empty for a letter without one. ``base_url`` has no slash at its end."""

    base_url: str
    recipient: str
    link: str = ""
    name: str = ""
    more: dict[str, str] | None = None

    def get(self, name: str) -> str:
        return str((self.more or {}).get(name, ""))


def verify(facts: Facts) -> Letter:
    return Letter(
        subject="Confirm your e-mail address",
        heading="Confirm your e-mail address",
        paragraphs=(
            f"Somebody signed up for Mailwarden with the address {facts.recipient}.",
            "If it was you, confirm the address. The link works for three days, and only the newest one does.",
        ),
        button=Button("Confirm this address", facts.link),
        footer=NOT_YOU,
    )


def address_in_use(facts: Facts) -> Letter:
    return Letter(
        subject="You already have an account",
        heading="You already have an account",
        paragraphs=(
            f"Somebody wanted to use the address {facts.recipient} for an account at Mailwarden. It belongs to yours "
            "already, so nothing was changed.",
            "If it was you: sign in as always. If you do not remember your password, choose a new one on that page.",
        ),
        button=Button("Sign in", f"{facts.base_url}/sign-in"),
        footer="It was not you? Then you need not do anything: they learned nothing about your account.",
    )


WRITE: dict[Kind, Callable[[Facts], Letter]] = {
    Kind.VERIFY: verify,
    Kind.ADDRESS_IN_USE: address_in_use,
}


def sample(kind: Kind, base_url: str) -> Letter:
    """With made-up facts, to look at."""
    link = f"{base_url}{LINK_PAGE[kind]}#0123456789abcdefghijklmnopqrstuvwxyzABCDEFG" if kind in LINK_PAGE else ""
    more = {"when": "3 March 2027, 14:05 UTC", "address": "192.0.2.7", "browser": "Firefox", "new": "new@example.com"}
    return WRITE[kind](Facts(base_url, "pat@example.com", link, "Pat", more))
