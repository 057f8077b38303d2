"""What came of one mail: for each recipient, for each link, and in all."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from uuid import UUID

from sqlalchemy import select

from mailwarden.core.db import UnitOfWork
from mailwarden.sending.models import Message, MessageRecipient
from mailwarden.sending.store import recipients_of
from mailwarden.sending.tracking.activity_schemas import (
    WHY,
    ActivityOut,
    CountsOut,
    LinkActivityOut,
    RecipientActivityOut,
    TrackedEventOut,
)
from mailwarden.sending.tracking.models import TrackedLink, TrackingEvent
from mailwarden.sending.tracking.rules import By, Judgement, Seen, judge_all, tally
from mailwarden.sending.tracking.settling import seen

SHOWN = 100


async def activity_of(tx: UnitOfWork, message: Message) -> ActivityOut:
    people = await recipients_of(tx, message)
    links = await _links(tx, message)
    events = judge_all([seen(row) for row in await _rows(tx, message)], message.sent_at)
    return ActivityOut(
        message_id=message.id,
        track_opens=bool(message.track_opens),
        track_clicks=bool(message.track_clicks),
        opens=_counts(events, "open"),
        clicks=_counts(events, "click"),
        recipients=[_recipient(one, events) for one in people],
        links=[LinkActivityOut(url=one.url, clicks=_counts(events, "click", _of_link(one.id))) for one in links],
        events=_newest(events, people, links),
    )


async def _rows(tx: UnitOfWork, message: Message) -> Sequence[TrackingEvent]:
    mine = (TrackingEvent.org_id == message.org_id, TrackingEvent.message_id == message.id)
    return (await tx.session.scalars(select(TrackingEvent).where(*mine))).all()


async def _links(tx: UnitOfWork, message: Message) -> Sequence[TrackedLink]:
    mine = (TrackedLink.org_id == message.org_id, TrackedLink.message_id == message.id)
    return (await tx.session.scalars(select(TrackedLink).where(*mine).order_by(TrackedLink.number))).all()


def _of_link(link_id: UUID) -> Callable[[Seen], bool]:
    return lambda one: one.link == link_id


def _of_recipient(recipient_id: UUID) -> Callable[[Seen], bool]:
    return lambda one: one.subject == recipient_id


def _counts(events: Iterable[Seen], kind: str, wanted: Callable[[Seen], bool] = lambda _: True) -> CountsOut:
    figures = tally([one for one in events if one.kind == kind and wanted(one)])
    return CountsOut.model_validate(figures)


def _recipient(row: MessageRecipient, events: Sequence[Seen]) -> RecipientActivityOut:
    theirs = _of_recipient(row.id)
    return RecipientActivityOut(
        address=row.address,
        name=row.name,
        opens=_counts(events, "open", theirs),
        clicks=_counts(events, "click", theirs),
        unsubscribed_at=row.unsubscribed_at,
    )


def _newest(
    events: Sequence[Seen], people: Sequence[MessageRecipient], links: Sequence[TrackedLink]
) -> list[TrackedEventOut]:
    addresses = {one.id: one.address for one in people}
    urls = {one.id: one.url for one in links}
    return [_event(one, addresses, urls) for one in reversed(events[-SHOWN:])]


def _event(one: Seen, addresses: Mapping[UUID, str], urls: Mapping[UUID, str]) -> TrackedEventOut:
    """To unsubscribe is a person's wish, though their mail program asks for it."""
    judged = Judgement(By.HUMAN) if one.kind == "unsubscribe" else one.judged
    told = {"by": judged.by, "reason": judged.reason, "why": WHY[judged.reason] if judged.reason else None}
    address = addresses.get(one.subject) if one.subject else None
    url = urls.get(one.link) if one.link else None
    return TrackedEventOut.model_validate({"kind": one.kind, "at": one.at, **told, "address": address, "url": url})
