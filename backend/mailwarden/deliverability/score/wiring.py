"""The real sources of facts."""

from uuid import UUID

from mailwarden.core.db import UnitOfWork
from mailwarden.deliverability.score.rules.facts import Authentication, Listing
from mailwarden.deliverability.score.sources import Sources


async def sending_domains(_: UnitOfWork, __: UUID) -> tuple[str, ...]:
    return ()


async def authentication(_: UnitOfWork, __: UUID, ___: str) -> Authentication:
    return Authentication()


async def listings(_: UnitOfWork, __: UUID, ___: str) -> tuple[Listing, ...] | None:
    return None


SOURCES = Sources(sending_domains, authentication, listings)
