"""The changes of state that members, trouble and guards share. All in the caller's transaction, and at once.

Nothing is queued ahead, so a pause needs to stop nothing: the next question for a mail finds the campaign paused.
Whoever holds several rows takes them in this order: campaign, account, recipients.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select, update

from mailwarden.core.db import UnitOfWork, app_now
from mailwarden.events.record import record
from mailwarden.events.types import EventType
from mailwarden.outreach.advancing import watch
from mailwarden.outreach.models import OutreachAccount, OutreachCampaign, OutreachRecipient, OutreachSend
from mailwarden.outreach.queries import had_mail
from mailwarden.outreach.rules import BY_GUARD, OPEN, Pause, Person, State
from mailwarden.sending.models import Message
from mailwarden.sending.wake import wake

UNSYNCED = {"synchronize_session": False}  # rows that are read again are read with populate_existing


async def wake_all(tx: UnitOfWork, slots: Sequence[UUID]) -> None:
    """These slots look for mail at once, as fast as their speed allows."""
    for slot_id in slots:
        await wake(tx, slot_id)


async def wake_campaign(tx: UnitOfWork, campaign: OutreachCampaign) -> None:
    mine = (OutreachAccount.org_id == campaign.org_id, OutreachAccount.campaign_id == campaign.id)
    asked = select(OutreachAccount.slot_id).where(*mine, OutreachAccount.state == "active").distinct()
    await wake_all(tx, (await tx.session.scalars(asked)).all())


async def pause_campaign(
    tx: UnitOfWork, campaign: OutreachCampaign, reason: Pause, now: datetime, **why: object
) -> bool:
    """False if it does not run. The caller holds the row. A trouble does not hide that a member paused it.

    ``why`` stands in the event beside the reason.
    """
    if campaign.state != State.RUNNING:
        return False
    campaign.state, campaign.pause_reason, campaign.paused_at = State.PAUSED, reason, now
    await tx.session.flush()
    await tell(tx, EventType.OUTREACH_PAUSED, campaign, reason=reason, **why)
    return True


async def resume_campaign(tx: UnitOfWork, campaign: OutreachCampaign, now: datetime) -> bool:
    """False if it is not paused. The bounce guard counts anew: who resumes has seen why it paused."""
    if campaign.state != State.PAUSED:
        return False
    if campaign.pause_reason in BY_GUARD:
        campaign.guarded_since = now
    was = campaign.pause_reason
    campaign.state, campaign.pause_reason, campaign.paused_at = State.RUNNING, None, None
    await tx.session.flush()
    await tell(tx, EventType.OUTREACH_RESUMED, campaign, reason=was)
    await wake_campaign(tx, campaign)
    await watch(tx, campaign.id)  # those to come may all have ended meanwhile
    return True


async def pause_account(
    tx: UnitOfWork, campaign: OutreachCampaign, account: OutreachAccount, reason: str, now: datetime
) -> bool:
    """False if it is not active. The other accounts of the rotation go on."""
    if account.state != "active":
        return False
    account.state, account.paused_reason, account.paused_at = "paused", reason, now
    await tx.session.flush()
    await _tell_of_account(tx, EventType.OUTREACH_ACCOUNT_PAUSED, campaign, account, reason)
    return True


async def resume_account(tx: UnitOfWork, campaign: OutreachCampaign, account: OutreachAccount) -> bool:
    """False if it is not paused."""
    if account.state != "paused":
        return False
    was = account.paused_reason
    account.state, account.paused_reason, account.paused_at = "active", None, None
    await tx.session.flush()
    await _tell_of_account(tx, EventType.OUTREACH_ACCOUNT_RESUMED, campaign, account, was)
    await wake(tx, account.slot_id)
    return True


async def take_off(
    tx: UnitOfWork, campaign: OutreachCampaign, account: OutreachAccount, reason: str, now: datetime
) -> bool:
    """Off the FROM list, from now (T0) on. What becomes of its recipients is the clocks' to say."""
    if account.state == "removed":
        return False
    account.state, account.removed_at = "removed", now
    account.paused_reason = account.paused_at = None
    await tx.session.flush()
    await _tell_of_account(tx, EventType.OUTREACH_ACCOUNT_REMOVED, campaign, account, reason)
    return True


async def put_back(tx: UnitOfWork, account: OutreachAccount) -> bool:
    """On the FROM list again; whoever is still assigned to it goes on with it. False if it was not removed."""
    if account.state != "removed":
        return False
    account.state, account.removed_at, account.wanted_back_at = "active", None, None
    await tx.session.flush()
    await wake(tx, account.slot_id)
    return True


