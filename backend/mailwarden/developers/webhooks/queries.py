from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, func, select, tuple_, update

from mailwarden.core.db import UnitOfWork, app_now
from mailwarden.core.errors import NotFound
from mailwarden.developers.webhooks.models import WebhookDelivery, WebhookEndpoint
from mailwarden.developers.webhooks.output import Counts
from mailwarden.developers.webhooks.schemas import DeliveryQuery

Delivery, Endpoint = WebhookDelivery, WebhookEndpoint


async def list_endpoints(tx: UnitOfWork, org_id: UUID) -> Sequence[WebhookEndpoint]:
    asked = select(WebhookEndpoint).where(WebhookEndpoint.org_id == org_id)
    return (await tx.session.scalars(asked.order_by(WebhookEndpoint.created_at, WebhookEndpoint.id))).all()


async def find_endpoint(
    tx: UnitOfWork, org_id: UUID, endpoint_id: UUID, *, lock: bool = False
) -> WebhookEndpoint | None:
    asked = select(WebhookEndpoint).where(WebhookEndpoint.org_id == org_id, WebhookEndpoint.id == endpoint_id)
    if lock:  # of a kind that does not stop new deliveries from pointing here
        asked = asked.with_for_update(key_share=True).execution_options(populate_existing=True)
    found: WebhookEndpoint | None = await tx.session.scalar(asked)
    return found


async def get_endpoint(tx: UnitOfWork, org_id: UUID, endpoint_id: UUID, *, lock: bool = False) -> WebhookEndpoint:
    """Raises NotFound."""
    found = await find_endpoint(tx, org_id, endpoint_id, lock=lock)
    if found is None:
        raise NotFound("There is no such endpoint.")
    return found


async def counts_of(tx: UnitOfWork, org_id: UUID, endpoint_ids: Sequence[UUID]) -> dict[UUID, Counts]:
    """By endpoint and state, of what is not delivered."""
    asked = select(Delivery.endpoint_id, Delivery.state, func.count()).where(
        Delivery.org_id == org_id, Delivery.endpoint_id.in_(endpoint_ids), Delivery.state.in_(["pending", "failed"])
    )
    found: dict[UUID, Counts] = {one: {} for one in endpoint_ids}
    for endpoint_id, state, count in await tx.session.execute(asked.group_by(Delivery.endpoint_id, Delivery.state)):
        found[endpoint_id][state] = count
    return found


async def list_deliveries(
    tx: UnitOfWork, org_id: UUID, endpoint_id: UUID, page: DeliveryQuery, after: tuple[datetime, UUID] | None
) -> Sequence[WebhookDelivery]:
    """Newest first, one more than the page holds."""
    asked = select(WebhookDelivery).where(Delivery.org_id == org_id, Delivery.endpoint_id == endpoint_id)
    if page.status is not None:
        asked = asked.where(Delivery.state == page.status)
    if page.event_type is not None:
        asked = asked.where(Delivery.event_type == page.event_type)
    if after is not None:
        asked = asked.where(tuple_(Delivery.created_at, Delivery.id) < after)
    return (
        await tx.session.scalars(asked.order_by(Delivery.created_at.desc(), Delivery.id.desc()).limit(page.limit + 1))
    ).all()


async def get_delivery(
    tx: UnitOfWork, org_id: UUID, endpoint_id: UUID, delivery_id: UUID, *, lock: bool = False
) -> WebhookDelivery:
    """Raises NotFound."""
    asked = select(WebhookDelivery).where(
        Delivery.org_id == org_id, Delivery.endpoint_id == endpoint_id, Delivery.id == delivery_id
    )
    found: WebhookDelivery | None = await tx.session.scalar(asked.with_for_update() if lock else asked)
    if found is None:
        raise NotFound("There is no such delivery.")
    return found


async def pull_forward(tx: UnitOfWork, org_id: UUID, endpoint_id: UUID) -> None:
    """What waits for its next attempt is due now; a failure out of turn leaves it where its schedule is."""
    waiting = update(WebhookDelivery).where(
        Delivery.org_id == org_id, Delivery.endpoint_id == endpoint_id, Delivery.state == "pending"
    )
    await tx.session.execute(waiting.values(due_at=app_now()).execution_options(synchronize_session=False))


async def start_again(tx: UnitOfWork, org_id: UUID, endpoint_id: UUID, *states: str, since: datetime) -> int:
    """All of these states since then get a whole new schedule, beginning now. Returns how many."""
    chosen = update(WebhookDelivery).where(
        Delivery.org_id == org_id,
        Delivery.endpoint_id == endpoint_id,
        Delivery.event_id.is_not(None),
        Delivery.state.in_(states),
        Delivery.created_at >= since,
    )
    fresh = chosen.values(state="pending", step=0, due_at=app_now(), scheduled_at=app_now())
    result = await tx.session.execute(fresh.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", result).rowcount
