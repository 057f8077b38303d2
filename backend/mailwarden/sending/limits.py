"""What a mailbox did so far, read from its attempts. Those of its slot and of its account count alike.

So neither another account in the slot nor the account in another slot makes anything faster.
"""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, or_, select

from mailwarden.accounts.models import Organization
from mailwarden.connections.models import Connection
from mailwarden.connections.slot_models import MailboxSlot
from mailwarden.core.db import UnitOfWork
from mailwarden.mailboxes.settings import MailboxSettings, Weekday
from mailwarden.sending.models import MessageRecipient, SendAttempt
from mailwarden.sending.rules import Limits, Load, Past, local_day, start_of_day

LATEST = 10  # more failures in a row make nothing slower


def limits_of(settings: MailboxSettings) -> Limits:
    return Limits(
        interval_s=settings.send_interval_s,
        daily=settings.daily_limit,
        daily_at_domain=settings.domain_daily_limit,
        warm_up=settings.warm_up,
        warm_up_start=settings.warm_up_start,
        warm_up_step=settings.warm_up_step,
        days=frozenset(number for number, day in enumerate(Weekday) if day in settings.working_days),
        opens=time.fromisoformat(settings.working_from),
        closes=time.fromisoformat(settings.working_until),
    )


async def zone_of(tx: UnitOfWork, org_id: UUID, settings: MailboxSettings) -> ZoneInfo:
    if settings.time_zone is not None:
        return ZoneInfo(settings.time_zone)
    asked = select(Organization.time_zone).where(Organization.id == org_id)
    return ZoneInfo(await tx.session.scalar(asked) or "UTC")


async def load_of(tx: UnitOfWork, slot: MailboxSlot, row: Connection, zone: ZoneInfo, now: datetime) -> Load:
    latest = await _latest(tx, slot, row)
    first = await _first(tx, row)
    return Load(
        latest, await sent_since(tx, slot, row, start_of_day(now, zone)), local_day(first, zone) if first else None
    )


async def _latest(tx: UnitOfWork, slot: MailboxSlot, row: Connection) -> Sequence[Past]:
    """Asked for each of the two by its own index: both together would be sorted out of all there is."""
    columns = (SendAttempt.id, SendAttempt.started_at, SendAttempt.finished_at, SendAttempt.outcome, SendAttempt.code)
    found = {}
    for mine in (SendAttempt.slot_id == slot.id, SendAttempt.connection_id == row.id):
        asked = select(*columns).where(SendAttempt.org_id == slot.org_id, mine)
        for one in await tx.session.execute(asked.order_by(SendAttempt.started_at.desc()).limit(LATEST)):
            found[one.id] = Past(one.started_at, one.finished_at, one.outcome, one.code)
    return sorted(found.values(), key=lambda past: past.started_at, reverse=True)


async def _first(tx: UnitOfWork, row: Connection) -> datetime | None:
    asked = select(SendAttempt.started_at).where(SendAttempt.org_id == row.org_id, SendAttempt.connection_id == row.id)
    return await tx.session.scalar(asked.order_by(SendAttempt.started_at).limit(1))


def _sent(slot: MailboxSlot, row: Connection, since: datetime) -> tuple[ColumnElement[bool], ...]:
    """Each of the two conditions names the time, so that each finds its index."""
    ours = (SendAttempt.slot_id == slot.id, SendAttempt.connection_id == row.id)
    either = or_(*(one & (SendAttempt.started_at >= since) for one in ours))
    return SendAttempt.org_id == slot.org_id, SendAttempt.outcome != "not_sent", either


async def sent_since(tx: UnitOfWork, slot: MailboxSlot, row: Connection, since: datetime) -> int:
    return await tx.session.scalar(select(func.count()).where(*_sent(slot, row, since))) or 0


async def domains_since(tx: UnitOfWork, slot: MailboxSlot, row: Connection, since: datetime) -> dict[str, int]:
    """Recipients by domain."""
    domain = func.lower(func.split_part(MessageRecipient.address, "@", 2))
    theirs = (MessageRecipient.org_id == SendAttempt.org_id, MessageRecipient.message_id == SendAttempt.message_id)
    asked = select(domain, func.count()).select_from(SendAttempt).join(MessageRecipient, theirs[0] & theirs[1])
    found = await tx.session.execute(asked.where(*_sent(slot, row, since)).group_by(domain))
    return {row[0]: row[1] for row in found.all()}


async def sent_by_organization(tx: UnitOfWork, org_id: UUID, now: datetime) -> int:
    """Since midnight UTC: what a plan counts."""
    since = now.replace(hour=0, minute=0, second=0, microsecond=0)
    mine = (SendAttempt.org_id == org_id, SendAttempt.outcome != "not_sent", SendAttempt.started_at >= since)
    return await tx.session.scalar(select(func.count()).where(*mine)) or 0


def next_utc_day(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
