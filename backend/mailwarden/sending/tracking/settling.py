"""What single requests amount to: when somebody first opened and clicked, told once each.

Done a few seconds after the last of them, by everything that is known then.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from mailwarden.core.db import UnitOfWork
from mailwarden.core.ids import format_id, new_id
from mailwarden.events.record import record
from mailwarden.events.types import EventType
from mailwarden.sending.models import Message, MessageRecipient
from mailwarden.sending.store import find_message, recipients_of
from mailwarden.sending.tracking.models import TrackedLink, TrackingEvent, TrackingFirst
from mailwarden.sending.tracking.rules import By, Judgement, Reason, Seen, judge_all, tally

TOLD = {"open": EventType.MESSAGE_OPENED, "click": EventType.MESSAGE_CLICKED}
COLUMN = {"open": "opened_at", "click": "clicked_at"}


async def events_of(tx: UnitOfWork, message: Message) -> list[Seen]:
    """Opens and clicks, judged, in order of time."""
    mine = (TrackingEvent.org_id == message.org_id, TrackingEvent.message_id == message.id)
    rows = await tx.session.scalars(select(TrackingEvent).where(*mine, TrackingEvent.kind.in_(TOLD)))
    return judge_all([seen(row) for row in rows], message.sent_at)


def seen(row: TrackingEvent) -> Seen:
    by = {True: By.MACHINE, False: By.HUMAN, None: By.UNKNOWN}[row.machine]
    reason = Reason(row.machine_reason) if row.machine_reason else None
    return Seen(row.kind, row.at, Judgement(by, reason), row.recipient_id, row.link_id)


async def settle(tx: UnitOfWork, org_id: UUID, message_id: UUID) -> None:
    message = await find_message(tx, org_id, message_id)
    if message is None:
        return
    events = await events_of(tx, message)
    people = {row.id: row for row in await recipients_of(tx, message)}
    for kind in TOLD:
        for subject, theirs in _by_subject(one for one in events if one.kind == kind).items():
            figures = tally(theirs)
            if subject is not None and figures.first_at is not None:
                _mark(people[subject], kind, figures.first_at)
            if figures.first_human_at is not None:
                first = next(one for one in theirs if one.judged.by is By.HUMAN)
                await _tell(tx, message, people, first)


def _by_subject(events: Iterable[Seen]) -> Mapping[UUID | None, Sequence[Seen]]:
    found: dict[UUID | None, list[Seen]] = {}
    for one in events:
        found.setdefault(one.subject, []).append(one)
    return found


def _mark(recipient: MessageRecipient, kind: str, at: datetime) -> None:
    if getattr(recipient, COLUMN[kind]) is None:
        setattr(recipient, COLUMN[kind], at)


async def _tell(tx: UnitOfWork, message: Message, people: Mapping[UUID, MessageRecipient], first: Seen) -> None:
    row = {"id": new_id(), "org_id": message.org_id, "message_id": message.id, "recipient_id": first.subject}
    new = insert(TrackingFirst).values(**row, kind=first.kind, at=first.at).on_conflict_do_nothing()
    if await tx.session.scalar(new.returning(TrackingFirst.id)) is None:
        return
    data: dict[str, Any] = {"message_id": format_id("msg", message.id), "at": first.at.isoformat()}
    if first.subject is not None:
        data["address"] = people[first.subject].address
    if first.link is not None:
        data["url"] = await _url(tx, message.org_id, first.link)
    type, subject = TOLD[first.kind], first.subject or message.id
    await record(tx, type, connection_id=message.connection_id, subject_id=subject, data=data)


async def _url(tx: UnitOfWork, org_id: UUID, link_id: UUID) -> str | None:
    mine = (TrackedLink.org_id == org_id, TrackedLink.id == link_id)
    return await tx.session.scalar(select(TrackedLink.url).where(*mine))