async def unassign(tx: UnitOfWork, account: OutreachAccount) -> int:
    """Frees those who had no mail yet for any account, and says how many. A mail that waits for them is withdrawn."""
    await withdraw(tx, account, had=False)
    freed = update(OutreachRecipient).where(OutreachRecipient.org_id == account.org_id, *_open_of(account))
    freed = freed.where(~had_mail()).values(account_id=None, state=Person.WAITING, state_reason=None)
    ids = (await tx.session.scalars(freed.returning(OutreachRecipient.id), execution_options=UNSYNCED)).all()
    return len(ids)


async def withdraw(tx: UnitOfWork, account: OutreachAccount, *, had: bool | None = None) -> int:
    """Takes back what was made and did not leave: as if those steps had not been decided. Says how many.

    ``had``: only for recipients who had mail, or had none; None: for all of them. The caller holds the account, so
    that nothing new is made meanwhile.
    """
    narrower = () if had is None else (had_mail() if had else ~had_mail(),)
    return await withdraw_from(tx, account.org_id, *_open_of(account), *narrower)


async def withdraw_from(tx: UnitOfWork, org_id: UUID, *whose: ColumnElement[bool]) -> int:
    """The same for any recipients, whom, or whose campaign, the caller holds."""
    people = select(OutreachRecipient.id).where(OutreachRecipient.org_id == org_id, *whose)
    waiting = (
        select(OutreachSend.id, Message.id)
        .join(Message, (Message.org_id == OutreachSend.org_id) & (Message.id == OutreachSend.message_id))
        .where(OutreachSend.org_id == org_id, OutreachSend.recipient_id.in_(people), Message.state == "queued")
        .with_for_update(of=Message)
    )
    found = (await tx.session.execute(waiting)).all()
    await _forget(tx, org_id, [row[0] for row in found], [row[1] for row in found])
    return len(found)


async def _forget(tx: UnitOfWork, org_id: UUID, sends: Sequence[UUID], messages: Sequence[UUID]) -> None:
    """The steps are open again; the messages stay, cancelled, with their attempts."""
    if not sends:
        return
    gone = delete(OutreachSend).where(OutreachSend.org_id == org_id, OutreachSend.id.in_(sends))
    people = (await tx.session.scalars(gone.returning(OutreachSend.recipient_id))).all()
    again = update(OutreachRecipient).where(OutreachRecipient.org_id == org_id, OutreachRecipient.id.in_(people))
    await tx.session.execute(again.values(next_at=app_now()), execution_options=UNSYNCED)
    cancelled = update(Message).where(Message.org_id == org_id, Message.id.in_(messages), Message.state == "queued")
    await tx.session.execute(cancelled.values(state="cancelled", due_at=None))


async def finish_if_done(tx: UnitOfWork, campaign: OutreachCampaign, now: datetime) -> bool:
    """A campaign ends by itself when nobody has a mail to come."""
    if campaign.state != State.RUNNING:
        return False
    mine = (OutreachRecipient.org_id == campaign.org_id, OutreachRecipient.campaign_id == campaign.id)
    some = select(OutreachRecipient.id).where(*mine, OutreachRecipient.state.in_(OPEN)).limit(1)
    if await tx.session.scalar(some) is not None:
        return False
    campaign.state, campaign.finished_at = State.FINISHED, now
    await tx.session.flush()
    await tell(tx, EventType.OUTREACH_FINISHED, campaign)
    return True


async def assigned(tx: UnitOfWork, account: OutreachAccount, *, had: bool) -> int:
    """How many are open with this account, with mail from it or without."""
    asked = select(func.count()).select_from(OutreachRecipient).where(*_open_of(account))
    return await tx.session.scalar(asked.where(had_mail() if had else ~had_mail())) or 0


async def tell(tx: UnitOfWork, type: EventType, campaign: OutreachCampaign, **more: object) -> None:
    """An event about the campaign. ``more`` must be JSON; what is None is left out."""
    told = {"name": campaign.name} | {key: value for key, value in more.items() if value is not None}
    await record(tx, type, subject_id=campaign.id, data=told)


async def _tell_of_account(
    tx: UnitOfWork, type: EventType, campaign: OutreachCampaign, account: OutreachAccount, reason: str | None
) -> None:
    told = {"name": campaign.name, "address": account.address, "reason": reason}
    await record(tx, type, connection_id=account.connection_id, subject_id=campaign.id, data=told)


def _open_of(account: OutreachAccount) -> tuple[ColumnElement[bool], ...]:
    mine = (OutreachRecipient.org_id == account.org_id, OutreachRecipient.account_id == account.id)
    return (*mine, OutreachRecipient.state.in_(OPEN))
