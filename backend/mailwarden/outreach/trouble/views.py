"""From rows to what the API says about trouble. Reads only."""

from datetime import timedelta

from sqlalchemy import ColumnElement, and_, select

from mailwarden.connections.models import Connection
from mailwarden.connections.rules import Status
from mailwarden.core.db import UnitOfWork
from mailwarden.core.runtime import Runtime
from mailwarden.outreach.models import OutreachAccount, OutreachCampaign, OutreachClock
from mailwarden.outreach.rules import State
from mailwarden.outreach.trouble import words
from mailwarden.outreach.trouble.clocks import reading
from mailwarden.outreach.trouble.re_adding import free_of
from mailwarden.outreach.trouble.schemas import (
    OutreachActionOut,
    OutreachClockOut,
    OutreachTroubleAccount,
    OutreachTroubleOut,
    PausedByConnection,
    PausedByConnectionList,
)
from mailwarden.outreach.trouble.staking import Stake, stake_of
from mailwarden.outreach.trouble.stopping import Tally, tally

Entry = tuple[OutreachCampaign, OutreachAccount, Connection]
MOST_PAST = 100


async def trouble_of(rt: Runtime, tx: UnitOfWork, campaign: OutreachCampaign) -> OutreachTroubleOut:
    entries = await _entries(tx, OutreachAccount.org_id == campaign.org_id, OutreachAccount.campaign_id == campaign.id)
    free = await free_of(tx, campaign)
    return OutreachTroubleOut(
        campaign_id=campaign.id,
        state=campaign.state,
        pause_reason=campaign.pause_reason,
        rotation=campaign.rotation,
        accounts=[await _account(rt, tx, entry, free) for entry in entries],
        past=await _past(tx, campaign),
    )


async def _entries(tx: UnitOfWork, *whose: ColumnElement[bool]) -> list[Entry]:
    same = and_(OutreachCampaign.org_id == OutreachAccount.org_id, OutreachCampaign.id == OutreachAccount.campaign_id)
    held = and_(Connection.org_id == OutreachAccount.org_id, Connection.id == OutreachAccount.connection_id)
    asked = select(OutreachCampaign, OutreachAccount, Connection).select_from(OutreachAccount)
    asked = asked.join(OutreachCampaign, same).join(Connection, held).where(*whose)
    ordered = asked.order_by(OutreachAccount.created_at, OutreachAccount.id)
    return [(one[0], one[1], one[2]) for one in await tx.session.execute(ordered)]


async def _account(rt: Runtime, tx: UnitOfWork, entry: Entry, free: int) -> OutreachTroubleAccount:
    campaign, account, row = entry
    people = await tally(tx, account)
    clock = await _running(tx, account)
    return OutreachTroubleAccount(
        id=account.id,
        connection_id=row.id,
        address=account.address,
        state=account.state,
        status=Status(row.status),
        clock=await _clock(rt, tx, row, clock, people) if clock else None,
        recipients_kept=people.stopped + people.freed,
        recipients_free=free,
        wanted_back=account.wanted_back_at is not None,
        action=_action(campaign, account, row),
    )


def _action(campaign: OutreachCampaign, account: OutreachAccount, row: Connection) -> OutreachActionOut:
    if row.status in (Status.INACTIVE, Status.DISCONNECTED):
        text = "Reconnect it; what it needs is kept." if account.state != "removed" else RECONNECT_AND_RE_ADD
        return OutreachActionOut(code="reconnect", label=f"Reconnect {account.address}", detail=text)
    if account.state == "removed":
        return OutreachActionOut(code="re_add", label="Re-add to the campaign", detail="The account works again.")
    if campaign.state == State.PAUSED and campaign.pause_reason in ("connection_inactive", "disconnected"):
        return OutreachActionOut(code="resume", label="Resume the campaign", detail="The account works again.")
    if row.status == Status.VERIFYING:
        return OutreachActionOut(code="wait", label="Nothing to do", detail="We are just checking the account.")
    return OutreachActionOut(code="none", label="Nothing to do", detail="The account works.")


