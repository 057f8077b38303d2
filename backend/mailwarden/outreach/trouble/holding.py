"""Which campaigns use a connection, with their rows held in the one order that everybody takes them in."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from mailwarden.connections.models import Connection, Episode
from mailwarden.connections.queries import acting_org
from mailwarden.core.db import UnitOfWork
from mailwarden.outreach.models import OutreachAccount, OutreachCampaign, OutreachClock
from mailwarden.outreach.rules import State

Used = tuple[OutreachCampaign, OutreachAccount]
FRESH = {"populate_existing": True}


async def still(tx: UnitOfWork, connection_id: UUID) -> Connection | None:
    """The connection, whose status nobody changes before this transaction ends. None: it is gone."""
    mine = (Connection.org_id == acting_org(tx), Connection.id == connection_id)
    asked = select(Connection).where(*mine).with_for_update(read=True)
    return await tx.session.scalar(asked.execution_options(**FRESH))


async def hold_using(tx: UnitOfWork, connection_id: UUID) -> list[Used]:
    """Every entry of a FROM list with this connection, also those that were removed."""
    mine = (OutreachAccount.org_id == acting_org(tx), OutreachAccount.connection_id == connection_id)
    campaigns = await _campaigns(tx, select(OutreachAccount.campaign_id).where(*mine))
    asked = select(OutreachAccount).where(*mine).order_by(OutreachAccount.id).with_for_update()
    accounts = (await tx.session.scalars(asked.execution_options(**FRESH))).all()
    return [(campaigns[one.campaign_id], one) for one in accounts if one.campaign_id in campaigns]


async def _campaigns(tx: UnitOfWork, ids: object) -> dict[UUID, OutreachCampaign]:
    asked = select(OutreachCampaign).where(OutreachCampaign.org_id == acting_org(tx), OutreachCampaign.id.in_(ids))  # type: ignore[arg-type]
    held = asked.order_by(OutreachCampaign.id).with_for_update().execution_options(**FRESH)
    return {one.id: one for one in await tx.session.scalars(held)}


async def running_clocks(tx: UnitOfWork, account: OutreachAccount) -> Sequence[OutreachClock]:
    """The caller holds the account, and so its clocks."""
    asked = select(OutreachClock).where(
        OutreachClock.org_id == account.org_id,
        OutreachClock.account_id == account.id,
        OutreachClock.state == "running",
    )
    return (await tx.session.scalars(asked.order_by(OutreachClock.id).execution_options(**FRESH))).all()


async def episode_of(tx: UnitOfWork, org_id: UUID, episode_id: UUID | None) -> Episode | None:
    if episode_id is None:
        return None
    asked = select(Episode).where(Episode.org_id == org_id, Episode.id == episode_id)
    return await tx.session.scalar(asked.execution_options(**FRESH))


def is_over(campaign: OutreachCampaign) -> bool:
    return campaign.state in (State.FINISHED, State.ARCHIVED)
