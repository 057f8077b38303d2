"""What became of mail that was sent over Keap: its records say opened and clicked, an address' status bounced."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from mailwarden.connections.checks import Asker
from mailwarden.connections.models import Connection
from mailwarden.connections.open import open_provider
from mailwarden.connections.rules import Actor
from mailwarden.core.db import UnitOfWork, reader, unit_of_work
from mailwarden.core.jobs import Again, Lease
from mailwarden.core.runtime import Runtime
from mailwarden.providers.base import Api, ProviderError
from mailwarden.providers.incoming_keap import COMPLAINED, HARD, SOFT, Record, records, standings
from mailwarden.sending.models import Message, MessageRecipient
from mailwarden.sending.receiving import effects
from mailwarden.sending.receiving.models import MailboxReader
from mailwarden.sending.receiving.rules import PACES, read_every
from mailwarden.sending.receiving.words import Report

LOOKED_AT = PACES[-1].while_sent_within  # after sending
MOST_PAGES = 20
MOST_MESSAGES = 5000
CLOCKS_APART = timedelta(minutes=2)
Sent = tuple[Message, MessageRecipient]


async def read_records(rt: Runtime, lease: Lease, row: Connection, place: MailboxReader) -> Again | None:
    """None: nothing was sent for long, and the next sending wakes it. Raises what Keap says, reported."""
    now = rt.clock.now()
    async with reader(rt.sessions, row.org_id) as tx:
        waiting = await _waiting(tx, row, now - LOOKED_AT)
    if not waiting:
        return None
    asker = Asker(rt, row, Actor.PROBE, lease)
    try:
        _, api = open_provider(rt, row)
        first = min(message.sent_at or now for message, _ in waiting)
        found = await _records(api, first - CLOCKS_APART)
        standing = await standings(api, [recipient.address.lower() for _, recipient in waiting])
    except ProviderError as exc:
        await asker.bad(exc)
        raise
    async with unit_of_work(rt.sessions, row.org_id) as tx:
        await lease.guard(tx)
        for message, recipient in await _waiting(tx, row, now - LOOKED_AT, lock=True):
            await _settle(rt, tx, message, recipient, found, standing.get(recipient.address.lower(), ""))
        place = await tx.session.merge(place)
        place.read_at, place.trouble = now, None
    return Again(now + read_every(max(message.sent_at or now for message, _ in waiting), now))


async def _waiting(tx: UnitOfWork, row: Connection, since: datetime, *, lock: bool = False) -> Sequence[Sent]:
    """What may still be opened, clicked, or come back."""
    asked = (
        select(Message, MessageRecipient)
        .join(MessageRecipient, MessageRecipient.message_id == Message.id)
        .where(Message.org_id == row.org_id, Message.connection_id == row.id, Message.sent_at >= since)
        .where(Message.state == "sent", MessageRecipient.state == "accepted")
        .order_by(MessageRecipient.id)
        .limit(MOST_MESSAGES)
    )
    if lock:
        asked = asked.with_for_update(of=MessageRecipient).execution_options(populate_existing=True)
    return [(message, recipient) for message, recipient in await tx.session.execute(asked)]


async def _records(api: Api, since: datetime) -> list[Record]:
    found: list[Record] = []
    token: str | None = None
    for _ in range(MOST_PAGES):
        page = await records(api, since, token)
        found += page.records
        token = page.next_token
        if token is None:
            break
    return found


async def _settle(
    rt: Runtime, tx: UnitOfWork, message: Message, recipient: MessageRecipient, found: list[Record], status: str
) -> None:
    record = record_of(message, recipient.address, found)
    if record is not None:
        recipient.opened_at = recipient.opened_at or record.opened_at or record.clicked_at
        recipient.clicked_at = recipient.clicked_at or record.clicked_at
    now = rt.clock.now()
    if status in COMPLAINED:
        await effects.complain(rt, tx, message, recipient, now)
    elif status in HARD | SOFT:
        code = "5.1.1" if status in HARD else "4.0.0"
        report = Report(recipient.address, action="failed", status=code, diagnostic=f"Keap says {status}")
        await effects.bounce(rt, tx, message, recipient, report, now)


def record_of(message: Message, address: str, found: Sequence[Record]) -> Record | None:
    """By its id where that is known, else the first of this subject to this address since it was sent.

    The id is of one recipient's; the others' records have ids of their own.
    """
    known = next((r for r in found if r.key == message.provider_id and r.to == address.lower()), None)
    if message.provider_id and known:
        return known
    if message.sent_at is None:
        return None
    since = message.sent_at - CLOCKS_APART
    fitting = (r for r in found if r.to == address.lower() and r.subject == message.subject)
    return next((r for r in fitting if r.sent_at is not None and r.sent_at >= since), None)
