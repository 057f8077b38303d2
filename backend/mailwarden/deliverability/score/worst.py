"""The campaign behind a number: advice names it instead of speaking in general."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import select, true

from mailwarden.core.db import UnitOfWork
from mailwarden.deliverability.score.figures import WINDOW_DAYS
from mailwarden.metrics.models import Campaign
from mailwarden.metrics.queries import LATEST, Latest

# code of an advice: (count, its whole)
COUNTED = MappingProxyType(
    {
        "C1": ("complaints", "delivered"),
        "C2": ("complaints", "delivered"),
        "B1": ("bounced", "sent"),
        "B3": ("bounced", "sent"),
        "E2": ("unsubscribes", "delivered"),
    }
)


@dataclass(frozen=True, slots=True)
class Worst:
    id: UUID
    name: str
    sent_at: datetime
    events: int
    messages: int


async def worst_campaigns(tx: UnitOfWork, org_id: UUID, now: datetime, codes: Iterable[str]) -> dict[str, Worst]:
    """By code of an advice: who contributed most to the count in the window."""
    found = {}
    for code in sorted({one for one in codes if one in COUNTED}):
        if one := await _worst(tx, org_id, now, *COUNTED[code]):
            found[code] = one
    return found


async def _worst(tx: UnitOfWork, org_id: UUID, now: datetime, name: str, among: str) -> Worst | None:
    events, whole = getattr(Latest, name), getattr(Latest, among)
    first = now - timedelta(days=WINDOW_DAYS)
    asked = (
        select(Campaign.id, Campaign.name, Campaign.sent_at, events, whole)
        .join(LATEST, true())
        .where(Campaign.org_id == org_id, Campaign.channel == "email", Campaign.sent_at.between(first, now))
        .where(events > 0, whole > 0)
        .order_by(events.desc(), Campaign.id)
        .limit(1)
    )
    row = (await tx.session.execute(asked)).first()
    return Worst(*row) if row else None
