"""Looks for mail whose answer got lost: after 10 s, 1 min, 5 min, 30 min, 2 h and 24 h.

Found, it is sent. Not found, it stays unknown: a copy that is not there proves nothing. Also learns the Message-ID
that recipients see, where the provider had not told it yet.
"""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from mailwarden.billing.gate import SELF_HOSTED
from mailwarden.connections.models import Connection
from mailwarden.connections.queries import find_connection
from mailwarden.connections.rules import Purpose
from mailwarden.connections.sending import open_sending, report_sending, takes_messages
from mailwarden.connections.usability import may_use
from mailwarden.core.db import UnitOfWork, reader, unit_of_work
from mailwarden.core.jobs import Again, Lease, enqueue
from mailwarden.core.runtime import Runtime
from mailwarden.events.dispatch import Listeners
from mailwarden.events.models import Event
from mailwarden.events.types import EventType
from mailwarden.providers.base import ProviderError
from mailwarden.providers.outgoing import Handed, Outgoing, Recipient
from mailwarden.sending.models import Message
from mailwarden.sending.outcomes import LOOKUP, set_accepted
from mailwarden.sending.rules import next_lookup
from mailwarden.sending.source import Outcome
from mailwarden.sending.store import attempts_of, doubtful_attempt, find_message, open_attempt, recipients_of

MOST_AGAIN, APART = 500, timedelta(seconds=2)
log = logging.getLogger(__name__)


async def look_up(rt: Runtime, lease: Lease) -> Again | None:
    if lease.org_id is None:
        raise ValueError("a message belongs to an organization")
    asked = await _question(rt, lease.org_id, UUID(lease.key))
    if asked is None:
        return None
    row, outgoing = asked
    handed = await _ask(rt, row, outgoing)
    if handed is not None and await _learn(rt, lease, row, handed):
        return None
    return _next(outgoing.ordered_at, rt.clock.now())


def _next(started_at: datetime, now: datetime) -> Again | None:
    at = next_lookup(started_at, now)
    return Again(at) if at is not None else None


async def _question(rt: Runtime, org_id: UUID, message_id: UUID) -> tuple[Connection, Outgoing] | None:
    """None: there is nothing left to ask."""
    async with reader(rt.sessions, org_id) as tx:
        message = await find_message(tx, org_id, message_id)
        if message is None or not _is_open(message):
            return None
        attempt = (await attempts_of(tx, message))[0]
        row = await find_connection(tx, org_id, attempt.connection_id) if attempt.connection_id else None
        if row is None:
            return None
        people = tuple(Recipient(one.address, one.name) for one in await recipients_of(tx, message))
        known = message.provider_id if message.state == "sent" else None
        name = message.rfc822_id or ""
        return row, Outgoing(name, "", people, message.subject, attempt.started_at, provider_id=known)


def _is_open(message: Message) -> bool:
    told = message.seen_id is not None or message.provider_id is None
    return message.state == "unknown" or (message.state == "sent" and not told)


async def _ask(rt: Runtime, row: Connection, outgoing: Outgoing) -> Handed | None:
    """Looking is allowed whoever pays; a connection that does not work is asked when it does."""
    if not may_use(row, Purpose.SEND, rt.clock.now(), SELF_HOSTED).usable:
        return None
    try:
        way = await open_sending(rt, row)
        return await way.look_up(outgoing)
    except ProviderError as exc:
        log.warning("could not look for a mail", extra={"evidence": exc.evidence.as_json()})
        await report_sending(rt, row, exc)
        return None


async def _learn(rt: Runtime, lease: Lease, row: Connection, handed: Handed) -> bool:
    """Whether all is known now."""
    async with unit_of_work(rt.sessions, lease.org_id) as tx:
        await lease.guard(tx)
        if lease.org_id is None:
            return True
        message = await find_message(tx, lease.org_id, UUID(lease.key), lock=True)
        if message is None:
            return True
        # Or somebody has just had it sent again: it need not go.
        attempt = await (open_attempt if message.state == "unknown" else doubtful_attempt)(tx, message)
        if attempt is not None:
            await set_accepted(rt, tx, message, attempt, handed, Outcome.FOUND)
        if message.state != "sent":
            return True
        message.seen_id = message.seen_id or handed.seen_id
        return message.seen_id is not None or not takes_messages(row.provider)


async def look_again(rt: Runtime, tx: UnitOfWork, event: Event) -> None:
    """The connection works again: meanwhile every look at what its mail became was in vain. Spread, not all at once."""
    mine = (Message.org_id == event.org_id, Message.connection_id == event.connection_id)
    asked = select(Message.id).where(*mine, Message.state == "unknown", Message.rfc822_id.is_not(None))
    found = (await tx.session.scalars(asked.order_by(Message.id.desc()).limit(MOST_AGAIN))).all()
    for number, message_id in enumerate(found):
        await enqueue(tx, LOOKUP, message_id, due_at=rt.clock.now() + number * APART, queue="bulk")


LISTENERS: Listeners = {
    EventType.CONNECTION_RECONNECTED: [look_again],
    EventType.CONNECTION_RECOVERED: [look_again],
    EventType.CONNECTION_RESTORED: [look_again],
    EventType.CONNECTION_PERMISSION_RESTORED: [look_again],
}
