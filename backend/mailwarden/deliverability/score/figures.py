"""Mail by the UTC day of its send, out of the campaigns' current figures. Nothing here opens or clicks by machine."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, cast, func, literal, select, true
from sqlalchemy import Date as SqlDate

from mailwarden.core.db import UnitOfWork
from mailwarden.deliverability.score.rules.facts import COUNTS, Day
from mailwarden.metrics.models import Campaign
from mailwarden.metrics.queries import LATEST, Latest

FINAL_AFTER = timedelta(hours=72)
WINDOW_DAYS = 90
Count = ColumnElement[Any]


async def daily_mail(tx: UnitOfWork, org_id: UUID, now: datetime) -> tuple[Day, ...]:
    """Of the whole organization: no provider's figures tell which of its domains a campaign was sent from."""
    first = datetime.combine(now.astimezone(UTC).date() - timedelta(days=WINDOW_DAYS - 1), time(), UTC)
    day = cast(func.timezone("UTC", Campaign.sent_at), SqlDate)
    sums = [func.coalesce(func.sum(value), 0).label(name) for name, value in _counts(now).items()]
    asked = (
        select(day.label("day"), *sums)
        .select_from(Campaign)
        .join(LATEST, true())
        .where(Campaign.org_id == org_id, Campaign.channel == "email", Campaign.sent_at.between(first, now))
        .group_by(day)
        .order_by(day)
    )
    rows = (await tx.session.execute(asked)).mappings()
    return tuple(Day(row["day"], **{name: int(row[name]) for name in COUNTS}) for row in rows)


def _counts(now: datetime) -> dict[str, Count]:
    """A base counts the messages of those campaigns alone that state what is held against it."""
    sent, delivered = _final(now), func.coalesce(Latest.delivered, 0)
    people_opened, people_clicked = Latest.opened - Latest.machine_opened, Latest.clicked - Latest.machine_clicked
    hard, soft = func.coalesce(Latest.hard_bounced, 0), func.coalesce(Latest.soft_bounced, 0)
    return {
        "sent": sent,
        "delivered": delivered,
        "bounce_base": _if_told(Latest.bounced, sent),
        "hard": hard,
        "blocked": literal(0),  # no provider tells refusals by policy from other bounces
        "soft": soft,
        "bounced": func.greatest(0, func.coalesce(Latest.bounced, 0) - hard - soft),
        **_of_delivered("complaint_base", "complained", Latest.complaints, delivered),
        **_of_delivered("click_base", "clicked", func.coalesce(people_clicked, Latest.clicked), delivered),
        **_of_delivered("open_base", "opened", people_opened, delivered),
        **_of_delivered("unsubscribe_base", "unsubscribed", Latest.unsubscribes, delivered),
    }


def _of_delivered(base: str, name: str, events: Any, delivered: Any) -> dict[str, Count]:
    """A provider may count twice what one recipient did; a rate above 1 is none. (LEAST would pass over a NULL.)"""
    counted = func.least(func.coalesce(events, 0), delivered)
    return {base: _if_told(events, delivered), name: func.greatest(0, counted)}


def _if_told(events: Any, messages: Any) -> Count:
    return case((events.is_not(None), messages), else_=0)


def _final(now: datetime) -> Count:
    """Of a young campaign, only what was delivered or bounced: the rest is still on its way."""
    known = Latest.delivered + Latest.bounced
    young = and_(Campaign.sent_at > now - FINAL_AFTER, known.is_not(None))
    whole = func.coalesce(Latest.sent, known, Latest.delivered, 0)
    return case((young, func.least(whole, known)), else_=whole)
