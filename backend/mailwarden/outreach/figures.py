"""What came of a campaign's mails, counted from the messages: nothing of it is kept twice."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from mailwarden.core.db import UnitOfWork
from mailwarden.outreach.models import OutreachRecipient, OutreachSend
from mailwarden.outreach.schemas import OutreachCounts, OutreachFigures
from mailwarden.sending.models import Message, MessageRecipient

NONE = OutreachFigures(sent=0, opened=0, clicked=0, replied=0, bounced=0, unsubscribed=0, unknown=0)
Key = tuple[UUID, int]


def _counted(*keys: Any) -> Select[Any]:
    to = MessageRecipient
    sent, unknown = Message.state == "sent", Message.state == "unknown"
    told = (to.opened_at, to.clicked_at, to.replied_at, to.bounced_at, to.unsubscribed_at)
    return select(*keys, func.count().filter(sent), *[func.count(one) for one in told], func.count().filter(unknown))


async def by_step(tx: UnitOfWork, org_id: UUID, campaigns: Sequence[UUID]) -> dict[Key, OutreachFigures]:
    """By campaign and number of the step."""
    keys = (OutreachRecipient.campaign_id, OutreachSend.step_number)
    asked = (
        _counted(*keys)
        .select_from(OutreachRecipient)
        .join(
            OutreachSend,
            (OutreachSend.org_id == OutreachRecipient.org_id) & (OutreachSend.recipient_id == OutreachRecipient.id),
        )
        .join(Message, (Message.org_id == OutreachSend.org_id) & (Message.id == OutreachSend.message_id))
        .join(
            MessageRecipient, (MessageRecipient.org_id == Message.org_id) & (MessageRecipient.message_id == Message.id)
        )
        .where(OutreachRecipient.org_id == org_id, OutreachRecipient.campaign_id.in_(campaigns))
        .group_by(*keys)
    )
    names = ("sent", "opened", "clicked", "replied", "bounced", "unsubscribed", "unknown")
    rows = (await tx.session.execute(asked)).all()
    return {(row[0], row[1]): OutreachFigures(**dict(zip(names, row[2:], strict=True))) for row in rows}


def total(parts: Sequence[OutreachFigures]) -> OutreachFigures:
    names = OutreachFigures.model_fields
    return OutreachFigures(**{name: sum(getattr(one, name) for one in parts) for name in names})


async def counts(tx: UnitOfWork, org_id: UUID, campaigns: Sequence[UUID]) -> dict[UUID, OutreachCounts]:
    """Recipients by state."""
    asked = (
        select(OutreachRecipient.campaign_id, OutreachRecipient.state, func.count())
        .where(OutreachRecipient.org_id == org_id, OutreachRecipient.campaign_id.in_(campaigns))
        .group_by(OutreachRecipient.campaign_id, OutreachRecipient.state)
    )
    found: dict[UUID, dict[str, int]] = {one: {} for one in campaigns}
    for campaign, state, number in await tx.session.execute(asked):
        found[campaign][state] = number
    return {one: OutreachCounts(**states) for one, states in found.items()}
