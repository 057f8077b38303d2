"""What members do with a campaign as a whole."""

from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, func, insert, literal, select, text, update
from sqlalchemy.orm import InstrumentedAttribute

from mailwarden.accounts import audit
from mailwarden.accounts.caller import Caller
from mailwarden.connections.queries import get_connection
from mailwarden.core.db import UnitOfWork, app_now
from mailwarden.core.errors import Conflict
from mailwarden.core.etag import stale
from mailwarden.core.ids import new_id
from mailwarden.outreach import queries
from mailwarden.outreach.access import NOT_ARCHIVED, not_theirs_to_send_from, require_state
from mailwarden.outreach.changes import wake_campaign
from mailwarden.outreach.models import OutreachAccount, OutreachCampaign, OutreachRecipient, OutreachStep
from mailwarden.outreach.rules import ABOUT_TRACKING, State
from mailwarden.outreach.schemas import OutreachCampaignCreate, OutreachCampaignUpdate, OutreachCopy

# Null means a value of its own here; of everything else it means: not given.
MAY_BE_NULL = frozenset({"bounce_guard_percent"})
A_SECOND = text("interval '1 second'")
SETTINGS = ("schedule", "auto_resume", "track_opens", "track_clicks", "bounce_guard_percent")


def target(campaign: OutreachCampaign) -> audit.Target:
    return audit.Target("outreach_campaign", campaign.id, campaign.name)


async def create(tx: UnitOfWork, caller: Caller, body: OutreachCampaignCreate) -> OutreachCampaign:
    given = body.model_dump(exclude={"schedule"})
    row = OutreachCampaign(id=new_id(), org_id=caller.org_id, author_id=caller.user_id, **given)
    row.schedule = body.schedule.stored()
    return await _added(tx, row)


async def _added(tx: UnitOfWork, row: OutreachCampaign) -> OutreachCampaign:
    tx.session.add(row)
    await tx.session.flush()
    await tx.session.refresh(row)
    await audit.record(tx, "outreach_campaign.created", target(row))
    return row


async def change(tx: UnitOfWork, row: OutreachCampaign, version: int, body: OutreachCampaignUpdate) -> None:
    """Acts at once, also while it runs. Raises PreconditionFailed, WrongState, Conflict."""
    require_state(row, *NOT_ARCHIVED)
    if row.version != version:
        raise stale(row.version)
    given = {name for name in body.model_fields_set if name in MAY_BE_NULL or getattr(body, name) is not None}
    wanted: dict[str, Any] = body.model_dump(include=given, exclude={"schedule"})
    if "schedule" in given and body.schedule is not None:
        wanted["schedule"] = body.schedule.stored()
    before = {name: getattr(row, name) for name in wanted}
    was, now = audit.difference(before, wanted)
    if not now:
        return
    await _keep_what_steps_ask(tx, row, now)
    for name, value in now.items():
        setattr(row, name, value)
    row.version += 1
    await tx.session.flush()
    if "schedule" in now:
        await recompute_times(tx, row)
    await audit.record(tx, "outreach_campaign.changed", target(row), before=was, after=now)


async def _keep_what_steps_ask(tx: UnitOfWork, row: OutreachCampaign, wanted: dict[str, Any]) -> None:
    """While it is a draft, the check before the start tells."""
    off = {name for name in ("track_opens", "track_clicks") if wanted.get(name) is False}
    if row.state == State.DRAFT or not off:
        return
    for step in await queries.steps_of(tx, row.org_id, row.id):
        if ABOUT_TRACKING.get(step.condition) in off:  # type: ignore[call-overload]
            raise Conflict(f"Step {step.number} asks for what would not be tracked.", code="condition_needs_tracking")


async def recompute_times(tx: UnitOfWork, row: OutreachCampaign) -> None:
    """After a change of delays or hours: when who waits for a step would get it, by what is set now."""
    its = (OutreachStep.org_id == row.org_id, OutreachStep.campaign_id == row.id)
    delay = select(OutreachStep.delay_s).where(*its, OutreachStep.number == OutreachRecipient.next_step)
    seconds = delay.correlate(OutreachRecipient).scalar_subquery()
    of_it = (OutreachRecipient.org_id == row.org_id, OutreachRecipient.campaign_id == row.id)
    mine = (*of_it, OutreachRecipient.next_at.is_not(None))  # else a mail to them is under way
    changed = update(OutreachRecipient).execution_options(synchronize_session=False)
    due = OutreachRecipient.last_at + func.coalesce(seconds, 0) * A_SECOND  # no step any more: ends with the next look
    await tx.session.execute(changed.where(*mine, OutreachRecipient.state == "active").values(next_at=due))
    again = changed.where(*mine, OutreachRecipient.state == "waiting")
    await tx.session.execute(again.values(next_at=OutreachRecipient.created_at))
    if row.state == State.RUNNING:
        await wake_campaign(tx, row)


async def remove(tx: UnitOfWork, row: OutreachCampaign) -> None:
    """Drafts only: what was sent stays. Raises WrongState."""
    require_state(row, State.DRAFT)
    await audit.record(tx, "outreach_campaign.deleted", target(row))
    await tx.session.delete(row)
    await tx.session.flush()


async def copy(tx: UnitOfWork, caller: Caller, row: OutreachCampaign, body: OutreachCopy) -> OutreachCampaign:
    """A draft with the same settings and steps, and those of the accounts that this caller may send from."""
    kept = {name: getattr(row, name) for name in SETTINGS}
    made = OutreachCampaign(id=new_id(), org_id=row.org_id, author_id=caller.user_id, name=body.name, **kept)
    await _added(tx, made)
    for step in await queries.steps_of(tx, row.org_id, row.id):
        tx.session.add(_again(step, made.id, "number", "delay_s", "condition", "subject", "html"))
    for account in await queries.accounts_of(tx, row.org_id, row.id):
        if account.state != "removed" and await _may_use(tx, caller, account):
            tx.session.add(_again(account, made.id, "connection_id", "slot_id", "address"))
    await tx.session.flush()
    if body.recipients:
        await _copy_recipients(tx, row.org_id, row.id, made.id)
    return made


async def _may_use(tx: UnitOfWork, caller: Caller, account: OutreachAccount) -> bool:
    row = await get_connection(tx, account.org_id, account.connection_id)
    return not_theirs_to_send_from(caller, row) is None


def _again(of: OutreachStep | OutreachAccount, campaign_id: UUID, *names: str) -> OutreachStep | OutreachAccount:
    values = {name: getattr(of, name) for name in names}
    return type(of)(id=new_id(), org_id=of.org_id, campaign_id=campaign_id, **values)


async def _copy_recipients(tx: UnitOfWork, org_id: UUID, source: UUID, to: UUID) -> None:
    """PostgreSQL makes their ids, time-ordered as ours."""
    columns: dict[str, Any] = {
        "id": func.uuidv7(),
        "org_id": OutreachRecipient.org_id,
        "campaign_id": literal(to, Uuid()),
        "next_at": app_now(),
        **{name: _column(name) for name in ("address", "name", "fields", "zone")},
    }
    read = select(*columns.values()).where(OutreachRecipient.org_id == org_id, OutreachRecipient.campaign_id == source)
    await tx.session.execute(insert(OutreachRecipient).from_select(list(columns), read, include_defaults=False))


def _column(name: str) -> InstrumentedAttribute[Any]:
    column: InstrumentedAttribute[Any] = getattr(OutreachRecipient, name)
    return column
