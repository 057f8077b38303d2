"""May this mail be sent now? Asked when a person sends, and again by the worker that takes it (claim.py)."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from mailwarden.accounts.caller import Caller
from mailwarden.billing.gate import INACTIVE, Access, access_of, require_room
from mailwarden.connections.access import MANAGE
from mailwarden.connections.models import Connection
from mailwarden.connections.rules import Purpose
from mailwarden.connections.schemas import ActionOut
from mailwarden.connections.sending import address_of
from mailwarden.connections.slot_models import MailboxSlot
from mailwarden.connections.slots import is_personal
from mailwarden.connections.usability import Usability, is_supported, may_use
from mailwarden.core.db import UnitOfWork
from mailwarden.core.errors import AppError, Conflict, RoleRequired
from mailwarden.core.runtime import Runtime
from mailwarden.mailboxes.queries import get_slot
from mailwarden.mailboxes.settings import settings_of
from mailwarden.sending import limits, rules
from mailwarden.sending.models import Message
from mailwarden.sending.schemas import MailboxUsabilityOut, OthersMailboxOut, SendingUsabilityOut
from mailwarden.sending.store import recipients_of
from mailwarden.sending.suppression import suppressed_among

Mailbox = tuple[MailboxSlot, Connection]
NO_INTEGRATION = "no_active_integration"
NOTHING = "No active integration can send. Connect Google, Microsoft, Keap or another mailbox first."
CONNECT = ActionOut(code="connect", label="Connect a mailbox")
NOT_YOURS = "This is somebody else's mailbox. Send from one of your own or of the organization."


class NotNow(Conflict):
    """Nothing is wrong: it passes by itself."""

    retryable = True


PASSING = frozenset({"connection_verifying", "connection_connecting", "rate_limited", "daily_limit"})


def not_theirs_to_send(caller: Caller, row: Connection) -> bool:
    """Members send from their own mailboxes and from the organization's; owners and managers from all."""
    return not caller.may(MANAGE) and is_personal(row.provider) and row.connected_by != caller.user_id


def refusal_of(answer: Usability, access: Access) -> AppError:
    if answer.code == INACTIVE:
        return access.refusal()
    action = answer.action.code if answer.action else None
    kind = NotNow if answer.code in PASSING else Conflict
    return kind(answer.detail, code=answer.code, action=action)


async def sending_mailboxes(tx: UnitOfWork, org_id: UUID) -> list[Mailbox]:
    """Filled ones, by their number."""
    held = (Connection.org_id == MailboxSlot.org_id) & (Connection.id == MailboxSlot.connection_id)
    asked = select(MailboxSlot, Connection).join(Connection, held).where(MailboxSlot.org_id == org_id)
    found = [(row[0], row[1]) for row in await tx.session.execute(asked.order_by(MailboxSlot.number))]
    return [(slot, row) for slot, row in found if is_supported(row.provider, Purpose.SEND)]


async def usability(rt: Runtime, tx: UnitOfWork, caller: Caller) -> SendingUsabilityOut:
    """By the one function that everybody asks (B31). Mailboxes that this caller may not send from stand apart."""
    access, now = await access_of(rt, tx, caller.org_id), rt.clock.now()
    held = await sending_mailboxes(tx, caller.org_id)
    theirs = {row.id for _, row in held if not_theirs_to_send(caller, row)}
    shown = [_shown(slot, row, may_use(row, Purpose.SEND, now, access)) for slot, row in held if row.id not in theirs]
    answer = _together(shown, access)
    return SendingUsabilityOut(
        usable=answer.usable,
        code=answer.code,
        detail=answer.detail,
        action=answer.action,
        mailboxes=shown,
        others=[_closed(slot, row) for slot, row in held if row.id in theirs],
    )


def _closed(slot: MailboxSlot, row: Connection) -> OthersMailboxOut:
    return OthersMailboxOut(mailbox_id=slot.id, address=address_of(row), code=RoleRequired.code, detail=NOT_YOURS)


