"""What members do with endpoints. Addresses are checked before, outside of any transaction."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from mailwarden.accounts import audit
from mailwarden.core.db import UnitOfWork
from mailwarden.core.errors import Conflict
from mailwarden.core.etag import stale
from mailwarden.core.ids import new_id
from mailwarden.core.jobs import cancel, enqueue
from mailwarden.core.runtime import Runtime
from mailwarden.developers.events.queries import horizon
from mailwarden.developers.webhooks.message import TEST_TYPE
from mailwarden.developers.webhooks.models import WebhookDelivery, WebhookEndpoint
from mailwarden.developers.webhooks.pump import PUMP
from mailwarden.developers.webhooks.queries import (
    get_delivery,
    get_endpoint,
    list_endpoints,
    pull_forward,
    start_again,
)
from mailwarden.developers.webhooks.rules import KEPT
from mailwarden.developers.webhooks.schemas import EndpointCreate, EndpointUpdate
from mailwarden.developers.webhooks.secret_store import give_secret, replace_secret

MOST_ENDPOINTS = 20
SETTINGS = ("url", "description", "event_types", "enabled")


async def _note(tx: UnitOfWork, action: str, row: WebhookEndpoint, **more: Any) -> None:
    """In the audit log."""
    await audit.record(tx, f"webhook_endpoint.{action}", audit.Target("webhook_endpoint", row.id, _host(row)), **more)


def _host(row: WebhookEndpoint) -> str:
    """Path and query may hold a secret of theirs."""
    return urlsplit(row.url).netloc


def _settings(row: WebhookEndpoint) -> dict[str, Any]:
    return {name: getattr(row, name) for name in SETTINGS if name != "url"} | {"host": _host(row)}


async def create_endpoint(
    rt: Runtime, tx: UnitOfWork, org_id: UUID, body: EndpointCreate
) -> tuple[WebhookEndpoint, str]:
    """The row and its secret. It gets what happens from now on."""
    if len(await list_endpoints(tx, org_id)) >= MOST_ENDPOINTS:
        raise Conflict(f"There are {MOST_ENDPOINTS} endpoints already.", code="too_many_endpoints")
    row = WebhookEndpoint(
        id=new_id(),
        org_id=org_id,
        url=body.url,
        description=body.description,
        event_types=list(body.event_types),
        position=await horizon(tx, org_id),
    )
    secret = give_secret(rt, row)
    tx.session.add(row)
    await tx.session.flush()
    await tx.session.refresh(row)
    await enqueue(tx, PUMP, row.id)
    await _note(tx, "created", row, after=_settings(row))
    return row, secret


async def update_endpoint(
    rt: Runtime, tx: UnitOfWork, org_id: UUID, endpoint_id: UUID, version: int, body: EndpointUpdate
) -> WebhookEndpoint:
    """Raises NotFound, PreconditionFailed."""
    row = await _current(tx, org_id, endpoint_id, version)
    before, wanted = _settings(row), body.model_dump(exclude_none=True, exclude={"enabled"})
    changed = {name: value for name, value in wanted.items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    switched = body.enabled is not None and body.enabled != row.enabled
    if switched:
        await _switch(rt, tx, row, on=not row.enabled)
    if "url" in changed:
        row.rest_until = None
        await pull_forward(tx, org_id, row.id)
    if changed or switched:
        row.version += 1
        await tx.session.flush()
        await enqueue(tx, PUMP, row.id)
        was, now = audit.difference(before, _settings(row))
        await _note(tx, "changed", row, before=was, after=now)
    return row


async def _switch(rt: Runtime, tx: UnitOfWork, row: WebhookEndpoint, *, on: bool) -> None:
    """Only what is accepted ends a time of trouble; but who enables it again means that it works now."""
    now = rt.clock.now()
    row.enabled, row.disabled_reason, row.disabled_at = on, None if on else "member", None if on else now
    if on:
        row.rest_until, row.failures_in_row = None, 0
        await start_again(tx, row.org_id, row.id, "pending", since=now - KEPT)


async def _current(tx: UnitOfWork, org_id: UUID, endpoint_id: UUID, version: int) -> WebhookEndpoint:
    row = await get_endpoint(tx, org_id, endpoint_id, lock=True)
    if row.version != version:
        raise stale(row.version)
    return row


async def delete_endpoint(tx: UnitOfWork, org_id: UUID, endpoint_id: UUID, version: int) -> None:
    """With its log. Raises NotFound, PreconditionFailed."""
    row = await _current(tx, org_id, endpoint_id, version)
    await cancel(tx, PUMP, row.id)
    await _note(tx, "deleted", row, before=_settings(row))
    await tx.session.delete(row)


async def rotate_secret(rt: Runtime, tx: UnitOfWork, org_id: UUID, endpoint_id: UUID) -> tuple[WebhookEndpoint, str]:
    row = await get_endpoint(tx, org_id, endpoint_id, lock=True)
    await _note(tx, "secret_rotated", row)
    return row, replace_secret(rt, row)


async def send_test(tx: UnitOfWork, org_id: UUID, endpoint_id: UUID) -> WebhookDelivery:
    """A message of its own, outside of the stream. It is tried once."""
    endpoint = await get_endpoint(tx, org_id, endpoint_id)
    row = WebhookDelivery(
        id=new_id(), org_id=org_id, endpoint_id=endpoint.id, message_id=new_id(), event_type=TEST_TYPE
    )
    tx.session.add(row)
    await tx.session.flush()
    await tx.session.refresh(row)
    await enqueue(tx, PUMP, endpoint.id)
    await _note(tx, "tested", endpoint)
    return row


async def replay_one(
    rt: Runtime, tx: UnitOfWork, org_id: UUID, endpoint_id: UUID, delivery_id: UUID
) -> WebhookDelivery:
    """Whatever its state, also delivered: under the same ``webhook-id``, so that receivers know it again."""
    row = await get_delivery(tx, org_id, endpoint_id, delivery_id, lock=True)
    now = rt.clock.now()
    row.state, row.step, row.due_at, row.scheduled_at = "pending", 0, now, now
    await _go(tx, org_id, endpoint_id, {"event_type": row.event_type, "sequence": row.sequence})
    return row


async def replay_since(rt: Runtime, tx: UnitOfWork, org_id: UUID, endpoint_id: UUID, since: datetime) -> int:
    """All that was given up or waits for its next attempt."""
    await get_endpoint(tx, org_id, endpoint_id)
    count = await start_again(
        tx, org_id, endpoint_id, "failed", "pending", since=max(since, rt.clock.now() - KEPT - timedelta(days=1))
    )
    await _go(tx, org_id, endpoint_id, {"since": since.isoformat(), "replayed": count})
    return count


async def _go(tx: UnitOfWork, org_id: UUID, endpoint_id: UUID, what: dict[str, Any]) -> None:
    """Asked for by a person: also if the endpoint was to rest."""
    endpoint = await get_endpoint(tx, org_id, endpoint_id, lock=True)
    endpoint.rest_until = None
    await enqueue(tx, PUMP, endpoint_id)
    await _note(tx, "replayed", endpoint, after=what)