RECONNECT_AND_RE_ADD = "Re-add it to the campaign and reconnect it: one click does both."


async def _running(tx: UnitOfWork, account: OutreachAccount) -> OutreachClock | None:
    mine = (OutreachClock.org_id == account.org_id, OutreachClock.account_id == account.id)
    asked = select(OutreachClock).where(*mine, OutreachClock.state == "running").order_by(OutreachClock.due_at)
    return await tx.session.scalar(asked.limit(1))


async def _clock(rt: Runtime, tx: UnitOfWork, row: Connection, clock: OutreachClock, people: Tally) -> OutreachClockOut:
    """As it stands now, not as it was last written down."""
    read = await reading(rt, tx, row, clock, rt.clock.now())
    return OutreachClockOut(
        id=clock.id,
        kind=clock.kind,
        state=clock.state,
        started_at=clock.started_at,
        due_at=read.due_at,
        remaining_s=int(read.remaining.total_seconds()),
        countdown=words.countdown(read.remaining),
        uncounted_s=round(read.uncounted.total_seconds()),
        recipients_stopped=people.stopped,
        recipients_freed=people.freed,
        applied_at=None,
    )


async def _past(tx: UnitOfWork, campaign: OutreachCampaign) -> list[OutreachClockOut]:
    mine = (OutreachClock.org_id == campaign.org_id, OutreachClock.campaign_id == campaign.id)
    asked = select(OutreachClock).where(*mine, OutreachClock.state == "applied").limit(MOST_PAST)
    rows = (await tx.session.scalars(asked.order_by(OutreachClock.applied_at.desc(), OutreachClock.id))).all()
    return [_applied(one) for one in rows]


def _applied(clock: OutreachClock) -> OutreachClockOut:
    return OutreachClockOut(
        id=clock.id,
        kind=clock.kind,
        state="applied",
        started_at=clock.started_at,
        due_at=clock.due_at,
        remaining_s=0,
        countdown=words.countdown(timedelta()),
        uncounted_s=clock.uncounted_s,
        recipients_stopped=clock.stopped or 0,
        recipients_freed=clock.unassigned or 0,
        applied_at=clock.applied_at,
    )


async def paused_by(rt: Runtime, tx: UnitOfWork, row: Connection) -> PausedByConnectionList:
    """Campaigns that wait because of it, and rotations that it is away from."""
    mine = (OutreachAccount.org_id == row.org_id, OutreachAccount.connection_id == row.id)
    entries = await _entries(tx, *mine, OutreachCampaign.state.in_((State.RUNNING, State.PAUSED)))
    data = [await _paused(rt, tx, entry) for entry in entries if _waits(entry)]
    return PausedByConnectionList(connection_id=row.id, data=data, resumable=sum(one.resumable for one in data))


def _waits(entry: Entry) -> bool:
    campaign, account, _ = entry
    if campaign.rotation:
        return account.state != "active"
    return campaign.pause_reason in ("connection_inactive", "disconnected")


async def _paused(rt: Runtime, tx: UnitOfWork, entry: Entry) -> PausedByConnection:
    campaign, account, row = entry
    clock = await _running(tx, account)
    stake = await stake_of(tx, campaign, account, clock)
    works = row.status == Status.CONNECTED
    return PausedByConnection(
        id=campaign.id,
        name=campaign.name,
        state=campaign.state,
        pause_reason=campaign.pause_reason,
        rotation=campaign.rotation,
        account_id=account.id,
        account_state=account.state,
        recipients_waiting=stake.waiting,
        resumable=works and not campaign.rotation and account.state != "removed",
        re_addable=account.state == "removed",
        clock=await _clock(rt, tx, row, clock, Tally(stake.stopped, stake.freed)) if clock else None,
        detail=_detail(stake),
    )


def _detail(stake: Stake) -> str:
    if stake.clock is not None:
        return words.at_the_end(stake.stopped, stake.freed)
    if stake.account.state == "removed":
        return "The account is not on the FROM list. Re-add it, and it sends again."
    if stake.campaign.rotation:
        return "The account goes on by itself once it works."
    return "Waits without limit, until you resume it."
