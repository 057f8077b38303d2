"""Every event wakes the endpoints of its organization; what they get is decided by their place in the stream."""

from sqlalchemy import select

from mailwarden.core.db import UnitOfWork
from mailwarden.core.jobs import JobKind, enqueue
from mailwarden.core.runtime import Runtime
from mailwarden.developers.webhooks.models import WebhookEndpoint
from mailwarden.developers.webhooks.pump import PUMP, pump
from mailwarden.events.dispatch import Listeners
from mailwarden.events.models import Event
from mailwarden.events.types import EventType


async def wake_endpoints(_: Runtime, tx: UnitOfWork, event: Event) -> None:
    asked = select(WebhookEndpoint.id, WebhookEndpoint.event_types).where(
        WebhookEndpoint.org_id == event.org_id, WebhookEndpoint.enabled
    )
    for endpoint_id, types in await tx.session.execute(asked.order_by(WebhookEndpoint.id)):
        if not types or event.type in types:
            await enqueue(tx, PUMP, endpoint_id)


JOBS = [JobKind(PUMP, pump, max_attempts=None)]
LISTENERS: Listeners = {type: [wake_endpoints] for type in EventType}
