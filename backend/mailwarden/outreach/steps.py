"""The sequence: replaced as a whole, save what somebody got already."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select

from mailwarden.accounts import audit
from mailwarden.core.db import UnitOfWork
from mailwarden.core.errors import Conflict, Invalid
from mailwarden.core.etag import stale
from mailwarden.core.ids import new_id
from mailwarden.outreach import queries
from mailwarden.outreach.access import NOT_ARCHIVED, require_state
from mailwarden.outreach.models import OutreachCampaign, OutreachRecipient, OutreachSend, OutreachStep
from mailwarden.outreach.rules import ABOUT_TRACKING, State
from mailwarden.outreach.schemas import OutreachStepIn
from mailwarden.outreach.service import recompute_times, target

PARTS = ("delay_s", "condition", "subject", "html")


class StepSent(Conflict):
    code, title = "step_sent", "This step was sent already"


async def decided_steps(tx: UnitOfWork, org_id: UUID, campaign_id: UUID) -> int:
    """The highest step that was decided for somebody; all up to it stay as they are."""
    its = (OutreachRecipient.org_id == OutreachSend.org_id) & (OutreachRecipient.id == OutreachSend.recipient_id)
    highest = select(func.max(OutreachSend.step_number)).join(OutreachRecipient, its)
    mine = highest.where(OutreachRecipient.org_id == org_id, OutreachRecipient.campaign_id == campaign_id)
    return await tx.session.scalar(mine) or 0


async def replace_steps(tx: UnitOfWork, row: OutreachCampaign, version: int, wanted: Sequence[OutreachStepIn]) -> None:
    """Raises PreconditionFailed, StepSent, Invalid, WrongState."""
    require_state(row, *NOT_ARCHIVED)
    if row.version != version:
        raise stale(row.version)
    _check(row, wanted)
    before = await queries.steps_of(tx, row.org_id, row.id)
    _keep_sent(before[: await decided_steps(tx, row.org_id, row.id)], wanted)
    await _store(tx, row, before, wanted)
    row.version += 1
    await tx.session.flush()
    await recompute_times(tx, row)
    after = {"steps": len(wanted)}
    await audit.record(tx, "outreach_campaign.steps_changed", target(row), before={"steps": len(before)}, after=after)


def _keep_sent(sent: Sequence[OutreachStep], wanted: Sequence[OutreachStepIn]) -> None:
    for row, step in zip(sent, [*wanted, *[None] * len(sent)], strict=False):
        if step is None or any(getattr(row, part) != getattr(step, part) for part in PARTS):
            raise StepSent(f"Step {row.number} has gone out. Change those after it, or copy the campaign.")


def _check(row: OutreachCampaign, wanted: Sequence[OutreachStepIn]) -> None:
    """Raises Invalid. What may still be missing in a draft is the check's to tell."""
    if wanted and wanted[0].condition not in ("always", "if_no_reply"):
        raise _invalid(0, "condition", "Nothing came before the first step that a condition could be about.")
    for place, step in enumerate(wanted):
        needed = ABOUT_TRACKING.get(step.condition)  # type: ignore[call-overload]
        if row.state != State.DRAFT and needed is not None and not getattr(row, needed):
            raise _invalid(place, "condition", "This campaign does not track that.")


def _invalid(place: int, part: str, detail: str) -> Invalid:
    return Invalid(detail, errors=[{"pointer": f"#/steps/{place}/{part}", "code": "invalid", "detail": detail}])


async def _store(
    tx: UnitOfWork, row: OutreachCampaign, before: Sequence[OutreachStep], wanted: Sequence[OutreachStepIn]
) -> None:
    for gone in before[len(wanted) :]:
        await tx.session.delete(gone)
    for number, step in enumerate(wanted, 1):
        values = {part: getattr(step, part) for part in PARTS}
        if number > len(before):
            known = {"id": new_id(), "org_id": row.org_id, "campaign_id": row.id, "number": number}
            tx.session.add(OutreachStep(**known, **values))
            continue
        for part, value in values.items():
            setattr(before[number - 1], part, value)
