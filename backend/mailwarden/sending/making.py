"""How a message comes to be: for people's mail and for what campaigns write."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from mailwarden.connections.models import Connection
from mailwarden.connections.sending import address_of
from mailwarden.connections.slot_models import MailboxSlot
from mailwarden.core.db import UnitOfWork
from mailwarden.core.ids import new_id
from mailwarden.core.mime import MESSAGE_ID
from mailwarden.mailboxes.settings import settings_of
from mailwarden.sending.models import Message, MessageRecipient
from mailwarden.sending.store import find_message

NOWHERE = "keap.invalid"  # of mails that the provider makes: nobody ever sees their Message-ID
MOST_REFERENCES = 20  # the first one and the latest; a line of them all grows without end
Kind = Literal["to", "cc", "bcc"]


@dataclass(frozen=True, slots=True)
class Addressee:
    """``address`` is ASCII, as ``core.mime.split_mailbox`` answers it."""

    address: str
    name: str = ""
    kind: Kind = "to"


@dataclass(frozen=True, slots=True)
class NewMail:
    """``track_*`` None: as the mailbox is set."""

    to: Sequence[Addressee]
    subject: str
    html: str
    text: str = ""
    author_id: UUID | None = None
    source: Literal["app", "api", "extension"] = "app"
    answers_id: UUID | None = None
    track_opens: bool | None = None
    track_clicks: bool | None = None
    one_click_unsubscribe: bool = False


async def queue_outreach(
    tx: UnitOfWork, slot: MailboxSlot, row: Connection, mail: NewMail, due_at: datetime, now: datetime
) -> Message:
    """For a ``Source``: a message of a campaign, queued, in the caller's transaction."""
    message = await add_message(tx, slot.org_id, mail, kind="outreach", slot_id=slot.id)
    queue_message(message, slot, row, due_at, now)
    await tx.session.flush()
    return message


async def add_message(
    tx: UnitOfWork, org_id: UUID, mail: NewMail, *, kind: Literal["one_off", "outreach"], slot_id: UUID | None
) -> Message:
    """A draft."""
    message = Message(
        id=new_id(),
        org_id=org_id,
        kind=kind,
        slot_id=slot_id,
        author_id=mail.author_id,
        source=mail.source,
        state="draft",
        subject=mail.subject,
        html=mail.html,
        text=mail.text,
        answers_id=mail.answers_id,
        references_=[],
        track_opens=mail.track_opens,
        track_clicks=mail.track_clicks,
        one_click_unsubscribe=mail.one_click_unsubscribe,
        version=1,
    )
    tx.session.add(message)
    await tx.session.flush()
    add_recipients(tx, message, mail.to)
    await tx.session.flush()
    return message


def add_recipients(tx: UnitOfWork, message: Message, addressees: Sequence[Addressee]) -> None:
    for position, one in enumerate(addressees):
        tx.session.add(
            MessageRecipient(
                id=new_id(),
                org_id=message.org_id,
                message_id=message.id,
                position=position,
                kind=one.kind,
                address=one.address,
                name=one.name,
                state="waiting",
            )
        )


def queue_message(message: Message, slot: MailboxSlot, row: Connection, due_at: datetime, now: datetime) -> None:
    """From here on its Message-ID stays, whatever becomes of it."""
    settings = settings_of(slot.settings)
    message.state, message.failure_code, message.failure_detail = "queued", None, None
    message.slot_id, message.connection_id = slot.id, row.id
    message.due_at, message.queued_at = due_at, now
    message.rfc822_id = message.rfc822_id or new_message_id(row)
    if message.track_opens is None:
        message.track_opens = settings.track_opens
    if message.track_clicks is None:
        message.track_clicks = settings.track_clicks
    message.version += 1


def new_message_id(row: Connection) -> str:
    domain = address_of(row).rpartition("@")[2] or NOWHERE
    return f"<{new_id().hex}@{domain}>"


async def take_thread(tx: UnitOfWork, message: Message) -> None:
    """The place in its conversation, once it is known what the answered mail is called (RFC 5322 §3.6.4).

    What a provider calls it in a way that no header may hold costs the mail its place there, not its way.
    """
    if message.answers_id is None or message.in_reply_to is not None:
        return
    answered = await find_message(tx, message.org_id, message.answers_id)
    if answered is None:
        return
    if answered.connection_id == message.connection_id:
        message.provider_thread = answered.provider_thread
    name = next((one for one in (answered.seen_id, answered.rfc822_id) if one and MESSAGE_ID.fullmatch(one)), None)
    if name is None:
        return
    chain = [*answered.references_, name]
    message.in_reply_to = name
    message.references_ = chain if len(chain) <= MOST_REFERENCES else [chain[0], *chain[1 - MOST_REFERENCES :]]
