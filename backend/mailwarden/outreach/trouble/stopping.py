"""The stop rule (L15-L19): one transaction, and the same condition as the preview's count."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, func, select, update

from mailwarden.core.db import UnitOfWork
from mailwarden.core.jobs import enqueue
from mailwarden.outreach.changes import wake_campaign, withdraw
from mailwarden.outreach.models import OutreachAccount, OutreachCampaign, OutreachRecipient
from mailwarden.outreach.queries import had_mail
from mailwarden.outreach.rules import OPEN, Person
from mailwarden.outreach.trouble.rules import ENDED, STOPPED, Kind


@dataclass(frozen=True, slots=True)
class Tally:
    """Of an account's recipients: how many the rule stops, and how many it sets free."""

    stopped: int
    freed: int


async def tally(tx: UnitOfWork, account: OutreachAccount) -> Tally:
    """What the rule would do now."""
    mailed = had_mail()
    asked = select(func.count().filter(mailed), func.count().filter(~mailed))
    asked = asked.where(OutreachRecipient.org_id == account.org_id, *_theirs(account))
    stopped, freed = (await tx.session.execute(asked)).one()
    return Tally(stopped, freed)


async def stop(tx: UnitOfWork, campaign: OutreachCampaign, account: OutreachAccount, kind: Kind) -> Tally:
    """The caller holds campaign and account, so nothing new is made for these people meanwhile.

    They are held, too, before anything is asked of their mail: an attempt that just begins shows afterwards.
    """
    await _hold(tx, account)
    await withdraw(tx, account)
    stopped = await _change(tx, account, had_mail(), state=STOPPED, state_reason=kind.value, next_at=None)
    freed = await _change(tx, account, ~had_mail(), account_id=None, state=_WAITING_AGAIN)
    await tx.session.flush()
    await wake_campaign(tx, campaign)
    await enqueue(tx, WATCH, campaign.id)  # perhaps nobody has a mail to come now
    return Tally(stopped, freed)


WATCH = "outreach.watch"
# Whoever takes them over takes those who wait; one that was left out of the campaign stays left out.
_WAITING_AGAIN = case((OutreachRecipient.state.in_(OPEN), Person.WAITING.value), else_=OutreachRecipient.state)


def _theirs(account: OutreachAccount) -> tuple[ColumnElement[bool], ...]:
    return (OutreachRecipient.account_id == account.id, OutreachRecipient.state.not_in(sorted(ENDED)))


async def _hold(tx: UnitOfWork, account: OutreachAccount) -> None:
    people = select(OutreachRecipient.id).where(OutreachRecipient.org_id == account.org_id, *_theirs(account))
    await tx.session.execute(people.order_by(OutreachRecipient.id).with_for_update())


async def _change(tx: UnitOfWork, account: OutreachAccount, whose: ColumnElement[bool], **values: object) -> int:
    mine = update(OutreachRecipient).where(OutreachRecipient.org_id == account.org_id, *_theirs(account))
    change = mine.where(whose).values(**values)
    asked = change.returning(OutreachRecipient.id).execution_options(synchronize_session=False)
    return len((await tx.session.scalars(asked)).all())
