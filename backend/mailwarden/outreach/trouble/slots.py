"""A mailbox was put into a slot: whose slot it is now, and which campaigns go on from there (L25, D11)."""

from uuid import UUID

from sqlalchemy import and_, exists, select, update
from sqlalchemy.orm import aliased

from mailwarden.connections.models import Connection
from mailwarden.connections.slot_models import MailboxSlot
from mailwarden.connections.slots import slot_of
from mailwarden.core.db import UnitOfWork
from mailwarden.outreach.models import OutreachAccount, OutreachCampaign
from mailwarden.outreach.trouble.rules import follows_the_slot


async def follow_slot(tx: UnitOfWork, row: Connection) -> list[UUID]:
    """The connections whose campaigns go on with this one."""
    slot = await slot_of(tx, row.org_id, row.id)
    if slot is None:
        return []
    await _moved(tx, row, slot)
    replaced = []
    for campaign, account in await _before(tx, row, slot):
        if follows_the_slot(rotation=campaign.rotation):
            replaced.append(account.connection_id)
            account.connection_id, account.address = row.id, row.account_label
    await tx.session.flush()
    return replaced


async def _moved(tx: UnitOfWork, row: Connection, slot: MailboxSlot) -> None:
    """The same account in another slot: its mail leaves from there."""
    mine = (OutreachAccount.org_id == row.org_id, OutreachAccount.connection_id == row.id)
    await tx.session.execute(update(OutreachAccount).where(*mine).values(slot_id=slot.id))


async def _before(tx: UnitOfWork, row: Connection, slot: MailboxSlot) -> list[tuple[OutreachCampaign, OutreachAccount]]:
    """Entries of this slot with an account that is nowhere any more, in campaigns that do not know the new one."""
    other = aliased(OutreachAccount)
    known = exists().where(
        other.org_id == row.org_id, other.campaign_id == OutreachAccount.campaign_id, other.connection_id == row.id
    )
    elsewhere = exists().where(
        MailboxSlot.org_id == row.org_id, MailboxSlot.connection_id == OutreachAccount.connection_id
    )
    campaign = and_(
        OutreachCampaign.org_id == OutreachAccount.org_id, OutreachCampaign.id == OutreachAccount.campaign_id
    )
    here = (OutreachAccount.org_id == row.org_id, OutreachAccount.slot_id == slot.id)
    asked = (
        select(OutreachCampaign, OutreachAccount)
        .join(OutreachCampaign, campaign)
        .where(*here, OutreachAccount.connection_id != row.id, ~known, ~elsewhere)
    )
    held = asked.order_by(OutreachCampaign.id).with_for_update().execution_options(populate_existing=True)
    return [(one[0], one[1]) for one in await tx.session.execute(held)]
