"""What a disconnect would do to campaigns, told before the click, with exact numbers (D10)."""

from collections.abc import Sequence

from sqlalchemy import and_, select

from mailwarden.connections.models import Connection
from mailwarden.connections.schemas import PausedCampaign
from mailwarden.core.db import UnitOfWork
from mailwarden.mailboxes.stakes import register
from mailwarden.outreach.models import OutreachAccount, OutreachCampaign
from mailwarden.outreach.rules import State
from mailwarden.outreach.trouble import words
from mailwarden.outreach.trouble.staking import stake_of


async def count(tx: UnitOfWork, row: Connection) -> Sequence[PausedCampaign]:
    """Of a rotation: whom the stop rule would stop; of the others: who gets no mail until somebody resumes."""
    return [await _line(tx, campaign, account) for campaign, account in await _using(tx, row)]


async def _using(tx: UnitOfWork, row: Connection) -> list[tuple[OutreachCampaign, OutreachAccount]]:
    same = and_(OutreachCampaign.org_id == OutreachAccount.org_id, OutreachCampaign.id == OutreachAccount.campaign_id)
    asked = select(OutreachCampaign, OutreachAccount).select_from(OutreachAccount).join(OutreachCampaign, same)
    mine = (OutreachAccount.org_id == row.org_id, OutreachAccount.connection_id == row.id)
    on_list = OutreachAccount.state != "removed"
    wanted = asked.where(*mine, on_list, OutreachCampaign.state.in_((State.RUNNING, State.PAUSED)))
    found = await tx.session.execute(wanted.order_by(OutreachCampaign.created_at, OutreachCampaign.id))
    return [(one[0], one[1]) for one in found]


async def _line(tx: UnitOfWork, campaign: OutreachCampaign, account: OutreachAccount) -> PausedCampaign:
    stake = await stake_of(tx, campaign, account)
    return PausedCampaign(
        name=campaign.name,
        detail=words.on_disconnect(rotation=campaign.rotation, stopped=stake.stopped, freed=stake.freed),
        recipients=stake.stopped if campaign.rotation else stake.waiting,
        next_send_at=stake.next_at,
    )


register(count)
