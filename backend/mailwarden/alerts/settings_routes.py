"""How alerts are sent: the master switch, the digest's hour, and every channel."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from mailwarden.accounts.caller import Caller, require_read
from mailwarden.accounts.throttle import Gate, Window, count
from mailwarden.alerts import settings_store as store
from mailwarden.alerts.channel_test import test_channels
from mailwarden.alerts.settings_output import delivery_out, list_deliveries, settings_out
from mailwarden.alerts.settings_schemas import (
    AddressCode,
    AlertDeliveryOut,
    AlertDeliveryQuery,
    AlertSettingsIn,
    AlertSettingsOut,
    ChannelResult,
    ChannelTestOut,
    WebhookSecretOut,
)
from mailwarden.connections.access import require_apart
from mailwarden.core.api import Reader, Rt, errors
from mailwarden.core.db import unit_of_work
from mailwarden.core.etag import IfMatch, etag
from mailwarden.core.paging import Page

router = APIRouter(prefix="/v1/alert-settings", tags=["alerts"])
Watcher = Annotated[Caller, Depends(require_read("alerts:write"))]
Manager = Annotated[Caller, Depends(require_apart("alerts:write"))]
CODES = Window("alert_address_codes", 10, timedelta(hours=1))
GUESSES = Window("alert_address_guesses", 10, timedelta(hours=1))
TESTS = Window("alert_tests", 20, timedelta(hours=1))


@router.get("", responses=errors())
async def get_alert_settings(tx: Reader, caller: Watcher, response: Response) -> AlertSettingsOut:
    """For owners and managers, who alone may change them."""
    found = await settings_out(tx, caller.org_id)
    response.headers["ETag"] = etag(found.version)
    return found


@router.put("", responses=errors(412, 428, 429))
async def update_alert_settings(
    caller: Manager, body: AlertSettingsIn, version: IfMatch, rt: Rt, response: Response
) -> AlertSettingsOut:
    """All of them at once. Secrets that are not given stay as they are.

    The first address of the webhook makes its secret, which is told in this answer and never again.
    """
    await store.check_addresses(rt, body)
    if await store.needs_code(rt, caller.org_id, body.email.address):
        await count(rt, Gate(CODES, str(caller.org_id)))
    async with unit_of_work(rt.sessions, caller.org_id) as tx:
        row, secret = await store.update_settings(rt, tx, caller.org_id, version, body)
        response.headers["ETag"] = etag(row.version)
        found = await settings_out(tx, caller.org_id)
        found.webhook.secret = secret
        return found


@router.post("/confirm-address", responses=errors(429))
async def confirm_alert_address(caller: Manager, body: AddressCode, rt: Rt, response: Response) -> AlertSettingsOut:
    """With the code that was mailed to the new address. Until then mails go where they went."""
    await count(rt, Gate(GUESSES, str(caller.org_id)))
    async with unit_of_work(rt.sessions, caller.org_id) as tx:
        row = await store.confirm_address(rt, tx, caller.org_id, body.code)
        response.headers["ETag"] = etag(row.version)
        return await settings_out(tx, caller.org_id)


@router.post("/webhook-secret", responses=errors())
async def renew_alert_webhook_secret(caller: Manager, rt: Rt) -> WebhookSecretOut:
    """A new secret to verify the signed webhook with, shown in this answer only."""
    async with unit_of_work(rt.sessions, caller.org_id) as tx:
        return WebhookSecretOut(secret=await store.renew_secret(rt, tx, caller.org_id))


@router.post("/test", responses=errors(402, 429))
async def send_test_alert(caller: Manager, rt: Rt) -> ChannelTestOut:
    """Sends a test through every channel that is on, and waits for what comes of it."""
    await count(rt, Gate(TESTS, str(caller.org_id)))
    found = await test_channels(rt, caller.org_id)
    return ChannelTestOut(results=[ChannelResult.model_validate(one, from_attributes=True) for one in found])


@router.get("/deliveries", responses=errors(400))
async def list_alert_deliveries(
    rt: Rt, tx: Reader, caller: Watcher, page: Annotated[AlertDeliveryQuery, Query()]
) -> Page[AlertDeliveryOut]:
    """The log of one channel, newest first."""
    scope = f"alert_deliveries|{page.channel}"
    after = None
    if page.cursor is not None:
        at, last = rt.cursors.decode(caller.org_id, scope, page.cursor)
        after = datetime.fromisoformat(at), UUID(last)
    rows = await list_deliveries(tx, caller.org_id, page, after)
    shown, more = rows[: page.limit], len(rows) > page.limit
    position = [shown[-1][0].created_at.isoformat(), str(shown[-1][0].id)] if more else None
    return Page(
        data=[delivery_out(row, page.channel) for row in shown],
        has_more=more,
        next_cursor=rt.cursors.encode(caller.org_id, scope, position) if position else None,
    )
