"""What comes back changes a campaign: an answer, a bounce, a complaint or a wish for no more mail ends the sequence."""

from uuid import UUID

from sqlalchemy import select

from mailwarden.core.db import UnitOfWork
from mailwarden.core.runtime import Runtime
from mailwarden.outreach.advancing import end, sent_by, watch
from mailwarden.outreach.models import OutreachRecipient
from mailwarden.outreach.rules import OPEN, Person
from mailwarden.sending.receiving.effects import Happened, What, register_effect


@register_effect
async def act(_: Runtime, tx: UnitOfWork, happened: Happened) -> None:
    """A program's answer ends nothing: nobody read the mail. A soft bounce is the server's trouble."""
    found = await sent_by(tx, happened.message)
    if found is None:
        return
    person = found[1]
    match happened.what:
        case What.REPLIED:
            await end(tx, person, Person.REPLIED, None)
        case What.BOUNCED if happened.hard:
            await end(tx, person, Person.BOUNCED, happened.code or None)
        case What.COMPLAINED:
            await unsubscribe(tx, person.org_id, person.address, "complaint")
    if happened.what is What.BOUNCED:
        await watch(tx, person.campaign_id)


async def unsubscribe(tx: UnitOfWork, org_id: UUID, address: str, reason: str) -> None:
    """In all campaigns of the organization: nobody there writes to them any more."""
    asked = select(OutreachRecipient).where(OutreachRecipient.org_id == org_id, OutreachRecipient.address == address)
    wanted = asked.where(OutreachRecipient.state.in_([*OPEN, Person.SKIPPED, Person.FINISHED, Person.REPLIED]))
    locked = wanted.order_by(OutreachRecipient.id).with_for_update().execution_options(populate_existing=True)
    for person in await tx.session.scalars(locked):
        await end(tx, person, Person.UNSUBSCRIBED, reason)
