"""Taking the next mail of a mailbox: every gate, and then the attempt's row, before anybody is called.

One transaction under the lease of the mailbox. What it commits is the truth: with the row there, the mail may be out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from mailwarden.billing.gate import Access, access_of
from mailwarden.connections.models import Connection
from mailwarden.connections.rules import Purpose
from mailwarden.connections.slot_models import MailboxSlot
from mailwarden.connections.usability import Usability, may_use
from mailwarden.core.db import UnitOfWork, unit_of_work
from mailwarden.core.errors import NotFound
from mailwarden.core.jobs import Lease
from mailwarden.core.mail import UnsafeHeader
from mailwarden.core.runtime import Runtime
from mailwarden.mailboxes.queries import get_slot
from mailwarden.mailboxes.settings import MailboxSettings, settings_of
from mailwarden.providers.outgoing import Outgoing
from mailwarden.sending import limits, rules
from mailwarden.sending.content import outgoing_of
from mailwarden.sending.models import Message, MessageRecipient, SendAttempt
from mailwarden.sending.outcomes import fail_message, leave_open, refuse_recipient
from mailwarden.sending.rules import Code
from mailwarden.sending.store import attempts_of, begin_attempt, recipients_of
from mailwarden.sending.suppression import suppressed_among
from mailwarden.sending.waiting import next_message, next_wish, queued_one_offs

AT_ONCE = 200  # mailboxes of an organization; more never begin a mail in the same moment
MOST_UNFIT = 50  # mails in one look that cannot go; the next look goes on behind them
DOMAIN_IS_FULL = "This mailbox has written to so many at that domain today; it goes tomorrow."
IN_DOUBT = timedelta(seconds=20)
PASSING = frozenset({"connection_verifying", "rate_limited", "connection_connecting"})
GONE = Usability(False, "connection_disconnected", "The mailbox was disconnected before this mail went out.", None)
REPLACED = Usability(False, "connection_replaced", "Another account is in this mailbox slot now.", None)


@dataclass(frozen=True, slots=True)
class Claimed:
    """Whoever holds one calls the provider, once, and settles the attempt."""

    org_id: UUID
    message_id: UUID
    attempt_id: UUID
    row: Connection
    outgoing: Outgoing
    doubted_at: datetime | None = None  # when an attempt began that only a person declared unsent


@dataclass(frozen=True, slots=True)
class Wait:
    """None: until somebody wakes the mailbox."""

    until: datetime | None


@dataclass(frozen=True, slots=True)
class Mailbox:
    """What one look at it needs."""

    rt: Runtime
    tx: UnitOfWork
    slot: MailboxSlot
    row: Connection
    settings: MailboxSettings
    zone: ZoneInfo
    now: datetime


async def claim(rt: Runtime, lease: Lease) -> Claimed | Wait:
    if lease.org_id is None:
        raise ValueError("a mailbox belongs to an organization")
    async with unit_of_work(rt.sessions, lease.org_id) as tx:
        await lease.guard(tx)
        try:
            slot, row = await _held(tx, lease.org_id, UUID(lease.key))
        except NotFound:
            return Wait(None)
        await leave_open(rt, tx, slot)
        if row is None:
            await _fail_all(tx, slot, GONE)
            return Wait(None)
        access = await access_of(rt, tx, lease.org_id)
        return await _gate(rt, tx, slot, row, access) or await _take(rt, tx, slot, row, access)


async def _held(tx: UnitOfWork, org_id: UUID, slot_id: UUID) -> tuple[MailboxSlot, Connection | None]:
    """The slot and its connection, which the attempt will point to, as they are once nobody is about to remove it.

    Held before any campaign is, as by everybody else: the other way round two of them would wait for each other.
    Raises NotFound.
    """
    slot, row = await get_slot(tx, org_id, slot_id)
    if row is None:
        return slot, None
    mine = select(Connection.id).where(Connection.org_id == org_id, Connection.id == row.id)
    await tx.session.execute(mine.with_for_update(read=True, key_share=True))
    tx.session.expire_all()
    return await get_slot(tx, org_id, slot_id)


async def _gate(rt: Runtime, tx: UnitOfWork, slot: MailboxSlot, row: Connection, access: Access) -> Wait | None:
    """Nothing waits in silence for a connection that only a person can repair (L3)."""
    now = rt.clock.now()
    usable = may_use(row, Purpose.SEND, now, access)
    if usable.usable:
        return None
    if usable.code in PASSING:
        settings = settings_of(slot.settings)
        zone = await limits.zone_of(tx, slot.org_id, settings)
        wish = await next_wish(tx, slot, limits.limits_of(settings), zone, now)
        return Wait(max(row.banned_until or now, now + IN_DOUBT, wish) if wish is not None else None)
    await _fail_all(tx, slot, usable)
    return Wait(None)


async def _fail_all(tx: UnitOfWork, slot: MailboxSlot, why: Usability) -> None:
    for message in await queued_one_offs(tx, slot):
        await fail_message(tx, message, why.code, why.detail)


async def _take(rt: Runtime, tx: UnitOfWork, slot: MailboxSlot, row: Connection, access: Access) -> Claimed | Wait:
    settings = settings_of(slot.settings)
    zone, now = await limits.zone_of(tx, slot.org_id, settings), rt.clock.now()
    box = Mailbox(rt, tx, slot, row, settings, zone, now)
    allowed = limits.limits_of(settings)
    moment = rules.next_moment(await limits.load_of(tx, slot, row, zone, now), allowed, zone, now)
    moment = max(moment, await _plan_allows(box, access))
    if moment <= now:
        for _ in range(MOST_UNFIT):
            message = await next_message(tx, slot, row, allowed, zone, now)
            if message is None:
                break
            if claimed := await _try(box, message):
                return claimed
        moment = now + timedelta(seconds=rules.BACK_OFF_S[0])
    wish = await next_wish(tx, slot, allowed, zone, now)
    return Wait(max(moment, wish) if wish is not None else None)


async def _plan_allows(box: Mailbox, access: Access) -> datetime:
    """Near the end one mailbox after the other: those of an organization begin their mails side by side."""
    most = access.limits.messages_a_day
    if most is None:
        return box.now
    used = await limits.sent_by_organization(box.tx, box.slot.org_id, box.now)
    if most - AT_ONCE <= used < most:
        await box.tx.alone("plan")
        used = await limits.sent_by_organization(box.tx, box.slot.org_id, box.now)
    return box.now if used < most else limits.next_utc_day(box.now)


async def _try(box: Mailbox, message: Message) -> Claimed | None:
    """None: this one cannot go now, which it says itself."""
    if message.kind == "one_off" and message.connection_id != box.row.id:
        await fail_message(box.tx, message, REPLACED.code, REPLACED.detail)
        return None
    recipients = await _willing(box, message)
    if not recipients:
        await fail_message(box.tx, message, Code.SUPPRESSED, "Everybody it is for gets no more mail of yours.")
        return None
    if await _domain_is_full(box, recipients):
        message.due_at = rules.end_of_day(box.now, box.zone)
        message.failure_code, message.failure_detail = Code.DOMAIN_LIMIT, DOMAIN_IS_FULL
        await box.tx.session.flush()
        return None
    message.connection_id = box.row.id  # of a campaign's mail: whoever stands in the slot now
    try:
        outgoing = await outgoing_of(box.rt, box.tx, message, box.row, recipients, box.settings, box.now)
    except UnsafeHeader as exc:
        await fail_message(box.tx, message, Code.UNFIT, f"It cannot be written as a mail: {exc}.")
        return None
    if await suppressed_among(box.tx, message.org_id, outgoing.addresses):  # while it was written, which takes a while
        return await _try(box, message)
    return await _begin(box, message, outgoing)


async def _willing(box: Mailbox, message: Message) -> Sequence[MessageRecipient]:
    """Those who are not on the list of suppressions; asked here, whoever asked before (M6)."""
    everybody = [one for one in await recipients_of(box.tx, message) if one.state == "waiting"]
    gone = await suppressed_among(box.tx, message.org_id, (one.address for one in everybody))
    for one in everybody:
        if one.address.lower() in gone:
            refuse_recipient(one, Code.SUPPRESSED)
    return [one for one in everybody if one.state == "waiting"]


async def _domain_is_full(box: Mailbox, recipients: Sequence[MessageRecipient]) -> bool:
    since = rules.start_of_day(box.now, box.zone)
    today = await limits.domains_since(box.tx, box.slot, box.row, since)
    return rules.over_domain_limit(today, (one.address for one in recipients), limits.limits_of(box.settings))


async def _begin(box: Mailbox, message: Message, outgoing: Outgoing) -> Claimed:
    earlier = await attempts_of(box.tx, message)
    message.state = "sending"
    message.version += 1
    attempt = await begin_attempt(box.tx, message, earlier, box.slot.id, box.row.id, box.now)
    doubted_at = _doubted_at(message, earlier)
    anew = bool(earlier) and doubted_at is None and earlier[0].started_at < (message.queued_at or box.now)
    told = replace(outgoing, again=bool(earlier), anew=anew)
    return Claimed(message.org_id, message.id, attempt.id, box.row, told, doubted_at)


def _doubted_at(message: Message, earlier: Sequence[SendAttempt]) -> datetime | None:
    """The last attempt before somebody had it sent again: nobody but that person knows that it sent nothing."""
    before = (one for one in earlier if message.queued_at is None or one.started_at < message.queued_at)
    last = next(before, None)
    return last.started_at if last is not None and last.code == rules.DECLARED_UNSENT else None