def _shown(slot: MailboxSlot, row: Connection, answer: Usability) -> MailboxUsabilityOut:
    return MailboxUsabilityOut(
        mailbox_id=slot.id,
        connection_id=row.id,
        provider=row.provider,
        address=address_of(row),
        label=row.account_label,
        usable=answer.usable,
        code=answer.code,
        detail=answer.detail,
        action=answer.action,
    )


def _together(mailboxes: Sequence[MailboxUsabilityOut], access: Access) -> Usability:
    """One that works is enough (B29)."""
    if not access.may_work:
        return Usability(False, INACTIVE, access.why_not, ActionOut(code="open_billing", label="Open billing"))
    if any(one.usable for one in mailboxes):
        return Usability(True, "ok", "Mail can be sent.", None)
    action = next((one.action for one in mailboxes if one.action), CONNECT)
    return Usability(False, NO_INTEGRATION, NOTHING, action)


async def gate(rt: Runtime, tx: UnitOfWork, caller: Caller, message: Message, *, later: bool) -> Mailbox:
    """Where it may go from. Raises what tells why not; the draft stays as it is (B28, B30).

    ``later``: not today, so today's limits do not count.
    """
    access = await access_of(rt, tx, caller.org_id)
    if not access.may_work:
        raise access.refusal()
    slot, row = await _mailbox(rt, tx, caller, message, access)
    if not_theirs_to_send(caller, row):
        raise RoleRequired(NOT_YOURS, action="ask_owner")
    answer = may_use(row, Purpose.SEND, rt.clock.now(), access)
    if not answer.usable:
        raise refusal_of(answer, access)
    await _check_people(tx, message)
    if not later:
        await _check_limits(rt, tx, slot, row, access)
    return slot, row


async def _mailbox(rt: Runtime, tx: UnitOfWork, caller: Caller, message: Message, access: Access) -> Mailbox:
    slot, row = await get_slot(tx, caller.org_id, message.slot_id) if message.slot_id else (None, None)
    if slot is not None and row is not None:
        return slot, row
    now = rt.clock.now()
    others = await sending_mailboxes(tx, caller.org_id)
    if not any(may_use(one, Purpose.SEND, now, access).usable for _, one in others):
        raise Conflict(NOTHING, code=NO_INTEGRATION, action="connect")
    if slot is None:
        raise Conflict("Choose the mailbox that it goes from.", code="mailbox_required")
    raise Conflict("The mailbox was disconnected. Choose another one.", code="connection_disconnected")


async def _check_people(tx: UnitOfWork, message: Message) -> None:
    people = await recipients_of(tx, message)
    if not people:
        raise Conflict("Nobody would get it. Add a recipient.", code="no_recipient")
    if message.state == "unknown":  # sent once more: who was left out before is left out again
        people = [one for one in people if one.state == "waiting"]
    gone = await suppressed_among(tx, message.org_id, (one.address for one in people))
    if gone:
        text = f"{', '.join(sorted(gone))} must not get mail of this organization."
        raise Conflict(text, code="suppressed", evidence={"suppressed": gone})


async def _check_limits(rt: Runtime, tx: UnitOfWork, slot: MailboxSlot, row: Connection, access: Access) -> None:
    now, settings = rt.clock.now(), settings_of(slot.settings)
    if access.limits.messages_a_day is not None:
        require_room(access, "messages_a_day", await limits.sent_by_organization(tx, slot.org_id, now))
    zone = await limits.zone_of(tx, slot.org_id, settings)
    load = await limits.load_of(tx, slot, row, zone, now)
    most = rules.limit_of(load, limits.limits_of(settings), rules.local_day(now, zone))
    if load.sent_today >= most:
        again = rules.end_of_day(now, zone).isoformat()
        text = f"This mailbox has sent its {most:,} mails of today. Send later, or from another one."
        raise NotNow(text, code="daily_limit", evidence={"limit": most, "from": again})
