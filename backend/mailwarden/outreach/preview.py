"""What a recipient would get."""

from uuid import UUID

from mailwarden.core.db import UnitOfWork
from mailwarden.core.errors import NotFound
from mailwarden.outreach import queries
from mailwarden.outreach.filling import fill, opening_of
from mailwarden.outreach.recipients import get_recipient
from mailwarden.outreach.schemas import OutreachPreviewOut


async def preview(
    tx: UnitOfWork, org_id: UUID, campaign_id: UUID, number: int, recipient_id: UUID
) -> OutreachPreviewOut:
    """Raises NotFound."""
    await queries.get_campaign(tx, org_id, campaign_id)
    steps = await queries.steps_of(tx, org_id, campaign_id)
    if number > len(steps):
        raise NotFound("There is no such step.")
    person = await get_recipient(tx, org_id, campaign_id, recipient_id)
    filled = fill(steps[number - 1], opening_of(steps, number), person)
    return OutreachPreviewOut(subject=filled.subject, html=filled.html, missing=list(filled.missing))
