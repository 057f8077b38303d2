"""What a recipient would get."""

from collections.abc import Sequence
from uuid import UUID

from mailwarden.core.db import UnitOfWork
from mailwarden.core.errors import NotFound
from mailwarden.outreach import queries
from mailwarden.outreach.filling import answering, fill, opening_of
from mailwarden.outreach.models import OutreachRecipient, OutreachStep
from mailwarden.outreach.picking import seen_of
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
    subject = await _thread_of(tx, steps, number, person) or filled.subject
    return OutreachPreviewOut(subject=subject, html=filled.html, missing=list(filled.missing))


async def _thread_of(
    tx: UnitOfWork, steps: Sequence[OutreachStep], number: int, person: OutreachRecipient
) -> str | None:
    """What it answers, if a mail that they had goes on in it: a step that was not sent to them began no thread."""
    to_come = steps[person.next_step - 1 : number]
    last, _ = await seen_of(tx, person)
    if last is None or not to_come or any(step.subject for step in to_come):
        return None
    return answering(last.subject)
