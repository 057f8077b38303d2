"""The score as it stands now: of the latest stored facts, or of the facts themselves before the first were stored."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from mailwarden.core.db import UnitOfWork
from mailwarden.core.errors import NotFound
from mailwarden.core.runtime import Runtime
from mailwarden.deliverability.score.queries import latest_snapshot
from mailwarden.deliverability.score.rules.rollup import Account, Portfolio, load, roll_up
from mailwarden.deliverability.score.snapshots import current
from mailwarden.deliverability.score.wiring import SOURCES


@dataclass(frozen=True, slots=True)
class Standing:
    """``scope``: what was asked for, the account or one of its domains. ``account``: all of it."""

    account: Account
    scope: Account
    computed_at: datetime


async def standing(rt: Runtime, tx: UnitOfWork, org_id: UUID, domain: str | None = None) -> Standing:
    """Raises NotFound for a domain that no score knows."""
    row = await latest_snapshot(tx.session, org_id)
    if row is None:
        now = rt.clock.now()
        portfolio, day, at = await current(tx, org_id, now, SOURCES), now.astimezone(UTC).date(), now
    else:
        portfolio, day, at = load(row.inputs), row.day, row.computed_at
    account = roll_up(portfolio, day)
    return Standing(account, _scope(account, portfolio, domain), at)


def _scope(account: Account, portfolio: Portfolio, domain: str | None) -> Account:
    if domain is None:
        return account
    if domain not in portfolio.domains:
        raise NotFound(f"There is no score of {domain}: it is none of your domains, or was not looked at yet.")
    return account.only(domain)
