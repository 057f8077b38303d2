"""Where the facts of a score come from: the neighbours' narrow questions, and the one place that asks them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from uuid import UUID

from mailwarden.core.db import UnitOfWork
from mailwarden.deliverability.facts import Authentication, Listing
from mailwarden.deliverability.score.figures import daily_mail
from mailwarden.deliverability.score.rules.facts import Day, Facts
from mailwarden.deliverability.score.rules.rollup import Portfolio

BULK_A_DAY = 5000
"""Google: close to 5,000 messages a day to its accounts, once, and for ever. Receivers are not told apart here."""


class SendingDomains(Protocol):
    async def __call__(self, tx: UnitOfWork, org_id: UUID, /) -> Sequence[str]: ...


class AuthenticationFacts(Protocol):
    """Definite answers only; an older one stands for 48 h where the latest was none."""

    async def __call__(self, tx: UnitOfWork, org_id: UUID, domain: str, /) -> Authentication: ...


class ListingFacts(Protocol):
    """Entries of the domain and of the addresses that it sends from, confirmed by lists that proved themselves.

    None: no list could be asked.
    """

    async def __call__(self, tx: UnitOfWork, org_id: UUID, domain: str, /) -> tuple[Listing, ...] | None: ...


class DailyMail(Protocol):
    async def __call__(self, tx: UnitOfWork, org_id: UUID, now: datetime, /) -> tuple[Day, ...]: ...


@dataclass(frozen=True, slots=True)
class Sources:
    domains: SendingDomains
    authentication: AuthenticationFacts
    listings: ListingFacts
    mail: DailyMail = daily_mail


async def gather(tx: UnitOfWork, org_id: UUID, now: datetime, sources: Sources, known: Portfolio) -> Portfolio:
    """``known``: the latest stored facts, since who was a bulk sender once is one for ever."""
    mail = await sources.mail(tx, org_id, now)
    domains = {
        name: Facts(
            authentication=await sources.authentication(tx, org_id, name),
            listings=await sources.listings(tx, org_id, name),
        )
        for name in await sources.domains(tx, org_id)
    }
    loud = any(day.sent >= BULK_A_DAY for day in mail)
    bulk = {name for name in domains if loud or (name in known.domains and known.domains[name].bulk)}
    return Portfolio(mail, {name: replace(one, bulk=name in bulk) for name, one in domains.items()})
