"""What people do with their mail: write, send, take back, and say what became of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import delete

from mailwarden.accounts import audit
from mailwarden.accounts.caller import Caller
from mailwarden.core.db import UnitOfWork
from mailwarden.core.errors import Conflict, Invalid, NotFound
from mailwarden.core.etag import stale
from mailwarden.core.runtime import Runtime
from mailwarden.mailboxes.queries import get_slot
from mailwarden.providers.outgoing import Handed
from mailwarden.sending.files import add_file, check_files, list_files
from mailwarden.sending.gate import gate
from mailwarden.sending.making import Addressee, Kind, NewMail, add_message, add_recipients, queue_message
from mailwarden.sending.models import Message, MessageFile, MessageRecipient, SendAttempt
from mailwarden.sending.outcomes import set_accepted
from mailwarden.sending.rules import DECLARED_SENT, DECLARED_UNSENT, start_of_day
from mailwarden.sending.schemas import FileIn, MessageIn, MessageUpdate, PersonIn, SendIn
from mailwarden.sending.seeing import own_message, seen_message
from mailwarden.sending.source import Outcome
from mailwarden.sending.store import open_attempt, recipients_of
from mailwarden.sending.tracking.html import Extras, dress, is_fit
from mailwarden.sending.tracking.registering import ReportedIn, set_reported
from mailwarden.sending.wake import wake

UTC = ZoneInfo("UTC")
FARTHEST = timedelta(days=366)
EDITABLE = ("draft", "failed", "cancelled")  # nothing of these has left
ON_ITS_WAY = ("queued", "sending", "sent", "unknown")
KINDS: tuple[Kind, ...] = ("to", "cc", "bcc")
People = Sequence[PersonIn]


async def create(tx: UnitOfWork, caller: Caller, body: MessageIn) -> Message:
    await _check_pointers(tx, caller, body.mailbox_id, body.answers_id)
    mail = NewMail(
        to=_addressees(body.to, body.cc, body.bcc),
        subject=body.subject,
        html=clean(body.html),
        text=body.text,
        author_id=caller.user_id,
        source=body.source,
        answers_id=body.answers_id,
        track_opens=body.track_opens,
        track_clicks=body.track_clicks,
    )
    return await add_message(tx, caller.org_id, mail, kind="one_off", slot_id=body.mailbox_id)


def clean(html: str) -> str:
    """No scripts, handlers or foreign schemes. Cleaning twice changes nothing."""
    if not is_fit(html):
        told = {"pointer": "#/html", "code": "too_complex", "detail": "nested too deeply"}
        raise Invalid("This HTML is nested too deeply.", errors=[told])
    return dress(html, Extras()) if html else ""


def _addressees(to: People, cc: People, bcc: People) -> list[Addressee]:
    return [
        *(Addressee(one.address, one.name, "to") for one in to),
        *(Addressee(one.address, one.name, "cc") for one in cc),
        *(Addressee(one.address, one.name, "bcc") for one in bcc),
    ]


async def _check_pointers(tx: UnitOfWork, caller: Caller, mailbox_id: UUID | None, answers_id: UUID | None) -> None:
    if mailbox_id is not None:
        await get_slot(tx, caller.org_id, mailbox_id)
    if answers_id is not None:
        await seen_message(tx, caller, answers_id)


async def change(tx: UnitOfWork, caller: Caller, message_id: UUID, version: int, body: MessageUpdate) -> Message:
    """What failed or was taken back becomes a draft again."""
    message = await own_message(tx, caller, message_id)
    _require_editable(message)
    if message.version != version:
        raise stale(message.version)
    given = body.model_fields_set
    await _check_pointers(tx, caller, body.mailbox_id, body.answers_id)
    if given & {"to", "cc", "bcc"}:
        await _change_people(tx, message, body)
    for name in given & {"subject", "text", "answers_id", "track_opens", "track_clicks"}:
        setattr(message, name, getattr(body, name))
    if "html" in given:
        message.html = clean(body.html)
    if "mailbox_id" in given:
        message.slot_id = body.mailbox_id
    if "answers_id" in given:
        message.in_reply_to, message.references_, message.provider_thread = None, [], None
    await _become_draft(tx, message)
    return message


async def _change_people(tx: UnitOfWork, message: Message, body: MessageUpdate) -> None:
    before = await recipients_of(tx, message)
    kept = {kind: [Addressee(one.address, one.name, kind) for one in before if one.kind == kind] for kind in KINDS}
    for kind in (one for one in KINDS if one in body.model_fields_set):
        kept[kind] = _addressees(**{name: getattr(body, name) if name == kind else [] for name in KINDS})
    everybody = [one for kind in KINDS for one in kept[kind]]
    if len({one.address.lower() for one in everybody}) < len(everybody):
        raise Invalid("The same recipient twice.", errors=[{"pointer": "#/to", "code": "twice", "detail": "twice"}])
    mine = (MessageRecipient.org_id == message.org_id, MessageRecipient.message_id == message.id)
    await tx.session.execute(delete(MessageRecipient).where(*mine))
    add_recipients(tx, message, everybody)


def _require_editable(message: Message) -> None:
    if message.state not in EDITABLE:
        raise Conflict("This mail is on its way or has left; it cannot be changed.", code="not_a_draft")


async def _become_draft(tx: UnitOfWork, message: Message) -> None:
    message.state, message.failure_code, message.failure_detail = "draft", None, None
    message.due_at = message.queued_at = None
    message.version += 1
    await tx.session.flush()


async def remove(tx: UnitOfWork, caller: Caller, message_id: UUID) -> None:
    message = await own_message(tx, caller, message_id)
    _require_editable(message)
    await tx.session.delete(message)
    await audit.record(tx, "message.deleted", _target(message))


async def send(rt: Runtime, tx: UnitOfWork, caller: Caller, message_id: UUID, body: SendIn) -> Message:
    """Sending what is on its way already changes nothing, however often it is asked for."""
    message = await own_message(tx, caller, message_id)
    if message.state in ON_ITS_WAY:
        return message
    now = rt.clock.now()
    at = _when(body, now)
    later = start_of_day(at, UTC) > start_of_day(now, UTC)
    slot, row = await gate(rt, tx, caller, message, later=later)
    check_files(await list_files(tx, message), row.provider)
    for one in await recipients_of(tx, message):
        one.state, one.state_detail = "waiting", None
    queue_message(message, slot, row, at, now)
    await tx.session.flush()
    await wake(tx, slot.id, at)
    await audit.record(tx, "message.sent", _target(message), after={"mailbox": slot.number, "send_at": at.isoformat()})
    return message


def _when(body: SendIn, now: datetime) -> datetime:
    at = body.send_at or now
    if at - now > FARTHEST:
        told = {"pointer": "#/send_at", "code": "too_far", "detail": "more than a year away"}
        raise Invalid("A mail waits for a year at most.", errors=[told])
    return max(now, at)


async def cancel(tx: UnitOfWork, caller: Caller, message_id: UUID) -> Message:
    """Only while it waits: from the attempt on it may be out."""
    message = await own_message(tx, caller, message_id)
    if message.state == "cancelled":
        return message
    if message.state != "queued":
        raise Conflict("It is not waiting any more, so it cannot be held back.", code="not_waiting")
    message.state, message.due_at = "cancelled", None
    message.version += 1
    await tx.session.flush()
    await audit.record(tx, "message.cancelled", _target(message))
    return message


async def resolve(rt: Runtime, tx: UnitOfWork, caller: Caller, message_id: UUID, outcome: str) -> Message:
    """A person says what we could not find out."""
    message = await seen_message(tx, caller, message_id, lock=True)
    attempt = await open_attempt(tx, message)
    if message.state != "unknown":
        raise Conflict("It is known what became of this mail.", code="not_unknown")
    if attempt is None:
        await _resolve_tracked(rt, tx, message, outcome)
    elif outcome == "sent":
        await set_accepted(rt, tx, message, attempt, Handed(), Outcome.FOUND)
        attempt.code = DECLARED_SENT
    else:
        await _again(rt, tx, caller, message, attempt)
    await audit.record(tx, "message.resolved", _target(message), after={"outcome": outcome})
    return message


async def _resolve_tracked(rt: Runtime, tx: UnitOfWork, message: Message, outcome: str) -> None:
    """Of a mail that Gmail sends itself we hold no words."""
    if outcome != "sent":
        raise Conflict("Gmail sends this mail itself; send it again from there.", code="not_sent_from_here")
    await set_reported(rt, tx, message, ReportedIn())


async def _again(rt: Runtime, tx: UnitOfWork, caller: Caller, message: Message, attempt: SendAttempt) -> None:
    """Under the same Message-ID, by which some receivers notice a second copy."""
    slot, row = await gate(rt, tx, caller, message, later=False)
    attempt.outcome, attempt.code = Outcome.NOT_SENT, DECLARED_UNSENT
    await tx.session.flush()
    now = rt.clock.now()
    queue_message(message, slot, row, now, now)
    await tx.session.flush()
    await wake(tx, slot.id)


async def attach(rt: Runtime, tx: UnitOfWork, caller: Caller, message_id: UUID, body: FileIn) -> MessageFile:
    message = await own_message(tx, caller, message_id)
    _require_editable(message)
    file = add_file(rt, tx, message, await list_files(tx, message), body.name, body.content)
    await _become_draft(tx, message)
    return file


async def detach(tx: UnitOfWork, caller: Caller, message_id: UUID, file_id: UUID) -> None:
    message = await own_message(tx, caller, message_id)
    _require_editable(message)
    mine = (MessageFile.org_id == message.org_id, MessageFile.message_id == message.id, MessageFile.id == file_id)
    gone = await tx.session.execute(delete(MessageFile).where(*mine).returning(MessageFile.id))
    if gone.first() is None:
        raise NotFound("There is no such file.")
    await _become_draft(tx, message)


def _target(message: Message) -> audit.Target:
    return audit.Target("message", message.id, message.subject[:200] or None)
