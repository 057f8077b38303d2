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
    FORGOT = "forgot"  # no letter yet: somebody asks for one
    RESET = "reset"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a word, not a secret
    CONFIRM_CHANGE = "confirm_change"
    CHANGE_ASKED = "change_asked"
    EMAIL_CHANGED = "email_changed"
    SECOND_FACTOR_ON = "second_factor_on"
    SECOND_FACTOR_OFF = "second_factor_off"
    IDENTITY_ADDED = "identity_added"


# How long the link of a letter works; a kind that is not here has none.
LINK_LIFE = {
    Kind.VERIFY: timedelta(days=3),
    Kind.RESET: timedelta(minutes=60),
    Kind.CONFIRM_CHANGE: timedelta(days=1),
}
LINK_PAGE = {
    Kind.VERIFY: "/confirm-email",
    Kind.RESET: "/reset-password",
    Kind.CONFIRM_CHANGE: "/confirm-email",
}
# The newest of these voids the others. Not so resets: else strangers could keep somebody's link from ever working.
NEWEST_ONLY = frozenset({Kind.VERIFY, Kind.CONFIRM_CHANGE})
TO_A_NEW_ADDRESS = frozenset({Kind.VERIFY, Kind.CONFIRM_CHANGE})


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


def reset(facts: Facts) -> Letter:
    return Letter(
        subject="Choose a new password",
        heading="Choose a new password",
        paragraphs=(
            f"Somebody asked for a new password for the account of {facts.recipient}.",
            "The link works once, for 60 minutes. Using it signs the account out everywhere.",
        ),
        button=Button("Choose a new password", facts.link),
        footer=NOT_YOU,
    )


def password_changed(facts: Facts) -> Letter:
    told = ["Other browsers were signed out."]
    if facts.get("first_proof"):
        told.append(
            "Nobody had confirmed this address before, so what else signed in may have been a stranger's: accounts "
            "at Google or Microsoft, a second factor and keys have ended. What was yours you can set up again."
        )
    if elsewhere := facts.get("elsewhere"):
        told.append(f"You can still sign in with {elsewhere}. What is not yours take away in Settings, under Account.")
    return Letter(
        subject="Your password was changed",
        heading="Your password was changed",
        paragraphs=tuple(told),
        facts=_where(facts),
        footer=f"It was not you? Choose a new password at once: {facts.base_url}/forgot-password",
    )


def confirm_change(facts: Facts) -> Letter:
    return Letter(
        subject="Confirm your new e-mail address",
        heading="Confirm your new e-mail address",
        paragraphs=(
            f"An account at Mailwarden is to use the address {facts.recipient} from now on.",
            "Until you confirm it, the old address signs in. The link works for one day.",
        ),
        button=Button("Use this address", facts.link),
        footer=NOT_YOU,
    )


def change_asked(facts: Facts) -> Letter:
    return Letter(
        subject="Somebody wants to change your e-mail address",
        heading="Somebody wants to change your e-mail address",
        paragraphs=(
            f"The account of {facts.recipient} is to use another address. Nothing changes until it is confirmed there.",
        ),
        facts=[("New address", facts.get("new")), *_where(facts)],
        footer=f"It was not you? Somebody knows your password. Change it at once: {facts.base_url}/forgot-password",
    )


def email_changed(facts: Facts) -> Letter:
    return Letter(
        subject="Your e-mail address was changed",
        heading="Your e-mail address was changed",
        paragraphs=(f"{facts.recipient} no longer signs in, and gets no more mail about this account.",),
        facts=[("New address", facts.get("new"))],
        footer=f"It was not you? Write to us: {facts.base_url}/support",
    )


def second_factor_on(facts: Facts) -> Letter:
    return _notice(
        facts, "A second factor is on", "Signing in asks for a code of your app from now on. Keep your recovery codes."
    )


def second_factor_off(facts: Facts) -> Letter:
    return _notice(facts, "The second factor is off", "Signing in asks for the password alone from now on.")


def identity_added(facts: Facts) -> Letter:
    return _notice(
        facts, f"{facts.get('provider')} signs you in", "From now on this account there signs in to yours here, too."
    )


def _notice(facts: Facts, heading: str, told: str) -> Letter:
    return Letter(
        subject=heading,
        heading=heading,
        paragraphs=(told,),
        facts=_where(facts),
        footer=f"It was not you? Choose a new password at once: {facts.base_url}/forgot-password",
    )


def _where(facts: Facts) -> list[tuple[str, str]]:
    named = (("Account", "account"), ("When", "when"), ("From the address", "address"), ("Browser", "browser"))
    return [(label, facts.get(name)) for label, name in named if facts.get(name)]


WRITE: dict[Kind, Callable[[Facts], Letter]] = {
    Kind.VERIFY: verify,
    Kind.ADDRESS_IN_USE: address_in_use,
    Kind.RESET: reset,
    Kind.PASSWORD_CHANGED: password_changed,
    Kind.CONFIRM_CHANGE: confirm_change,
    Kind.CHANGE_ASKED: change_asked,
    Kind.EMAIL_CHANGED: email_changed,
    Kind.SECOND_FACTOR_ON: second_factor_on,
    Kind.SECOND_FACTOR_OFF: second_factor_off,
    Kind.IDENTITY_ADDED: identity_added,
}


MAILED = tuple(WRITE)


def sample(kind: Kind, base_url: str) -> Letter:
    """With made-up facts, to look at."""
    link = f"{base_url}{LINK_PAGE[kind]}#0123456789abcdefghijklmnopqrstuvwxyzABCDEFG" if kind in LINK_PAGE else ""
    more = {"when": "3 March 2027, 14:05 UTC", "address": "192.0.2.7", "browser": "Firefox", "new": "new@example.com"}
    more |= {"provider": "Google", "account": "pat@gmail.example"}
    return WRITE[kind](Facts(base_url, "pat@example.com", link, "Pat", more))
