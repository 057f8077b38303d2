"""Brings campaigns into line with what their connection is now, whatever was told in which order, and however often."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from mailwarden.billing.gate import access_of
from mailwarden.connections.models import Connection
from mailwarden.connections.rules import Status
from mailwarden.connections.slots import slot_of
from mailwarden.core.db import UnitOfWork
from mailwarden.core.ids import format_id, new_id
from mailwarden.core.runtime import Runtime
from mailwarden.events.models import Event
from mailwarden.events.record import record
from mailwarden.events.types import EventType
from mailwarden.outreach import changes
from mailwarden.outreach.models import OutreachAccount, OutreachCampaign, OutreachClock
from mailwarden.outreach.rules import Pause, State
from mailwarden.outreach.trouble import rules
from mailwarden.outreach.trouble.clocks import apply_rule, cancel_clock, note, reading, start_clock
from mailwarden.outreach.trouble.holding import Used, episode_of, hold_using, is_over, running_clocks
from mailwarden.outreach.trouble.rules import Kind, Trouble

TROUBLES = frozenset(Trouble)


async def align(rt: Runtime, tx: UnitOfWork, row: Connection, at: datetime) -> list[Used]:
    """``at``: when it came to be so. The caller holds the connection still."""
    using, waiting = await hold_using(tx, row.id), []
    for campaign, account in using:
        await settle(rt, tx, row, campaign, account, at)
        paused = account.state == "paused"
        if not is_over(campaign):
            await _follow(rt, tx, row, campaign, account, at)
        if paused and account.state == "active" and _waits(campaign):
            waiting.append(campaign)
    if waiting:
        await _remind(tx, row, waiting)
    return using


def _waits(campaign: OutreachCampaign) -> bool:
    return campaign.state == State.PAUSED and campaign.pause_reason in TROUBLES


async def _remind(tx: UnitOfWork, row: Connection, waiting: Sequence[OutreachCampaign]) -> None:
    """Repaired, but nothing of these goes on before somebody resumes it (D14, D15)."""
    told = {
        "provider": row.provider,
        "account_label": row.account_label,
        "campaigns": [{"id": format_id("out", one.id), "name": one.name} for one in waiting],
    }
    await record(tx, EventType.OUTREACH_RESUME_DUE, connection_id=row.id, subject_id=row.id, data=told)


async def settle(
    rt: Runtime, tx: UnitOfWork, row: Connection, campaign: OutreachCampaign, account: OutreachAccount, at: datetime
) -> None:
    """What the clocks say comes first: who comes a moment too late finds the rule applied."""
    for clock in await running_clocks(tx, account):
        ended_at = await _ended_at(tx, row, account, clock)
        read = await reading(rt, tx, row, clock, ended_at or at)
        await note(tx, clock, read)
        if is_over(campaign):
            await cancel_clock(tx, clock)
        elif read.over:
            await apply_rule(tx, campaign, account, clock, rt.clock.now())
        elif _is_in_vain(account, clock, ended_at):
            await cancel_clock(tx, clock)


def _is_in_vain(account: OutreachAccount, clock: OutreachClock, ended_at: datetime | None) -> bool:
    """The episode is over, or a member put the account back on the list."""
    return ended_at is not None if clock.kind == Kind.NINE_DAYS else account.state != "removed"


async def _ended_at(tx: UnitOfWork, row: Connection, account: OutreachAccount, clock: OutreachClock) -> datetime | None:
    """When its cause ended, though nobody may have said so here yet.

    Of the hour: with the first reconnect after somebody wished the account back; one before, and undone, is none.
    """
    if clock.kind == Kind.NINE_DAYS:
        episode = await episode_of(tx, account.org_id, clock.episode_id)
        return episode.ended_at if episode else None
    if account.wanted_back_at is None or row.status == Status.DISCONNECTED:
        return None
    asked = select(func.min(Event.created_at)).where(
        Event.org_id == row.org_id,
        Event.connection_id == row.id,
        Event.type == EventType.CONNECTION_RECONNECTED,
        Event.created_at >= account.wanted_back_at,
    )
    return await tx.session.scalar(asked)


async def _follow(
    rt: Runtime, tx: UnitOfWork, row: Connection, campaign: OutreachCampaign, account: OutreachAccount, at: datetime
) -> None:
    if account.state == "removed":
        if account.wanted_back_at is not None and await may_come_back(rt, tx, row):
            await come_back(tx, row, campaign, account, at)
    elif row.status == Status.INACTIVE:
        await _inactive(tx, row, campaign, account, at)
    elif row.status == Status.DISCONNECTED:
        event = await disconnect_of(tx, row)
        heard = (event.created_at, event.id) if event else (row.disconnected_at or at, new_id())
        await leave(tx, campaign, account, *heard)
    elif row.status == Status.CONNECTED:
        await _well(rt, tx, campaign, account, at)


async def disconnect_of(tx: UnitOfWork, row: Connection) -> Event | None:
    """The latest, though another event told us of it: one disconnect is announced once, over all campaigns."""
    mine = (Event.org_id == row.org_id, Event.connection_id == row.id)
    asked = select(Event).where(*mine, Event.type == EventType.CONNECTION_DISCONNECTED)
    return await tx.session.scalar(asked.order_by(Event.created_at.desc()).limit(1))


async def _inactive(
    tx: UnitOfWork, row: Connection, campaign: OutreachCampaign, account: OutreachAccount, at: datetime
) -> None:
    episode = await episode_of(tx, row.org_id, row.episode_id)
    if episode is None:
        return
    await _pause(tx, campaign, account, Trouble.INACTIVE, at)
    started = campaign.rotation and campaign.started_at is not None
    if started and not any(one.kind == Kind.NINE_DAYS for one in await running_clocks(tx, account)):
        await start_clock(tx, campaign, account, Kind.NINE_DAYS, episode.confirmed_at, episode.id)


async def leave(
    tx: UnitOfWork, campaign: OutreachCampaign, account: OutreachAccount, at: datetime, cause: UUID
) -> None:
    """The account was disconnected at ``at``, which is T0. Heard again, or of a time before it was here, it is none."""
    if account.state == "removed" or account.created_at > at:
        return
    if not (campaign.rotation and campaign.started_at is not None):
        await _pause(tx, campaign, account, Trouble.DISCONNECTED, at)
        return
    if campaign.started_at > at or await _was_heard(tx, account, cause):
        return
    for clock in await running_clocks(tx, account):
        await cancel_clock(tx, clock)
    await changes.take_off(tx, campaign, account, Trouble.DISCONNECTED, at)
    await start_clock(tx, campaign, account, Kind.GRACE, at, cause)


async def _was_heard(tx: UnitOfWork, account: OutreachAccount, cause: UUID) -> bool:
    mine = (OutreachClock.org_id == account.org_id, OutreachClock.account_id == account.id)
    return await tx.session.scalar(select(OutreachClock.id).where(*mine, OutreachClock.episode_id == cause)) is not None


async def _pause(
    tx: UnitOfWork, campaign: OutreachCampaign, account: OutreachAccount, trouble: Trouble, at: datetime
) -> None:
    if rules.effect_of(trouble, rotation=campaign.rotation) is not rules.Effect.CAMPAIGN_PAUSES:
        await changes.pause_account(tx, campaign, account, trouble, at)
        return
    if account.state == "active":  # told by the campaign's own pause
        account.state, account.paused_reason, account.paused_at = "paused", trouble.value, at
        await tx.session.flush()
    if account.paused_reason in TROUBLES:
        await changes.pause_campaign(tx, campaign, Pause(trouble.value), at)


async def _well(
    rt: Runtime, tx: UnitOfWork, campaign: OutreachCampaign, account: OutreachAccount, at: datetime
) -> None:
    """A rotation's account goes on by itself; a campaign of one account waits for its member, unless it is told to."""
    if account.state != "paused" or account.paused_reason not in TROUBLES:
        return
    if campaign.rotation:
        await changes.resume_account(tx, campaign, account)
        return
    account.state, account.paused_reason, account.paused_at = "active", None, None
    await tx.session.flush()
    if not _waits(campaign) or not rules.resumes_by_itself(rotation=False, auto_resume=campaign.auto_resume):
        return
    if (await access_of(rt, tx, campaign.org_id)).may_work:
        await changes.resume_campaign(tx, campaign, at)
    else:
        campaign.pause_reason = Pause.SUBSCRIPTION  # that is what it waits for now
        await tx.session.flush()


