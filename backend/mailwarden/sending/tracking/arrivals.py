"""Somebody comes with a token: whose it is, and what they did.

Three statements at most, and none at all for what this instance never wrote. Nothing is kept of who they are.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, func, insert, literal, select, text

from mailwarden.core.db import UnitOfWork
from mailwarden.core.ids import new_id
from mailwarden.core.jobs import enqueue
from mailwarden.core.limiter.rules import Quota
from mailwarden.core.runtime import Runtime
from mailwarden.sending.tracking.keys import tokens_of
from mailwarden.sending.tracking.models import TrackedLink, TrackingEvent
from mailwarden.sending.tracking.rules import By, Judgement, settled_at
from mailwarden.sending.tracking.tokens import Kind, Presented, Token

SETTLE = "tracking.settle"
NOTED_A_MINUTE = 20  # of one copy; whoever has the mail could fill the table otherwise
MOST_NOTED = 2_000  # of one message
ENTER = text(
    "SELECT org_id, message_id, recipient_id, set_config('app.org_id', org_id::text, true)"
    " FROM find_tracked(:subject, :of_message)"
)


@dataclass(frozen=True, slots=True)
class Found:
    org_id: UUID
    message_id: UUID
    recipient_id: UUID | None
    token: Token


def read_token(rt: Runtime, kind: Kind, said: str) -> Presented | None:
    presented = tokens_of(rt).read(said)
    return presented if presented is not None and presented.token.kind is kind else None


async def find(rt: Runtime, tx: UnitOfWork, presented: Presented) -> Found | None:
    """From here on the transaction acts for the organization whose token it is. None: nobody's."""
    token = presented.token
    asked = {"subject": token.subject, "of_message": token.of_message}
    row = (await tx.session.execute(ENTER, asked)).first()
    if row is None or not tokens_of(rt).is_of(presented, row.org_id):
        return None
    tx.org_id = row.org_id
    return Found(row.org_id, row.message_id, row.recipient_id, token)


async def may_note(rt: Runtime, token: Token) -> bool:
    """False: so much came of this copy within a minute that no more of it is written down."""
    if not rt.config.limits.enabled:
        return True
    quota = Quota("tracked", f"{token.kind}:{token.subject.hex}", NOTED_A_MINUTE)
    verdict = await rt.limiter.take(rt.redis, [quota], rt.clock.timestamp())
    return verdict.refused is None


async def note_open(tx: UnitOfWork, found: Found, judged: Judgement, now: datetime) -> None:
    row = select(*_values(found, "open", judged, now), _typed("link_id", None)).where(_has_room(found))
    await tx.session.execute(insert(TrackingEvent).from_select(COLUMNS, row))
    await _settle_soon(tx, found, judged, now)


async def note_click(tx: UnitOfWork, found: Found, judged: Judgement, now: datetime, *, note: bool) -> str | None:
    """Where the link leads; None: the mail has no such link."""
    mine = (TrackedLink.org_id == found.org_id, TrackedLink.message_id == found.message_id)
    asked = select(TrackedLink.id, TrackedLink.url).where(*mine, TrackedLink.number == found.token.link)
    link = asked.cte("link")
    told = select(link.c.url)
    if note:
        row = select(*_values(found, "click", judged, now), link.c.id).where(_has_room(found))
        told = told.add_cte(insert(TrackingEvent).from_select(COLUMNS, row).cte("written"))
    url = await tx.session.scalar(told)
    if note and url is not None:
        await _settle_soon(tx, found, judged, now)
    return url


async def _settle_soon(tx: UnitOfWork, found: Found, judged: Judgement, now: datetime) -> None:
    """Once nothing can come any more that makes a machine of it."""
    if judged.by is not By.MACHINE:
        payload = {"message_id": str(found.message_id)}
        await enqueue(tx, SETTLE, found.message_id, due_at=settled_at(now), payload=payload)


COLUMNS = ["id", "org_id", "message_id", "recipient_id", "kind", "at", "machine", "machine_reason", "link_id"]


def _values(found: Found, kind: str, judged: Judgement, now: datetime) -> list[BindParameter[Any]]:
    whose = (new_id(), found.org_id, found.message_id, found.recipient_id)
    row = (*whose, kind, now, judged.machine, judged.reason)
    return [_typed(name, value) for name, value in zip(COLUMNS, row, strict=False)]


def _typed(column: str, value: object) -> BindParameter[Any]:
    return literal(value, TrackingEvent.__table__.c[column].type)


def _has_room(found: Found) -> ColumnElement[bool]:
    mine = (TrackingEvent.org_id == found.org_id, TrackingEvent.message_id == found.message_id)
    some = select(TrackingEvent.id).where(*mine).limit(MOST_NOTED).subquery()
    return select(func.count()).select_from(some).scalar_subquery() < MOST_NOTED
