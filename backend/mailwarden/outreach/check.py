"""Everything that hinders a start, by name, and all at once: nobody should have to try six times."""

from collections.abc import Sequence

from sqlalchemy import func, select

from mailwarden.billing.gate import INACTIVE, access_of
from mailwarden.core.db import UnitOfWork
from mailwarden.core.runtime import Runtime
from mailwarden.outreach import queries
from mailwarden.outreach.filling import lacks, needed
from mailwarden.outreach.models import OutreachCampaign, OutreachRecipient, OutreachStep
from mailwarden.outreach.personal.rules import malformed
from mailwarden.outreach.rules import ABOUT_TRACKING, OPEN
from mailwarden.outreach.schemas import OutreachAccountOut, OutreachHindrance
from mailwarden.outreach.views import accounts_out

MISSING = "missing_fields"


async def hindrances(rt: Runtime, tx: UnitOfWork, row: OutreachCampaign) -> list[OutreachHindrance]:
    steps = await queries.steps_of(tx, row.org_id, row.id)
    accounts = await accounts_out(rt, tx, row)
    access = await access_of(rt, tx, row.org_id)
    found = [] if access.may_work else [OutreachHindrance(code=INACTIVE, detail=access.why_not)]
    found += [*_of_steps(row, steps), *_of_accounts(accounts)]
    return found + await _of_recipients(tx, row, steps)


def _of_steps(row: OutreachCampaign, steps: Sequence[OutreachStep]) -> list[OutreachHindrance]:
    if not steps:
        return [OutreachHindrance(code="no_steps", detail="There is no mail to send yet. Write the first step.")]
    found = []
    if not steps[0].subject:
        text = "The first step needs a subject: there is no thread that it could go on with."
        found.append(OutreachHindrance(code="no_subject", detail=text, step=1))
    for step in steps:
        found += _of_step(row, step)
    return found


def _of_step(row: OutreachCampaign, step: OutreachStep) -> list[OutreachHindrance]:
    found = []
    if not step.html.strip():
        found.append(OutreachHindrance(code="empty_step", detail=f"Step {step.number} is empty.", step=step.number))
    if odd := malformed(step.subject or "", step.html):
        text = f"Step {step.number}: {', '.join(odd[:5])} looks like a field and is none."
        found.append(OutreachHindrance(code="malformed_field", detail=text, step=step.number))
    asked = ABOUT_TRACKING.get(step.condition)  # type: ignore[call-overload]
    if asked is not None and not getattr(row, asked):
        text = f"Step {step.number} asks what this campaign does not track."
        found.append(OutreachHindrance(code="condition_needs_tracking", detail=text, step=step.number))
    return found


def _of_accounts(accounts: Sequence[OutreachAccountOut]) -> list[OutreachHindrance]:
    """A broken one hinders also in a rotation: it would pause the moment that it started."""
    listed = [one for one in accounts if one.state != "removed"]
    if not listed:
        return [OutreachHindrance(code="no_accounts", detail="No mailbox to send from. Add one to the FROM list.")]
    return [
        OutreachHindrance(code=one.code, detail=f"{one.address}: {one.detail}", account_id=one.id)
        for one in listed
        if not one.usable
    ]


async def _of_recipients(
    tx: UnitOfWork, row: OutreachCampaign, steps: Sequence[OutreachStep]
) -> list[OutreachHindrance]:
    mine = (OutreachRecipient.org_id == row.org_id, OutreachRecipient.campaign_id == row.id)
    some = select(OutreachRecipient.id).where(*mine, OutreachRecipient.state.in_(OPEN)).limit(1)
    if await tx.session.scalar(some) is None:
        return [OutreachHindrance(code="no_recipients", detail="There is nobody to write to. Add recipients.")]
    found = []
    for field in needed(steps):
        asked = select(func.count()).select_from(OutreachRecipient).where(*mine, OutreachRecipient.state.in_(OPEN))
        number = await tx.session.scalar(asked.where(lacks([field]))) or 0
        if number:
            text = f"{number:,} recipients have no {field.name}. Give the field a fallback, or leave them out."
            found.append(OutreachHindrance(code=MISSING, detail=text, recipients=number))
    return found