async def may_come_back(rt: Runtime, tx: UnitOfWork, row: Connection) -> bool:
    """Connected again; also if it has just failed anew, as long as the nine days of that are not over."""
    if row.status in (Status.CONNECTED, Status.VERIFYING):
        return True
    episode = await episode_of(tx, row.org_id, row.episode_id)
    if row.status != Status.INACTIVE or episode is None:
        return False
    probe = OutreachClock(kind=Kind.NINE_DAYS, started_at=episode.confirmed_at)
    return not (await reading(rt, tx, row, probe, rt.clock.now())).over


async def come_back(
    tx: UnitOfWork, row: Connection, campaign: OutreachCampaign, account: OutreachAccount, at: datetime
) -> None:
    """On the list again. In time, its recipients are still its own; too late, the rule came before (L13, L18)."""
    for clock in await running_clocks(tx, account):
        await cancel_clock(tx, clock)
    slot = await slot_of(tx, row.org_id, row.id)
    if slot is not None:
        account.slot_id = slot.id
    await changes.put_back(tx, account)
    told = {"name": campaign.name, "address": account.address, "reason": "re_added"}
    await record(
        tx, EventType.OUTREACH_ACCOUNT_RESUMED, connection_id=account.connection_id, subject_id=campaign.id, data=told
    )
    if row.status == Status.INACTIVE:
        await _inactive(tx, row, campaign, account, at)
