"""What a Keap tenant holds besides campaigns: people, e-mails sent over the API, hooks."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from mailwarden_sandbox.accounts import Account
from mailwarden_sandbox.call import Call
from mailwarden_sandbox.data.mixing import mix, unit
from mailwarden_sandbox.world import World

PEOPLE = 240
"""More than any campaign has recipients, so that nobody gets one twice."""
_FIRST_ID = 1001
_GIVEN = ("Ada", "Bo", "Chloé", "Dmitri", "Eun-ji", "Fatima", "Grace", "Håkon", "Inés", "Jun", "Kofi", "Łucja")
_FAMILY = ("Abel", "Brandt", "Castillo", "Dubois", "Eriksen", "Fischer", "Gómez", "Haddad", "Ito", "Janssen")
_STATUSES = ("HARD_BOUNCE", "LIST_UNSUBSCRIBE", "SPAM", "NON_MARKETABLE", "UNENGAGED_MARKETABLE", "CONFIRMED")
_DAY_S = 86_400


@dataclass(slots=True)
class Person:
    id: int
    given: str
    family: str
    emails: dict[str, str]
    """By field, ``EMAIL1`` to ``EMAIL3``."""
    created: float
    updated: float

    @property
    def email(self) -> str | None:
        return self.emails.get("EMAIL1")


@dataclass(slots=True)
class Mail:
    """One e-mail to one contact, queued over the API."""

    id: int
    at: float
    """When its record appears."""
    contact: int
    to: str
    sender: str
    subject: str
    html: str
    plain: str


@dataclass(slots=True)
class Hook:
    key: str
    event: str
    url: str
    status: str = "Unverified"
    secret: str | None = None


@dataclass(slots=True)
class Tenant:
    people: dict[int, Person]
    statuses: dict[str, str]
    """Of addresses, in v2's words."""
    mails: list[Mail] = field(default_factory=list)
    hooks: dict[str, Hook] = field(default_factory=dict)
    lists: dict[Any, Any] = field(default_factory=dict)
    """The last listing of records, remembered so that each further page costs only itself."""

    def by_email(self, email: str) -> Person | None:
        wanted = email.lower()
        return next((p for p in self.people.values() if wanted in map(str.lower, p.emails.values())), None)

    def add_person(self, given: str, family: str, emails: dict[str, str], now: float) -> Person:
        person = Person(max(self.people) + 1, given, family, emails, now, now)
        self.people[person.id] = person
        for email in emails.values():
            self.statuses.setdefault(email.lower(), "UNENGAGED_NON_MARKETABLE")
        return person


class Tenants:
    """The world's part for Keap."""

    def __init__(self) -> None:
        self._known: dict[str, Tenant] = {}

    def of(self, account: Account, furnish: Callable[[Account], Tenant]) -> Tenant:
        if account.external_id not in self._known:
            self._known[account.external_id] = furnish(account)
        return self._known[account.external_id]


def tenant_of(call: Call) -> Tenant:
    return call.world.part(Tenants).of(call.holder, _furnish)


def mails_of(world: World, account: Account) -> list[Mail]:
    """What was ordered, the first order first."""
    return world.part(Tenants).of(account, _furnish).mails


def _furnish(account: Account) -> Tenant:
    people = {_FIRST_ID + n: _person(account, n) for n in range(PEOPLE)}
    statuses = {p.email.lower(): _status(account, p.id) for p in people.values() if p.email}
    return Tenant(people, statuses)


def _person(account: Account, number: int) -> Person:
    draw = mix(account.book.seed ^ mix(number + (7 << 40)))
    given, family = _GIVEN[draw % len(_GIVEN)], _FAMILY[(draw >> 12) % len(_FAMILY)]
    since = account.still_since - (100 + unit(draw >> 24) * 900) * _DAY_S
    emails = {"EMAIL1": f"contact{number + 1}@customers.{account.domain}"}
    return Person(_FIRST_ID + number, given, family, emails, since, since + unit(draw >> 40) * 90 * _DAY_S)


def _status(account: Account, contact: int) -> str:
    """Nine of ten are marketable."""
    lot = mix(account.book.seed ^ mix(contact + (8 << 40)))
    return _STATUSES[lot % len(_STATUSES)] if lot >> 32 & 7 == 0 else "SINGLE_OPT_IN"
