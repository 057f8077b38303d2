"""What is told while time runs out: once for an episode or a disconnect, over all its campaigns (H18, H19)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from mailwarden.connections.models import Connection
from mailwarden.connections.rules import Status
from mailwarden.core.db import UnitOfWork
from mailwarden.core.ids import format_id, new_id
from mailwarden.core.runtime import Runtime
from mailwarden.events.record import record
from mailwarden.events.types import EventType
from mailwarden.outreach.rules import State
from mailwarden.outreach.trouble.align import TROUBLES
from mailwarden.outreach.trouble.downtime import spans_since
from mailwarden.outreach.trouble.holding import Used, episode_of, is_over, running_clocks
from mailwarden.outreach.trouble.models import OutreachNotice
from mailwarden.outreach.trouble.rules import NOTICES, Clock, Kind, Moment
from mailwarden.outreach.trouble.staking import Stake, stake_of

ONE_HOUR_LEFT = NOTICES[Kind.NINE_DAYS][-1]


@dataclass
class Subject:
    """One episode, or one disconnect, with what hangs on it."""

    id: UUID
    kind: Kind
    started_at: datetime
    stakes: list[Stake] = field(default_factory=list)

    @property
    def has_end(self) -> bool:
        return any(stake.clock is not None for stake in self.stakes)


async def announce(rt: Runtime, tx: UnitOfWork, row: Connection, using: Sequence[Used]) -> datetime | None:
    """Tells what is due, and says when to look again; None: nothing runs. The caller holds all rows."""
    wakes = []
    for subject in await _subjects(tx, row, using):
        spans = await spans_since(tx, row, subject.started_at, rt.clock.now())
        clock = Clock(subject.kind, subject.started_at, rt.clock.now(), spans)
        moment = clock.notice()
        if moment is not None and _is_told(subject, moment) and await _first(tx, row, subject, moment):
            await _tell(tx, row, subject, clock, moment)
        if not clock.over:
            wakes.append(clock.wake_at())
    return min(wakes, default=None)


def _is_told(subject: Subject, moment: Moment) -> bool:
    """Where nothing ends, nobody is told that it ends in an hour."""
    return subject.has_end or moment is not ONE_HOUR_LEFT


async def _subjects(tx: UnitOfWork, row: Connection, using: Sequence[Used]) -> list[Subject]:
    found: dict[UUID, Subject] = {}
    for campaign, account in using:
        for clock in await running_clocks(tx, account):
            cause = clock.episode_id or clock.id
            subject = found.setdefault(cause, Subject(cause, Kind(clock.kind), clock.started_at))
            subject.stakes.append(await stake_of(tx, campaign, account, clock))
    await _add_paused(tx, row, using, found)
    return list(found.values())


async def _add_paused(tx: UnitOfWork, row: Connection, using: Sequence[Used], found: dict[UUID, Subject]) -> None:
    """Campaigns of one account wait without limit; they are told of with the same episode."""
    episode = await episode_of(tx, row.org_id, row.episode_id) if row.status == Status.INACTIVE else None
    if episode is None:
        return
    for campaign, account in using:
        stopped = campaign.state == State.PAUSED and campaign.pause_reason in TROUBLES
        if stopped and not campaign.rotation and not is_over(campaign):
            subject = found.setdefault(episode.id, Subject(episode.id, Kind.NINE_DAYS, episode.confirmed_at))
            subject.stakes.append(await stake_of(tx, campaign, account))


async def _first(tx: UnitOfWork, row: Connection, subject: Subject, moment: Moment) -> bool:
    """Also with another worker at the same."""
    fresh = insert(OutreachNotice).values(
        id=new_id(), org_id=row.org_id, connection_id=row.id, subject_id=subject.id, moment=moment.name
    )
    once = fresh.on_conflict_do_nothing(index_elements=["org_id", "subject_id", "moment"])
    return await tx.session.scalar(once.returning(OutreachNotice.id)) is not None


async def _tell(tx: UnitOfWork, row: Connection, subject: Subject, clock: Clock, moment: Moment) -> None:
    told = {
        "provider": row.provider,
        "account_label": row.account_label,
        "kind": subject.kind.value,
        "moment": moment.name,
        "started_at": subject.started_at.isoformat(),
        "due_at": clock.due_at.isoformat() if subject.has_end else None,
        "remaining_s": round(clock.remaining.total_seconds()) if subject.has_end else None,
        "recipients_at_stake": sum(one.stopped for one in subject.stakes),
        "recipients_waiting": sum(one.waiting for one in subject.stakes),
        "campaigns": [_told(one) for one in subject.stakes],
    }
    await record(tx, EventType.OUTREACH_CLOCK_WARNING, connection_id=row.id, subject_id=subject.id, data=told)


def _told(stake: Stake) -> dict[str, Any]:
    return {
        "id": format_id("out", stake.campaign.id),
        "name": stake.campaign.name,
        "rotation": stake.campaign.rotation,
        "recipients_at_stake": stake.stopped,
        "recipients_waiting": stake.waiting,
    }
