"""The two clocks as rows: started, asked, cancelled, and at their end the stop rule, once."""

from datetime import datetime
from uuid import UUID

from mailwarden.connections.models import Connection
from mailwarden.core.db import UnitOfWork
from mailwarden.core.ids import format_id, new_id
from mailwarden.core.runtime import Runtime
from mailwarden.events.record import record
from mailwarden.events.types import EventType
from mailwarden.outreach.changes import take_off
from mailwarden.outreach.models import OutreachAccount, OutreachCampaign, OutreachClock
from mailwarden.outreach.trouble.downtime import spans_since
from mailwarden.outreach.trouble.rules import LENGTH, Clock, Kind
from mailwarden.outreach.trouble.stopping import Tally, stop, tally

CLOCKS = "outreach.clocks"  # the job of a connection


async def start_clock(
    tx: UnitOfWork, campaign: OutreachCampaign, account: OutreachAccount, kind: Kind, at: datetime, cause: UUID
) -> OutreachClock:
    """``at`` is when the trouble began; ``cause`` the episode, or what stands for the disconnect."""
    clock = OutreachClock(
        id=new_id(),
        org_id=account.org_id,
        campaign_id=campaign.id,
        account_id=account.id,
        kind=kind,
        episode_id=cause,
        started_at=at,
        due_at=at + LENGTH[kind],
        state="running",
        uncounted_s=0,
    )
    tx.session.add(clock)
    await tx.session.flush()
    await _tell(tx, EventType.OUTREACH_CLOCK_STARTED, campaign, account, clock, await tally(tx, account))
    return clock


async def reading(rt: Runtime, tx: UnitOfWork, row: Connection, clock: OutreachClock, at: datetime) -> Clock:
    """As it stood at ``at``."""
    spans = await spans_since(tx, row, clock.started_at, rt.clock.now())
    return Clock(Kind(clock.kind), clock.started_at, at, spans)


async def note(tx: UnitOfWork, clock: OutreachClock, read: Clock) -> None:
    """Its row shows the end as it is known now."""
    clock.due_at, clock.uncounted_s = read.due_at, round(read.uncounted.total_seconds())
    await tx.session.flush()


async def cancel_clock(tx: UnitOfWork, clock: OutreachClock) -> None:
    clock.state = "cancelled"
    await tx.session.flush()


async def apply_rule(
    tx: UnitOfWork, campaign: OutreachCampaign, account: OutreachAccount, clock: OutreachClock, now: datetime
) -> None:
    """The caller holds all three, and knows that the clock runs."""
    done = await stop(tx, campaign, account, Kind(clock.kind))
    clock.state, clock.applied_at, clock.stopped, clock.unassigned = "applied", now, done.stopped, done.freed
    await tx.session.flush()
    if clock.kind == Kind.NINE_DAYS:  # else it left at T0, and may be back by now
        await take_off(tx, campaign, account, clock.kind, clock.due_at)
    await _tell(tx, EventType.OUTREACH_STOP_RULE_APPLIED, campaign, account, clock, done)


async def _tell(
    tx: UnitOfWork,
    type: EventType,
    campaign: OutreachCampaign,
    account: OutreachAccount,
    clock: OutreachClock,
    people: Tally,
) -> None:
    told = {
        "campaign_id": format_id("out", campaign.id),
        "name": campaign.name,
        "address": account.address,
        "kind": clock.kind,
        "started_at": clock.started_at.isoformat(),
        "due_at": clock.due_at.isoformat(),
        "recipients_stopped": people.stopped,
        "recipients_freed": people.freed,
    }
    await record(tx, type, connection_id=account.connection_id, subject_id=campaign.id, data=told)
