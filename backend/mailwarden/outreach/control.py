"""Start, pause, resume, archive: each acts at once."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from mailwarden.accounts import audit
from mailwarden.accounts.caller import Caller
from mailwarden.billing.gate import require_work
from mailwarden.core.db import UnitOfWork
from mailwarden.core.errors import AppError, Conflict, NotFound
from mailwarden.core.runtime import Runtime
from mailwarden.events.types import EventType
from mailwarden.outreach import queries
from mailwarden.outreach.access import may_change, require_state
from mailwarden.outreach.changes import (
    pause_campaign,
    resume_account,
    resume_campaign,
    tell,
    wake_campaign,
    withdraw_from,
)
from mailwarden.outreach.check import MISSING, hindrances
from mailwarden.outreach.filling import lacks, needed
from mailwarden.outreach.models import OutreachCampaign, OutreachRecipient
from mailwarden.outreach.rules import BY_TROUBLE, OPEN, Pause, State
from mailwarden.outreach.schemas import OutreachHindrance, OutreachNotResumed, OutreachResumedOut
from mailwarden.outreach.service import target
from mailwarden.outreach.views import accounts_out


class NotReady(Conflict):
    code, title = "not_ready", "The campaign cannot start yet"


async def start(rt: Runtime, tx: UnitOfWork, row: OutreachCampaign, *, skip_missing: bool) -> None:
    """Raises WrongState, SubscriptionInactive, NotReady with everything that hinders."""
    require_state(row, State.DRAFT)
    await require_work(rt, tx, row.org_id)
    if skip_missing:
        await _leave_out(tx, row)
    if found := await hindrances(rt, tx, row):
        raise _not_ready(found)
    accounts = await queries.accounts_of(tx, row.org_id, row.id)
    row.rotation = sum(one.state != "removed" for one in accounts) >= 2
    row.state, row.started_at, row.guarded_since = State.RUNNING, rt.clock.now(), None
    await _changed(tx, row, "started")
    await tell(tx, EventType.OUTREACH_STARTED, row, rotation=row.rotation)
    await wake_campaign(tx, row)


def _not_ready(found: Sequence[OutreachHindrance]) -> NotReady:
    errors = [{"pointer": _pointer(one), "code": one.code, "detail": one.detail} for one in found]
    return NotReady(found[0].detail, code=found[0].code if len(found) == 1 else None, errors=errors)


def _pointer(one: OutreachHindrance) -> str:
    return f"#/steps/{one.step - 1}" if one.step else "#/recipients" if one.code == MISSING else "#"


async def _leave_out(tx: UnitOfWork, row: OutreachCampaign) -> None:
    fields = needed(await queries.steps_of(tx, row.org_id, row.id))
    if not fields:
        return
    mine = (OutreachRecipient.org_id == row.org_id, OutreachRecipient.campaign_id == row.id)
    these = update(OutreachRecipient).where(*mine, OutreachRecipient.state.in_(OPEN), lacks(fields))
    left: dict[str, Any] = {"state": "skipped", "state_reason": MISSING}
    await tx.session.execute(these.values(**left).execution_options(synchronize_session=False))


async def pause(rt: Runtime, tx: UnitOfWork, row: OutreachCampaign) -> None:
    """What is told here is true: no mail of it is claimed after this transaction. Raises WrongState."""
    if row.state == State.PAUSED:
        if row.pause_reason in BY_TROUBLE:  # it will not go on by itself then; the guard's reasons stay
            row.pause_reason = Pause.MEMBER
        await tx.session.flush()
        return
    require_state(row, State.RUNNING)
    await pause_campaign(tx, row, Pause.MEMBER, rt.clock.now())
    await _changed(tx, row, "paused")


async def resume(rt: Runtime, tx: UnitOfWork, row: OutreachCampaign) -> None:
    """Raises WrongState, SubscriptionInactive, Conflict with why its accounts may not send."""
    if row.state == State.RUNNING:
        return
    require_state(row, State.PAUSED, State.FINISHED)
    await require_work(rt, tx, row.org_id)
    await _accounts_ready(rt, tx, row)
    if row.state == State.FINISHED:
        await _reopen(tx, row)
    await resume_campaign(tx, row, rt.clock.now())
    await _changed(tx, row, "resumed")


async def _accounts_ready(rt: Runtime, tx: UnitOfWork, row: OutreachCampaign) -> None:
    """One that may send is enough in a rotation; what trouble paused and works again, goes on."""
    told = {one.id: one for one in await accounts_out(rt, tx, row) if one.state != "removed"}
    if not told:
        raise Conflict("No mailbox to send from. Add one to the FROM list again.", code="no_accounts")
    usable = [one for one in told.values() if one.usable]
    if not usable:
        worst = next(iter(told.values()))
        raise Conflict(f"{worst.address}: {worst.detail}", code=worst.code, action="reconnect")
    for one in usable:
        account = await queries.get_account(tx, row.org_id, row.id, one.id, lock=True)
        await resume_account(tx, row, account)


async def _reopen(tx: UnitOfWork, row: OutreachCampaign) -> None:
    mine = (OutreachRecipient.org_id == row.org_id, OutreachRecipient.campaign_id == row.id)
    some = select(OutreachRecipient.id).where(*mine, OutreachRecipient.state.in_(OPEN)).limit(1)
    if await tx.session.scalar(some) is None:
        raise Conflict("Nobody in it has a mail to come. Add recipients first.", code="no_recipients")
    row.state, row.finished_at = State.PAUSED, None


async def archive(tx: UnitOfWork, row: OutreachCampaign) -> None:
    """For ever; figures and history stay. Raises WrongState."""
    require_state(row, State.DRAFT, State.PAUSED, State.FINISHED)
    row.state, row.pause_reason = State.ARCHIVED, None
    await withdraw_from(tx, row.org_id, OutreachRecipient.campaign_id == row.id)
    await _changed(tx, row, "archived")


async def resume_all(rt: Runtime, tx: UnitOfWork, caller: Caller, wanted: Sequence[UUID] | None) -> OutreachResumedOut:
    """One that cannot go on hinders no other."""
    done = OutreachResumedOut(resumed=[], not_resumed=[])
    for campaign_id in await _paused(tx, caller, wanted):
        row = await queries.get_campaign(tx, caller.org_id, campaign_id, lock=True)
        try:
            if not may_change(caller, row):
                raise Conflict("Somebody else made this campaign.", code="role_required")
            await resume(rt, tx, row)
            done.resumed.append(row.id)
        except AppError as exc:
            told = OutreachNotResumed(id=row.id, name=row.name, code=exc.code, detail=exc.detail)
            done.not_resumed.append(told)
    return done


async def _paused(tx: UnitOfWork, caller: Caller, wanted: Sequence[UUID] | None) -> Sequence[UUID]:
    """In one order for everybody, since each is held to the end. Raises NotFound."""
    asked = select(OutreachCampaign.id).where(OutreachCampaign.org_id == caller.org_id)
    if wanted is None:
        by_trouble = (OutreachCampaign.state == State.PAUSED, OutreachCampaign.pause_reason.in_(BY_TROUBLE))
        return (await tx.session.scalars(asked.where(*by_trouble).order_by(OutreachCampaign.id))).all()
    found = (await tx.session.scalars(asked.where(OutreachCampaign.id.in_(wanted)).order_by(OutreachCampaign.id))).all()
    if len(found) != len(set(wanted)):
        raise NotFound("One of these campaigns does not exist.")
    return found


async def _changed(tx: UnitOfWork, row: OutreachCampaign, what: str) -> None:
    row.version += 1
    await tx.session.flush()
    await audit.record(tx, f"outreach_campaign.{what}", target(row))
