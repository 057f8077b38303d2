"""What changes and pages of campaigns ask, for one organization."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, exists, or_, select

from mailwarden.core.db import UnitOfWork
from mailwarden.core.errors import NotFound
from mailwarden.outreach.models import (
    OutreachAccount,
    OutreachCampaign,
    OutreachRecipient,
    OutreachSend,
    OutreachStep,
)
from mailwarden.sending.models import Message

# Of these a mail may have reached somebody: a message that waits, or never left, is none.
OUT = ("sending", "sent", "unknown")


async def get_campaign(tx: UnitOfWork, org_id: UUID, campaign_id: UUID, *, lock: bool = False) -> OutreachCampaign:
    """Raises NotFound. Who changes a campaign holds its row first, then accounts, then recipients."""
    asked = select(OutreachCampaign).where(OutreachCampaign.org_id == org_id, OutreachCampaign.id == campaign_id)
    if lock:
        asked = asked.with_for_update(key_share=True)  # an import that adds recipients meanwhile stands in no way
    found = await tx.session.scalar(asked.execution_options(populate_existing=True))
    if found is None:
        raise NotFound("There is no such outreach campaign.")
    return found


async def steps_of(tx: UnitOfWork, org_id: UUID, campaign_id: UUID) -> Sequence[OutreachStep]:
    asked = select(OutreachStep).where(OutreachStep.org_id == org_id, OutreachStep.campaign_id == campaign_id)
    return (await tx.session.scalars(asked.order_by(OutreachStep.number))).all()


async def accounts_of(tx: UnitOfWork, org_id: UUID, campaign_id: UUID) -> Sequence[OutreachAccount]:
    return await accounts_of_all(tx, org_id, [campaign_id])


async def accounts_of_all(tx: UnitOfWork, org_id: UUID, ids: Sequence[UUID]) -> Sequence[OutreachAccount]:
    """Removed ones as well, in the order in which they were added."""
    mine = select(OutreachAccount).where(OutreachAccount.org_id == org_id, OutreachAccount.campaign_id.in_(ids))
    ordered = mine.order_by(OutreachAccount.created_at, OutreachAccount.id)
    return (await tx.session.scalars(ordered.execution_options(populate_existing=True))).all()


async def get_account(
    tx: UnitOfWork, org_id: UUID, campaign_id: UUID, account_id: UUID, *, lock: bool = False
) -> OutreachAccount:
    """Raises NotFound."""
    asked = select(OutreachAccount).where(
        OutreachAccount.org_id == org_id, OutreachAccount.campaign_id == campaign_id, OutreachAccount.id == account_id
    )
    if lock:
        asked = asked.with_for_update()
    found = await tx.session.scalar(asked.execution_options(populate_existing=True))
    if found is None:
        raise NotFound("This account is not in the campaign.")
    return found


def had_mail() -> ColumnElement[bool]:
    """Of a recipient: at least one mail of the campaign may have reached them.

    It came from the account that they are assigned to: nobody who had mail is ever given to another one.
    """
    its = (Message.org_id == OutreachSend.org_id) & (Message.id == OutreachSend.message_id)
    forgotten = OutreachSend.message_id.is_(None) & ~OutreachSend.not_met
    mine = (OutreachSend.org_id == OutreachRecipient.org_id, OutreachSend.recipient_id == OutreachRecipient.id)
    return exists().where(*mine, or_(forgotten, exists().where(its, Message.state.in_(OUT))))
