from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from mailwarden.accounts.caller import Caller, require, require_read
from mailwarden.connections.access import require_apart
from mailwarden.core.api import Reader, Rt, Tx, errors
from mailwarden.core.db import UnitOfWork, unit_of_work
from mailwarden.core.etag import IfMatch, etag
from mailwarden.core.ids import DeliveryId, EndpointId
from mailwarden.core.outside.reach import check_url
from mailwarden.core.paging import Page
from mailwarden.developers.webhooks import queries, service
from mailwarden.developers.webhooks.models import WebhookEndpoint
from mailwarden.developers.webhooks.output import delivery_detail, delivery_out, endpoint_out, endpoint_with_secret
from mailwarden.developers.webhooks.schemas import (
    DeliveryDetailOut,
    DeliveryOut,
    DeliveryQuery,
    EndpointCreate,
    EndpointOut,
    EndpointSecretOut,
    EndpointsOut,
    EndpointUpdate,
    ReplayAll,
    ReplayedOut,
)

router = APIRouter(prefix="/v1/webhook-endpoints", tags=["webhooks"])
READ, WRITE = "webhooks:read", "webhooks:write"
Watcher = Annotated[Caller, Depends(require_read(READ))]
Manager = Annotated[Caller, Depends(require(WRITE))]
ManagerApart = Annotated[Caller, Depends(require_apart(WRITE))]


async def _out(tx: UnitOfWork, row: WebhookEndpoint) -> EndpointOut:
    return endpoint_out(row, (await queries.counts_of(tx, row.org_id, [row.id]))[row.id])


@router.get("", responses=errors())
async def list_webhook_endpoints(tx: Reader, caller: Watcher) -> EndpointsOut:
    rows = await queries.list_endpoints(tx, caller.org_id)
    counts = await queries.counts_of(tx, caller.org_id, [row.id for row in rows])
    return EndpointsOut(data=[endpoint_out(row, counts[row.id]) for row in rows])


@router.post("", status_code=201, responses=errors(409))
async def create_webhook_endpoint(
    body: EndpointCreate, rt: Rt, caller: ManagerApart, response: Response
) -> EndpointSecretOut:
    """The secret is shown in this answer only."""
    await check_url(rt, body.url)
    async with unit_of_work(rt.sessions, caller.org_id) as tx:
        row, secret = await service.create_endpoint(rt, tx, caller.org_id, body)
    response.headers["ETag"] = etag(row.version)
    return endpoint_with_secret(row, {}, secret)


@router.get("/{endpoint_id}", responses=errors(404))
async def get_webhook_endpoint(endpoint_id: EndpointId, tx: Reader, caller: Watcher, response: Response) -> EndpointOut:
    row = await queries.get_endpoint(tx, caller.org_id, endpoint_id)
    response.headers["ETag"] = etag(row.version)
    return await _out(tx, row)


@router.patch("/{endpoint_id}", responses=errors(404, 412, 428))
async def update_webhook_endpoint(
    caller: ManagerApart, endpoint_id: EndpointId, body: EndpointUpdate, version: IfMatch, rt: Rt, response: Response
) -> EndpointOut:
    """Enabled again, it gets all that happened meanwhile, up to 30 days back."""
    if body.url is not None:
        await check_url(rt, body.url)
    async with unit_of_work(rt.sessions, caller.org_id) as tx:
        row = await service.update_endpoint(rt, tx, caller.org_id, endpoint_id, version, body)
        response.headers["ETag"] = etag(row.version)
        return await _out(tx, row)


@router.delete("/{endpoint_id}", status_code=204, responses=errors(404, 412, 428))
async def delete_webhook_endpoint(caller: Manager, endpoint_id: EndpointId, version: IfMatch, tx: Tx) -> None:
    """With its log. To stop deliveries for a while, disable it instead."""
    await service.delete_endpoint(tx, caller.org_id, endpoint_id, version)


@router.post("/{endpoint_id}/rotate-secret", responses=errors(404))
async def rotate_webhook_secret(
    endpoint_id: EndpointId, rt: Rt, tx: Tx, caller: Manager, response: Response
) -> EndpointSecretOut:
    """The secret before it signs, too, for 24 hours. The new one is shown in this answer only."""
    row, secret = await service.rotate_secret(rt, tx, caller.org_id, endpoint_id)
    response.headers["ETag"] = etag(row.version)
    counts = await queries.counts_of(tx, row.org_id, [row.id])
    return endpoint_with_secret(row, counts[row.id], secret)


@router.post("/{endpoint_id}/test", status_code=202, responses=errors(404))
async def send_webhook_test(endpoint_id: EndpointId, tx: Tx, caller: Manager, response: Response) -> DeliveryDetailOut:
    """Sends a `webhook.test`, once, also to a disabled endpoint. Poll the delivery for what came of it."""
    row = await service.send_test(tx, caller.org_id, endpoint_id)
    response.headers["Location"] = f"/v1/webhook-endpoints/whe_{row.endpoint_id.hex}/deliveries/whd_{row.id.hex}"
    return delivery_detail(row)


@router.post("/{endpoint_id}/replay", status_code=202, responses=errors(404))
async def replay_webhook_deliveries(
    endpoint_id: EndpointId, body: ReplayAll, rt: Rt, tx: Tx, caller: Manager
) -> ReplayedOut:
    """Everything since then that was given up or waits for its next attempt is sent now."""
    return ReplayedOut(replayed=await service.replay_since(rt, tx, caller.org_id, endpoint_id, body.since))


@router.get("/{endpoint_id}/deliveries", responses=errors(400, 404))
async def list_webhook_deliveries(
    endpoint_id: EndpointId, rt: Rt, tx: Reader, caller: Watcher, page: Annotated[DeliveryQuery, Query()]
) -> Page[DeliveryOut]:
    """The log of 30 days, newest first."""
    await queries.get_endpoint(tx, caller.org_id, endpoint_id)
    scope = f"webhook_deliveries|{endpoint_id}|{page.status}|{page.event_type}"
    after = None
    if page.cursor is not None:
        at, last = rt.cursors.decode(caller.org_id, scope, page.cursor)
        after = datetime.fromisoformat(at), UUID(last)
    rows = await queries.list_deliveries(tx, caller.org_id, endpoint_id, page, after)
    shown, more = rows[: page.limit], len(rows) > page.limit
    position = [shown[-1].created_at.isoformat(), str(shown[-1].id)] if more else None
    return Page(
        data=[delivery_out(row) for row in shown],
        has_more=more,
        next_cursor=rt.cursors.encode(caller.org_id, scope, position) if position else None,
    )


@router.get("/{endpoint_id}/deliveries/{delivery_id}", responses=errors(404))
async def get_webhook_delivery(
    endpoint_id: EndpointId, delivery_id: DeliveryId, tx: Reader, caller: Watcher
) -> DeliveryDetailOut:
    return delivery_detail(await queries.get_delivery(tx, caller.org_id, endpoint_id, delivery_id))


@router.post("/{endpoint_id}/deliveries/{delivery_id}/replay", status_code=202, responses=errors(404))
async def replay_webhook_delivery(
    endpoint_id: EndpointId, delivery_id: DeliveryId, rt: Rt, tx: Tx, caller: Manager
) -> DeliveryDetailOut:
    """Sends it again, whatever came of it before, under the same `webhook-id`."""
    return delivery_detail(await service.replay_one(rt, tx, caller.org_id, endpoint_id, delivery_id))
