"""Reads one connection's mail, page by page: what a page proves and the cursor behind it are one transaction."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from mailwarden.billing.gate import access_of
from mailwarden.connections.checks import Asker
from mailwarden.connections.models import Connection
from mailwarden.connections.probe import load_row
from mailwarden.connections.rules import Actor, Purpose
from mailwarden.connections.unreadable import Unreadable
from mailwarden.connections.usability import Usability, may_use
from mailwarden.core.db import UnitOfWork, reader, unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.core.jobs import Again, JobKind, Lease
from mailwarden.core.runtime import Runtime
from mailwarden.providers.base import ProviderError, RateLimited, Unavailable
from mailwarden.providers.incoming import Cursor, Found
from mailwarden.sending.receiving.keap import read_records
from mailwarden.sending.receiving.kinds import needs_body, read
from mailwarden.sending.receiving.matching import Mail, Matching
from mailwarden.sending.receiving.models import MailboxReader
from mailwarden.sending.receiving.opening import Way, open_way, wait_for_login
from mailwarden.sending.receiving.rules import RARELY, look_back_to, read_every
from mailwarden.sending.receiving.schedule import KEAP, LISTENERS, is_read, last_sent_at
from mailwarden.sending.receiving.words import READ

log = logging.getLogger(__name__)

PAGES_AT_ONCE = 20  # then others have their turn
CHECKED_SOON = timedelta(minutes=1)
TROUBLE = timedelta(minutes=2)
WOKEN_BEFORE = timedelta(hours=1)  # the end of a server's trouble is an event
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Reading:
    """One run of the job."""

    rt: Runtime
    lease: Lease
    row: Connection

    @property
    def org_id(self) -> UUID:
        return self.row.org_id

    async def begin(self) -> tuple[MailboxReader, Usability]:
        """How far it is read, and whether it may be read now."""
        purpose = Purpose.TRACK if self.row.provider == KEAP else Purpose.READ_MAILBOX
        async with unit_of_work(self.rt.sessions, self.org_id) as tx:
            fresh = insert(MailboxReader).values(id=new_id(), org_id=self.org_id, connection_id=self.row.id)
            await tx.session.execute(fresh.on_conflict_do_nothing(index_elements=["org_id", "connection_id"]))
            place = await self.place(tx)
            answer = may_use(self.row, purpose, self.rt.clock.now(), await access_of(self.rt, tx, self.org_id))
            place.trouble = None if answer.usable else answer.code
        return place, answer

    async def place(self, tx: UnitOfWork) -> MailboxReader:
        mine = MailboxReader.org_id == self.org_id, MailboxReader.connection_id == self.row.id
        return (await tx.session.scalars(select(MailboxReader).where(*mine))).one()

    async def store(self, found: Found, mails: list[Mail], began: datetime) -> int:
        async with unit_of_work(self.rt.sessions, self.org_id) as tx:
            await self.lease.guard(tx)
            noted = await Matching(self.rt, tx, self.row).take(mails)
            place = await self.place(tx)
            place.cursor, place.trouble = dict(found.cursor), None
            if not found.more:
                place.read_at = began
        return noted

    async def next(self) -> Again:
        async with reader(self.rt.sessions, self.org_id) as tx:
            sent = await last_sent_at(tx, self.org_id, self.row.id)
        return Again(self.rt.clock.now() + read_every(sent, self.rt.clock.now()))

    async def failed(self, exc: ProviderError) -> Again:
        """Reported already; here only when to come back. Our own mistake is not repeated every minute."""
        known = isinstance(exc, RateLimited | Unavailable)
        async with unit_of_work(self.rt.sessions, self.org_id) as tx:
            (await self.place(tx)).trouble = exc.evidence.provider_code or type(exc).__name__
        wait = timedelta(seconds=exc.retry_after_s or 0) if isinstance(exc, RateLimited | Unavailable) else TROUBLE * 5
        return Again(self.rt.clock.now() + (max(wait, TROUBLE) if known else wait))


async def read_connection(rt: Runtime, lease: Lease) -> Again | None:
    row = await load_row(rt, lease)
    if row is None or not is_read(row.provider):
        return None
    reading = Reading(rt, lease, row)
    place, answer = await reading.begin()
    if not answer.usable:
        return _later(rt, row, answer)
    try:
        if row.provider == KEAP:
            return await read_records(rt, lease, row, place)
        return await _read(reading, place)
    except Unreadable:  # reported where it was opened
        return Again(rt.clock.now() + RARELY)
    except ProviderError as exc:
        return await reading.failed(exc)


def _later(rt: Runtime, row: Connection, answer: Usability) -> Again:
    """What ends a trouble wakes the job; this is for when that goes unheard."""
    now = rt.clock.now()
    if answer.code == "connection_verifying":
        return Again(now + CHECKED_SOON)
    if answer.code == "rate_limited" and row.banned_until is not None:
        return Again(row.banned_until + SECOND)
    return Again(now + RARELY)


async def _read(reading: Reading, place: MailboxReader) -> Again:
    rt, asker = reading.rt, Asker(reading.rt, reading.row, Actor.PROBE, reading.lease)
    if wait := await wait_for_login(asker):
        return Again(wait)
    way = await open_way(asker)
    if way is None:
        return Again(rt.clock.now() + WOKEN_BEFORE)
    done = await _pages(reading, way, place)
    await way.good()
    return await reading.next() if done else Again(rt.clock.now())


async def _pages(reading: Reading, way: Way, place: MailboxReader) -> bool:
    """Whether everything is read."""
    began = reading.rt.clock.now()
    cursor: Cursor | None = place.cursor
    since = look_back_to(place.read_at, place.created_at, began)
    for _ in range(PAGES_AT_ONCE):
        found = await way.page(cursor, since, needs_body)
        mails = await asyncio.to_thread(_understood, found, began)
        noted = await reading.store(found, mails, began)
        if found.lost or noted:
            log.info("mail read", extra={"mails": len(mails), "noted": noted, "listed_anew": found.lost})
        if not found.more:
            return True
        cursor = found.cursor
    return False


def _understood(found: Found, now: datetime) -> list[Mail]:
    """Apart from the loop: a hostile mail may take a while. No mail comes from the future."""
    return [Mail(one.key, min(one.at or now, now), read(one.raw), one.thread) for one in found.mails]


__all__ = ["JOBS", "LISTENERS"]

JOBS = [JobKind(READ, read_connection, queue="bulk", lease_s=120, max_attempts=None)]
