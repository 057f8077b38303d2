"""What hangs on an account in a campaign, counted by the stop rule's own condition."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from mailwarden.core.db import UnitOfWork
from mailwarden.outreach.models import OutreachAccount, OutreachCampaign, OutreachClock, OutreachRecipient
from mailwarden.outreach.rules import OPEN
from mailwarden.outreach.trouble.stopping import tally


@dataclass(frozen=True, slots=True)
class Stake:
    """``stopped`` and ``freed``: by the stop rule, were it applied now. ``waiting``: get no mail while it lasts."""

    campaign: OutreachCampaign
    account: OutreachAccount
    clock: OutreachClock | None
    stopped: int
    freed: int
    waiting: int
    next_at: datetime | None


async def stake_of(
    tx: UnitOfWork, campaign: OutreachCampaign, account: OutreachAccount, clock: OutreachClock | None = None
) -> Stake:
    """A campaign of one account has nobody to stop: all of its people wait."""
    waiting, next_at = await _waiting(tx, campaign, account)
    if not campaign.rotation:
        return Stake(campaign, account, clock, 0, 0, waiting, next_at)
    people = await tally(tx, account)
    return Stake(campaign, account, clock, people.stopped, people.freed, waiting, next_at)


async def _waiting(tx: UnitOfWork, campaign: OutreachCampaign, account: OutreachAccount) -> tuple[int, datetime | None]:
    asked = select(func.count(), func.min(OutreachRecipient.next_at)).where(
        OutreachRecipient.org_id == campaign.org_id,
        OutreachRecipient.campaign_id == campaign.id,
        OutreachRecipient.state.in_(OPEN),
    )
    if campaign.rotation:
        asked = asked.where(OutreachRecipient.account_id == account.id)
    count, next_at = (await tx.session.execute(asked)).one()
    return count, next_at
