"""Puts a removed account back on the FROM list: in time with its recipients, later with those whom nobody wrote to."""

from dataclasses import dataclass

from sqlalchemy import func, select

from mailwarden.connections.models import Connection
from mailwarden.core.db import UnitOfWork
from mailwarden.core.errors import NotFound
from mailwarden.core.jobs import enqueue
from mailwarden.core.runtime import Runtime
from mailwarden.outreach.models import OutreachAccount, OutreachCampaign, OutreachRecipient
from mailwarden.outreach.trouble.align import come_back, disconnect_of, leave, may_come_back, settle
from mailwarden.outreach.trouble.clocks import CLOCKS
from mailwarden.outreach.trouble.holding import is_over, still
from mailwarden.outreach.trouble.rules import ENDED
from mailwarden.outreach.trouble.stopping import tally


@dataclass(frozen=True, slots=True)
class ReAdded:
    """``waits``: it is done as soon as the account is connected again. ``free``: whom any account may write to."""

    waits: bool
    kept: int
    free: int


async def re_add(rt: Runtime, tx: UnitOfWork, campaign: OutreachCampaign, account: OutreachAccount) -> ReAdded:
    """The caller holds both. Doing it twice changes nothing. Raises NotFound if the connection is gone."""
    row = await still(tx, account.connection_id)
    if row is None:
        raise NotFound("The connection of this account no longer exists.")
    await _hear(tx, row, campaign, account)
    if account.state == "removed":
        await _bring_back(rt, tx, row, campaign, account)
    people = await tally(tx, account)
    free = await free_of(tx, campaign)
    return ReAdded(account.state == "removed", people.stopped + people.freed, free)


async def _hear(tx: UnitOfWork, row: Connection, campaign: OutreachCampaign, account: OutreachAccount) -> None:
    """Of a disconnect that nobody told us of yet: it would take the account off once more after this."""
    event = await disconnect_of(tx, row) if campaign.rotation and not is_over(campaign) else None
    if event is not None:
        await leave(tx, campaign, account, event.created_at, event.id)


async def _bring_back(
    rt: Runtime, tx: UnitOfWork, row: Connection, campaign: OutreachCampaign, account: OutreachAccount
) -> None:
    now = rt.clock.now()
    await settle(rt, tx, row, campaign, account, now)
    if await may_come_back(rt, tx, row):
        await come_back(tx, row, campaign, account, now)
    elif account.wanted_back_at is None:
        account.wanted_back_at = now
        await tx.session.flush()
    await enqueue(tx, CLOCKS, row.id)


async def free_of(tx: UnitOfWork, campaign: OutreachCampaign) -> int:
    """Whom no account has written to, and none is meant for."""
    mine = (OutreachRecipient.org_id == campaign.org_id, OutreachRecipient.campaign_id == campaign.id)
    open_ = OutreachRecipient.state.not_in(sorted(ENDED))
    asked = select(func.count()).select_from(OutreachRecipient)
    return await tx.session.scalar(asked.where(*mine, open_, OutreachRecipient.account_id.is_(None))) or 0
