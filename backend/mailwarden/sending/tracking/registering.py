"""A mail that the extension tracks and Gmail sends: we know whom it is for and where its links lead, not its words.

Whether Gmail did send it, only the extension can tell. Until it does the mail is ``unknown``, like any that may be out;
nobody can send it once more from here.
"""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StringConstraints

from mailwarden.accounts.caller import Caller
from mailwarden.core.api import Wire
from mailwarden.core.db import UnitOfWork
from mailwarden.core.errors import Conflict, Invalid
from mailwarden.core.ids import MessageId
from mailwarden.core.runtime import Runtime
from mailwarden.events.record import record
from mailwarden.events.types import EventType
from mailwarden.mailboxes.queries import get_slot
from mailwarden.mailboxes.settings import settings_of
from mailwarden.sending.gate import gate
from mailwarden.sending.making import Addressee, NewMail, add_message
from mailwarden.sending.models import Message
from mailwarden.sending.outcomes import facts
from mailwarden.sending.schemas import MessageIn
from mailwarden.sending.seeing import own_message, seen_message
from mailwarden.sending.store import attempts_of, recipients_of
from mailwarden.sending.tracking.html import is_fit, links_in
from mailwarden.sending.tracking.links import destination, is_ours
from mailwarden.sending.tracking.prepare import addresses_for, number_links

NOT_REPORTED = "not_reported"
WAITS_FOR_WORD = "Gmail sends this mail itself; the extension has not reported yet that it did."
ProviderName = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")]


class TrackedIn(MessageIn):
    """Read for its links and for nothing else: neither ``html`` nor ``text`` is kept."""

    source: Literal["extension"] = "extension"


class TrackedLinkOut(Wire):
    url: str = Field(description="As it stands in the mail.")
    tracked_url: str = Field(description="What to put in its place.")


class TrackedOut(Wire):
    id: MessageId
    pixel_url: str | None = Field(description="For an image at the end of the mail. Null: opens are not tracked.")
    links: list[TrackedLinkOut] = Field(description="Empty where clicks are not tracked.")


class ReportedIn(Wire):
    """What Gmail said, as far as the extension heard it."""

    sent_at: AwareDatetime | None = Field(None, description="Null: just now.")
    provider_id: ProviderName | None = Field(None, description="Gmail's id of the sent message.")
    provider_thread: ProviderName | None = Field(None, description="Gmail's id of its conversation.")


async def register(rt: Runtime, tx: UnitOfWork, caller: Caller, body: TrackedIn) -> TrackedOut:
    """Through the very gate that sending passes (B28, L30). Refused, nothing is registered."""
    if not is_fit(body.html):
        told = {"pointer": "#/html", "code": "too_complex", "detail": "nested too deeply"}
        raise Invalid("This HTML is nested too deeply.", errors=[told])
    if body.mailbox_id is not None:
        await get_slot(tx, caller.org_id, body.mailbox_id)  # raises NotFound
    if body.answers_id is not None:
        await seen_message(tx, caller, body.answers_id)  # likewise
    message = await add_message(tx, caller.org_id, _mail(body, caller), kind="one_off", slot_id=body.mailbox_id)
    slot, row = await gate(rt, tx, caller, message, later=True)  # today's limits are of what we send
    settings = settings_of(slot.settings)
    message.track_opens = settings.track_opens if body.track_opens is None else body.track_opens
    message.track_clicks = settings.track_clicks if body.track_clicks is None else body.track_clicks
    message.connection_id, message.queued_at = row.id, rt.clock.now()
    message.state, message.failure_code, message.failure_detail = "unknown", NOT_REPORTED, WAITS_FOR_WORD
    await tx.session.flush()
    return await _told(rt, tx, message, body.html)


def _mail(body: TrackedIn, caller: Caller) -> NewMail:
    named: dict[Literal["to", "cc", "bcc"], list[Addressee]] = {
        "to": [Addressee(one.address, one.name, "to") for one in body.to],
        "cc": [Addressee(one.address, one.name, "cc") for one in body.cc],
        "bcc": [Addressee(one.address, one.name, "bcc") for one in body.bcc],
    }
    people = [one for some in named.values() for one in some]
    return NewMail(to=people, subject=body.subject, html="", author_id=caller.user_id, source="extension")


async def _told(rt: Runtime, tx: UnitOfWork, message: Message, html: str) -> TrackedOut:
    to = addresses_for(rt, message, await recipients_of(tx, message))
    hrefs = dict.fromkeys(links_in(html)) if message.track_clicks else {}
    leads = {href: url for href in hrefs if (url := destination(href)) and not is_ours(to.base, url)}
    numbers = await number_links(tx, message, list(dict.fromkeys(leads.values())))
    links = [TrackedLinkOut(url=href, tracked_url=to.click(numbers[url])) for href, url in leads.items()]
    return TrackedOut(id=message.id, pixel_url=to.pixel() if message.track_opens else None, links=links)


async def report(rt: Runtime, tx: UnitOfWork, caller: Caller, message_id: MessageId, body: ReportedIn) -> Message:
    """Gmail took it. Reporting again changes nothing."""
    message = await own_message(tx, caller, message_id)
    if message.source != "extension" or await attempts_of(tx, message):
        raise Conflict("This mail is sent from here; nobody needs to report it.", code="not_tracked_mail")
    if message.state == "sent":
        return message
    if message.state != "unknown":
        raise Conflict("This mail was not registered to be sent by Gmail.", code="not_tracked_mail")
    return await set_reported(rt, tx, message, body)


async def set_reported(rt: Runtime, tx: UnitOfWork, message: Message, body: ReportedIn) -> Message:
    """The extension says so, or a person."""
    now, since = rt.clock.now(), message.queued_at or message.created_at
    message.state, message.sent_at = "sent", min(max(body.sent_at or now, since), now)
    message.failure_code = message.failure_detail = None
    message.provider_id, message.provider_thread = body.provider_id, body.provider_thread
    message.version += 1
    for one in await recipients_of(tx, message):
        one.state = "accepted" if one.state == "waiting" else one.state
    await tx.session.flush()
    told, row = facts(message), message.connection_id
    await record(tx, EventType.MESSAGE_SENT, connection_id=row, subject_id=message.id, data=told)
    return message
