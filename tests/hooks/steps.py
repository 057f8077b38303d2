"""What providers do at our receivers, and what is to be seen of it then."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx
from fastapi import FastAPI
from sqlalchemy import func, select

from mailwarden.connections.models import Connection
from mailwarden.core.db import reader, unit_of_work
from mailwarden.core.runtime import Runtime
from mailwarden.hooks.desk import Desk
from mailwarden.hooks.models import HookDelivery, HookLog, RefusedHooks, StoredEvent
from mailwarden.hooks.store import store
from mailwarden.hooks.subscriptions import Address, address_for
from mailwarden.providers.hooks import hubspot, klaviyo
from mailwarden.providers.hooks.base import HookEvent, Kind
from tests.support.time import TimeMachine

PORTAL = "4711"


@dataclass
class Hooks:
    rt: Runtime
    app: FastAPI
    http: httpx.AsyncClient
    time_machine: TimeMachine

    @property
    def now(self) -> datetime:
        return self.rt.clock.now()

    @property
    def desk(self) -> Desk:
        desk: Desk = self.app.state.hook_desk
        return desk

    # requests

    def hubspot(self, *items: dict[str, Any], secret: str = "our-secret", at: datetime | None = None) -> httpx.Request:
        body, stamp = json.dumps(items).encode(), str(round((at or self.now).timestamp() * 1000))
        url = f"{self.rt.config.base_url}/hooks/hubspot"
        headers = {
            "x-hubspot-signature-v3": hubspot.signature(secret, "POST", url, body, stamp),
            "x-hubspot-request-timestamp": stamp,
        }
        return self.http.build_request("POST", url, headers=headers, content=body)

    def item(self, number: int, at: datetime | None = None, portal: str = PORTAL) -> dict[str, Any]:
        return {
            "eventId": number, "subscriptionId": 7, "portalId": int(portal), "objectId": 9,
            "subscriptionType": "contact.creation", "occurredAt": round((at or self.now).timestamp() * 1000),
        }  # fmt: skip

    def klaviyo(self, address: Address, *names: str, secret: str | None = None) -> httpx.Request:
        data = [{"external_id": name, "topic": "event:klaviyo.opened_email", "payload": {}} for name in names]
        meta = {"klaviyo_account_id": "Kv0001", "timestamp": self.now.isoformat()}
        body, stamp = json.dumps({"data": data, "meta": meta}).encode(), "Sun, 22 Nov 2026 07:00:00 GMT"
        signature = klaviyo.signature(secret or address.secret, body, stamp)
        headers = {"klaviyo-timestamp": stamp, "klaviyo-signature": signature}
        return self.http.build_request("POST", address.url, headers=headers, content=body)

    async def send(self, request: httpx.Request) -> int:
        return (await self.http.send(request)).status_code

    # beneath the receivers

    async def address(self, row: Connection, topic: str = "t") -> Address:
        async with unit_of_work(self.rt.sessions, row.org_id) as tx:
            mine = await tx.session.get_one(Connection, row.id)
            return await address_for(self.rt, tx, mine, topic)

    async def tell(self, kind: Kind, key: str = "k1", *, at: datetime | None = None, **over: Any) -> int:
        event = HookEvent(key, kind, over.pop("topic", kind), over.pop("account", PORTAL), occurred_at=at, **over)
        return await store(self.rt, "hubspot", b"{}", [event])

    # what is to be seen

    async def count(self, table: type[Any]) -> int:
        async with reader(self.rt.sessions) as tx:
            return await tx.session.scalar(select(func.count()).select_from(table)) or 0

    async def rows(self) -> tuple[int, int]:
        """(deliveries, events)"""
        return await self.count(HookDelivery), await self.count(StoredEvent)

    async def events(self) -> Sequence[StoredEvent]:
        async with reader(self.rt.sessions) as tx:
            return (await tx.session.scalars(select(StoredEvent).order_by(StoredEvent.id))).all()

    async def outcomes(self, org_id: UUID) -> list[str]:
        async with reader(self.rt.sessions, org_id) as tx:
            asked = select(HookLog.outcome).where(HookLog.org_id == org_id).order_by(HookLog.handled_at, HookLog.id)
            return list(await tx.session.scalars(asked))

    async def refused(self) -> dict[tuple[str, str], int]:
        await self.desk.write()
        async with reader(self.rt.sessions) as tx:
            found = await tx.session.scalars(select(RefusedHooks))
            return {(one.provider, one.reason): one.count for one in found}
