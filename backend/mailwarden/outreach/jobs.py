"""What the worker does for campaigns besides sending: ends them, guards them, and hears what others tell."""

from uuid import UUID

from sqlalchemy import func, select

import mailwarden.outreach.source  # noqa: F401 - registers itself
from mailwarden.core.db import UnitOfWork, unit_of_work
from mailwarden.core.errors import NotFound
from mailwarden.core.jobs import JobKind, Lease
from mailwarden.core.runtime import Runtime
from mailwarden.events.dispatch import Listeners
from mailwarden.events.models import Event
from mailwarden.events.types import EventType
from mailwarden.outreach import queries
from mailwarden.outreach.advancing import WATCH
from mailwarden.outreach.changes import finish_if_done, pause_campaign
from mailwarden.outreach.effects import unsubscribe
from mailwarden.outreach.models import OutreachCampaign, OutreachRecipient, OutreachSend
from mailwarden.outreach.rules import Pause, State, guarded
from mailwarden.sending.models import Message, MessageRecipient
from mailwarden.sending.rules import Code

__all__ = ["JOBS", "LISTENERS"]


async def look_after(rt: Runtime, lease: Lease) -> None:
    """After a bounce, or when somebody has no mail to come."""
    if lease.org_id is None:
        raise ValueError("a campaign belongs to an organization")
    async with unit_of_work(rt.sessions, lease.org_id) as tx:
        await lease.guard(tx)
        try:
            campaign = await queries.get_campaign(tx, lease.org_id, UUID(lease.key), lock=True)
        except NotFound:
            return
        if campaign.state == State.RUNNING and not await _guard(rt, tx, campaign):
            await finish_if_done(tx, campaign, rt.clock.now())


async def _guard(rt: Runtime, tx: UnitOfWork, campaign: OutreachCampaign) -> bool:
    if campaign.bounce_guard_percent is None:
        return False
    sent, bounced, refused = await _counted(tx, campaign)
    reason = guarded(sent, bounced, refused, campaign.bounce_guard_percent)
    if reason is None:
        return False
    counted = {"sent": sent, "bounced": bounced, "refused": refused, "allowed_percent": campaign.bounce_guard_percent}
    return await pause_campaign(tx, campaign, reason, rt.clock.now(), **counted)


async def _counted(tx: UnitOfWork, campaign: OutreachCampaign) -> tuple[int, int, int]:
    """All, hard bounces, and mails refused for their sender, of those since the guard began to count."""
    of_person = (OutreachRecipient.org_id == OutreachSend.org_id) & (OutreachRecipient.id == OutreachSend.recipient_id)
    of_message = (Message.org_id == OutreachSend.org_id) & (Message.id == OutreachSend.message_id)
    addressed = (MessageRecipient.org_id == Message.org_id) & (MessageRecipient.message_id == Message.id)
    ours = (Message.state == "failed") & (Message.failure_code == Code.SENDER_REFUSED)
    hard = MessageRecipient.bounce_kind == "hard"
    asked = (
        select(func.count(), func.count().filter(hard & ~ours), func.count().filter(ours))
        .select_from(OutreachSend)
        .join(OutreachRecipient, of_person)
        .join(Message, of_message)
        .join(MessageRecipient, addressed)
        .where(OutreachRecipient.org_id == campaign.org_id, OutreachRecipient.campaign_id == campaign.id)
        .where((Message.state == "sent") | hard | ours)
    )
    if campaign.guarded_since is not None:
        asked = asked.where(Message.queued_at > campaign.guarded_since)
    sent, bounced, refused = (await tx.session.execute(asked)).one()
    return sent, bounced, refused


async def unsubscribed(_: Runtime, tx: UnitOfWork, event: Event) -> None:
    address = event.data.get("address")
    if isinstance(address, str):
        await unsubscribe(tx, event.org_id, address.lower(), "unsubscribed")


async def unpaid(rt: Runtime, tx: UnitOfWork, event: Event) -> None:
    """All that run pause; whoever pays resumes them with one click."""
    asked = select(OutreachCampaign).where(
        OutreachCampaign.org_id == event.org_id, OutreachCampaign.state == State.RUNNING
    )
    for campaign in (await tx.session.scalars(asked.order_by(OutreachCampaign.id).with_for_update())).all():
        await pause_campaign(tx, campaign, Pause.SUBSCRIPTION, rt.clock.now())


JOBS = [JobKind(WATCH, look_after)]
LISTENERS: Listeners = {
    EventType.RECIPIENT_UNSUBSCRIBED: [unsubscribed],
    EventType.SUBSCRIPTION_INACTIVE: [unpaid],
}
