"""After a database came back from a backup: who was due may have had the mail since, and nothing says so."""

from sqlalchemy import select, update

from mailwarden.core.db import UnitOfWork, app_now
from mailwarden.outreach.advancing import watch
from mailwarden.outreach.models import OutreachCampaign, OutreachRecipient
from mailwarden.outreach.picking import PICKED
from mailwarden.outreach.rules import Person, State

RESTORED = "restored"  # the reason that they show; whoever takes the skip back sends on


async def skip_due(tx: UnitOfWork) -> int:
    """Recipients of campaigns that had begun. Nobody else can have had mail since: theirs was not due yet."""
    begun = select(OutreachCampaign.id).where(
        OutreachCampaign.org_id == tx.org_id, OutreachCampaign.state.in_((State.RUNNING, State.PAUSED))
    )
    due = update(OutreachRecipient).where(
        OutreachRecipient.org_id == tx.org_id,
        OutreachRecipient.campaign_id.in_(begun),
        OutreachRecipient.state.in_(PICKED),
        OutreachRecipient.next_at <= app_now(),
    )
    told = due.values(state=Person.SKIPPED, state_reason=RESTORED).returning(OutreachRecipient.campaign_id)
    found = (await tx.session.scalars(told.execution_options(synchronize_session=False))).all()
    for campaign_id in sorted(set(found)):
        await watch(tx, campaign_id)
    return len(found)
