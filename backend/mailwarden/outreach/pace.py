"""How much of its day each mailbox of a campaign has used."""

from datetime import datetime

from sqlalchemy import and_, select

from mailwarden.connections.models import Connection
from mailwarden.connections.slot_models import MailboxSlot
from mailwarden.core.db import UnitOfWork
from mailwarden.mailboxes.settings import settings_of
from mailwarden.outreach.models import OutreachAccount, OutreachCampaign
from mailwarden.outreach.schemas import OutreachPaceOut
from mailwarden.sending.limits import sent_since, zone_of
from mailwarden.sending.rules import start_of_day

Entry = tuple[OutreachAccount, MailboxSlot, Connection]


async def pace_of(tx: UnitOfWork, campaign: OutreachCampaign, now: datetime) -> list[OutreachPaceOut]:
    """Of those on the FROM list; the limit is counted as sending counts it."""
    its = and_(Connection.org_id == OutreachAccount.org_id, Connection.id == OutreachAccount.connection_id)
    held = and_(MailboxSlot.org_id == OutreachAccount.org_id, MailboxSlot.id == OutreachAccount.slot_id)
    listed = (OutreachAccount.org_id == campaign.org_id, OutreachAccount.campaign_id == campaign.id)
    asked = select(OutreachAccount, MailboxSlot, Connection).select_from(OutreachAccount)
    asked = asked.join(MailboxSlot, held).join(Connection, its).where(*listed, OutreachAccount.state != "removed")
    rows = (await tx.session.execute(asked.order_by(OutreachAccount.created_at, OutreachAccount.id))).all()
    return [await _pace(tx, (row[0], row[1], row[2]), now) for row in rows]


async def _pace(tx: UnitOfWork, entry: Entry, now: datetime) -> OutreachPaceOut:
    account, slot, row = entry
    settings = settings_of(slot.settings)
    midnight = start_of_day(now, await zone_of(tx, account.org_id, settings))
    sent = await sent_since(tx, slot, row, midnight)
    return OutreachPaceOut(account_id=account.id, sent_today=sent, daily_limit=settings.daily_limit)
